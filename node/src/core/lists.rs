//! Lines of phenomena and states of proposals, kept from one list to the next. Each is kept together with all that it was worked out
//! from, and is worked out again as soon as one of those is another: so what is kept never differs from what is fresh.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use talkoot_protocol::date::Date;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::joint::Joint;
use talkoot_protocol::phenomenon::card::{card, linked};
use talkoot_protocol::phenomenon::{Brief, Groups, Reports};
use talkoot_protocol::proposal::{State, state};

/// What is kept. Losing it costs time and nothing else.
#[derive(Debug, Default)]
pub(super) struct Lists {
    briefs: Mutex<BTreeMap<DocumentId, ListedBrief>>,
    states: Mutex<ListedStates>,
}

/// A phenomenon's line, and what it was worked out from.
#[derive(Debug)]
struct ListedBrief {
    /// The documents of the group, the least id first. Held, so that no other document comes to stand at the same place in memory.
    documents: Vec<Arc<Joint>>,
    /// The reports that these name.
    named: BTreeSet<DocumentId>,
    /// What was known of them.
    reports: Reports,
    brief: Brief,
}

/// States of proposals on one day.
#[derive(Debug, Default)]
struct ListedStates {
    today: Option<Date>,
    states: BTreeMap<DocumentId, (Arc<Joint>, State)>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change of it is whole, so what a panic left behind is sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lists {
    /// Returns the line of every phenomenon. `known` tells of the reports that one names.
    pub(super) fn briefs(&self, joints: &[Arc<Joint>], known: impl Fn(&BTreeSet<DocumentId>) -> Reports) -> Vec<Brief> {
        let groups = Groups::new(joints.iter().map(Arc::as_ref));
        let by_id: BTreeMap<DocumentId, &Arc<Joint>> = joints.iter().map(|joint| (joint.document, joint)).collect();
        let mut kept = locked(&self.briefs);
        let mut before = std::mem::take(&mut *kept);
        let mut briefs = Vec::new();
        for id in groups.ids() {
            let of = groups.documents(&id).filter_map(|joint| by_id.get(&joint.document));
            let documents: Vec<Arc<Joint>> = of.map(|joint| Arc::clone(joint)).collect();
            let old = before.remove(&id).filter(|old| are_same(&old.documents, &documents));
            let old = old.map(|old| (known(&old.named), old));
            let found = match old {
                Some((reports, old)) if reports == old.reports => Some(old),
                _ => fresh(&groups, &id, documents, &known),
            };
            if let Some(found) = found {
                briefs.push(found.brief.clone());
                kept.insert(id, found);
            }
        }
        briefs
    }

    /// Returns every proposal as it stands on a day.
    pub(super) fn states(&self, joints: &[Arc<Joint>], today: Date) -> Vec<State> {
        let mut kept = locked(&self.states);
        let mut before = std::mem::take(&mut kept.states);
        if kept.today != Some(today) {
            before.clear();
        }
        kept.today = Some(today);
        let mut states = Vec::with_capacity(joints.len());
        for joint in joints {
            let old = before.remove(&joint.document).filter(|(old, _)| Arc::ptr_eq(old, joint));
            let (_, found) = kept
                .states
                .entry(joint.document)
                .or_insert_with(|| old.unwrap_or_else(|| (Arc::clone(joint), state(joint, today))));
            states.push(found.clone());
        }
        states
    }
}

fn are_same(some: &[Arc<Joint>], others: &[Arc<Joint>]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| Arc::ptr_eq(one, other))
}

