//! What a report must and may hold before it is signed: required fields by variant, lengths, known codes and areas.
//!
//! These rules help the author and may change from release to release. They are not rules of admission: nodes of other
//! versions must reach the same verdict about a signed change, so a report that breaks them is still read and shown.

use serde_json::Value;

use super::codes::{Kind, Language, Variant};
use super::issue::{Issue, Problem};
use super::limits::{ATTACHMENTS_MAX, ENTRIES_MAX, EVIDENCE_MAX, OTHER_MAX, PROPOSALS_MAX, REPORT_BYTES_MAX};
use super::schema::Report;
use super::text::TextKind;
use crate::form::question::Verdict;
use crate::form::{CodeList, Form, NamedCode, Need, Question, lookup};

/// Returns what is wrong with a report by the form that comes with the program; see [`check_against`].
pub fn check(report: &Report) -> Vec<Issue> {
    check_against(report, Form::built_in())
}

/// Returns what is wrong with a report by a form, required fields first; it may be signed when no issue
/// [prevents signing](Problem::prevents_signing).
///
/// The needs are the form's; lengths, counts and the rule of proposals are not. A field the form does not list may be answered. A
/// variant this version does not know is held to no variant's needs.
pub fn check_against(report: &Report, form: &Form) -> Vec<Issue> {
    let mut issues = Vec::new();
    let variant = report.variant.known();
    issues.extend(Report::read(report.other.clone().into_iter().collect()).1);
    if let Some(variant) = variant {
        needs(report, form, variant, &mut issues);
        proposals(report, variant, &mut issues);
    }
    answers(report, form, &mut issues);
    texts(report, &mut issues);
    entries(report, variant, &mut issues);
    official_codes(report, form, &mut issues);
    lists(report, &mut issues);
    issues
}

fn needs(report: &Report, form: &Form, variant: Variant, issues: &mut Vec<Issue>) {
    let known = report.known_fields();
    let kind = report.kind.as_ref().and_then(|kind| kind.known());
    for field in &form.fields {
        let is_known = Report::FIELDS.contains(&field.id.as_str());
        // What of a known field cannot be read has been named already; a field of a newer form is kept among the unknown ones.
        if is_known && report.other.contains_key(&field.id) {
            continue;
        }
        let value = if is_known { known.get(&field.id) } else { report.other.get(&field.id) };
        need(&field.id, field.need(variant, kind), value, variant, issues);
    }
    for question in &form.questions {
        need(&question.id, question.need(variant, kind), report.other.get(&question.id), variant, issues);
    }
}

fn need(field: &str, need: Need, value: Option<&Value>, variant: Variant, issues: &mut Vec<Issue>) {
    let blank = value.is_none_or(|value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()));
    if need == Need::Required && blank {
        issues.push(Issue::new(field, Problem::Missing { variant }));
    } else if need == Need::Absent && value.is_some() {
        issues.push(Issue::new(field, Problem::NotAsked { variant }));
    }
}

/// Answers to the form's own questions. Those to questions of other forms are nobody's to judge here.
fn answers(report: &Report, form: &Form, issues: &mut Vec<Issue>) {
    let answered = |question: &Question| report.other.get(&question.id).filter(|value| !value.is_null()).cloned();
    for (question, value) in form.questions.iter().filter_map(|question| Some((question, answered(question)?))) {
        match question.judge(&value, form) {
            Verdict::Good => {}
            Verdict::UnknownCode(code) => {
                let list = question.label.get(Language::En).to_owned();
                issues.push(Issue::new(&question.id, not_listed(code, list, question.codes(form))));
            }
            Verdict::Unfit(reason) => issues.push(Issue::new(&question.id, Problem::Unreadable { reason })),
        }
    }
}

/// Codes of lists that the form holds. A list that is only named holds nothing to compare with.
fn official_codes(report: &Report, form: &Form, issues: &mut Vec<Issue>) {
    for (at, service) in report.service.iter().enumerate() {
        let Some(list) = form.codes(&service.system) else { continue };
        if !list.codes.iter().any(|known| known.code == service.code) {
            let edition = if list.version.is_empty() { String::new() } else { format!(" {}", list.version) };
            let name = format!("{}{edition}", list.name.get(Language::En));
            issues.push(Issue::new(format!("service[{at}].code"), not_listed(service.code.clone(), name, &list.codes)));
        }
    }
}

