//! The engine: three doors, no opinions of its own. [`Engine::handle`] takes inputs in, [`Engine::poll_effect`] gives effects
//! out until there are none, [`Engine::poll_timeout`] says when to come back.
//!
//! - `intake`: what was checked waits in a queue, is admitted in batches, made durable, and only then believed;
//! - `exchange`: what peers say; who they are; what they are told;
//! - `asking`, `answering`: comparing sets, from the side that begins and from the other;
//! - `delivery`: requests, deliveries and the credit for them;
//! - `bundling`: what goes into a file for where no network reaches;
//! - `links`: whom to be connected to;
//! - `live`: what is new, pushed or announced;
//! - `upkeep`: what is due when time passes.
//!
//! One batch is being written at a time; what arrives meanwhile forms the next one (group commit). Same seed and inputs, same effects.

mod answering;
mod asking;
mod bundling;
mod delivery;
mod exchange;
mod intake;
mod links;
mod live;
mod restore;
mod upkeep;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::catalog::{Catalog, Ordinal};
use crate::charter::Charter;
use crate::id::{ChangeId, NetworkId, NodeId, OrganisationId, ShortId, sha256};
use crate::membership::Membership;
use crate::scope::Scope;
use crate::signed::Unsigned;
use crate::statement::Record;
use crate::time::Instant;
use crate::wire::message::Hello;

use super::admit::{Door, Missing};
use super::digest::Digest;
use super::effect::{Effect, Offence};
use super::held::{ScopeSet, shared_key};
use super::input::{Input, Token};
use super::overlay::Overlay;
use super::parked::Parked;
use super::rehearse::Objection;
use super::session::Session;
use super::sketch::Key;

pub use bundling::Selection;
pub use restore::Restored;

/// Most refused ids remembered, so that they are not asked for again.
const REFUSED_MAX: usize = 200_000;
/// Most organisations remembered that are seen but not recognised.
const SEEN_MAX: usize = 1_000;

/// What the engine is told once.
#[derive(Debug, Clone)]
pub struct Config {
    /// The network's charter.
    pub charter: Charter,
    /// This node.
    pub node: NodeId,
    /// The organisation this node acts for.
    pub own: OrganisationId,
    /// This node's own introduction.
    pub hello: Hello,
    /// Time between comparisons with a peer with which nothing happens, before jitter.
    pub anti_entropy: Duration,
    /// Whether to connect to members by what they say of where they are reached, and to let go of links beyond what is needed.
    pub finds_links: bool,
    /// Where jitter, choices and the keys of comparisons come from; give a random number, or in a simulation a chosen one.
    pub seed: u64,
}

/// How far two nodes are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lacking {
    /// Changes the peer has and this node lacks.
    pub here: u64,
    /// Changes this node has and the peer lacks.
    pub there: u64,
}

/// Everything this node knows and is doing.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    network: NetworkId,
    catalog: Catalog,
    membership: Membership,
    sets: BTreeMap<Scope, ScopeSet>,
    parked: Parked,
    refused: BTreeSet<ChangeId>,
    /// In the catalog, but the record is damaged: asked for again, and written anew when it comes.
    lost: BTreeSet<ChangeId>,
    refusals: BTreeMap<&'static str, u64>,
    offences: BTreeMap<&'static str, u64>,
    seen: BTreeMap<OrganisationId, Record>,
    intake: intake::Intake,
    sessions: BTreeMap<NodeId, Session>,
    /// How many sessions there were in this process.
    sessions_begun: u64,
    overlay: Overlay,
    /// Nodes to which people asked for a link.
    kept: BTreeSet<NodeId>,
    /// What is being compared and fetched: one peer a scope.
    pulls: BTreeMap<Scope, asking::Pull>,
    /// Ids that were asked for, so that no two peers send the same.
    requested: BTreeMap<ShortId, NodeId>,
    /// Ids that were announced and have not come.
    rumours: BTreeMap<ShortId, live::Rumour>,
    /// Something changed of which peers are to be told.
    moved: bool,
    /// The disk takes no writes; nothing is fetched until then.
    rests_until: Option<Instant>,
    next_compare: Instant,
    random: u64,
    outbox: VecDeque<Effect>,
}