fn fresh(
    groups: &Groups<'_>,
    id: &DocumentId,
    documents: Vec<Arc<Joint>>,
    known: impl Fn(&BTreeSet<DocumentId>) -> Reports,
) -> Option<ListedBrief> {
    let named = linked(groups, id);
    let reports = known(&named);
    let brief = card(groups, id, &reports)?.brief();
    Some(ListedBrief { documents, named, reports, brief })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use talkoot_protocol::api::{ProposalFilter, Request, Response};
    use talkoot_protocol::document::Fields;
    use talkoot_protocol::entry::Prefix;
    use talkoot_protocol::scope::{Kind, Scope};
    use talkoot_protocol::sign::Moment;
    use talkoot_protocol::sync::check::Checked;
    use talkoot_protocol::time::Timestamp;

    use super::super::Core;
    use super::super::powercut::Founders;
    use super::*;
    use crate::control::Call;

    /// A node of one organisation whose worker writes everything.
    struct Desk {
        founders: Founders,
        core: Core,
        prefix: Prefix,
        signed: u8,
        /// Phenomena that are one with another.
        merged: usize,
        _dir: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let founders = Founders::new();
            let mut core = Core::open(&founders.found(&dir.path().join("home")).unwrap()).unwrap();
            core.submit(vec![founders.employment.encode()]);
            let prefix = Prefix::of(&core.own);
            Self { founders, core, prefix, signed: 0, merged: 0, _dir: dir }
        }

        fn moment(&mut self) -> Moment {
            self.signed += 1;
            Moment { claimed: Timestamp::from_millis(2), salt: [self.signed; 16] }
        }

        fn begin(&mut self, kind: Kind, fields: &Fields) -> Checked {
            let moment = self.moment();
            let change = self.founders.author().begin(kind, Scope::Network, fields, moment).unwrap();
            Checked::sealed(&self.founders.charter.network(), change).unwrap()
        }

        /// Signs entries of a new document; it is not stored yet.
        fn joint(&mut self, kind: Kind, entries: &[(&str, Value)]) -> Checked {
            let prefix = self.prefix;
            let fields = entries.iter().map(|(path, value)| (prefix.entry(path), value.clone())).collect();
            self.begin(kind, &fields)
        }

        fn store(&mut self, change: &Checked) {
            let outcomes = self.core.submit(vec![change.bytes().to_vec()]);
            assert!(format!("{outcomes:?}").contains("Stored"), "{outcomes:?}");
        }

        /// Adds an entry to a document, or takes it back, on top of what is there.
        fn add(&mut self, history: &mut Vec<Checked>, path: &str, value: Option<Value>) {
            let edits = [(self.prefix.entry(path), value)].into();
            let moment = self.moment();
            let change = self.founders.author().change(history, &edits, moment).unwrap();
            let change = Checked::sealed(&self.founders.charter.network(), change).unwrap();
            self.store(&change);
            history.push(change);
        }

        fn ask(&mut self, request: &Request) -> String {
            let response = self.core.call(Call { request: request.clone(), attachments: Vec::new() }).response;
            assert!(!matches!(response, Response::Failed(_)), "{response:?}");
            serde_json::to_string(&response).unwrap()
        }

        /// What lists say with what was kept since they were last asked, which has to be what they say without.
        #[track_caller]
        fn agree(&mut self) -> String {
            let filter = ProposalFilter { limit: 100, ..ProposalFilter::default() };
            let proposals =
                |year| Request::Proposals { filter: filter.clone(), today: Date::new(year, 11, 2).unwrap() };
            let phenomena = Request::Phenomena { open: false, skip: 0, limit: 100 };
            // The day on which they were asked last comes first.
            let requests = [phenomena, proposals(2026), proposals(2027), proposals(2026)];
            let answers = requests.map(|request| {
                let with = self.ask(&request);
                let kept = std::mem::take(&mut self.core.lists);
                let without = self.ask(&request);
                self.core.lists = kept;
                assert_eq!(with, without);
                with
            });
            let kept = (locked(&self.core.lists.briefs).len(), locked(&self.core.lists.states).states.len());
            assert_eq!(
                kept,
                (self.core.joints(Kind::Phenomenon).len() - self.merged, self.core.joints(Kind::Proposal).len())
            );
            answers.join("\n")
        }
    }

    #[test]
    fn what_is_kept_never_differs_from_what_is_fresh() {
        let mut desk = Desk::new();
        let report = desk.begin(Kind::Report, &Fields::from_iter([("title".to_owned(), json!("Jono"))]));
        let title = |text: &str| ("title", json!({"text": text}));
        let link = (format!("link/{}", report.change().document()), json!({"state": "linked"}));
        let first = desk.joint(Kind::Phenomenon, &[title("Yksi"), (&link.0, link.1.clone())]);
        let other = desk.joint(Kind::Phenomenon, &[title("Kaksi")]);
        let ask = json!({"title": "T", "text": "x", "addressee": {"body": "Kunta"}, "deadline": "2026-12-31"});
        let proposal = desk.joint(Kind::Proposal, &[("ask", ask)]);
        let mut seen = vec![desk.agree()];
        for change in [&first, &other, &proposal] {
            desk.store(change);
            seen.push(desk.agree());
        }
        // The linked report comes later than the link.
        desk.store(&report);
        desk.agree();
        let merge = format!("merge/{}", other.change().document());
        let (mut one, mut asked) = (vec![first], vec![proposal]);
        desk.add(&mut one, "facet/01020304", Some(json!({"aspect": "Syy", "value": "hinta"})));
        seen.push(desk.agree());
        desk.add(&mut one, &merge, Some(json!({"state": "joined"})));
        desk.merged = 1;
        seen.push(desk.agree());
        desk.add(&mut one, &merge, None);
        desk.merged = 0;
        seen.push(desk.agree());
        desk.add(&mut asked, "support", Some(json!({"note": "Oikein."})));
        seen.push(desk.agree());
        let different: BTreeSet<_> = seen.iter().collect();
        assert!(different.len() >= seen.len() - 1, "each step but the one that parts again shows in the lists");
    }
}
