//! Who takes part when a script drives an engine: four organisations, and all that they ever sign, prepared once. The engine
//! under test is the node of the first one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::json;
use talkoot_protocol::address::AddressRecord;
use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::VERSION;
use talkoot_protocol::id::{ChangeId, NetworkId, NodeId, OrganisationId, ShortId};
use talkoot_protocol::scope::{Counties, County, Kind, Scope};
use talkoot_protocol::signed::{Signed, Verified};
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::{Checked, Refused, check};
use talkoot_protocol::sync::engine::{Config, Engine, Restored};
use talkoot_protocol::wire::message::{FEATURE_ZSTD_1, Hello};

use crate::cast::{Organisation, Worker, fields, moment};
use crate::hostile;

/// Hostile changes longer than this are left out: a script has no use for many bytes.
const HOSTILE_BYTES_MAX: usize = 2_000;

static COMPANY: LazyLock<Company> = LazyLock::new(Company::gather);

/// Returns the company; it is the same in every process.
pub fn company() -> &'static Company {
    &COMPANY
}

/// Something that was signed.
#[derive(Debug)]
pub struct Known {
    /// Its encoding.
    pub bytes: Vec<u8>,
    /// Its id.
    pub id: ChangeId,
    /// For whom it is.
    pub scope: Scope,
    /// What is to be said of it alone.
    pub judged: Result<Checked, Refused>,
    /// Who recognises whom by it.
    pub endorses: Option<(OrganisationId, OrganisationId)>,
}

/// A peer of the engine under test.
#[derive(Debug)]
pub struct Peer {
    /// The node.
    pub node: NodeId,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// Whether that one acts in the county of the others.
    pub in_county: bool,
    /// How it introduces itself.
    pub hello: Hello,
}

/// All of them.
#[derive(Debug)]
pub struct Company {
    /// Their network.
    pub network: NetworkId,
    /// What the engine under test is told.
    pub config: Config,
    /// All that was ever signed; the first two are the record and certificate of the engine's own node.
    pub known: Vec<Known>,
    /// The peers. Two belong to one organisation, which is the first that the engine's own recognises.
    pub peers: Vec<Peer>,
    by_id: BTreeMap<ShortId, usize>,
    by_bytes: HashMap<Vec<u8>, usize>,
}

/// Collects what is signed.
struct Press {
    network: NetworkId,
    known: Vec<Known>,
    /// The scopes of documents, by their first changes.
    scopes: BTreeMap<ChangeId, Scope>,
}

impl Press {
    fn print(&mut self, change: &Verified) {
        self.known(change.encode(), change, None);
    }

    fn known(&mut self, bytes: Vec<u8>, change: &Verified, endorses: Option<(OrganisationId, OrganisationId)>) {
        if let Some((_, scope)) = change.begins() {
            self.scopes.insert(change.id(), scope);
        }
        let scope = self.scopes.get(&change.document().first_change()).copied().unwrap_or(Scope::Network);
        let judged = check(&self.network, bytes.clone());
        self.known.push(Known { bytes, id: change.id(), scope, judged, endorses });
    }

    fn endorse(&mut self, by: &mut Organisation, whom: &Organisation) {
        let change = by.endorse(whom.id);
        self.known(change.encode(), &change, Some((by.id, whom.id)));
    }

    /// Reports for every audience, and a few edits one upon the other.
    fn reports(&mut self, organisation: &Organisation, worker: &Worker, from: u64) {
        let county = Scope::Region(County::new(12).expect("a county"));
        let begun = worker.report(from);
        self.print(&begun);
        self.print(&worker.report(from + 1));
        self.print(&worker.report_in(county, from + 2));
        self.print(&worker.report_in(Scope::Organisation(organisation.id), from + 3));
        let mut history = vec![begun];
        for number in from + 4..from + 6 {
            let edited = edit(worker, self.network, &history, number);
            self.print(&edited);
            history.push(edited);
        }
        // A fork: another second change on top of the first.
        self.print(&edit(worker, self.network, &history[..1], from + 6));
    }
}

fn edit(worker: &Worker, network: NetworkId, history: &[Verified], number: u64) -> Verified {
    let history: Vec<_> =
        history.iter().map(|change| Checked::sealed(&network, change.clone()).expect("a sound change")).collect();
    let edits = BTreeMap::from([("title".to_owned(), Some(json!(format!("Havainto, korjaus {number}"))))]);
    worker.author().change(&history, &edits, moment(5_000 + number)).expect("a change")
}

fn hello(network: NetworkId, record: &Verified, certificate: &Verified) -> Hello {
    Hello {
        version_min: VERSION,
        version_max: VERSION,
        features: FEATURE_ZSTD_1,
        network,
        record: record.encode(),
        certificate: certificate.encode(),
    }
}

