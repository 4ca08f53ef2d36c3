//! Requests about bundles: what a node would ask for in one, and what it puts into one, part by part. Nothing is kept between two
//! parts; a part begins after the last change of the one before. Knows nothing of files.

use std::sync::PoisonError;

use talkoot_protocol::api::{self, BundleFilter, Failure, Response, ScopeStatus};
use talkoot_protocol::bundle::{self, Filter, Request};
use talkoot_protocol::catalog::{Index, Ordinal};
use talkoot_protocol::id::{ChangeId, OrganisationId};
use talkoot_protocol::policy;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::engine::Selection;
use talkoot_protocol::sync::sketch::Key;
use talkoot_protocol::wire::message::Message;
use talkoot_protocol::wire::parcel::{self, Codec, DELIVERY_CHANGES_MAX};

use crate::control::Reply;

use super::Core;

/// Bytes of changes after which a delivery is closed.
const DELIVERY_BYTES: usize = 256 * 1024;
/// Bytes of changes after which a part is closed.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// The deliveries of one part, as they fill.
#[derive(Default)]
struct Page {
    deliveries: Vec<Vec<u8>>,
    number: u32,
    filling: Vec<Vec<u8>>,
    filling_bytes: usize,
    bytes: usize,
    changes: u64,
    damaged: u64,
    last: Option<ChangeId>,
}

impl Page {
    fn push(&mut self, change: Vec<u8>) {
        self.filling_bytes += change.len();
        self.bytes += change.len();
        self.changes += 1;
        self.filling.push(change);
        if self.filling.len() >= DELIVERY_CHANGES_MAX || self.filling_bytes >= DELIVERY_BYTES {
            self.close(false);
        }
    }

    /// Packs what is there; the last delivery of all may be empty.
    fn close(&mut self, end: bool) {
        let changes = std::mem::take(&mut self.filling);
        self.filling_bytes = 0;
        let delivery = Message::delivery(self.number, end, parcel::pack(Codec::Zstd1, changes));
        self.deliveries.push(delivery.encode());
        self.number = self.number.saturating_add(1);
    }

    /// Closes the part; `last` if nothing follows.
    fn finish(&mut self, last: bool) {
        if last || !self.filling.is_empty() {
            self.close(last);
        }
    }
}

impl Core {
    /// Says what this node has, under a fresh key.
    pub(super) fn bundle_request(&self, reader: Option<OrganisationId>) -> Result<Reply, Failure> {
        self.require_receiver(reader, None)?;
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(|error| Failure::new("internal", format!("no random numbers: {error}")))?;
        let messages = self.engine.bundle_request(Key::from_bytes(key), reader);
        let attachments = messages.iter().map(Message::encode).collect();
        let told = messages.into_iter().filter_map(|message| match message {
            Message::Compare(held) => Some(held),
            _ => None,
        });
        let scopes = told.flatten().map(|held| (held.scope.to_string(), status(&held.digest))).collect();
        Ok(Reply { response: Response::BundleRequest { scopes }, attachments })
    }

    /// Says what a bundle would hold.
    pub(super) fn bundle_plan(&self, filter: &BundleFilter, attached: &[Vec<u8>]) -> Result<Reply, Failure> {
        let last = self.store.next_ordinal().saturating_sub(1);
        let (organisation, Selection { changes, whole }) = self.choose(filter, attached, last)?;
        let lengths = changes.iter().filter_map(|at| self.places.get(self.engine.catalog().entry(*at).ordinal?));
        let plan = api::BundlePlan {
            organisation,
            changes: changes.len() as u64,
            raw_bytes: lengths.map(|place| u64::from(place.length)).sum(),
            scopes: self.engine.digests_of(&changes).iter().map(|(s, d)| (s.to_string(), status(d))).collect(),
            whole,
            last,
        };
        let attachments = self.engine.bundle_opening(&changes).iter().map(Message::encode).collect();
        Ok(Reply { response: Response::BundlePlan(Box::new(plan)), attachments })
    }

