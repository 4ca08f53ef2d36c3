//! What a report must and may hold before it is signed: required fields by variant, lengths, known codes and areas.
//!
//! These rules help the author and may change from release to release. They are not rules of admission: nodes of other
//! versions must reach the same verdict about a signed change, so a report that breaks them is still read and shown.

use super::codes::{Kind, Variant};
use super::issue::{Issue, Problem};
use super::limits::{ENTRIES_MAX, EVIDENCE_MAX, OTHER_MAX, PROPOSALS_MAX, REPORT_BYTES_MAX};
use super::schema::Report;
use super::text::TextKind;

#[derive(Clone, Copy, PartialEq)]
enum Need {
    Required,
    Optional,
    Absent,
}

use Need::{Absent as A, Optional as O, Required as R};

/// Need of each field in the professional, NGO and resident form. Proposals have a rule of their own ([`proposals`]).
const NEEDS: &[(&str, [Need; 3])] = &[
    ("title", [R, R, R]),
    ("kind", [R, R, O]),
    ("valence", [R, R, R]),
    ("description", [R, R, R]),
    ("support_need", [R, R, O]),
    ("service_task", [R, O, A]),
    ("service", [O, O, O]),
    ("target_group", [R, R, O]),
    ("extent", [R, R, O]),
    ("affected_estimate", [O, O, A]),
    ("area", [R, R, R]),
    ("level", [R, R, A]),
    ("sector", [R, R, O]),
    ("cause", [O, O, A]),
    ("done_so_far", [R, R, O]),
    ("effect", [O, O, O]),
    ("proposal", [O, O, O]),
    ("proposal_together", [O, O, O]),
    ("evidence", [R, O, O]),
    ("client_involved", [R, R, A]),
    ("observed_period", [R, R, O]),
    ("author_role", [R, R, R]),
    ("want_feedback", [O, O, O]),
    ("language", [R, R, R]),
    ("variant", [R, R, R]),
    ("form", [R, R, R]),
    ("org_activity", [A, O, A]),
    ("funding_dependency", [A, O, A]),
    ("seen_through", [A, O, A]),
];

/// Returns what is wrong with a report, required fields first; it may be signed when no issue
/// [prevents signing](Problem::prevents_signing).
///
/// A variant this version does not know is held to no variant's needs.
pub fn check(report: &Report) -> Vec<Issue> {
    let mut issues = Vec::new();
    let variant = report.variant.known();
    issues.extend(Report::read(report.other.clone().into_iter().collect()).1);
    if let Some(variant) = variant {
        needs(report, variant, &mut issues);
        proposals(report, variant, &mut issues);
    }
    texts(report, &mut issues);
    entries(report, variant, &mut issues);
    lists(report, &mut issues);
    issues
}

fn needs(report: &Report, variant: Variant, issues: &mut Vec<Issue>) {
    let fields = report.known_fields();
    for (field, needs) in NEEDS {
        let need = match variant {
            Variant::Professional => needs[0],
            Variant::Ngo => needs[1],
            Variant::Resident => needs[2],
        };
        let value = fields.get(*field);
        let blank = value.is_none_or(|value| value.as_str().is_some_and(|text| text.trim().is_empty()));
        if report.other.contains_key(*field) {
            continue;
        }
        if need == Need::Required && blank {
            issues.push(Issue::new(*field, Problem::Missing { variant }));
        } else if need == Need::Absent && value.is_some() {
            issues.push(Issue::new(*field, Problem::NotAsked { variant }));
        }
    }
}

/// A concrete proposal is what sets a report apart from a complaint. Only a question may stand without one, and residents
/// need not know who could act.
fn proposals(report: &Report, variant: Variant, issues: &mut Vec<Issue>) {
    let exempt = variant == Variant::Resident || report.kind.as_ref().is_some_and(|kind| *kind == Kind::Wondering);
    let together = report.proposal_together.as_deref().is_some_and(|text| !text.trim().is_empty());
    if report.proposal.is_empty() && !together && !exempt && !report.other.contains_key("proposal") {
        issues.push(Issue::new("proposal", Problem::ProposalNeeded));
    }
}

