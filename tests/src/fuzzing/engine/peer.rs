//! What a peer says. Most of it makes sense, at least by itself: cells of a set it pretends to have, rounds of a comparison that
//! go on where the last one ended, changes that were asked for. The rest does not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use talkoot_protocol::id::{ChangeId, NetworkId, OrganisationId, ShortId};
use talkoot_protocol::scope::{County, Scope};
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::have;
use talkoot_protocol::sync::held::shared_key;
use talkoot_protocol::sync::ranges::Ranges;
use talkoot_protocol::sync::sketch::{self, Key, Prefix};
use talkoot_protocol::wire::message::{Held, Message, Outcome};
use talkoot_protocol::wire::parcel::{self, Codec};

use super::company::Company;
use super::script::Script;

/// Messages remembered, so that answers can be made to them.
const HEARD_MAX: usize = 8;

/// A peer as the script plays it.
#[derive(Debug)]
pub struct Actor {
    /// Which peer of the company it is.
    pub at: usize,
    /// Whether it is connected.
    pub connected: bool,
    /// What it pretends to have.
    pub claims: BTreeSet<usize>,
    /// What it ever announced.
    pub announced: BTreeSet<ShortId>,
    /// What the engine last said to it, newest first.
    pub heard: VecDeque<Message>,
    number: u32,
    asking: Option<Ranges>,
    answering: Option<Ranges>,
}

impl Actor {
    /// Makes a peer that is not connected.
    pub fn new(at: usize) -> Self {
        Self {
            at,
            connected: false,
            claims: BTreeSet::new(),
            announced: BTreeSet::new(),
            heard: VecDeque::new(),
            number: 0,
            asking: None,
            answering: None,
        }
    }

    /// Hears what the engine says.
    pub fn hear(&mut self, message: Message) {
        self.heard.truncate(HEARD_MAX - 1);
        self.heard.push_front(message);
    }

    /// Forgets what belongs to a session.
    pub fn hang_up(&mut self) {
        let (claims, announced) = (std::mem::take(&mut self.claims), std::mem::take(&mut self.announced));
        *self = Self { claims, announced, ..Self::new(self.at) };
    }

    /// Returns whether the engine can know of a change by this peer.
    pub fn has_named(&self, company: &Company, known: usize) -> bool {
        self.claims.contains(&known) || self.announced.contains(&company.known[known].id.short_id())
    }

    /// Says something.
    pub fn speak(&mut self, company: &Company, script: &mut Script<'_>) -> Option<Message> {
        let message = match script.below(16) {
            0 => self.introduce(company, script),
            1 | 2 => self.compare(company),
            3 => self.cells(company, script),
            4 => self.found(script),
            5 => self.have(company, script),
            6 => self.begin_ranges(company, script)?,
            7 => self.go_on_by_ranges(company)?,
            8 => Message::Request { number: self.number(script), ids: some_ids(company, script) },
            9 => self.obey(company, script)?,
            10 | 11 => self.deliver(company, script),
            12 => {
                Message::Credit { granted: u64::from(script.short()) << script.below(48), stored: script.byte().into() }
            }
            13 => Message::Announce(some_ids(company, script)),
            14 => Message::Goodbye { reason: "näkemiin".into() },
            _ => {
                self.claims.extend(script.some_below(company.known.len()));
                self.compare(company)
            }
        };
        Some(message)
    }

    fn introduce(&self, company: &Company, script: &mut Script<'_>) -> Message {
        let whom = if script.rarely(5) { script.below(company.peers.len()) } else { self.at };
        let mut hello = company.peers[whom].hello.clone();
        match script.byte() {
            250.. => hello.version_min = script.byte(),
            245..250 => hello.network = NetworkId::from_bytes([3; 32]),
            240..245 => hello.record = company.known[script.below(company.known.len())].bytes.clone(),
            235..240 => hello.certificate = company.known[script.below(company.known.len())].bytes.clone(),
            230..235 => hello.features = 0,
            _ => {}
        }
        Message::Hello(Box::new(hello))
    }

