//! Who stands as a member: what organisations say of each other, counted against a threshold. A pure function of what was said and
//! the rules; it knows neither signatures nor time nor who asks. `docs/decisions/0040-membership-by-threshold.md` argues for each
//! rule, `standing/tests.rs` explores small worlds exhaustively.
//!
//! What an organisation says stands in one chain, that of its root key, so it has an order of its own; between organisations
//! there is none.
//!
//! 1. **Admitted** is a founder, and whoever `threshold` admitted organisations ever recognised. One that takes its recognition back
//!    does not thereby undo an admission.
//! 2. **Removed** is a member from which `threshold` admitted organisations have withdrawn, each as its last word on it, if at least
//!    `threshold` members are left without it and without whomever only its void words admitted.
//! 3. A withdrawal names the place in the removed one's chain **until which its words stand**. Words have no effect beyond a place
//!    that `threshold` of the withdrawing organisations do not go beyond: fewer can void nothing.
//! 4. Where removals contradict each other (one is against the word on which the other rests), those that rest on words which no
//!    other case could void come first. What is left then is a circle: the case with the most withdrawals goes first, of equal ones
//!    that against the smallest id. A removal that has been decided stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::OrganisationId;

/// What one organisation says of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// It recognises the other.
    Recognise,
    /// It no longer does, and lets stand what the other said until this place in the other's chain (0: nothing).
    Withdraw {
        /// The last place that stands.
        stands: u32,
    },
}

/// One organisation's words in the order of its chain: place (from 1, ascending), whom it is about, what.
pub type Chain = Vec<(u32, OrganisationId, Word)>;

/// What the charter fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Members from the start.
    pub founders: BTreeSet<OrganisationId>,
    /// How many must say the same of another, at least 1.
    pub threshold: usize,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The members.
    pub members: BTreeSet<OrganisationId>,
    /// Who was a member and is removed, with the last place of its chain that stands.
    pub removed: BTreeMap<OrganisationId, u32>,
    /// By whose withdrawals each of them was removed: it is they who say how far its receipts stand.
    pub against: BTreeMap<OrganisationId, BTreeSet<OrganisationId>>,
}

/// An organisation's last word on each other one, and whom it ever recognised.
#[derive(Debug, Default)]
struct Stance {
    last: BTreeMap<OrganisationId, Word>,
    recognised: BTreeSet<OrganisationId>,
}

impl Stance {
    fn until(chain: &Chain, last_place: u32) -> Self {
        let mut stance = Self::default();
        for (_, other, word) in chain.iter().filter(|(place, ..)| *place <= last_place) {
            stance.last.insert(*other, *word);
            if *word == Word::Recognise {
                stance.recognised.insert(*other);
            }
        }
        stance
    }
}

/// Who has withdrawn from one organisation, and how far they let its words stand.
struct Case {
    whom: OrganisationId,
    stands: BTreeMap<OrganisationId, u32>,
}

/// What everybody said, as far as it stands.
struct Heard {
    stances: BTreeMap<OrganisationId, Stance>,
    admitted: BTreeSet<OrganisationId>,
}

impl Rules {
    /// Returns who stands as a member after all that was said.
    pub fn standing(&self, said: &BTreeMap<OrganisationId, Chain>) -> Standing {
        let (mut removed, mut against) = (BTreeMap::new(), BTreeMap::new());
        loop {
            let all = self.heard(said, &removed);
            let certain = self.heard(said, &self.with_possible(&removed, &all));
            let cases = self.by_strength(&certain).into_iter().chain(self.by_strength(&all));
            let mut open = cases.filter(|case| all.admitted.contains(&case.whom) && !removed.contains_key(&case.whom));
            match open.find_map(|case| Some((self.without(said, &removed, &case)?, case))) {
                Some((fewer, case)) => {
                    removed = fewer;
                    against.insert(case.whom, case.stands.into_keys().collect());
                }
                None => {
                    removed.retain(|who, _| all.admitted.contains(who));
                    against.retain(|who, _| removed.contains_key(who));
                    let members = all.admitted.into_iter().filter(|who| !removed.contains_key(who)).collect();
                    return Standing { members, removed, against };
                }
            }
        }
    }