fn texts(report: &Report, issues: &mut Vec<Issue>) {
    for text in report.texts() {
        let got = text.text.chars().count();
        if got > text.chars_max {
            issues.push(Issue::new(text.field, Problem::TooLong { limit: text.chars_max, got }));
        } else if text.field == "language" {
            // A tag of RFC 5646: other languages are welcome, other texts are not.
            let tag = text.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if !tag || !(2..=35).contains(&got) {
                issues.push(Issue::new(text.field, Problem::NotALanguage));
            }
        } else if text.kind == TextKind::Code {
            issues.push(Issue::new(text.field, Problem::UnknownCode { code: text.text.to_owned() }));
        }
    }
}

fn entries(report: &Report, variant: Option<Variant>, issues: &mut Vec<Issue>) {
    let mut incomplete = |field: String, text: &str| {
        if text.trim().is_empty() {
            issues.push(Issue::new(field, Problem::Incomplete));
        }
    };
    for (at, proposal) in report.proposal.iter().enumerate() {
        incomplete(format!("proposal[{at}].text"), &proposal.text);
        if variant != Some(Variant::Resident) {
            incomplete(format!("proposal[{at}].addressee"), &proposal.addressee);
        }
    }
    for (at, service) in report.service.iter().enumerate() {
        incomplete(format!("service[{at}].system"), &service.system);
        incomplete(format!("service[{at}].code"), &service.code);
    }
    for (at, evidence) in report.evidence.iter().enumerate() {
        // Links are shown as links: only what a browser opens as a page may be one.
        let link = evidence.link.as_deref().unwrap_or("https://");
        if !["https://", "http://"].iter().any(|scheme| link.starts_with(scheme)) {
            issues.push(Issue::new(format!("evidence[{at}].link"), Problem::NotALink));
        }
    }
    for (at, area) in report.area.iter().enumerate() {
        if let Err(error) = area.verify() {
            issues.push(Issue::new(format!("area[{at}]"), Problem::UnknownArea(error)));
        }
    }
}

