//! What a message gives away: scopes, ids, digests. One of the three places that know the messages (beside `drive` and
//! `byzantine`); invariants look only at what this returns.

use talkoot_protocol::id::ChangeId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::wire::message::Message;

/// What a message gives away.
#[derive(Debug, Default)]
pub struct Facts {
    /// A stranger may have it: it is about who is speaking only.
    pub introduction: bool,
    /// Scopes it names.
    pub scopes: Vec<Scope>,
    /// Ids of changes it says are here.
    pub held: Vec<ChangeId>,
    /// Ids of changes it asks for.
    pub wanted: Vec<ChangeId>,
    /// What it says is here of a scope.
    pub digests: Vec<(Scope, Digest)>,
}

/// Returns what a message gives away.
pub fn facts(message: &Message) -> Facts {
    let mut facts = Facts::default();
    match message {
        Message::Hello(_) | Message::Goodbye { .. } => facts.introduction = true,
        Message::Compare(held) => {
            facts.scopes = held.iter().map(|held| held.scope).collect();
            facts.digests = held.iter().map(|held| (held.scope, held.digest)).collect();
        }
        Message::List { scope, .. } => facts.scopes.push(*scope),
        Message::Ids { scope, ids, .. } => {
            facts.scopes.push(*scope);
            facts.held.clone_from(ids);
        }
        Message::Request { ids, .. } => facts.wanted.clone_from(ids),
        Message::Deliver { .. } => {}
    }
    facts
}

/// Returns a line about a message.
pub fn line(message: &Message) -> String {
    match message {
        Message::Hello(_) => "hello".into(),
        Message::Compare(held) => {
            let counts: Vec<_> = held.iter().map(|held| held.digest.count()).collect();
            format!("compare {counts:?}")
        }
        Message::List { from, .. } => format!("list from {from}"),
        Message::Ids { from, ids, end, .. } => format!("ids {} from {from}{}", ids.len(), if *end { ", end" } else { "" }),
        Message::Request { number, ids } => format!("request {number}: {}", ids.len()),
        Message::Deliver { number, changes } => format!("deliver {number}: {}", changes.len()),
        Message::Goodbye { reason } => format!("goodbye: {reason}"),
    }
}