    /// Packs a part of a bundle.
    pub(super) fn bundle_page(
        &self,
        filter: &BundleFilter,
        attached: &[Vec<u8>],
        after: Option<ChangeId>,
        until: u64,
        number: u32,
    ) -> Result<Reply, Failure> {
        let (_, Selection { changes, .. }) = self.choose(filter, attached, until)?;
        let mut left = changes.into_iter().peekable();
        if let Some(after) = after {
            let gone = || Failure::new("moved_on", "the node was started anew in between; make the bundle again");
            let after = self.engine.catalog().find(&after).ok_or_else(gone)?;
            while left.next_if(|at| *at <= after).is_some() {}
        }
        let mut page = Page { number, ..Page::default() };
        while page.bytes < PAGE_BYTES
            && let Some(at) = left.next()
        {
            page.last = Some(self.engine.catalog().entry(at).id);
            match self.engine.catalog().entry(at).ordinal.and_then(|ordinal| self.record(ordinal)) {
                Some(change) => page.push(change),
                None => page.damaged += 1,
            }
        }
        let next = left.peek().and(page.last);
        page.finish(next.is_none());
        let Page { deliveries, changes, damaged, .. } = page;
        Ok(Reply { response: Response::BundlePage { next, changes, damaged }, attachments: deliveries })
    }

    /// Chooses what goes into a bundle, up to an ordinal, and for whom it is.
    fn choose(
        &self,
        filter: &BundleFilter,
        attached: &[Vec<u8>],
        until: u64,
    ) -> Result<(Option<OrganisationId>, Selection), Failure> {
        let network = self.engine.network();
        let request = attached.first().map(|bytes| Request::decode(bytes, &network)).transpose().map_err(refused)?;
        let organisation = receiver(filter.organisation, request.as_ref())?;
        self.require_receiver(organisation, filter.scope)?;
        let since = filter.since.map(Ordinal::new);
        let filter = Filter { organisation, scope: filter.scope, since, request };
        let mut selection = self.engine.bundle_selection(&filter);
        let damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        let ordinal = |at: &Index| self.engine.catalog().entry(*at).ordinal;
        let good = |ordinal: Ordinal| ordinal.number() <= until && !damaged.contains(&ordinal);
        selection.changes.retain(|at| ordinal(at).is_some_and(good));
        Ok((organisation, selection))
    }

    /// Refuses a bundle that would be empty because of who it is for.
    fn require_receiver(&self, organisation: Option<OrganisationId>, scope: Option<Scope>) -> Result<(), Failure> {
        let membership = self.engine.membership();
        match (organisation, scope) {
            (Some(id), _) if !membership.is_member(&id) => {
                let message = format!("organisation {id} is not a member here, so nothing is given to it");
                Err(Failure::new("not_a_member", message))
            }
            (Some(id), Some(scope)) if !policy::may_receive(&scope, &id, membership) => {
                let message = format!("what is shared as {scope} is not for organisation {}", id.short());
                Err(Failure::new("not_for_them", message))
            }
            (None, Some(scope)) if scope != Scope::Network => {
                let message =
                    format!("what is shared as {scope} is not for everybody: say for which organisation it is");
                Err(Failure::new("not_for_them", message))
            }
            _ => Ok(()),
        }
    }
}

fn refused(error: bundle::Error) -> Failure {
    match error {
        bundle::Error::OtherNetwork => Failure::new("other_network", "the request comes from another network"),
        error => Failure::new("bad_request", format!("this is no whole request: {error}")),
    }
}

/// Returns for whom a bundle is.
fn receiver(asked: Option<OrganisationId>, request: Option<&Request>) -> Result<Option<OrganisationId>, Failure> {
    match (asked, request.map(|request| request.organisation)) {
        (Some(asked), Some(theirs)) if asked != theirs => {
            let message = format!("the request is by organisation {}, not by {}", theirs.short(), asked.short());
            Err(Failure::new("other_organisation", message))
        }
        (asked, theirs) => Ok(theirs.or(asked)),
    }
}

fn status(digest: &Digest) -> ScopeStatus {
    ScopeStatus { changes: digest.count(), fingerprint: digest.fingerprint() }
}
