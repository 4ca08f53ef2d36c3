//! What is believed of one connected peer, and what is under way with it.
//!
//! Each kind of traffic has its own bounded state here: what we compare and fetch (`Request`, and the engine's pulls), what we
//! answer ([`Answer`]) and send ([`Stream`]), and the credit of both directions
//! ([`flow`](super::flow)). Nothing here outlives the session: what is stored is not asked for again, and what is not is found
//! by the next comparison.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::catalog::Index;
use crate::id::{OrganisationId, ShortId};
use crate::scope::Scope;
use crate::time::Instant;
use crate::wire::parcel::Codec;

use super::digest::Digest;
use super::flow::{Inflow, Outflow};
use super::have::Listing;
use super::ranges::Ranges;
use super::sketch::{Decoder, Key, Snapshot};

/// Time in which a peer must say who it is.
pub const HELLO_WITHIN: Duration = Duration::from_secs(15);
/// Time in which a comparison or request must move on before it is given up.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Most requests open to one peer at once.
pub const REQUESTS_OPEN_MAX: usize = 4;
/// Most ids waiting to be asked for from one peer.
pub const WANTED_MAX: usize = 200_000;
/// Most comparisons of one peer answered at once.
pub const ANSWERS_MAX: usize = 4;
/// Most deliveries under way to one peer: its requests, and what its comparisons found.
pub const STREAMS_MAX: usize = 32;
/// Bytes of changes in the first parcel of a session; the next ones are twice as large, up to [`PARCEL_BYTES_MAX`].
pub const PARCEL_BYTES_FIRST: u64 = 32 * 1024;
/// Most bytes of changes in one parcel; a single change may be longer.
pub const PARCEL_BYTES_MAX: u64 = 256 * 1024;
/// What a peer may ask for in one second, counted in small requests; nobody who reads the answers comes near it.
pub const ASKED_A_SECOND_MAX: u32 = 1_000;
/// Time in which a peer may make us walk over [`WALKED_MAX`] changes.
pub const WALKS_WITHIN: Duration = Duration::from_secs(10);
/// See [`WALKS_WITHIN`]; every walk counts as one over at least [`WALK_MIN`].
pub const WALKED_MAX: u32 = 3_000_000;
/// See [`WALKED_MAX`].
pub const WALK_MIN: u32 = 10_000;
/// Refused changes after which a peer's credit is given in sips.
pub const THROTTLE_AFTER: u64 = 256;
/// Time between two sips.
pub const SIP_EVERY: Duration = Duration::from_secs(1);
/// Refusals after which a peer is dropped.
pub const REFUSED_MAX: u64 = 10_000;

/// How far a peer has introduced itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has not yet said who it is, and must by then.
    Greeting {
        /// The deadline.
        until: Instant,
    },
    /// It acts for this organisation, which may or may not be recognised here.
    Introduced(OrganisationId),
}

/// A request of ours that is open.
#[derive(Debug, Clone)]
pub struct Request {
    /// What was asked for.
    pub ids: Vec<ShortId>,
    /// When to give up.
    pub until: Instant,
}

/// A comparison of the peer's that is being answered.
#[derive(Debug)]
pub struct Answer {
    /// Of which scope.
    pub scope: Scope,
    /// By which way.
    pub way: Way,
    /// When to forget it.
    pub until: Instant,
}

/// The ways of comparing, as the answering side keeps them.
#[derive(Debug)]
pub enum Way {
    /// By coded symbols.
    Cells {
        /// What has been peeled so far.
        decoder: Box<Decoder>,
        /// Our own symbols, as they were at the beginning.
        ours: Snapshot,
        /// How many symbols have come.
        seen: u32,
        /// How many changes the peer's set has, by its own word.
        count: u64,
        /// Whether the key is the peer's own.
        fresh: bool,
    },
    /// By a listing of hashes.
    Have {
        /// The key of the hashes.
        key: Key,
        /// What has come so far.
        listing: Listing,
    },
    /// By ranges.
    Ranges(Box<Ranges>),
}

/// Changes on their way to the peer.
#[derive(Debug)]
pub struct Stream {
    /// The peer's number for them.
    pub number: u32,
    /// The scope that was compared; `None` for what was asked for by id.
    pub compared: Option<Scope>,
    /// What is left, in causal order.
    pub left: VecDeque<Index>,
}

/// What went over a session; truthful, for `status`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Changes the peer was told of by name.
    pub announced: u64,
    /// Changes sent to the peer.
    pub sent: u64,
    /// Of those, how many are durable there, by its own word.
    pub stored_there: u64,
    /// Changes the peer delivered.
    pub received: u64,
    /// Of those, how many were here already.
    pub known: u64,
    /// Of those, how many are stored here because of it.
    pub stored: u64,
    /// Of those, how many were refused, by name.
    pub refused: BTreeMap<&'static str, u64>,
    /// Bytes of the frames received; what was sent the driver counts.
    pub bytes_received: u64,
    /// Comparisons we began, and those that went the slower ways.
    pub comparisons: u64,
    /// Messages that went back and forth for comparing: ours, until the outcome was known.
    pub rounds: u64,
}

impl Counters {
    /// Returns how many changes were refused.
    pub fn refused_total(&self) -> u64 {
        self.refused.values().sum()
    }
}

