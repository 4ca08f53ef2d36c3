//! Which phenomena link a report: as much of phenomena as the way from a report to its proposals needs.
//!
//! A report is linked if some organisation says so, unless the organisation that wrote it says that it is not. Phenomena are one if
//! some organisation says so and neither of the two that began them says otherwise; the least id stands for all.

use std::collections::{BTreeMap, BTreeSet};

use super::trace::Linked;
use crate::id::{DocumentId, OrganisationId};
use crate::joint::{Joint, Said, Source};

/// Returns a phenomenon's title: that of the organisation that began it, else of another; empty if there is none.
pub fn title(phenomenon: &Joint) -> String {
    let own = phenomenon.entry(&phenomenon.owner, "title");
    let others = phenomenon.each("title").map(|(_, entry)| entry);
    let texts = own.into_iter().chain(others).filter_map(|entry| entry.said().value.get("text")?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

/// Returns the phenomena that link a report written by this organisation, joined ones as one, in the order of their ids.
pub fn linked(report: &DocumentId, written_by: &OrganisationId, phenomena: &[&Joint]) -> Vec<Linked> {
    let by_id: BTreeMap<DocumentId, &Joint> = phenomena.iter().map(|joint| (joint.document, *joint)).collect();
    let path = format!("link/{report}");
    groups(&by_id).into_iter().filter_map(|group| of_group(&group, &path, written_by, &by_id)).collect()
}

fn of_group(
    group: &BTreeSet<DocumentId>,
    path: &str,
    written_by: &OrganisationId,
    by_id: &BTreeMap<DocumentId, &Joint>,
) -> Option<Linked> {
    let members = || group.iter().filter_map(|id| by_id.get(id).copied());
    let said = || members().flat_map(|joint| joint.each(path)).flat_map(|(_, entry)| entry.all());
    let vetoed = said().any(|said| is(said, "unlinked") && said.by.organisation == *written_by);
    let linked_by: Vec<Source> = said().filter(|said| is(said, "linked")).map(|said| (&said.by).into()).collect();
    let first = members().next().filter(|_| !vetoed && !linked_by.is_empty())?;
    Some(Linked {
        document: first.document,
        title: members().map(title).find(|title| !title.is_empty()).unwrap_or_default(),
        owner: first.owner,
        joined: group.iter().filter(|id| **id != first.document).copied().collect(),
        linked_by,
        contested: said().any(|said| is(said, "unlinked")),
    })
}

fn is(said: &Said, state: &str) -> bool {
    said.value.get("state").and_then(serde_json::Value::as_str) == Some(state)
}

/// Sorts phenomena into groups of those that are one.
fn groups(by_id: &BTreeMap<DocumentId, &Joint>) -> Vec<BTreeSet<DocumentId>> {
    let mut next: BTreeMap<DocumentId, BTreeSet<DocumentId>> = BTreeMap::new();
    for (one, joint) in by_id {
        let others: BTreeSet<DocumentId> = joint.under("merge").filter_map(|(_, name, _)| name.parse().ok()).collect();
        for other in others {
            if by_id.get(&other).is_some_and(|joined| are_one(joint, joined)) {
                next.entry(*one).or_default().insert(other);
                next.entry(other).or_default().insert(*one);
            }
        }
    }
    let mut seen = BTreeSet::new();
    let mut groups = Vec::new();
    for id in by_id.keys() {
        let (mut group, mut waiting) = (BTreeSet::new(), vec![*id]);
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                group.insert(id);
                waiting.extend(next.get(&id).into_iter().flatten());
            }
        }
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups
}

fn are_one(one: &Joint, other: &Joint) -> bool {
    let paths = [(one, format!("merge/{}", other.document)), (other, format!("merge/{}", one.document))];
    let said = || paths.iter().flat_map(|(joint, path)| joint.each(path)).flat_map(|(_, entry)| entry.all());
    let parted = said().any(|said| is(said, "parted") && [one.owner, other.owner].contains(&said.by.organisation));
    !parted && said().any(|said| is(said, "joined"))
}
