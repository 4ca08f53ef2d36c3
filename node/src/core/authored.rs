//! Whose reports are whose: for each worker of the own organisation the reports that they began, so that a page of them costs a page,
//! however many reports there are. Four bytes a report; made anew at each start, from the rows.

use std::collections::BTreeMap;

use talkoot_protocol::catalog::Index;
use talkoot_protocol::id::WorkerId;

/// By worker, the first change of each report that is counted, in the order of the catalog.
#[derive(Debug)]
pub(super) struct Authored<P = Index>(BTreeMap<WorkerId, Vec<P>>);

impl<P> Default for Authored<P> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<P: Copy + Ord> Authored<P> {
    /// Takes a report in; one that is there already stays.
    pub(super) fn note(&mut self, author: WorkerId, first: P) {
        let of = self.0.entry(author).or_default();
        match of.last() {
            // Nearly always: it is the newest.
            Some(last) if *last >= first => {
                if let Err(at) = of.binary_search(&first) {
                    of.insert(at, first);
                }
            }
            _ => of.push(first),
        }
    }

    /// Takes a report out, if it is there.
    pub(super) fn forget(&mut self, author: &WorkerId, first: P) {
        let Some(of) = self.0.get_mut(author) else { return };
        if let Ok(at) = of.binary_search(&first) {
            of.remove(at);
        }
    }

    /// Returns a worker's reports, the newest first.
    pub(super) fn of(&self, author: &WorkerId) -> impl ExactSizeIterator<Item = P> {
        self.0.get(author).map(Vec::as_slice).unwrap_or_default().iter().rev().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;
    use talkoot_protocol::api::{Request, Response};
    use talkoot_protocol::date::Date;
    use talkoot_protocol::document::Fields;
    use talkoot_protocol::id::DocumentId;
    use talkoot_protocol::scope::{Kind, Scope};
    use talkoot_protocol::sign::Moment;
    use talkoot_protocol::time::Timestamp;

    use super::super::Core;
    use super::super::powercut::Founders;
    use super::*;
    use crate::control::Call;

    proptest! {
        #[test]
        fn holds_what_a_set_holds(steps in proptest::collection::vec((0..3u8, 0..40u32, any::<bool>()), 0..120)) {
            let (mut authored, mut model) = (Authored::default(), BTreeSet::new());
            for (author, first, comes) in steps {
                let worker = WorkerId::from_bytes([author; 32]);
                if comes {
                    authored.note(worker, first);
                    model.insert((worker, first));
                } else {
                    authored.forget(&worker, first);
                    model.remove(&(worker, first));
                }
            }
            for author in 0..3 {
                let worker = WorkerId::from_bytes([author; 32]);
                let wanted: Vec<u32> = model.iter().rev().filter(|(of, _)| *of == worker).map(|(_, first)| *first).collect();
                prop_assert_eq!(authored.of(&worker).collect::<Vec<_>>(), wanted);
            }
        }
    }

    fn ask(core: &mut Core, skip: usize) -> (Vec<DocumentId>, usize) {
        let (author, today) = (WorkerId::from_bytes([9; 32]), Date::new(2026, 11, 2).unwrap());
        let request = Request::Authored { author, today, skip, limit: 2 };
        let response = core.call(Call { request, attachments: Vec::new() }).response;
        let Response::Authored { reports, total } = response else { panic!("{response:?}") };
        (reports.into_iter().map(|authored| authored.report.document).collect(), total)
    }

    #[test]
    fn pages_are_newest_first_before_and_after_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let founders = Founders::new();
        let home = founders.found(&dir.path().join("home")).unwrap();
        let mut core = Core::open(&home).unwrap();
        core.submit(vec![founders.employment.encode()]);
        let mut written = Vec::new();
        for salt in 0..5 {
            let moment = Moment { claimed: Timestamp::from_millis(2), salt: [salt; 16] };
            let fields = Fields::from_iter([("title".to_owned(), json!("Jono"))]);
            let kind = if salt == 1 { Kind::ServicePath } else { Kind::Report };
            let change = founders.author().begin(kind, Scope::Network, &fields, moment).unwrap();
            core.submit(vec![change.encode()]);
            if kind == Kind::Report {
                written.insert(0, change.document());
            }
        }
        let wanted = [(written[..2].to_vec(), 4), (written[2..].to_vec(), 4), (Vec::new(), 4)];
        assert_eq!([0, 2, 4].map(|skip| ask(&mut core, skip)), wanted);
        core.close().unwrap();
        let mut core = Core::open(&home).unwrap();
        assert_eq!([0, 2, 4].map(|skip| ask(&mut core, skip)), wanted);
    }
}
