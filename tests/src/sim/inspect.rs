//! What a message gives away: scopes, ids, digests. One of the three places that know the messages (beside `drive` and
//! `byzantine`); invariants look only at what this returns.

use talkoot_protocol::id::ShortId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::wire::message::{Message, Outcome};

/// What a message gives away.
#[derive(Debug, Default)]
pub struct Facts {
    /// A stranger may have it: it is about who is speaking, or about the session itself.
    pub introduction: bool,
    /// Scopes it names.
    pub scopes: Vec<Scope>,
    /// Names of changes it says are here.
    pub held: Vec<ShortId>,
    /// Names of changes it asks for.
    pub wanted: Vec<ShortId>,
    /// What it says is here of a scope.
    pub digests: Vec<(Scope, Digest)>,
    /// How many changes it says are here of a scope.
    pub counts: Vec<(Scope, u64)>,
    /// How many changes of the receiver's it says are durable here.
    pub stored: Option<u64>,
}

/// Returns what a message gives away.
pub fn facts(message: &Message) -> Facts {
    let mut facts = Facts::default();
    match message {
        Message::Hello(_) | Message::Goodbye { .. } => facts.introduction = true,
        Message::Credit { stored, .. } => {
            facts.introduction = *stored == 0;
            facts.stored = Some(*stored);
        }
        Message::Compare(held) => {
            facts.scopes = held.iter().map(|held| held.scope).collect();
            facts.digests = held.iter().map(|held| (held.scope, held.digest)).collect();
        }
        Message::Cells { scope, count, .. } => {
            facts.scopes.push(*scope);
            facts.counts.push((*scope, *count));
        }
        Message::Have { scope, .. } | Message::Ranges { scope, .. } => facts.scopes.push(*scope),
        Message::Request { ids, .. } => facts.wanted.clone_from(ids),
        Message::Announce(ids) => facts.held.clone_from(ids),
        // An empty answer says no more than that there is none.
        Message::Deliver { raw, .. } => facts.introduction = *raw == 0,
        Message::Found { .. } => {}
    }
    facts
}

/// Returns a line about a message.
pub fn line(message: &Message) -> String {
    match message {
        Message::Hello(_) => "hello".into(),
        Message::Compare(held) => {
            let counts: Vec<_> = held.iter().map(|held| format!("{} {}", held.scope, held.digest.count())).collect();
            format!("compare {}", counts.join(", "))
        }
        Message::Cells { number, count, from, cells, key, .. } => {
            let key = if key.is_some() { "fresh" } else { "shared" };
            format!("cells {number}: {} bytes from {from} of a set of {count}, {key} key", cells.len())
        }
        Message::Found { number, outcome: Outcome::More(more) } => format!("found {number}: {more} cells more"),
        Message::Found { number, outcome: Outcome::Lacking(lacking) } => format!("found {number}: {lacking} follow"),
        Message::Found { number, outcome: Outcome::Undecodable(about) } => format!("found {number}: about {about}"),
        Message::Have { number, hashes, end, .. } => format!("have {number}: {} bytes{}", hashes.len(), ended(*end)),
        Message::Ranges { number, round, asks, .. } => {
            format!("ranges {number}: {} bytes, {}", round.len(), if *asks { "asks" } else { "answers" })
        }
        Message::Request { number, ids } => format!("request {number}: {}", ids.len()),
        Message::Deliver { number, end, raw, parcel } => {
            format!("deliver {number}: {raw} bytes in {}{}", parcel.len(), ended(*end))
        }
        Message::Credit { granted, stored } => format!("credit {granted}, {stored} stored"),
        Message::Announce(ids) => format!("announce {}", ids.len()),
        Message::Goodbye { reason } => format!("goodbye: {reason}"),
    }
}

fn ended(end: bool) -> &'static str {
    if end { ", the last" } else { "" }
}
