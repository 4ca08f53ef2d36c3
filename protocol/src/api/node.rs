//! The node itself, and who is around it: identity, state, organisations, workers, peers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::WordsStatus;
use crate::charter::Charter;
use crate::id::{ChangeId, DocumentId, NetworkId, NodeId, OrganisationId, WorkerId};
use crate::key::PublicKey;
use crate::scope::County;
use crate::statement::{Names, OrganisationKind, Role};
use crate::sync::digest::Fingerprint;

/// Who a node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Identity {
    /// Its key.
    pub node: NodeId,
    /// The organisation it acts for.
    pub organisation: OrganisationId,
    /// That organisation's names.
    pub names: Names,
    /// Its kind.
    pub kind: OrganisationKind,
    /// The counties it acts in.
    pub counties: Vec<County>,
    /// The network.
    pub network: NetworkId,
    /// The network's charter.
    pub charter: Charter,
    /// The organisation's document, in which its root key makes statements.
    pub document: DocumentId,
    /// The root key's last position there: sequence and change.
    pub tip: (u32, ChangeId),
    /// The addresses on which it listens, if it runs.
    pub listening: Vec<String>,
}

/// How a node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Status {
    /// Its key.
    pub node: NodeId,
    /// The organisation it acts for.
    pub organisation: OrganisationId,
    /// Whether it is connected to a network, or only its store is open.
    pub running: bool,
    /// Changes in the log.
    pub changes: u64,
    /// Reports.
    pub reports: u64,
    /// One value over all network-wide changes: equal on two nodes that hold the same.
    pub fingerprint: Fingerprint,
    /// The same for each scope held here, by its name, with the number of changes.
    pub scopes: BTreeMap<String, ScopeStatus>,
    /// Bytes of the log on disk.
    pub log_bytes: u64,
    /// Records found damaged when the store was opened.
    pub damaged: u64,
    /// Changes that wait for something.
    pub parked: u64,
    /// Positions of a key's chain that hold more than one change.
    pub forks: u64,
    /// How often each rule refused a change.
    pub refusals: BTreeMap<String, u64>,
    /// How often each offence ended a session.
    pub offences: BTreeMap<String, u64>,
    /// Documents that cannot be read, with the reason.
    pub quarantined: BTreeMap<String, String>,
    /// How far words are known; absent if this process does not look after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<WordsStatus>,
    /// Bytes sent over TCP since the node was started, as the socket has them; QUIC is not counted.
    #[serde(default)]
    pub socket_bytes_sent: u64,
    /// Bytes received, likewise.
    #[serde(default)]
    pub socket_bytes_received: u64,
    /// Connected peers.
    pub connected: u64,
}

/// What is held of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScopeStatus {
    /// Number of changes.
    pub changes: u64,
    /// Their fingerprint.
    pub fingerprint: Fingerprint,
}

/// An organisation as it is known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its names.
    pub names: Names,
    /// Its kind.
    pub kind: OrganisationKind,
    /// The counties it acts in.
    pub counties: Vec<County>,
    /// How people reach it.
    pub contact: String,
    /// Whether it is one's own.
    pub own: bool,
    /// Whether it is a member.
    pub member: bool,
    /// Whether the charter names it as a founder.
    pub founder: bool,
    /// Who recognises it.
    pub recognised_by: Vec<OrganisationId>,
    /// Its reports here.
    pub reports: u64,
}

impl Organisation {
    /// Returns whether recognising it is still up to one's own organisation, which is among those known.
    pub fn is_open(&self, known: &[Self]) -> bool {
        let by_own = |own: &Self| self.recognised_by.contains(&own.id);
        !self.member && !self.own && !known.iter().any(|known| known.own && by_own(known))
    }
}

/// A certified key of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Worker {
    /// The certificate.
    pub certificate: ChangeId,
    /// The worker.
    pub worker: WorkerId,
    /// The key.
    pub key: PublicKey,
    /// What the worker may do.
    pub roles: Vec<Role>,
}

/// A peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Peer {
    /// The address kept, if it was added here.
    pub address: Option<String>,
    /// The node behind it, once connected.
    pub node: Option<NodeId>,
    /// Whether a connection stands.
    pub connected: bool,
    /// The organisation it acts for, once it has proven it.
    pub organisation: Option<OrganisationId>,
    /// Whether that organisation is a member here.
    pub member: bool,
    /// Whether both hold the same of all they share.
    pub in_step: bool,
    /// Changes it has and this node lacks, as far as its last word tells; `None` before it said anything.
    pub lacking_here: Option<u64>,
    /// Changes this node has and it lacks, as far as its last word tells.
    pub lacking_there: Option<u64>,
    /// Changes it was told of by name in this session.
    pub announced: u64,
    /// Changes sent to it in this session.
    pub sent: u64,
    /// Of those, durable there, by its own word.
    pub stored_there: u64,
    /// Changes it delivered in this session.
    pub received: u64,
    /// Of those, here already.
    pub known: u64,
    /// Of those, stored here because of it.
    pub stored: u64,
    /// Of those, refused, by name.
    pub refused: BTreeMap<String, u64>,
    /// Comparisons with it that this node began in this session.
    pub comparisons: u64,
    /// Messages this node sent for them until their outcome was known: round trips.
    pub rounds: u64,
    /// Bytes of frames sent to it in this session.
    pub bytes_sent: u64,
    /// Bytes of frames received from it in this session.
    pub bytes_received: u64,
    /// Seconds since it last said anything.
    pub silent_seconds: Option<u64>,
    /// Why the last attempt to reach it failed.
    pub trouble: Option<String>,
}
