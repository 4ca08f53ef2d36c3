//! What is to be said about words before they are signed: the same for a person at the command line and for a page. Nothing here
//! signs, stores or remembers.

use serde_json::{Map, Value};

use crate::api::{Remark, Weight};
use crate::form::{Form, LOCAL_PREFIX};
use crate::phenomenon;
use crate::proposal;
use crate::report::issue::Problem;
use crate::report::{Issue, Report, check_against};
use crate::saved;
use crate::scan::{Action, Finding, scan};
use crate::scope::Kind;
use crate::service_path::{self, ServicePath};

/// Looks at the fields of a report by a form. What only may be wrong and was `confirmed` is a note.
pub fn report(fields: Map<String, Value>, form: &Form, confirmed: bool) -> Vec<Remark> {
    let (report, _) = Report::read(fields);
    let mut remarks: Vec<Remark> =
        check_against(&report, form).iter().map(|issue| of_issue(issue, confirmed)).collect();
    for text in report.texts() {
        remarks.extend(scan(text.text).iter().map(|finding| of_finding(&text.field, text.text, finding, confirmed)));
    }
    remarks
}

/// Looks at entries of a joint document, each under its path without the prefix of the organisation.
pub fn entries(kind: Kind, entries: &Map<String, Value>, confirmed: bool) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (path, value) in entries {
        word(kind, path, value, &mut remarks);
        texts(path, value, &mut |place, text| {
            remarks.extend(scan(text).iter().map(|finding| of_finding(place, text, finding, confirmed)));
        });
    }
    remarks
}

/// Looks at the fields of a service path. `is_listed` says whether a code of an official list is in the list as loaded here (system,
/// code).
pub fn path(fields: &Map<String, Value>, is_listed: impl Fn(&str, &str) -> bool) -> Vec<Remark> {
    let refused = |field: &str, message: String| Remark::new(field, "bad_path", Weight::Mend, message);
    match ServicePath::read(fields) {
        Err(service_path::Error::Field { field }) => vec![refused(field, format!("`{field}` cannot be read."))],
        Err(error) => vec![refused("steps", format!("{error}."))],
        Ok(path) => {
            let faults = service_path::check(&path, is_listed);
            faults.iter().map(|fault| refused("steps", format!("{fault}."))).collect()
        }
    }
}

/// Returns the field of a place in a report: questions of a form's own have a point in their name.
pub fn field_of(place: &str) -> &str {
    let name = place.strip_prefix(LOCAL_PREFIX).unwrap_or(place);
    let length = name.find(['[', '.']).unwrap_or(name.len());
    place.get(..place.len() - name.len() + length).unwrap_or(place)
}

/// Looks at one word by its kind's own rules.
fn word(kind: Kind, path: &str, value: &Value, remarks: &mut Vec<Remark>) {
    let unread = || {
        Remark::new(
            path,
            "no_word",
            Weight::Mend,
            format!("`{path}` cannot be said so: a part is missing, too long or none of the choices."),
        )
    };
    let is_word = match kind {
        Kind::Phenomenon => phenomenon::Word::read(path, value).is_some(),
        Kind::View => saved::word::Word::read(path, value).is_some(),
        Kind::Proposal => {
            let word = proposal::Word::read(path, value);
            if let Some(Err(faults)) = word.as_ref().map(proposal::Word::entry) {
                return remarks.extend(faults.iter().map(|fault| of_fault(path, fault)));
            }
            word.is_some()
        }
        _ => false,
    };
    if !is_word {
        remarks.push(unread());
    }
}

fn of_fault(path: &str, fault: &proposal::words::Error) -> Remark {
    use proposal::words::Error as Fault;
    let (part, name) = match fault {
        Fault::Missing { field } => (Some(*field), "missing"),
        Fault::TooLong { field, .. } => (Some(*field), "too_long"),
        Fault::TooMany { field, .. } => (Some(*field), "too_many"),
        Fault::NotALink { field } => (Some(*field), "not_a_link"),
        Fault::TooLarge { .. } => (None, "too_large"),
        Fault::NotJson { .. } => (None, "no_word"),
    };
    let field = part.map_or_else(|| path.to_owned(), |part| format!("{path}.{}", part.replace(' ', ".")));
    let mut remark = Remark::new(field, name, Weight::Mend, format!("{fault}."));
    if let Fault::TooLong { limit, got, .. } | Fault::TooMany { limit, got, .. } = fault {
        (remark.limit, remark.got) = (Some(*limit), Some(*got));
    }
    remark
}