    /// Returns who is removed once this case is decided too; `None` if too few members would be left, those counted who are members
    /// only by words that the case voids.
    fn without(
        &self,
        said: &BTreeMap<OrganisationId, Chain>,
        removed: &BTreeMap<OrganisationId, u32>,
        case: &Case,
    ) -> Option<BTreeMap<OrganisationId, u32>> {
        let mut fewer = removed.clone();
        fewer.insert(case.whom, self.last_place(&case.stands));
        let left = self.heard(said, &fewer).admitted.into_iter().filter(|who| !fewer.contains_key(who)).count();
        (left >= self.threshold).then_some(fewer)
    }

    /// Leaves out what is said beyond these places.
    fn heard(&self, said: &BTreeMap<OrganisationId, Chain>, last_places: &BTreeMap<OrganisationId, u32>) -> Heard {
        let last_place = |who| last_places.get(who).copied().unwrap_or(u32::MAX);
        let stances: BTreeMap<_, _> =
            said.iter().map(|(who, chain)| (*who, Stance::until(chain, last_place(who)))).collect();
        let admitted = self.admitted(&stances);
        Heard { stances, admitted }
    }

    /// Adds the places beyond which any case that is possible would void words.
    fn with_possible(&self, removed: &BTreeMap<OrganisationId, u32>, all: &Heard) -> BTreeMap<OrganisationId, u32> {
        let possible = self.cases(all).into_iter().map(|case| (case.whom, self.last_place(&case.stands)));
        let mut places: BTreeMap<_, _> = possible.collect();
        for (who, place) in removed {
            places.entry(*who).and_modify(|possible| *possible = (*possible).min(*place)).or_insert(*place);
        }
        places
    }

    /// The least set that holds the founders and whomever `threshold` of it recognise or once did.
    fn admitted(&self, stances: &BTreeMap<OrganisationId, Stance>) -> BTreeSet<OrganisationId> {
        let mut admitted = self.founders.clone();
        loop {
            let mut counts: BTreeMap<OrganisationId, usize> = BTreeMap::new();
            for (who, stance) in stances.iter().filter(|(who, _)| admitted.contains(who)) {
                let others = stance.recognised.iter().filter(|other| *other != who && !admitted.contains(other));
                others.for_each(|other| *counts.entry(*other).or_default() += 1);
            }
            counts.retain(|_, count| *count >= self.threshold);
            if counts.is_empty() {
                return admitted;
            }
            admitted.extend(counts.into_keys());
        }
    }

    /// Returns whom enough have withdrawn from.
    fn cases(&self, heard: &Heard) -> Vec<Case> {
        let mut cases: BTreeMap<OrganisationId, BTreeMap<OrganisationId, u32>> = BTreeMap::new();
        for (who, stance) in heard.stances.iter().filter(|(who, _)| heard.admitted.contains(who)) {
            for (other, word) in stance.last.iter().filter(|(other, _)| *other != who) {
                if let Word::Withdraw { stands } = word {
                    cases.entry(*other).or_default().insert(*who, *stands);
                }
            }
        }
        cases.retain(|_, stands| stands.len() >= self.threshold);
        cases.into_iter().map(|(whom, stands)| Case { whom, stands }).collect()
    }

    /// Returns the cases, those in which most have withdrawn first; of several, that against the smallest id.
    fn by_strength(&self, heard: &Heard) -> Vec<Case> {
        let mut cases = self.cases(heard);
        cases.sort_by_key(|case| (std::cmp::Reverse(case.stands.len()), case.whom));
        cases
    }

    /// Returns the least place that `threshold` of them do not go beyond.
    fn last_place(&self, stands: &BTreeMap<OrganisationId, u32>) -> u32 {
        let mut stands: Vec<_> = stands.values().copied().collect();
        stands.sort_unstable();
        stands.get(self.threshold.saturating_sub(1)).copied().unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests;
