//! What keeps a report from being signed: gathers what [`check_against`] and [`scan()`] say, all of it at once.

use serde::Serialize;
use talkoot_protocol::form::{Form, LOCAL_PREFIX};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::issue::Problem;
use talkoot_protocol::report::{Issue, Report, check_against};
use talkoot_protocol::scan::{Action, Finding, scan};

use super::plain;
use crate::commands::form::words;
use crate::error::{Error, Result};
use crate::output;

/// What reports are called.
pub(super) const REPORT: &str = "the report";

/// One thing about one field, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Remark {
    /// The field.
    pub(crate) field: String,
    /// A sentence.
    pub(crate) problem: String,
    /// The text it is about, for the author's eyes only: never part of lists and logs.
    #[serde(skip)]
    pub(crate) found: Option<String>,
}

impl Remark {
    /// Makes one without a text.
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into(), found: None }
    }

    /// Returns the sentence with the text it is about.
    pub(crate) fn for_author(&self) -> String {
        match &self.found {
            Some(found) => format!("{} It reads: {found:?}", self.problem),
            None => self.problem.clone(),
        }
    }
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Remarks {
    /// What has to be mended, or confirmed, before anything is signed.
    pub(crate) refusals: Vec<Remark>,
    /// What the author should know.
    pub(crate) notes: Vec<Remark>,
}

/// Looks at a report by a form. With `confirmed`, what only may be wrong is no refusal.
pub(crate) fn examine_by(report: &Report, form: &Form, confirmed: bool) -> Remarks {
    let mut remarks = Remarks::default();
    for issue in check_against(report, form) {
        let note = confirmed && !issue.problem.prevents_signing();
        if note { &mut remarks.notes } else { &mut remarks.refusals }.push(issue_remark(&issue, confirmed));
    }
    report.texts().iter().for_each(|text| remarks.scan(&text.field, text.text, confirmed));
    remarks
}

impl Remarks {
    /// Scans one text.
    fn scan(&mut self, field: &str, text: &str, confirmed: bool) {
        for finding in scan(text) {
            let note = finding.action == Action::Warn || (confirmed && finding.action == Action::Confirm);
            let remark = finding_remark(field, text, &finding, confirmed);
            if note { &mut self.notes } else { &mut self.refusals }.push(remark);
        }
    }
}

/// Turns an issue into a remark. What only may be wrong says how to confirm it, unless that has been done.
pub(crate) fn issue_remark(issue: &Issue, confirmed: bool) -> Remark {
    let problem = plain::one_line(&issue.to_string());
    let problem = match (confirmed || issue.problem.prevents_signing(), problem.strip_suffix("; it is kept as it is."))
    {
        (true, _) => problem,
        (false, Some(unknown)) => format!("{unknown}. It is not stored yet. If the code is right, add --confirm."),
        (false, None) => format!("{problem} If it is right, add --confirm."),
    };
    Remark::new(issue.field.clone(), problem)
}

fn finding_remark(field: &str, text: &str, finding: &Finding, confirmed: bool) -> Remark {
    let before = text.get(..finding.span.start).unwrap_or_default().chars().count();
    let found = text.get(finding.span.clone()).unwrap_or_default();
    let (from, to) = (before + 1, before + found.chars().count());
    let (rule, write) = (finding.rule, finding.suggestion);
    let problem = match finding.action {
        Action::Block => format!("Take {rule} out of `{field}` (characters {from} to {to}): write {write} instead."),
        Action::Confirm if confirmed => format!(
            "Check `{field}` (characters {from} to {to}): there seems to be {rule}. You have confirmed that it is none, so it stays."
        ),
        Action::Confirm => format!(
            "Check `{field}` (characters {from} to {to}): there seems to be {rule}. Write {write} instead, or add --confirm if it is none."
        ),
        Action::Warn => {
            format!("Look at `{field}` (characters {from} to {to}): there may be {rule}. If so, write {write} instead.")
        }
    };
    Remark { field: field.to_owned(), problem, found: Some(found.to_owned()) }
}

/// Says the notes, and refuses if something has to be mended first.
///
/// Who has no proposal may have one person's danger in mind, which no report helps: then the notice is shown.
pub(crate) fn require_signable(report: &Report, form: &Form, confirmed: bool) -> Result<()> {
    let settled = settle(&examine_by(report, form, confirmed), REPORT);
    let lacks_proposal = || check_against(report, form).iter().any(|issue| issue.problem == Problem::ProposalNeeded);
    settled.map_err(|error| if lacks_proposal() { error.also(notice(report, form)) } else { error })
}

/// Returns the notice in the report's language, each line but the first indented as hints are.
fn notice(report: &Report, form: &Form) -> String {
    let language = report.language.as_ref().and_then(|code| code.known()).unwrap_or(Language::En);
    words::notice(form, language).join("\n  ")
}

