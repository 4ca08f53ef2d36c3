//! One comparison of two sets, message by message.

use std::time::{Duration, Instant};

use talkoot_protocol::id::ChangeId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::sketch::{self, Decoder, Difference, Key, Prefix, first_block};
use talkoot_protocol::wire::message::{Held, IDS_MAX, Message, Outcome};

use crate::client::unexpected;
use crate::error::{Error, Result};

/// What a node keeps of a set, as far as comparing needs it.
#[derive(Debug, Clone)]
pub(super) struct Side {
    digest: Digest,
    prefix: Prefix,
}

/// What one comparison cost.
#[derive(Debug, Default)]
pub(super) struct Cost {
    pub(super) bytes: usize,
    pub(super) request_bytes: usize,
    pub(super) round_trips: usize,
    pub(super) asker: Duration,
    pub(super) answerer: Duration,
    pub(super) decided: bool,
}

impl Side {
    /// Takes a set in.
    pub(super) fn of(ids: &[ChangeId], cells: usize) -> Self {
        let side = Self { digest: Digest::default(), prefix: Prefix::new(Key::from_bytes([7; 16]), cells) };
        side.with(ids)
    }

    /// Returns the set with more ids in it.
    fn with(&self, ids: &[ChangeId]) -> Self {
        let mut side = self.clone();
        for id in ids {
            side.digest.add(id);
            side.prefix.insert(&id.short_id());
        }
        side
    }

    /// Returns how many cells are kept.
    pub(super) fn cells(&self) -> usize {
        self.prefix.len()
    }

    fn held(&self) -> Message {
        Message::Compare(vec![Held { scope: Scope::Network, digest: self.digest }])
    }
}

/// Compares two sets that have `common` in common.
pub(super) fn compare(common: &Side, asker: &[ChangeId], answerer: &[ChangeId]) -> Result<Cost> {
    let (here, there) = (common.with(asker), common.with(answerer));
    let mut cost = Cost { round_trips: 1, ..Cost::default() };
    let ours = timed(&mut cost.asker, || here.held().encode());
    let theirs = timed(&mut cost.answerer, || there.held().encode());
    cost.bytes += ours.len() + theirs.len();
    let told = timed(&mut cost.asker, || Message::decode(&theirs)).map_err(Error::failed)?;
    timed(&mut cost.answerer, || Message::decode(&ours)).map_err(Error::failed)?;
    let Message::Compare(held) = told else { return Err(unexpected()) };
    if held.iter().all(|held| held.digest == here.digest) {
        cost.decided = true;
        return Ok(cost);
    }
    if let Some(found) = exchange(&here, &there, &mut cost)? {
        if found.only_ours.len() != answerer.len() || found.only_theirs.len() != asker.len() {
            return Err(Error::refused("the difference that was found is not the one that was made"));
        }
        cost.decided = true;
    }
    Ok(cost)
}

/// Sends cells until the answering side knows the difference, or that it will not.
fn exchange(here: &Side, there: &Side, cost: &mut Cost) -> Result<Option<Difference>> {
    let (ours, theirs) = (here.prefix.snapshot(), there.prefix.snapshot());
    let mut decoder = Decoder::new(*theirs.key());
    let (mut sent, mut more) =
        (0, first_block(there.digest.count().saturating_sub(here.digest.count())).min(ours.len()));
    while more > 0 {
        cost.round_trips += 1;
        let (from, to) = (sent, sent + more);
        let message = timed(&mut cost.asker, || {
            let (scope, count, first) = (Scope::Network, ours.set_size(), from as u32);
            let cells = sketch::encode(ours.cells(from..to), first, count);
            Message::Cells { number: 1, scope, key: None, count, from: first, cells }.encode()
        });
        let wanted = timed(&mut cost.answerer, || take(&message, &mut decoder, &theirs))?;
        let outcome = match (decoder.is_complete(), wanted) {
            (true, _) => Outcome::Lacking(0),
            (false, 0) => Outcome::Undecodable(decoder.estimate()),
            (false, more) => Outcome::More(more as u32),
        };
        let answer = timed(&mut cost.answerer, || Message::Found { number: 1, outcome }.encode());
        timed(&mut cost.asker, || Message::decode(&answer)).map_err(Error::failed)?;
        cost.bytes += message.len() + answer.len();
        (sent, more) = (to, wanted.min(ours.len().saturating_sub(to)));
    }
    if !decoder.is_complete() {
        return Ok(None);
    }
    let found = timed(&mut cost.answerer, || decoder.finish());
    for ids in found.only_theirs.chunks(IDS_MAX) {
        let request = timed(&mut cost.answerer, || Message::Request { number: 1, ids: ids.to_vec() }.encode());
        timed(&mut cost.asker, || Message::decode(&request)).map_err(Error::failed)?;
        cost.request_bytes += request.len();
    }
    cost.bytes += cost.request_bytes;
    Ok(Some(found))
}

/// Takes a block of cells in; returns how many more are wanted.
fn take(message: &[u8], decoder: &mut Decoder, own: &sketch::Snapshot) -> Result<usize> {
    let message = Message::decode(message).map_err(Error::failed)?;
    let Message::Cells { count, from, cells, .. } = message else { return Err(unexpected()) };
    let theirs = sketch::decode(&cells, from, count).map_err(Error::failed)?;
    let start = from as usize;
    decoder.add(&theirs, own.cells(start..start + theirs.len())).map_err(Error::failed)?;
    Ok(decoder.wanted(own.len()))
}

fn timed<T>(spent: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let made = work();
    *spent += started.elapsed();
    made
}