    /// Returns the ids it pretends to have of a scope.
    fn claimed<'a>(&'a self, company: &'a Company, scope: &'a Scope) -> impl Iterator<Item = ChangeId> + 'a {
        let known = self.claims.iter().filter_map(|at| company.known.get(*at));
        known.filter(|known| known.scope == *scope).map(|known| known.id)
    }

    fn compare(&self, company: &Company) -> Message {
        let mut digests: BTreeMap<Scope, Digest> = BTreeMap::new();
        for known in self.claims.iter().filter_map(|at| company.known.get(*at)) {
            if company.may_have(self.at, &known.scope) && may_be_told(company, &known.scope) {
                digests.entry(known.scope).or_default().add(&known.id);
            }
        }
        Message::Compare(digests.into_iter().map(|(scope, digest)| Held { scope, digest }).collect())
    }

    /// Chooses a number: of what the engine asked, or of its own.
    fn number(&mut self, script: &mut Script<'_>) -> u32 {
        match script.byte() {
            0..200 => {
                self.number += 1;
                self.number
            }
            200..240 => self.number,
            byte => u32::from(byte - 240),
        }
    }

    fn cells(&mut self, company: &Company, script: &mut Script<'_>) -> Message {
        let scope = some_scope(company, self.at, script);
        let (key, from) = (script.rarely(3).then(|| Key::from_bytes([script.byte(); 16])), script.byte());
        let from = if from < 128 { 0 } else { u32::from(from - 128) * 8 };
        let ids: Vec<_> = self.claimed(company, &scope).map(|id| id.short_id()).collect();
        let count = ids.len() as u64 + u64::from(script.rarely(9));
        let of = key.unwrap_or_else(|| shared_key(&company.network, &scope));
        let row = Prefix::of(of, 1_024, ids).snapshot();
        let end = from as usize + usize::from(script.byte()) / 2;
        let cells = sketch::encode(row.cells(from as usize..end), from, count);
        let number = if from == 0 { self.number(script) } else { self.number };
        Message::Cells { number, scope, key, count, from, cells }
    }

    /// Returns the number of the newest question of the engine's, or any.
    fn asked(&self, script: &mut Script<'_>) -> u32 {
        let asked = |message: &Message| match message {
            Message::Cells { number, .. } | Message::Have { number, .. } | Message::Request { number, .. } => {
                Some(*number)
            }
            Message::Ranges { number, asks: true, .. } => Some(*number),
            _ => None,
        };
        let newest = self.heard.iter().find_map(asked);
        newest.filter(|_| !script.rarely(7)).unwrap_or_else(|| u32::from(script.byte()) % 8)
    }

    fn found(&self, script: &mut Script<'_>) -> Message {
        let amount = u64::from(script.byte()) << (8 * script.below(8));
        let outcome = match script.below(3) {
            0 => Outcome::More(amount as u32),
            1 => Outcome::Lacking(amount),
            _ => Outcome::Undecodable(amount),
        };
        Message::Found { number: self.asked(script), outcome }
    }

    fn have(&mut self, company: &Company, script: &mut Script<'_>) -> Message {
        let scope = some_scope(company, self.at, script);
        let key = Key::from_bytes([script.byte(); 16]);
        let hashes = have::pages(key, self.claimed(company, &scope).map(|id| id.short_id())).concat();
        let hashes = if script.rarely(5) { script.bytes(9).to_vec() } else { hashes };
        Message::Have { number: self.number(script), scope, key, hashes, end: !script.rarely(3) }
    }

    fn begin_ranges(&mut self, company: &Company, script: &mut Script<'_>) -> Option<Message> {
        let scope = some_scope(company, self.at, script);
        let mut asking = Ranges::new(self.claimed(company, &scope)).ok()?;
        let round = asking.begin().ok()?;
        self.asking = Some(asking);
        Some(Message::Ranges { number: self.number(script), scope, asks: true, round })
    }

    /// Answers the newest round of the engine's, or goes on with its own.
    fn go_on_by_ranges(&mut self, company: &Company) -> Option<Message> {
        let heard = self.heard.iter().find(|message| matches!(message, Message::Ranges { .. }))?;
        let Message::Ranges { number, scope, asks, round } = heard.clone() else { return None };
        let round = if asks {
            if self.answering.is_none() {
                self.answering = Ranges::new(self.claimed(company, &scope)).ok();
            }
            self.answering.as_mut()?.answer(&round).ok()?
        } else {
            self.asking.as_mut()?.learn(&round).ok()?.next?
        };
        Some(Message::Ranges { number, scope, asks: !asks, round })
    }

    /// Delivers what the engine asked for, or whatever it lacks of what it listed.
    fn obey(&mut self, company: &Company, script: &mut Script<'_>) -> Option<Message> {
        let (number, wanted) = self.heard.iter().find_map(|message| match message {
            Message::Request { number, ids } => {
                Some((*number, ids.iter().filter_map(|id| company.find(id)).collect::<Vec<_>>()))
            }
            Message::Have { number, .. } | Message::Cells { number, .. } => {
                Some((*number, self.claims.iter().copied().collect()))
            }
            _ => None,
        })?;
        let changes = wanted.iter().map(|at| company.known[*at].bytes.as_slice());
        Some(Message::delivery(number, !script.rarely(4), parcel::pack(codec(script), changes)))
    }

    fn deliver(&mut self, company: &Company, script: &mut Script<'_>) -> Message {
        let chosen = script.some_below(company.known.len());
        self.claims.extend(&chosen);
        let mut changes: Vec<_> = chosen.iter().map(|at| company.known[*at].bytes.clone()).collect();
        if script.rarely(4)
            && let Some(change) = changes.last_mut()
        {
            spoil(change, script);
        }
        let number = if script.rarely(2) { self.asked(script) } else { 0 };
        let mut parcel = parcel::pack(codec(script), changes);
        match script.byte() {
            250.. => parcel.raw = u32::from(script.short()) << script.below(16),
            240..250 => spoil(&mut parcel.bytes, script),
            _ => {}
        }
        Message::delivery(number, script.rarely(2), parcel)
    }
}