/// The same for a change to a report. What only may be wrong needs no confirming in fields that are not touched: somebody has
/// signed them already.
pub(crate) fn require_changeable(
    report: &Report,
    form: &Form,
    confirmed: bool,
    is_touched: impl Fn(&str) -> bool,
) -> Result<()> {
    let of_touched = |remark: &Remark| is_touched(field_of(&remark.field));
    let (mut remarks, mut rest) = (examine_by(report, form, confirmed), examine_by(report, form, true));
    remarks.refusals.retain(of_touched);
    remarks.notes.retain(of_touched);
    rest.refusals.retain(|remark| !of_touched(remark));
    remarks.refusals.append(&mut rest.refusals);
    settle(&remarks, REPORT)
}

/// Returns the field of a place in a report: questions of one's own have a point in their name.
fn field_of(place: &str) -> &str {
    let name = place.strip_prefix(LOCAL_PREFIX).unwrap_or(place);
    let length = name.find(['[', '.']).unwrap_or(name.len());
    place.get(..place.len() - name.len() + length).unwrap_or(place)
}

/// The same for texts of other documents, each with its place.
pub(crate) fn require_clean(texts: impl IntoIterator<Item = (String, String)>, confirmed: bool) -> Result<()> {
    let mut remarks = Remarks::default();
    for (place, text) in texts {
        remarks.scan(&place, &text, confirmed);
    }
    settle(&remarks, "this")
}

fn settle(remarks: &Remarks, what: &str) -> Result<()> {
    for note in &remarks.notes {
        output::say(&format!("Note: {}", note.for_author()));
    }
    refuse(&remarks.refusals, what)
}

/// Makes one error of all refusals.
pub(super) fn refuse(refusals: &[Remark], what: &str) -> Result<()> {
    if refusals.is_empty() {
        return Ok(());
    }
    let list: String = refusals.iter().map(|refusal| format!("\n  - {}", refusal.for_author())).collect();
    Err(Error::refused(format!("{what} is not signed yet; please mend this first:{list}"))
        .hint("Nothing was signed or stored. 'talkoot report codes FIELD' lists what a field takes."))
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::{Language, Variant};

    use super::*;

    fn examine(report: &Report, confirmed: bool) -> Remarks {
        examine_by(report, Form::built_in(), confirmed)
    }

    fn report(description: &str) -> Report {
        let fields = serde_json::json!({
            "title": "Asunnot", "valence": "negative", "description": description, "author_role": "resident",
            "area": [{"scheme": "municipality", "year": 2026, "code": "564"}], "language": "fi", "variant": "resident",
        });
        let report = Report::read(serde_json::from_value(fields).unwrap()).0;
        assert_eq!(
            (report.variant.known(), report.language.as_ref().unwrap().known()),
            (Some(Variant::Resident), Some(Language::Fi))
        );
        report
    }

    #[test]
    fn a_good_report_passes() {
        assert_eq!(examine(&report("Kotihoito myöhästyy usein."), false), Remarks::default());
    }

    #[test]
    fn says_everything_at_once() {
        let mut bad = report("Tunnus 131052-308T on.");
        bad.title.clear();
        bad.area.clear();
        let remarks = examine(&bad, false);
        let fields: Vec<_> = remarks.refusals.iter().map(|remark| remark.field.as_str()).collect();
        assert_eq!(fields, ["title", "area", "description"]);
        let code = &remarks.refusals[2];
        assert!(code.problem.contains("characters 8 to 18") && !code.problem.contains("131052"), "{code:?}");
        assert!(code.for_author().contains("131052-308T"));
        assert!(!serde_json::to_string(code).unwrap().contains("131052"));
        assert_eq!(examine(&bad, true).refusals.len(), 3, "an identity code is never confirmed away");
    }

    #[test]
    fn what_may_be_wrong_has_to_be_confirmed() {
        let mut odd = report("Myöhästyy.");
        odd.kind = Some("rumour".parse().unwrap());
        assert_eq!(examine(&odd, false).refusals.len(), 1);
        let confirmed = examine(&odd, true);
        assert_eq!((confirmed.refusals.len(), confirmed.notes.len()), (0, 1));
        let form = Form::built_in();
        assert!(require_changeable(&odd, form, false, |field| field == "title").is_ok());
        assert!(require_changeable(&odd, form, false, |field| field == "kind").is_err());
        odd.description = "131052-308T".into();
        assert!(require_changeable(&odd, form, false, |field| field == "title").is_err());
    }

    #[test]
    fn a_place_belongs_to_a_field() {
        for (place, field) in [
            ("proposal[0].text", "proposal"),
            ("extent.trend", "extent"),
            ("local.lift", "local.lift"),
            ("local.x[0]", "local.x"),
        ] {
            assert_eq!(field_of(place), field);
        }
    }

    #[test]
    fn without_a_proposal_the_channels_for_danger_are_named() {
        let mut report = report("Kotihoito myöhästyy usein.");
        report.variant = Variant::Ngo.into();
        let error = require_signable(&report, Form::built_in(), false).unwrap_err();
        assert!(format!("{error:?}").contains("lastensuojelulaki 25 §"), "{error:?}");
        report.proposal_together = Some("Yhdessä.".into());
        let error = require_signable(&report, Form::built_in(), false).unwrap_err();
        assert!(!format!("{error:?}").contains("lastensuojelulaki"), "{error:?}");
    }
}
