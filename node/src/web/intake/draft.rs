//! From slips to the beginning of a report of the resident variant. A worker goes on from there: what is not known is left out.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use talkoot_protocol::report::area::YEAR;
use talkoot_protocol::report::codes::Valence;
use talkoot_protocol::report::limits::{PROPOSALS_MAX, TITLE_CHARS_MAX};
use talkoot_protocol::report::schema::FORM;

use crate::intake::campaign::Campaign;
use crate::intake::slip::{Slip, Words};

/// Returns the fields. Texts stand as they were written, one after another.
pub(super) fn fields(slips: &[(Option<Campaign>, Slip)]) -> Map<String, Value> {
    let words: Vec<&Words> = slips.iter().filter_map(|(_, slip)| slip.words.as_ref()).collect();
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("variant", json!("resident"));
    put("form", json!(FORM));
    put("author_role", json!("resident"));
    put("title", json!(title(slips, &words)));
    put("description", json!(description(&words)));
    if let Some((_, slip)) = slips.first() {
        put("language", json!(slip.language));
    }
    if let Some(valence) = valence(&words) {
        put("valence", json!(valence));
    }
    let area = |code: &String| json!({ "scheme": "municipality", "year": YEAR, "code": code });
    put("area", places(slips).iter().map(area).collect());
    let groups: BTreeSet<_> = words.iter().filter_map(|words| words.group).collect();
    put("target_group", groups.iter().map(|group| json!({ "group": group, "age": "all" })).collect());
    put("proposal", proposals(&words).into_iter().map(|text| json!({ "text": text, "addressee": "" })).collect());
    if slips.iter().any(|(_, slip)| slip.code.is_some()) {
        put("want_feedback", json!(true));
    }
    fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    fields
}

/// The heap, if all are of one; else the first sentence of the first.
fn title(slips: &[(Option<Campaign>, Slip)], words: &[&Words]) -> String {
    let heaps: BTreeSet<_> = slips.iter().map(|(_, slip)| slip.heap.as_deref()).collect();
    if let [Some(heap)] = heaps.into_iter().collect::<Vec<_>>()[..] {
        return heap.to_owned();
    }
    let text = words.first().map(|words| words.text.as_str()).unwrap_or_default();
    let sentence = text.split(['.', '!', '?', '\n']).map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    sentence.chars().take(TITLE_CHARS_MAX).collect()
}

fn description(words: &[&Words]) -> String {
    match words {
        [one] => one.text.clone(),
        several => several.iter().map(|words| format!("– {}", words.text)).collect::<Vec<_>>().join("\n"),
    }
}

fn valence(words: &[&Words]) -> Option<Valence> {
    let told: BTreeSet<_> = words.iter().filter_map(|words| words.valence).collect();
    if told.len() > 1 { Some(Valence::Mixed) } else { told.into_iter().next() }
}

/// Where they were written of; else where they were written, during a campaign.
fn places(slips: &[(Option<Campaign>, Slip)]) -> BTreeSet<String> {
    let place = |(campaign, slip): &(Option<Campaign>, Slip)| {
        let told = slip.words.as_ref().and_then(|words| words.place.clone());
        told.or_else(|| campaign.as_ref().map(|campaign| campaign.municipality.clone()))
    };
    slips.iter().filter_map(place).collect()
}

/// What should be done: those beyond the number that a report may have stand together in the last.
fn proposals(words: &[&Words]) -> Vec<String> {
    let mut texts: Vec<String> =
        words.iter().map(|words| words.proposal.clone()).filter(|text| !text.is_empty()).collect();
    let rest = texts.split_off(texts.len().min(PROPOSALS_MAX));
    if let Some(last) = texts.last_mut() {
        rest.iter().for_each(|text| *last = format!("{last}\n{text}"));
    }
    texts
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::{Group, Language};
    use talkoot_protocol::report::{Report, check};

    use crate::intake::slip::Fate;
    use crate::intake::slip::SlipId;

    use super::*;

    fn slip(text: &str, valence: Option<Valence>, proposal: &str) -> (Option<Campaign>, Slip) {
        let words = Words {
            valence,
            text: text.into(),
            place: Some("638".into()),
            group: Some(Group::Young),
            proposal: proposal.into(),
        };
        let slip = Slip {
            id: SlipId::parse("0123456789abcdef").unwrap(),
            code: None,
            received: "2026-11-02".parse().unwrap(),
            campaign: None,
            language: Language::Sv,
            heap: None,
            words: Some(words),
            fate: Fate::Waiting,
        };
        (None, slip)
    }

    #[test]
    fn a_whole_slip_is_a_report_that_may_be_signed() {
        let fields = fields(&[slip("Bussen går inte. Alls.", Some(Valence::Negative), "En tur till.")]);
        let (report, issues) = Report::read(fields);
        assert_eq!((issues, check(&report)), (vec![], vec![]));
        assert_eq!((report.title.as_str(), report.description.as_str()), ("Bussen går inte", "Bussen går inte. Alls."));
    }

    #[test]
    fn several_become_one_and_nothing_is_lost() {
        let slips: Vec<_> = (0..7)
            .map(|at| {
                slip(
                    &format!("Text {at}."),
                    [Some(Valence::Negative), Some(Valence::Positive), None][at % 3],
                    &format!("Förslag {at}"),
                )
            })
            .map(|(campaign, slip)| (campaign, Slip { heap: Some("Kvällsturer".into()), ..slip }))
            .collect();
        let (report, issues) = Report::read(fields(&slips));
        assert_eq!((issues, check(&report)), (vec![], vec![]));
        assert_eq!((report.title.as_str(), report.proposal.len()), ("Kvällsturer", 5));
        assert_eq!(report.valence, Some(Valence::Mixed.into()));
        let text = format!("{} {:?}", report.description, report.proposal);
        assert!((0..7).all(|at| text.contains(&format!("Text {at}.")) && text.contains(&format!("Förslag {at}"))));
    }
}