/// Turns bits of a byte, or cuts.
pub fn spoil(bytes: &mut Vec<u8>, script: &mut Script<'_>) {
    let at = usize::from(script.short()) % bytes.len().max(1);
    match script.byte() {
        0 => bytes.truncate(at),
        with => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= with),
    }
}

fn codec(script: &mut Script<'_>) -> Codec {
    if script.rarely(2) { Codec::Zstd1 } else { Codec::Plain }
}

/// Returns whether the engine's own organisation has a part in a scope.
fn may_be_told(company: &Company, scope: &Scope) -> bool {
    !matches!(scope, Scope::Organisation(owner) if *owner != company.config.own)
}

fn some_scope(company: &Company, peer: usize, script: &mut Script<'_>) -> Scope {
    match script.byte() {
        0..160 => Scope::Network,
        160..210 => County::new(12).map_or(Scope::Network, Scope::Region),
        210..225 => Scope::Organisation(company.config.own),
        225..240 => Scope::Organisation(company.peers[peer].organisation),
        240..250 => County::new(2).map_or(Scope::Network, Scope::Region),
        _ => Scope::Organisation(OrganisationId::from_bytes([5; 32])),
    }
}

fn some_ids(company: &Company, script: &mut Script<'_>) -> Vec<ShortId> {
    let mut ids: Vec<_> =
        script.some_below(company.known.len()).iter().map(|at| company.known[*at].id.short_id()).collect();
    if script.rarely(4) {
        ids.push(ChangeId::from_bytes([script.byte(); 32]).short_id());
    }
    ids
}
