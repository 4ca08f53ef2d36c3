//! Which phenomena link a report, as their cards say: the first step from a report to what came of it.

use super::trace::Linked;
use crate::id::DocumentId;
use crate::joint::Source;
use crate::phenomenon::card::linked as linked_reports;
use crate::phenomenon::link::Standing;
use crate::phenomenon::word::LinkState;
use crate::phenomenon::{Card, Groups, Report, Reports, card};

/// Returns the phenomena that link a report, merged ones as one, in the order of their ids.
pub fn linked(report: &DocumentId, known: &Report, phenomena: &Groups<'_>) -> Vec<Linked> {
    let reports = Reports::from([(*report, known.clone())]);
    let naming = phenomena.ids().filter(|id| linked_reports(phenomena, id).contains(report));
    naming.filter_map(|id| of(report, card(phenomena, &id, &reports)?)).collect()
}

fn of(report: &DocumentId, card: Card) -> Option<Linked> {
    let link = card.links.into_iter().find(|link| link.report == *report && link.standing == Standing::Linked)?;
    let linking = link.words.iter().filter(|word| word.said.state == LinkState::Linked);
    let linked_by: Vec<Source> = linking.map(|word| word.by).collect();
    let joined = card.documents.iter().map(|begun| begun.document).filter(|document| *document != card.id).collect();
    Some(Linked {
        document: card.id,
        title: card.title.unwrap_or_default(),
        owner: card.documents.first()?.owner,
        joined,
        linked_by,
        contested: link.contested,
    })
}