/// Calls for every text in a value, with its place.
fn texts(place: &str, value: &Value, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(place, text),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| texts(&format!("{place}[{at}]"), item, found));
        }
        Value::Object(parts) => {
            parts.iter().for_each(|(name, part)| texts(&format!("{place}.{name}"), part, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn of_issue(issue: &Issue, confirmed: bool) -> Remark {
    let weight = match (issue.problem.prevents_signing(), confirmed) {
        (true, _) => Weight::Mend,
        (false, false) => Weight::Confirm,
        (false, true) => Weight::Note,
    };
    let mut remark = Remark::new(issue.field.clone(), name_of(&issue.problem), weight, issue.to_string());
    match &issue.problem {
        Problem::TooLong { limit, got } | Problem::TooMany { limit, got } | Problem::TooLarge { limit, got } => {
            (remark.limit, remark.got) = (Some(*limit), Some(*got));
        }
        Problem::NotListed { nearest, .. } => remark.nearest.clone_from(nearest),
        _ => {}
    }
    remark
}

/// Returns the stable name of a problem.
const fn name_of(problem: &Problem) -> &'static str {
    match problem {
        Problem::Missing { .. } => "missing",
        Problem::NotAsked { .. } => "not_asked",
        Problem::Incomplete => "incomplete",
        Problem::ProposalNeeded => "proposal_needed",
        Problem::TooLong { .. } => "too_long",
        Problem::TooMany { .. } => "too_many",
        Problem::TooLarge { .. } => "too_large",
        Problem::UnknownCode { .. } => "unknown_code",
        Problem::NotListed { .. } => "not_listed",
        Problem::UnknownArea(_) => "unknown_area",
        Problem::NotALanguage => "not_a_language",
        Problem::NotALink => "not_a_link",
        Problem::Unreadable { .. } => "unreadable",
    }
}

fn of_finding(field: &str, text: &str, finding: &Finding, confirmed: bool) -> Remark {
    let weight = match finding.action {
        Action::Block => Weight::Mend,
        Action::Confirm if !confirmed => Weight::Confirm,
        Action::Confirm | Action::Warn => Weight::Note,
    };
    let count = |part: Option<&str>| part.unwrap_or_default().chars().count();
    let from = count(text.get(..finding.span.start));
    let to = from + count(text.get(finding.span.clone()));
    let (rule, write) = (finding.rule, finding.suggestion);
    let message =
        format!("There seems to be {rule} in `{field}` (characters {} to {to}): write {write} instead.", from + 1);
    let mut remark = Remark::new(field, rule.name(), weight, message);
    (remark.span, remark.suggestion) = (Some((from, to)), Some(write.to_owned()));
    remark
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn told(remarks: &[Remark]) -> Vec<(&str, &str, Weight)> {
        remarks.iter().map(|remark| (remark.field.as_str(), remark.name.as_str(), remark.weight)).collect()
    }

    #[test]
    fn a_report_is_told_all_at_once_and_no_text_is_repeated() {
        let fields = map(json!({
            "title": "Jono", "description": "Ääni: tunnus 131052-308T on.", "variant": "resident", "kind": "rumour",
        }));
        let remarks = report(fields.clone(), Form::built_in(), false);
        let told = told(&remarks);
        assert!(told.contains(&("area", "missing", Weight::Mend)), "{told:?}");
        assert!(told.contains(&("kind", "unknown_code", Weight::Confirm)), "{told:?}");
        let code = remarks.iter().find(|remark| remark.name == "personal_identity_code").unwrap();
        assert_eq!((code.field.as_str(), code.weight, code.span), ("description", Weight::Mend, Some((13, 24))));
        assert!(!serde_json::to_string(&remarks).unwrap().contains("131052"));
        let confirmed = report(fields, Form::built_in(), true);
        assert!(confirmed.iter().any(|remark| remark.name == "unknown_code" && remark.weight == Weight::Note));
        assert!(confirmed.iter().any(|remark| remark.span.is_some() && remark.weight == Weight::Mend));
    }

    #[test]
    fn words_of_joint_documents_are_held_to_their_kind() {
        let good = map(json!({"title": {"text": "Asuntojono"}}));
        assert_eq!(entries(Kind::Phenomenon, &good, false), []);
        let bad = map(json!({"title": {"text": ""}, "facets/1": {"aspect": "a"}}));
        let remarks = entries(Kind::Phenomenon, &bad, false);
        assert_eq!(told(&remarks), [("facets/1", "no_word", Weight::Mend), ("title", "no_word", Weight::Mend)]);
        let answer =
            map(json!({"answer/0000a1b2": {"code": "forwarded", "reason": "131052-308T", "date": "2026-11-22"}}));
        let remarks = entries(Kind::Proposal, &answer, false);
        let expected = [
            ("answer/0000a1b2.to", "missing", Weight::Mend),
            ("answer/0000a1b2.reason", "personal_identity_code", Weight::Mend),
        ];
        assert_eq!(told(&remarks), expected);
    }

    #[test]
    fn a_place_belongs_to_a_field() {
        for (place, field) in
            [("proposal[0].text", "proposal"), ("local.lift", "local.lift"), ("local.x[0]", "local.x")]
        {
            assert_eq!(field_of(place), field);
        }
    }

    #[test]
    fn a_path_without_steps_is_none() {
        let remarks = path(&map(json!({"outcome": "helped"})), |_, _| true);
        assert_eq!(told(&remarks), [("steps", "bad_path", Weight::Mend)]);
    }
}