fn lists(report: &Report, issues: &mut Vec<Issue>) {
    for (field, got, limit) in [
        ("support_need", report.support_need.len(), ENTRIES_MAX),
        ("service_task", report.service_task.len(), ENTRIES_MAX),
        ("service", report.service.len(), ENTRIES_MAX),
        ("target_group", report.target_group.len(), ENTRIES_MAX),
        ("area", report.area.len(), ENTRIES_MAX),
        ("sector", report.sector.len(), ENTRIES_MAX),
        ("proposal", report.proposal.len(), PROPOSALS_MAX),
        ("evidence", report.evidence.len(), EVIDENCE_MAX),
        ("other", report.other.len(), OTHER_MAX),
    ] {
        if got > limit {
            issues.push(Issue::new(field, Problem::TooMany { limit, got }));
        }
    }
    let got = serde_json::to_vec(report).map_or(usize::MAX, |json| json.len());
    if got > REPORT_BYTES_MAX {
        issues.push(Issue::new("report", Problem::TooLarge { limit: REPORT_BYTES_MAX, got }));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::area::{Area, YEAR};
    use super::super::codes::{AreaScheme, Language};
    use super::super::limits::{TEXT_CHARS_MAX, TITLE_CHARS_MAX};
    use super::super::schema::Proposal;
    use super::super::testing::sample;
    use super::*;

    fn missing(report: &Report) -> Vec<String> {
        let issues = check(report).into_iter();
        issues.filter(|issue| matches!(issue.problem, Problem::Missing { .. })).map(|issue| issue.field).collect()
    }

    #[test]
    fn a_full_report_of_each_variant_passes() {
        for &variant in Variant::all() {
            assert_eq!(check(&sample(variant)), [], "{variant}");
        }
    }

    #[test]
    fn each_variant_requires_what_the_form_says() {
        let empty = |variant: Variant| missing(&Report { variant: variant.into(), ..Report::default() });
        let ngo = [
            "title",
            "kind",
            "valence",
            "description",
            "support_need",
            "target_group",
            "extent",
            "area",
            "level",
            "sector",
            "done_so_far",
            "client_involved",
            "observed_period",
            "author_role",
            "language",
        ];
        assert_eq!(empty(Variant::Ngo), ngo);
        let mut professional = empty(Variant::Professional);
        professional.retain(|field| !ngo.contains(&field.as_str()));
        assert_eq!(professional, ["service_task", "evidence"]);
        assert_eq!(empty(Variant::Resident), ["title", "valence", "description", "area", "author_role", "language"]);
    }

    #[test]
    fn every_field_has_a_need() {
        assert_eq!(NEEDS.iter().map(|(field, _)| *field).collect::<Vec<_>>(), Report::FIELDS);
    }

    #[test]
    fn what_a_variant_does_not_ask_has_to_be_empty() {
        let report = Report { variant: Variant::Resident.into(), ..sample(Variant::Professional) };
        let fields: Vec<_> = check(&report).into_iter().map(|issue| issue.field).collect();
        assert_eq!(fields, ["service_task", "affected_estimate", "level", "cause", "client_involved"]);
    }

    #[test]
    fn a_proposal_or_the_need_of_one_found_together() {
        let mut report = Report { proposal: vec![], ..sample(Variant::Ngo) };
        assert_eq!(check(&report), [Issue::new("proposal", Problem::ProposalNeeded)]);
        report.proposal_together = Some("  ".into());
        assert_eq!(check(&report).len(), 1);
        report.proposal_together = Some("Kela and the county see different halves of this.".into());
        assert_eq!(check(&report), []);
        let question = Report { kind: Some(Kind::Wondering.into()), proposal_together: None, ..report.clone() };
        assert_eq!(check(&question), []);
        report.proposal = vec![Proposal { text: "Act".into(), ..Proposal::default() }];
        assert_eq!(check(&report), [Issue::new("proposal[0].addressee", Problem::Incomplete)]);
    }

    #[test]
    fn texts_and_lists_are_bounded() {
        let mut report = sample(Variant::Professional);
        report.title = "ä".repeat(TITLE_CHARS_MAX);
        report.description = "ä".repeat(TEXT_CHARS_MAX);
        assert_eq!(check(&report), []);
        report.title.push('ä');
        report.description.push('ä');
        report.proposal = vec![report.proposal[0].clone(); PROPOSALS_MAX + 1];
        report.other.insert("big".into(), json!(vec![0; REPORT_BYTES_MAX]));
        let fields: Vec<_> = check(&report).into_iter().map(|issue| issue.field).collect();
        assert_eq!(fields, ["title", "description", "proposal", "report"]);
    }

    #[test]
    fn unknown_codes_and_areas_warn_and_bad_links_prevent() {
        let mut report = sample(Variant::Professional);
        report.kind = Some(super::super::code::Code::from_key("rumour"));
        report.area[0] = Area { year: 2019, ..Area::new(AreaScheme::Municipality, "564").unwrap() };
        report.other.insert("local_question".into(), json!({"answer": "yes"}));
        assert_eq!(YEAR, 2026);
        let fields: Vec<_> = check(&report).iter().map(|i| (i.field.clone(), i.problem.prevents_signing())).collect();
        assert_eq!(fields, [("kind".to_owned(), false), ("area[0]".to_owned(), false)]);
        report.evidence[0].link = Some("javascript:alert(1)".into());
        assert!(check(&report).contains(&Issue::new("evidence[0].link", Problem::NotALink)));
    }

    #[test]
    fn other_languages_are_welcome() {
        let mut report = sample(Variant::Resident);
        for (tag, issues) in [("uk", 0), ("zh-Hant", 0), ("not a tag", 1), ("x", 1)] {
            report.language = Some(super::super::code::Code::from_key(tag));
            assert_eq!(check(&report).len(), issues, "{tag}");
        }
        report.language = Some(Language::Se.into());
        assert_eq!(check(&report), []);
    }

    #[test]
    fn an_unreadable_field_is_named_once() {
        let mut fields = sample(Variant::Professional).to_fields();
        fields.insert("sector".into(), json!("social"));
        let issues = check(&Report::read(fields).0);
        assert_eq!(issues.len(), 1);
        assert!(matches!(&issues[0].problem, Problem::Unreadable { .. }) && issues[0].field == "sector");
    }
}