/// A number from a seed and its successor seed (splitmix64, Steele et al. 2014).
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Engine {
    /// Begins with an empty log; feed it with [`Engine::restore`] before the first input.
    pub fn new(config: Config) -> Self {
        Self {
            network: config.charter.network(),
            membership: Membership::new(config.charter.clone(), config.own),
            catalog: Catalog::default(),
            sets: BTreeMap::new(),
            parked: Parked::default(),
            refused: BTreeSet::new(),
            lost: BTreeSet::new(),
            refusals: BTreeMap::new(),
            offences: BTreeMap::new(),
            seen: BTreeMap::new(),
            intake: intake::Intake::default(),
            sessions: BTreeMap::new(),
            sessions_begun: 0,
            overlay: Overlay::new(config.own),
            kept: BTreeSet::new(),
            pulls: BTreeMap::new(),
            requested: BTreeMap::new(),
            rumours: BTreeMap::new(),
            moved: false,
            rests_until: None,
            next_compare: Instant::default(),
            random: config.seed,
            outbox: VecDeque::new(),
            config,
        }
    }

    /// Takes something that happened.
    pub fn handle(&mut self, now: Instant, input: Input) {
        match input {
            Input::Connected(node) => self.connected(now, node),
            Input::Disconnected(node) => self.disconnected(now, node),
            Input::Keep { node, kept } => self.keep_link(node, kept),
            Input::Frame { node, bytes } => self.frame(now, node, &bytes),
            Input::Submitted { token, changes } => self.submitted(token, changes),
            Input::Sealed { token, changes } => self.sealed(now, token, changes),
            Input::Checked { source, results } => self.checked(now, source, results),
            Input::Unreadable(delivery) => self.unreadable(delivery),
            Input::Undelivered { node, session, raw } => self.undelivered(node, session, raw),
            Input::Unreachable(node) => self.unreachable(now, node),
            Input::Persisted { batch, ordinals } => self.persisted(now, batch, &ordinals),
            Input::PersistFailed { batch, reason } => self.persist_failed(now, batch, &reason),
            Input::Lost(ordinal) => self.lost(ordinal),
            Input::Timeout => self.overdue(now),
        }
        self.advance(now);
        self.go_on(now);
    }

    /// Does whatever can be done now.
    fn go_on(&mut self, now: Instant) {
        if self.sessions.is_empty() {
            return;
        }
        self.end_pulls(now);
        self.begin_pulls(now);
        self.request_all(now);
        self.ship_all();
        self.grant_all(now);
        self.tell_what_moved(now);
    }

    /// Returns the next thing to be done, until there is nothing.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.outbox.pop_front()
    }

    /// Returns when to call with [`Input::Timeout`] if nothing else happens before.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.sessions.is_empty() {
            return self.links_due();
        }
        let sessions = self.sessions.values().filter_map(Session::deadline);
        let pulls = self.pulls.values().flat_map(|pull| pull.stalls_at.into_iter().chain([pull.until]));
        let rumours = self.rumours.values().map(|rumour| rumour.due);
        let sessions = sessions.chain(pulls).chain(rumours).chain(self.rests_until);
        sessions.chain(self.links_due()).chain([self.next_compare]).min()
    }

    /// Returns what is in the log.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Returns who is who.
    pub fn membership(&self) -> &Membership {
        &self.membership
    }

    /// Returns the network's id.
    pub fn network(&self) -> NetworkId {
        self.network
    }

    /// Says whether a change would enter here if its author signed it.
    ///
    /// # Errors
    /// [`Objection`].
    pub fn rehearse(&self, unsigned: &Unsigned) -> Result<(), Objection> {
        let door = Door { catalog: &self.catalog, membership: &self.membership, refused: &self.refused };
        door.rehearse(&self.network, unsigned)
    }

    /// Returns the digest of each scope, ascending by scope.
    pub fn digests(&self) -> impl Iterator<Item = (Scope, Digest)> + '_ {
        self.sets.iter().map(|(scope, set)| (*scope, set.digest()))
    }

    /// Returns the connected peers.
    pub fn sessions(&self) -> impl Iterator<Item = (NodeId, &Session)> {
        self.sessions.iter().map(|(node, session)| (*node, session))
    }

    /// Returns what is under way with a peer.
    pub fn session(&self, node: &NodeId) -> Option<&Session> {
        self.sessions.get(node)
    }

    /// Returns whether everything a peer last said it has in the scopes shared with it is here too, and the other way round.
    pub fn in_step_with(&self, node: &NodeId) -> bool {
        let Some(session) = self.sessions.get(node) else { return false };
        let ours: BTreeMap<Scope, Digest> = self.shared_with(session).collect();
        session.theirs == ours && session.told == ours
    }

    /// Returns how far this node and a peer are apart, by its last word; `None` before it said anything.
    pub fn lacking(&self, node: &NodeId) -> Option<Lacking> {
        let session = self.sessions.get(node).filter(|session| !session.theirs.is_empty())?;
        let count = |scope: &Scope| self.sets.get(scope).map_or(0, |set| set.digest().count());
        let counts: Vec<_> = session.theirs.iter().map(|(scope, digest)| (count(scope), digest.count())).collect();
        let pulls = self.pulls.values().filter(|pull| pull.node == *node);
        let coming: u64 = pulls.map(|pull| pull.lacking.saturating_sub(pull.received)).sum();
        let going: usize = session.streams.iter().map(|stream| stream.left.len()).sum();
        let here: u64 = counts.iter().map(|(ours, theirs)| theirs.saturating_sub(*ours)).sum();
        let there: u64 = counts.iter().map(|(ours, theirs)| ours.saturating_sub(*theirs)).sum();
        let wanted = session.wanted.len() as u64;
        Some(Lacking { here: here.max(coming).max(wanted), there: there.max(going as u64) })
    }

    /// Returns what waits.
    pub fn parked(&self) -> &Parked {
        &self.parked
    }

    /// Returns how often each rule refused something.
    pub fn refusals(&self) -> &BTreeMap<&'static str, u64> {
        &self.refusals
    }

    /// Returns how often each offence ended a session.
    pub fn offences(&self) -> &BTreeMap<&'static str, u64> {
        &self.offences
    }

    /// Returns how many positions of a key's chain hold more than one change.
    pub fn forks(&self) -> u64 {
        self.catalog.forks()
    }

    /// Returns organisations that introduced themselves and are not recognised, ascending.
    pub fn seen(&self) -> impl Iterator<Item = (OrganisationId, &Record)> {
        self.seen.iter().filter(|(id, _)| !self.membership.is_member(id)).map(|(id, record)| (*id, record))
    }

    /// Counts an offence and asks for the connection to be closed.
    fn offended(&mut self, node: NodeId, offence: Offence) {
        *self.offences.entry(offence.name()).or_default() += 1;
        self.outbox.push_back(Effect::Disconnect { node, offence });
        self.end_session(node);
    }

    /// Remembers a refused id.
    fn remember_refused(&mut self, id: Option<ChangeId>, name: &'static str) {
        *self.refusals.entry(name).or_default() += 1;
        if let Some(id) = id.filter(|_| self.refused.len() < REFUSED_MAX) {
            self.refused.insert(id);
        }
    }

    /// Returns the scopes that a peer's organisation and ours may both receive, with what is here of them.
    fn shared_with<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = (Scope, Digest)> + 'a {
        let organisation = session.organisation().filter(|id| self.membership.is_member(id));
        self.sets
            .iter()
            .filter(move |(scope, _)| {
                let may = |id| crate::policy::may_receive(scope, id, &self.membership);
                organisation.as_ref().is_some_and(may) && may(&self.config.own)
            })
            .map(|(scope, set)| (*scope, set.digest()))
    }

    /// Returns whether an id is worth asking for.
    fn needs(&self, id: &ShortId) -> bool {
        let begins = |held: Option<&ChangeId>| held.is_some_and(|held| held.short_id() == *id);
        let lost = begins(self.lost.range(id.least()..).next());
        (self.catalog.find_short(id).is_none() || lost)
            && !begins(self.refused.range(id.least()..).next())
            && !begins(self.parked.next_from(&id.least()))
            && !begins(self.intake.next_from(&id.least()))
    }

    /// Returns a key nobody could know before.
    fn fresh_key(&mut self) -> Key {
        // Peers see the keys: one must not tell the next.
        let random = next_random(&mut self.random);
        let hash = sha256(&[b"talkoot/fresh/1", &self.config.seed.to_be_bytes(), &random.to_be_bytes()]);
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Key::from_bytes(key)
    }

    /// Returns the set of a scope, made if there is none.
    fn set_of(&mut self, scope: Scope) -> &mut ScopeSet {
        let network = self.network;
        self.sets.entry(scope).or_insert_with(|| ScopeSet::new(shared_key(&network, &scope)))
    }

    /// Takes a damaged record out of what this node says it holds. What builds on it stays: it was judged when it came.
    fn lost(&mut self, ordinal: Ordinal) {
        let found = self.catalog.entries().find(|(_, entry)| entry.ordinal == Some(ordinal));
        let Some((index, id)) = found.map(|(index, entry)| (index, entry.id)) else { return };
        if let Some(set) = self.sets.get_mut(&self.catalog.document_of(index).scope) {
            set.remove(index, &self.catalog);
        }
        self.catalog.clear_ordinal(index);
        self.lost.insert(id);
        self.moved = true;
    }

    /// Lets go what waited for something that came.
    fn release(&mut self, missing: Missing) {
        for (origin, change) in self.parked.release(missing) {
            self.unsettle(origin);
            self.intake.push_front(origin, change);
        }
    }
}

/// A submission that is being decided.
#[derive(Debug)]
struct Submission {
    outcomes: Vec<Option<super::effect::Outcome>>,
    open: usize,
}

/// Submissions by token.
type Submissions = BTreeMap<Token, Submission>;