/// One connected peer.
#[derive(Debug)]
pub struct Session {
    /// This session's number in this process.
    pub number: u64,
    /// Since when it stands.
    pub since: Instant,
    /// How far it has introduced itself.
    pub phase: Phase,
    /// How it reads parcels.
    pub codec: Codec,
    /// What it last said it has.
    pub theirs: BTreeMap<Scope, Digest>,
    /// What it was last told.
    pub told: BTreeMap<Scope, Digest>,
    /// When it is told anew.
    pub tell_at: Option<Instant>,
    /// Scopes to be pulled from it.
    pub wants: BTreeSet<Scope>,
    /// How often in a row it should have begun a comparison and did not.
    pub turns_missed: BTreeMap<Scope, u32>,
    /// Comparisons that led nowhere, in a row: each makes the next one slower and surer.
    pub failures: u32,
    /// Comparisons in a row that stalled and lost their place.
    pub stalls: u32,
    /// How far both sides were when the last comparison of a scope ended: ours, theirs.
    pub compared: BTreeMap<Scope, (Digest, Digest)>,
    /// When it may be compared with again, if not at once.
    pub rests_until: Option<Instant>,
    /// Ids to be asked for.
    pub wanted: VecDeque<ShortId>,
    /// Requests open to it.
    pub requests: BTreeMap<u32, Request>,
    /// The number of the next comparison or request.
    pub next_number: u32,
    /// Its comparisons.
    pub answers: BTreeMap<u32, Answer>,
    /// What is on its way to it.
    pub streams: VecDeque<Stream>,
    /// Bytes of changes that go into the next parcel: little at first, so that a line that breaks soon has carried something.
    pub parcel_bytes: u64,
    /// What may be sent to it.
    pub outflow: Outflow,
    /// What it may send.
    pub inflow: Inflow,
    /// When it may be granted more, if it is being throttled.
    pub sip_at: Option<Instant>,
    /// Changes it delivered that are neither stored nor turned away yet.
    pub unsettled: u64,
    /// What went over it.
    pub counters: Counters,
    /// How many of its changes it was told are durable here, and how many are.
    pub acknowledged: (u64, u64),
    /// When it is told of those that were not yet.
    pub acknowledge_at: Option<Instant>,
    /// When it last said anything.
    pub heard: Instant,
    asked: Asked,
    walks: Asked,
}

/// How much a peer has asked since a moment.
#[derive(Debug, Clone, Copy)]
struct Asked {
    since: Instant,
    times: u32,
}

impl Asked {
    /// Counts, and returns whether it stays within so many in that time.
    fn allows(&mut self, now: Instant, weight: u32, max: u32, within: Duration) -> bool {
        if now >= self.since + within {
            *self = Self { since: now, times: 0 };
        }
        self.times = self.times.saturating_add(weight);
        self.times <= max
    }
}

impl Session {
    /// Begins a session now.
    pub fn new(now: Instant, number: u64) -> Self {
        Self {
            number,
            since: now,
            phase: Phase::Greeting { until: now + HELLO_WITHIN },
            codec: Codec::Plain,
            theirs: BTreeMap::new(),
            told: BTreeMap::new(),
            tell_at: None,
            wants: BTreeSet::new(),
            turns_missed: BTreeMap::new(),
            failures: 0,
            stalls: 0,
            compared: BTreeMap::new(),
            rests_until: None,
            wanted: VecDeque::new(),
            requests: BTreeMap::new(),
            next_number: 1,
            answers: BTreeMap::new(),
            streams: VecDeque::new(),
            parcel_bytes: PARCEL_BYTES_FIRST,
            outflow: Outflow::default(),
            inflow: Inflow::default(),
            sip_at: None,
            unsettled: 0,
            counters: Counters::default(),
            acknowledged: (0, 0),
            acknowledge_at: None,
            heard: now,
            asked: Asked { since: now, times: 0 },
            walks: Asked { since: now, times: 0 },
        }
    }

    /// Counts that the peer asks for something of this weight; returns whether it may.
    pub fn may_ask(&mut self, now: Instant, weight: u32) -> bool {
        self.asked.allows(now, weight, ASKED_A_SECOND_MAX, Duration::from_secs(1))
    }

    /// Counts that the peer makes us walk over a set of so many changes; returns whether it may.
    pub fn may_walk(&mut self, now: Instant, changes: usize) -> bool {
        let changes = u32::try_from(changes).unwrap_or(u32::MAX).clamp(WALK_MIN, WALKED_MAX);
        self.walks.allows(now, changes, WALKED_MAX, WALKS_WITHIN)
    }

    /// Returns the organisation it acts for, once it has said so.
    pub fn organisation(&self) -> Option<OrganisationId> {
        match self.phase {
            Phase::Greeting { .. } => None,
            Phase::Introduced(organisation) => Some(organisation),
        }
    }

    /// Hands out a number for a comparison or request.
    pub fn number(&mut self) -> u32 {
        let number = self.next_number;
        self.next_number = self.next_number.checked_add(1).unwrap_or(1);
        number
    }

    /// Returns whether everything it has delivered is stored or turned away.
    pub fn is_settled(&self) -> bool {
        self.unsettled == 0 && self.inflow.under_judgement() == 0
    }

    /// Returns whether nothing more is to be asked of it.
    pub fn has_asked_all(&self) -> bool {
        self.wanted.is_empty() && self.requests.is_empty()
    }

    /// Returns the earliest time at which something is due.
    pub fn deadline(&self) -> Option<Instant> {
        let greeting = match self.phase {
            Phase::Greeting { until } => Some(until),
            Phase::Introduced(_) => None,
        };
        let requests = self.requests.values().map(|request| request.until);
        let answers = self.answers.values().map(|answer| answer.until);
        let single = [greeting, self.rests_until, self.tell_at, self.acknowledge_at, self.sip_at];
        single.into_iter().flatten().chain(requests).chain(answers).min()
    }
}
