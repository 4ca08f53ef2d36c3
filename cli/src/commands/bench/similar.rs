//! Whether reports about one matter in other words are found to be similar. They are planted among many others: each matter is
//! told six times, four times in Finnish, once in Swedish, once in English, so that each report has five others about the same,
//! which is also how many of the most similar are looked at.
//!
//! Three sets, by when their words were looked at. *Tuned*: the weights were chosen by it. *Seen*: known when they were chosen, not
//! used. *Apart*: written after the lists of words were settled, and measured afterwards.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use talkoot_node::core::Core;
use talkoot_protocol::api::{Hit, Request, SIMILARITY_SUGGESTED};
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::DocumentId;

use super::full_text::found;
use crate::error::{Error, Result};
use crate::world::{self, World, Written};

/// How many of the most similar are looked at: as many as there are others about the matter.
const LOOKED_AT: usize = 5;
/// How many reports of the sample world are planted.
const INVENTED: usize = 100;
/// How many more are looked at to see what would be suggested if nothing else were about the matter.
const WITHOUT: usize = 2 * LOOKED_AT + 2;

/// A report about a matter that others are about too.
#[derive(Deserialize)]
pub(super) struct Planted {
    matter: u32,
    pub(super) language: String,
    pub(super) title: String,
    pub(super) text: String,
    /// Which set it is from.
    #[serde(skip)]
    set: &'static str,
}

/// Reads the planted reports.
pub(super) fn planted() -> Result<Vec<Planted>> {
    let read = |list: &str, set: fn(u32) -> &'static str| -> Result<Vec<Planted>> {
        let lines = list.lines().map(|line| serde_json::from_str::<Planted>(line).map_err(Error::failed));
        lines.map(|planted| planted.map(|planted| Planted { set: set(planted.matter), ..planted })).collect()
    };
    let first = read(include_str!("planted.jsonl"), |matter| if matter % 2 == 1 { "tuned" } else { "seen" })?;
    Ok(first.into_iter().chain(read(include_str!("planted_apart.jsonl"), |_| "apart")?).collect())
}

/// Returns reports of the sample world: each about one of its phenomena.
pub(super) fn invented() -> Vec<Planted> {
    let text = |fields: &Fields, key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let one = |written: Written| Planted {
        matter: u32::try_from(written.about).unwrap_or_default(),
        language: text(&written.fields, "language"),
        title: text(&written.fields, "title"),
        text: text(&written.fields, "description"),
        set: "world",
    };
    World::new(world::SEED, INVENTED).reports.into_iter().map(one).collect()
}

/// How alike the planted reports of a set are found to be: means over its reports.
#[derive(Debug, Default, Serialize)]
pub(super) struct Alike {
    reports: usize,
    /// Of the five most similar: the share about the same matter. Of those planted for this all five could be, so that it is
    /// recall as well.
    precision_at_5: f64,
    /// One divided by the place of the first about the same matter.
    reciprocal_rank: f64,
    /// Of the others (at most five) in Finnish about a Finnish one's matter: the share among the five.
    recall_finnish: f64,
    /// Of those in other languages: the share among the five.
    recall_across: f64,
    /// Of what is suggested unasked among the five: the share about the same matter.
    suggested_precision: f64,
    /// Of five about the same matter: the share suggested unasked.
    suggested_recall: f64,
    /// The share of reports to which something would be suggested if nothing else were about their matter.
    suggested_wrongly: f64,
    #[serde(skip)]
    sums: Sums,
}

#[derive(Debug, Default)]
struct Sums {
    right: usize,
    rank: f64,
    finnish: usize,
    of_finnish: usize,
    across: usize,
    of_across: usize,
    suggested: usize,
    suggested_right: usize,
    wrongly: usize,
}

/// Asks for those similar to each planted report; returns how alike they are, by set, and how long each answer took, in ms.
pub(super) fn compare(
    core: &mut Core,
    planted: &[Planted],
    documents: &[DocumentId],
) -> Result<(BTreeMap<&'static str, Alike>, Vec<f64>)> {
    let at: BTreeMap<&DocumentId, &Planted> = documents.iter().zip(planted).collect();
    let (mut sets, mut times) = (BTreeMap::<_, Alike>::new(), Vec::new());
    for (document, asked) in documents.iter().zip(planted) {
        let request =
            |limit| Request::Similar { document: Some(document.to_string()), fields: Fields::new(), least: 0, limit };
        let started = Instant::now();
        found(core, request(LOOKED_AT))?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        let alike = found(core, request(WITHOUT))?;
        let others = documents.iter().zip(planted).filter(|(id, it)| it.matter == asked.matter && *id != document);
        let finnish: Vec<bool> = others.map(|(_, it)| it.language == "fi").collect();
        let of = sets.entry(asked.set).or_default();
        of.count(asked, &finnish, &alike, |hit| at.get(&hit.document).copied());
    }
    sets.values_mut().for_each(Alike::settle);
    Ok((sets, times))
}

impl Alike {
    /// Counts what was found to be like one report; `others` says of each other about the matter whether it is in Finnish.
    fn count<'p>(
        &mut self,
        asked: &Planted,
        others: &[bool],
        alike: &[Hit],
        planted: impl Fn(&Hit) -> Option<&'p Planted>,
    ) {
        let same = |hit: &&Hit| planted(hit).is_some_and(|it| it.matter == asked.matter);
        let finnish = |hit: &&Hit| planted(hit).is_some_and(|it| it.language == "fi");
        let is_suggested = |hit: &&Hit| hit.score * 1_000.0 >= f64::from(SIMILARITY_SUGGESTED) - 0.5;
        let five = || alike.iter().take(LOOKED_AT);
        let (right, sums) = (five().filter(same).count(), &mut self.sums);
        self.reports += 1;
        sums.right += right;
        sums.rank += five().position(|hit| same(&hit)).map_or(0.0, |place| 1.0 / (place + 1) as f64);
        if asked.language == "fi" {
            let in_finnish = five().filter(same).filter(finnish).count();
            (sums.finnish, sums.across) = (sums.finnish + in_finnish, sums.across + right - in_finnish);
            let there = |finnish: bool| others.iter().filter(|it| **it == finnish).count().min(LOOKED_AT);
            (sums.of_finnish, sums.of_across) = (sums.of_finnish + there(true), sums.of_across + there(false));
        }
        sums.suggested += five().filter(is_suggested).count();
        sums.suggested_right += five().filter(is_suggested).filter(same).count();
        sums.wrongly += usize::from(alike.iter().filter(|hit| !same(hit)).any(|hit| is_suggested(&hit)));
    }

    fn settle(&mut self) {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let sums = &self.sums;
        self.precision_at_5 = share(sums.right, self.reports * LOOKED_AT);
        self.reciprocal_rank = sums.rank / self.reports.max(1) as f64;
        self.recall_finnish = share(sums.finnish, sums.of_finnish);
        self.recall_across = share(sums.across, sums.of_across);
        self.suggested_precision = share(sums.suggested_right, sums.suggested);
        self.suggested_recall = share(sums.suggested_right, self.reports * LOOKED_AT);
        self.suggested_wrongly = share(sums.wrongly, self.reports);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_matter_is_told_six_times() {
        let mut told: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        let planted = planted().unwrap();
        for report in &planted {
            told.entry(report.matter).or_default().push(&report.language);
        }
        assert_eq!(told.len(), 14);
        assert!(told.values().all(|languages| *languages == ["fi", "fi", "fi", "fi", "sv", "en"]), "{told:?}");
    }
}