fn not_listed(code: String, list: String, codes: &[NamedCode]) -> Problem {
    let nearest = lookup::nearest(codes, &code).into_iter().map(CodeList::say).collect();
    Problem::NotListed { code, list, nearest }
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
        ("attachment", report.attachment.len(), ATTACHMENTS_MAX),
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
    use super::super::codes::AreaScheme;
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
        let fields: Vec<_> = Form::built_in().fields.iter().map(|field| field.id.as_str()).collect();
        assert_eq!(fields, Report::FIELDS);
    }

    fn local_form() -> Form {
        let mut form = Form::built_in().clone();
        let names = json!({"fi": "a", "sv": "b", "en": "c"});
        let needs = json!({"professional": "required", "ngo": "optional", "resident": "absent"});
        let question = |id: &str, answer: serde_json::Value| json!({"id": id, "label": names, "answer": answer, "needs": needs, "kinds": ["phenomenon"]});
        form.questions = serde_json::from_value(json!([
            question("local.colour", json!({"type": "choice", "codes": [{"code": "red", "name": names}]})),
            question("local.times", json!({"type": "number", "min": 0, "max": 9})),
        ]))
        .unwrap();
        let mut newer = form.fields[0].clone();
        newer.id = "mood".into();
        form.fields.push(newer);
        form
    }

    #[test]
    fn a_forms_own_questions_and_newer_fields_are_asked() {
        let form = local_form();
        let mut report = sample(Variant::Professional);
        let fields = |report: &Report| -> Vec<String> {
            check_against(report, &form).into_iter().map(|issue| issue.field).collect()
        };
        assert_eq!(fields(&report), ["mood", "local.colour", "local.times"]);
        assert_eq!(check(&report), []);
        for (field, value) in [("mood", json!("good")), ("local.colour", json!("red")), ("local.times", json!(9))] {
            report.other.insert(field.into(), value);
        }
        assert_eq!(fields(&report), [] as [&str; 0]);
        report.other.insert("local.times".into(), json!(10));
        report.other.insert("local.colour".into(), json!("green"));
        report.other.insert("local.theirs".into(), json!([1]));
        let issues = check_against(&report, &form);
        let green = Problem::NotListed { code: "green".into(), list: "c".into(), nearest: vec![] };
        assert_eq!(issues[0].problem, green);
        assert!(matches!(&issues[1].problem, Problem::Unreadable { reason } if reason.contains("0 to 9")));
        assert_eq!(issues.len(), 2);
        report.other.clear();
        report.kind = Some(Kind::Wondering.into());
        assert_eq!(fields(&report), ["mood"], "questions for phenomena are not required of others");
        let mut resident = sample(Variant::Resident);
        resident.other.insert("local.times".into(), json!(1));
        assert_eq!(fields(&resident), ["mood", "local.times"]);
    }

    #[test]
    fn a_loaded_list_knows_its_codes() {
        let mut form = Form::built_in().clone();
        let mut report = sample(Variant::Professional);
        let system = super::super::codes::SYSTEM_SOCIAL_SERVICE;
        report.service = vec![super::super::schema::Coded { system: system.into(), code: "101".into(), display: None }];
        assert_eq!(check_against(&report, &form), [], "a list that is only named");
        let mut list = form.code_lists[0].clone();
        list.codes = serde_json::from_value(json!([{"code": "102", "name": {"fi": "Asumispalvelut"}}])).unwrap();
        form.fill_codes(list);
        let issues = check_against(&report, &form);
        assert_eq!((issues.len(), issues[0].field.as_str()), (1, "service[0].code"));
        assert!(issues[0].to_string().contains("nearest: 102 Asumispalvelut"), "{}", issues[0]);
        assert!(!issues[0].problem.prevents_signing());
        report.service[0].code = " asumispalvelut".into();
        form.understand(&mut report);
        assert_eq!((check_against(&report, &form), report.service[0].code.as_str()), (vec![], "102"));
        assert_eq!(report.service[0].display.as_deref(), Some("asumispalvelut"));
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
