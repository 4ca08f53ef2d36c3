//! Where ids stand in a log: sorted runs that double, so that a million ids cost eight bytes each here, an insertion little, and no
//! hash decides how long a search takes (who writes a change can choose its id, a little).

use crate::id::ChangeId;

/// A place in a log: a batch by the order of arrival, and which of its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listing {
    /// The batch.
    pub(super) batch: u32,
    /// The id in it, from 0.
    pub(super) offset: u16,
}

/// All places, in runs that are each sorted by id; the ids themselves lie elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Listings {
    runs: Vec<Vec<Listing>>,
}

impl Listings {
    /// Adds a run that is sorted by id. `id_of` tells the id at a place.
    pub(super) fn insert(&mut self, mut run: Vec<Listing>, id_of: impl Fn(&Listing) -> ChangeId) {
        while let Some(before) = self.runs.pop_if(|before| before.len() <= 2 * run.len()) {
            let mut both = Vec::with_capacity(before.len() + run.len());
            both.extend(before);
            both.extend(run);
            // A stable sort finds the two runs and merges them.
            both.sort_by_key(&id_of);
            run = both;
        }
        self.runs.push(run);
    }

    /// Returns the places of an id, in no order that means anything.
    pub(super) fn find(&self, id: &ChangeId, id_of: impl Fn(&Listing) -> ChangeId) -> impl Iterator<Item = Listing> {
        self.runs.iter().flat_map(move |run| {
            let begin = run.partition_point(|listing| id_of(listing) < *id);
            let beyond = run.partition_point(|listing| id_of(listing) <= *id);
            run.get(begin..beyond).unwrap_or_default().iter().copied()
        })
    }

    /// Returns how many bytes the places take in memory.
    pub(super) fn memory_bytes(&self) -> usize {
        self.runs.iter().map(|run| run.capacity() * size_of::<Listing>() + size_of::<Vec<Listing>>()).sum()
    }
}
