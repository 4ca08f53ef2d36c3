//! Whom reports concern, what part clients had in them and whether the need was met: each combination kept once, since few
//! occur.

use std::collections::BTreeMap;

use super::terms::{Client, GroupSet, Met};

/// One combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Concern {
    pub(super) groups: GroupSet,
    pub(super) client: Option<Client>,
    pub(super) met: Option<Met>,
}

/// Every combination by number, and how many reports have it.
#[derive(Debug, Clone, Default)]
pub(super) struct Concerns {
    list: Vec<Concern>,
    uses: Vec<u32>,
    numbers: BTreeMap<Concern, u32>,
}

impl Concerns {
    /// Returns the number of a combination, giving it the next one if it is new.
    pub(super) fn intern(&mut self, concern: Concern) -> u32 {
        if let Some(number) = self.numbers.get(&concern) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).expect("fewer than 2^32 combinations fit in memory");
        self.list.push(concern);
        self.uses.push(0);
        self.numbers.insert(concern, number);
        number
    }

    /// Returns the counter of the reports that have a combination.
    pub(super) fn uses(&mut self, number: u32) -> &mut u32 {
        &mut self.uses[number as usize]
    }

    /// Returns a combination.
    pub(super) fn get(&self, number: u32) -> Concern {
        self.list[number as usize]
    }

    /// Returns the combinations by number; none where no report has it.
    pub(super) fn used(&self) -> impl Iterator<Item = Option<Concern>> {
        self.list.iter().zip(&self.uses).map(|(concern, uses)| (*uses > 0).then_some(*concern))
    }
}
