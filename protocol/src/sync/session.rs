//! What is believed of one connected peer, and how far the exchange with it has come.
//!
//! The exchange is a pull: whoever hears a digest unlike its own lists the other's ids page by page in the other's order (which
//! is causal), asks for those it lacks, and stores what comes. A cut loses nothing: what is stored is not asked for again.
//! The next wire feature (coded symbols) replaces the listing and nothing else.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::id::{ChangeId, OrganisationId};
use crate::scope::Scope;
use crate::time::Instant;

use super::digest::Digest;

/// Time in which a peer must say who it is.
pub const HELLO_WITHIN: Duration = Duration::from_secs(15);
/// Time in which a listing or request must be answered before it is asked again.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Most requests open to one peer at once.
pub const REQUESTS_OPEN_MAX: usize = 4;
/// Most ids asked for in one request; fewer than the wire allows so that answers seldom have to be cut.
pub const REQUEST_IDS: usize = 256;
/// Most listings and requests a peer may make in one second; nobody who reads the answers comes near it.
pub const ASKED_A_SECOND_MAX: u32 = 1_000;
/// Bytes a peer may have unasked under judgement at once; what it sends beyond is dropped and found again by comparing.
pub const UNASKED_BYTES_MAX: usize = 4 * 1024 * 1024;
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

/// How far one scope has been pulled from one peer.
#[derive(Debug, Clone, Default)]
pub struct Pull {
    /// The order the positions belong to.
    pub epoch: Option<u64>,
    /// The next position to list.
    pub next: u64,
    /// Everything before this position is stored, parked or refused.
    pub done: u64,
    /// The listing has reached its end.
    pub end: bool,
    /// A page was asked for and must come by then.
    pub listing: Option<Instant>,
    /// Ids to ask for.
    pub wanted: VecDeque<ChangeId>,
}

/// An open request.
#[derive(Debug, Clone)]
pub struct Request {
    /// For which scope.
    pub scope: Scope,
    /// What was asked for.
    pub ids: Vec<ChangeId>,
    /// When to give up.
    pub until: Instant,
    /// The answer is here and being checked.
    pub answered: bool,
}

/// What went over a session; truthful, for `status`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Changes sent to the peer.
    pub sent: u64,
    /// Changes the peer delivered.
    pub received: u64,
    /// Of those, how many are stored here because of it.
    pub stored: u64,
    /// Of those, how many were refused, by name.
    pub refused: BTreeMap<&'static str, u64>,
    /// Bytes of the frames received; what was sent the driver counts.
    pub bytes_received: u64,
}

/// One connected peer.
#[derive(Debug)]
pub struct Session {
    /// How far it has introduced itself.
    pub phase: Phase,
    /// What it last said it has.
    pub theirs: BTreeMap<Scope, Digest>,
    /// What it was last told.
    pub told: BTreeMap<Scope, Digest>,
    /// What is being pulled from it.
    pub pulls: BTreeMap<Scope, Pull>,
    /// Requests open to it.
    pub requests: BTreeMap<u32, Request>,
    /// The number of the next request.
    pub next_number: u32,
    /// What went over it.
    pub counters: Counters,
    /// When it last said anything.
    pub heard: Instant,
    asked: Asked,
    /// Sizes of its deliveries under judgement, oldest first.
    judging: VecDeque<usize>,
}

/// How often a peer has asked since a moment.
#[derive(Debug, Clone, Copy)]
struct Asked {
    since: Instant,
    times: u32,
}

impl Session {
    /// Begins a session now.
    pub fn new(now: Instant) -> Self {
        Self {
            phase: Phase::Greeting { until: now + HELLO_WITHIN },
            theirs: BTreeMap::new(),
            told: BTreeMap::new(),
            pulls: BTreeMap::new(),
            requests: BTreeMap::new(),
            next_number: 1,
            counters: Counters::default(),
            heard: now,
            asked: Asked { since: now, times: 0 },
            judging: VecDeque::new(),
        }
    }

    /// Notes a delivery of so many bytes that is being judged.
    pub fn begin_judging(&mut self, bytes: usize) {
        self.judging.push_back(bytes);
    }

    /// Notes that the oldest delivery was judged.
    pub fn end_judging(&mut self) {
        self.judging.pop_front();
    }

    /// Returns whether there is room to judge more of what nobody asked for.
    pub fn has_room_for_unasked(&self) -> bool {
        self.judging.iter().sum::<usize>() < UNASKED_BYTES_MAX
    }

    /// Counts that the peer asks for something; returns whether it may.
    pub fn may_ask(&mut self, now: Instant) -> bool {
        if now >= self.asked.since + Duration::from_secs(1) {
            self.asked = Asked { since: now, times: 0 };
        }
        self.asked.times += 1;
        self.asked.times <= ASKED_A_SECOND_MAX
    }

    /// Returns the organisation it acts for, once it has said so.
    pub fn organisation(&self) -> Option<OrganisationId> {
        match self.phase {
            Phase::Greeting { .. } => None,
            Phase::Introduced(organisation) => Some(organisation),
        }
    }

    /// Opens a request and returns its number.
    pub fn open_request(&mut self, scope: Scope, ids: Vec<ChangeId>, now: Instant) -> u32 {
        let number = self.next_number;
        self.next_number = self.next_number.checked_add(1).unwrap_or(1);
        self.requests.insert(number, Request { scope, ids, until: now + ANSWER_WITHIN, answered: false });
        number
    }

    /// Returns the earliest time at which something is overdue.
    pub fn deadline(&self) -> Option<Instant> {
        let greeting = match self.phase {
            Phase::Greeting { until } => Some(until),
            Phase::Introduced(_) => None,
        };
        let requests = self.requests.values().filter(|request| !request.answered).map(|request| request.until);
        let listings = self.pulls.values().filter_map(|pull| pull.listing);
        greeting.into_iter().chain(requests).chain(listings).min()
    }
}