impl Company {
    fn gather() -> Self {
        let charter = Charter::commons();
        let network = charter.network();
        let mut press = Press { network, known: Vec::new(), scopes: BTreeMap::new() };
        let mut alice = Organisation::found("alice", &charter);
        let mut bob = Organisation::found("bob", &charter);
        let mut carol = Organisation::found("carol", &charter);
        let dave = Organisation::found_in("dave", &charter, Counties::new());
        for change in [&alice.record, &alice.node_certificate] {
            press.print(change);
        }
        let workers = [
            alice.employ("anna", &[Role::Reporter]),
            bob.employ("bertta", &[Role::Reporter]),
            carol.employ("cecilia", &[Role::Reporter]),
        ];
        let (second_key, second) = bob.equip("bob second");
        press.print(&workers[0].certificate);
        press.endorse(&mut alice, &bob);
        for change in [&bob.record, &bob.node_certificate, &workers[1].certificate, &second] {
            press.print(change);
        }
        press.endorse(&mut bob, &carol);
        press.endorse(&mut alice, &dave);
        for change in [&carol.record, &carol.node_certificate, &workers[2].certificate] {
            press.print(change);
        }
        for change in [&dave.record, &dave.node_certificate] {
            press.print(change);
        }
        for ((organisation, worker), from) in [&alice, &bob, &carol].into_iter().zip(&workers).zip([100, 200, 300]) {
            press.reports(organisation, worker, from);
        }
        press.odd(&workers[1], &bob);
        let of = |node: NodeId, house: &Organisation, certificate: &Verified| Peer {
            node,
            organisation: house.id,
            in_county: house.id != dave.id,
            hello: hello(network, &house.record, certificate),
        };
        let peers = vec![
            of(bob.node_key.public().into(), &bob, &bob.node_certificate),
            of(carol.node_key.public().into(), &carol, &carol.node_certificate),
            of(dave.node_key.public().into(), &dave, &dave.node_certificate),
            of(second_key.public().into(), &bob, &second),
        ];
        let config = Config {
            node: alice.node_key.public().into(),
            own: alice.id,
            hello: hello(network, &alice.record, &alice.node_certificate),
            charter,
            anti_entropy: Duration::from_secs(30),
            finds_links: false,
            seed: 1,
        };
        let known = press.known;
        let by_id = known.iter().enumerate().map(|(at, known)| (known.id.short_id(), at)).collect();
        let by_bytes = known.iter().enumerate().map(|(at, known)| (known.bytes.clone(), at)).collect();
        Self { network, config, known, peers, by_id, by_bytes }
    }

    /// Returns which change has this id.
    pub fn find(&self, id: &ShortId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Returns which change these bytes are.
    pub fn find_bytes(&self, bytes: &[u8]) -> Option<usize> {
        self.by_bytes.get(bytes).copied()
    }

    /// Judges the bytes of a change: from memory if they are well known.
    pub fn judge(&self, bytes: Vec<u8>) -> Result<Checked, Refused> {
        match self.find_bytes(&bytes) {
            Some(at) => self.known[at].judged.clone(),
            None => check(&self.network, bytes),
        }
    }

    /// Returns which peer a node is.
    pub fn peer(&self, node: &NodeId) -> Option<usize> {
        self.peers.iter().position(|peer| peer.node == *node)
    }

    /// Returns whether a peer may have something of a scope, once its organisation is recognised.
    pub fn may_have(&self, peer: usize, scope: &Scope) -> bool {
        let peer = &self.peers[peer];
        match scope {
            Scope::Organisation(owner) => *owner == peer.organisation,
            Scope::Network => true,
            Scope::Region(_) => peer.in_county,
        }
    }

    /// Returns who is recognised when these changes, and no others, are there.
    pub fn members(&self, held: impl Iterator<Item = usize> + Clone) -> BTreeSet<OrganisationId> {
        let mut members = BTreeSet::from([self.config.own]);
        loop {
            let endorsed = held.clone().filter_map(|at| self.known[at].endorses);
            let before = members.len();
            let more: Vec<_> = endorsed.filter(|(by, _)| members.contains(by)).map(|(_, whom)| whom).collect();
            members.extend(more);
            if members.len() == before {
                return members;
            }
        }
    }

    /// Returns the engine with all that is sound in its log, or with its statements alone.
    pub fn engine_of_all(&self, statements_only: bool) -> Engine {
        let mut engine = Engine::new(self.config.clone());
        let sound = self.known.iter().filter_map(|known| known.judged.as_ref().ok());
        for (checked, ordinal) in sound.zip(1..) {
            let is_report = checked.change().begins().is_none_or(|(kind, _)| kind == Kind::Report)
                && matches!(checked.content(), talkoot_protocol::sync::check::Content::Chunk(_));
            if !(statements_only && is_report) {
                let restored = engine.restore(Ordinal::new(ordinal), checked.clone());
                assert!(matches!(restored, Restored::In(_) | Restored::Waiting), "{restored:?}");
            }
        }
        engine.finish_restoring();
        engine
    }
}

impl Press {
    /// What is refused, or of another sort.
    fn odd(&mut self, worker: &Worker, house: &Organisation) {
        let mut named = fields(900);
        named.insert("description".into(), json!("Hetu 131052-308T."));
        let named = worker.author().begin(Kind::Report, Scope::Network, &named, moment(901));
        self.print(&named.expect("a report that no scanner has seen"));
        let whole = worker.report(902);
        self.known(whole.clone().without_body().encode(), &whole, None);
        let reached = ["/ip4/192.0.2.7/tcp/7001", "/dns/solmu.example/udp/7001/quic-v1"];
        let reached = AddressRecord::new(reached.iter().map(|text| text.parse().expect("an address")), false);
        self.print(&house.reached(None, &reached.expect("few addresses"), 903));
        let hostile = hostile::corpus(worker).into_iter().filter(|hostile| hostile.change.len() < HOSTILE_BYTES_MAX);
        for hostile in hostile.take(4) {
            let change = Signed::decode(&hostile.change).ok().and_then(|signed| signed.verify().ok());
            if let Some(change) = change {
                self.print(&change);
            }
        }
    }
}
