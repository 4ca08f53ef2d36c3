//! The node's settings: one file, `talkoot.toml`, in the node's directory.
//!
//! Every key may be left out and then has its default; a key nobody knows is refused, since a misspelt setting that is
//! silently ignored is worse than none. Values are bounded here; what an address or a log filter *means* is for the
//! module that uses it. Nothing in here is secret, and no setting decides what is admitted: that must be the same on
//! every node.

mod error;
mod hint;
mod reader;
mod template;

use std::fs::File;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use talkoot_protocol::view::rules;

use reader::{Number, Reader, Text};

pub use error::{Error, Invalid, Problem};

/// The file's name inside the node's directory.
pub const FILE_NAME: &str = "talkoot.toml";
/// Longest file we read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// Most addresses to listen on.
pub const LISTEN_MAX: usize = 16;
/// Most peers to dial by address.
pub const PEERS_MAX: usize = 256;

/// Most addresses to announce.
pub const ANNOUNCE_MAX: usize = 8;
/// Most relays to be reached through.
pub const RELAYS_MAX: usize = 4;

/// Most addresses to answer on over HTTP.
pub const HTTP_LISTEN_MAX: usize = 4;

const LISTEN_DEFAULT: [&str; 2] = ["/ip4/0.0.0.0/tcp/7474", "/ip4/0.0.0.0/udp/7474/quic-v1"];
/// The zone whose time pages show, unless another is set.
pub const ZONE_DEFAULT: &str = "Europe/Helsinki";
const FILTER_DEFAULT: &str = "info";

const LISTEN: Text = Text { key: "network.listen", bytes_max: 256 };
const PEERS: Text = Text { key: "network.peers", bytes_max: 256 };
const ANNOUNCE: Text = Text { key: "network.announce", bytes_max: 200 };
const THROUGH: Text = Text { key: "network.relay.through", bytes_max: 256 };
const HTTP: Text = Text { key: "http.listen", bytes_max: 64 };
const ZONE: Text = Text { key: "http.zone", bytes_max: 64 };
const FILTER: Text = Text { key: "log.filter", bytes_max: 1024 };
const MDNS: &str = "network.mdns";
const WORDS_KEEP: &str = "words.keep";
const FIND_MEMBERS: &str = "network.find_members";
const OFFER: &str = "network.relay.offer";
const PUNCH: &str = "network.nat.punch";
const PROBE: &str = "network.nat.probe";
const ANSWER: &str = "network.nat.answer";

const CONNECTIONS: Number =
    Number { key: "network.connections_max", unit: "connections", min: 1, max: 4096, default: 64 };
const PEER_RATE: Number = Number {
    key: "network.peer_bytes_per_second_max",
    unit: "bytes a second",
    min: 0,
    max: u32::MAX,
    default: 64 * 1024 * 1024,
};
const CIRCUITS: Number = Number { key: "network.relay.circuits_max", unit: "circuits", min: 1, max: 1024, default: 16 };
const CIRCUIT_MIB: Number =
    Number { key: "network.relay.circuit_mib_max", unit: "MiB", min: 1, max: 65_536, default: 1024 };
const CIRCUIT_MINUTES: Number =
    Number { key: "network.relay.circuit_minutes_max", unit: "minutes", min: 2, max: 1440, default: 120 };
const ANTI_ENTROPY: Number =
    Number { key: "sync.anti_entropy_seconds", unit: "seconds", min: 1, max: 86_400, default: 30 };
const SEGMENT: Number = Number { key: "store.segment_mib", unit: "MiB", min: 1, max: 1024, default: 64 };
const ATTACHMENTS: Number =
    Number { key: "store.attachments_mib_max", unit: "MiB", min: 1, max: 1_048_576, default: 1024 };
const WORDS_MEMORY: Number = Number { key: "words.memory_mib", unit: "MiB", min: 15, max: 1024, default: 30 };
const REPORTS: Number = floored("views.reports_min", "reports", rules::REPORTS_MIN);
const ORGANISATIONS: Number = floored("views.organisations_min", "organisations", rules::ORGANISATIONS_MIN);
const AUTHORS: Number = floored("views.authors_min", "authors", rules::AUTHORS_MIN);

/// A minimum of views: its default is the least possible, since views are never looser than the protocol's floor.
const fn floored(key: &'static str, unit: &'static str, floor: u32) -> Number {
    Number { key, unit, min: floor, max: 1000, default: floor }
}

/// All settings of a node, each within its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// Section `[network]`.
    pub network: Network,
    /// Section `[sync]`.
    pub sync: Sync,
    /// Section `[store]`.
    pub store: Store,
    /// Section `[words]`.
    pub words: Words,
    /// Section `[views]`.
    pub views: Views,
    /// Section `[http]`.
    pub http: Http,
    /// Section `[log]`.
    pub log: Log,
}

/// Where the node listens and whom it dials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Multiaddresses to listen on, as text; at most [`LISTEN_MAX`]. Empty: only dials.
    pub listen: Vec<String>,
    /// Whether to look for peers on the local network by multicast DNS.
    pub mdns: bool,
    /// Whether to tell members where this node is reached, and to connect to those that tell it.
    pub find_members: bool,
    /// Most connections at one time, 1 to 4096.
    pub connections_max: u32,
    /// Multiaddresses of peers to dial at start, as text; at most [`PEERS_MAX`].
    pub peers: Vec<String>,
    /// Multiaddresses at which others reach this node, as text; at most [`ANNOUNCE_MAX`]. Empty: found out.
    pub announce: Vec<String>,
    /// Most bytes of frames read from one peer in a second; 0 for any number.
    pub peer_bytes_per_second_max: u32,
    /// Section `[network.relay]`.
    pub relay: Relay,
    /// Section `[network.nat]`.
    pub nat: Nat,
}

/// Connections through a third node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Whether this node connects others that cannot reach each other.
    pub offer: bool,
    /// Most circuits through this node at one time, 1 to 1024.
    pub circuits_max: u32,
    /// Most that goes through one circuit, both directions together, 1 to 65,536 MiB.
    pub circuit_mib_max: u32,
    /// How long one circuit lasts at most, 2 minutes to a day.
    pub circuit_lasting_max: Duration,
    /// Multiaddresses, with names, of nodes through which this one can be reached, as text; at most [`RELAYS_MAX`].
    pub through: Vec<String>,
}

impl Default for Relay {
    fn default() -> Self {
        Self {
            offer: false,
            circuits_max: CIRCUITS.default,
            circuit_mib_max: CIRCUIT_MIB.default,
            circuit_lasting_max: minutes(CIRCUIT_MINUTES.default),
            through: Vec::new(),
        }
    }
}

/// What the node does about address translation between it and its peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nat {
    /// Whether two nodes that meet through a relay try to connect directly.
    pub punch: bool,
    /// Whether to ask peers if this node can be reached at the addresses they see it under.
    pub probe: bool,
    /// Whether to answer such questions of peers, which takes calling the addresses they name.
    pub answer: bool,
}

impl Default for Nat {
    fn default() -> Self {
        Self { punch: true, probe: false, answer: false }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self {
            listen: LISTEN_DEFAULT.map(str::to_owned).to_vec(),
            mdns: false,
            find_members: true,
            connections_max: CONNECTIONS.default,
            peers: Vec::new(),
            announce: Vec::new(),
            peer_bytes_per_second_max: PEER_RATE.default,
            relay: Relay::default(),
            nat: Nat::default(),
        }
    }
}

/// How the node keeps up with its peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// Mean time between two comparisons with a connected peer, 1 second to a day.
    pub anti_entropy: Duration,
}

impl Default for Sync {
    fn default() -> Self {
        Self { anti_entropy: seconds(ANTI_ENTROPY.default) }
    }
}

/// How the node uses its disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Size at which a segment file is closed and the next one begun, 1 to 1024 MiB.
    pub segment_mib: u32,
    /// Most that attachments may take together, 1 MiB to 1 TiB.
    pub attachments_mib_max: u32,
}

impl Store {
    /// Returns the size of a segment in bytes.
    pub const fn segment_bytes(&self) -> u64 {
        (self.segment_mib as u64) << 20
    }

    /// Returns how many bytes attachments may take together.
    pub const fn attachments_bytes(&self) -> u64 {
        (self.attachments_mib_max as u64) << 20
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { segment_mib: SEGMENT.default, attachments_mib_max: ATTACHMENTS.default }
    }
}

/// How the node looks after the words of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Whether a running node keeps an index of words at all. Without it nothing can be searched.
    pub keep: bool,
    /// Memory in which the words of new reports are gathered before they are written, 15 to 1024 MiB.
    pub memory_mib: u32,
}

impl Default for Words {
    fn default() -> Self {
        Self { keep: true, memory_mib: WORDS_MEMORY.default }
    }
}

/// Below which counts a view says "few" instead of a number. Each may be stricter than its default, up to 1000, never looser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Views {
    /// Fewest reports behind a number that is shown.
    pub reports_min: u32,
    /// Fewest organisations behind a number that is shown.
    pub organisations_min: u32,
    /// Fewest authors behind a number that is shown.
    pub authors_min: u32,
}

impl Default for Views {
    fn default() -> Self {
        Self { reports_min: REPORTS.default, organisations_min: ORGANISATIONS.default, authors_min: AUTHORS.default }
    }
}

/// Where the node answers over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Addresses and ports to listen on; at most [`HTTP_LISTEN_MAX`]. Empty: nothing is answered over HTTP.
    pub listen: Vec<SocketAddr>,
    /// The zone whose time pages show, by its name in the time zone database; at most 64 bytes.
    pub zone: String,
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: Vec::new(), zone: ZONE_DEFAULT.to_owned() }
    }
}

/// What the node writes to its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A filter as `tracing` understands it: a level, or levels by module; at most 1024 bytes.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: FILTER_DEFAULT.to_owned() }
    }
}

impl Config {
    /// Returns where the settings of the node in `dir` are.
    pub fn path(dir: &Path) -> PathBuf {
        dir.join(FILE_NAME)
    }

    /// Reads the settings of the node in `dir`.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such file, [`Error::Read`] if it cannot be read, [`Error::TooLong`] if it is
    /// longer than [`FILE_BYTES_MAX`], [`Error::NotText`] if it is not UTF-8, [`Error::Invalid`] if a setting is not
    /// understood.
    pub fn load(dir: &Path) -> Result<Self, Error> {
        let path = Self::path(dir);
        let mut bytes = Vec::new();
        if let Err(source) =
            File::open(&path).and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes))
        {
            return Err(match source.kind() {
                io::ErrorKind::NotFound => Error::Missing { path },
                _ => Error::Read { path, source },
            });
        }
        if bytes.len() > FILE_BYTES_MAX {
            return Err(Error::TooLong { path, bytes_max: FILE_BYTES_MAX });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(&text).map_err(|source| Error::Invalid { path, source }),
            Err(_) => Err(Error::NotText { path }),
        }
    }

    /// Reads settings from text. Keys that are left out have their defaults.
    ///
    /// # Errors
    /// [`Invalid`] names the line and the [`Problem`] if the text is not TOML, has unknown sections or keys, or values
    /// of the wrong type or out of bounds.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut reader = Reader::new(text)?;
        let config = Self {
            network: network(&mut reader)?,
            sync: Sync { anti_entropy: seconds(reader.number(&ANTI_ENTROPY)?) },
            store: Store { segment_mib: reader.number(&SEGMENT)?, attachments_mib_max: reader.number(&ATTACHMENTS)? },
            words: Words { keep: reader.flag(WORDS_KEEP)?.unwrap_or(true), memory_mib: reader.number(&WORDS_MEMORY)? },
            views: Views {
                reports_min: reader.number(&REPORTS)?,
                organisations_min: reader.number(&ORGANISATIONS)?,
                authors_min: reader.number(&AUTHORS)?,
            },
            http: Http {
                listen: reader.sockets(&HTTP, HTTP_LISTEN_MAX)?,
                zone: reader.text(&ZONE)?.unwrap_or_else(|| ZONE_DEFAULT.to_owned()),
            },
            log: Log { filter: reader.text(&FILTER)?.unwrap_or_else(|| FILTER_DEFAULT.to_owned()) },
        };
        reader.finish()?;
        Ok(config)
    }

    /// Returns a commented file with every key at its default, for a new node.
    pub fn default_toml() -> String {
        template::default_toml()
    }
}

fn network(reader: &mut Reader<'_>) -> Result<Network, Invalid> {
    Ok(Network {
        listen: reader.texts(&LISTEN, LISTEN_MAX)?.unwrap_or_else(|| Network::default().listen),
        mdns: reader.flag(MDNS)?.unwrap_or(false),
        find_members: reader.flag(FIND_MEMBERS)?.unwrap_or(true),
        connections_max: reader.number(&CONNECTIONS)?,
        peers: reader.texts(&PEERS, PEERS_MAX)?.unwrap_or_default(),
        announce: reader.texts(&ANNOUNCE, ANNOUNCE_MAX)?.unwrap_or_default(),
        peer_bytes_per_second_max: reader.number(&PEER_RATE)?,
        relay: Relay {
            offer: reader.flag(OFFER)?.unwrap_or_else(|| Relay::default().offer),
            circuits_max: reader.number(&CIRCUITS)?,
            circuit_mib_max: reader.number(&CIRCUIT_MIB)?,
            circuit_lasting_max: minutes(reader.number(&CIRCUIT_MINUTES)?),
            through: reader.texts(&THROUGH, RELAYS_MAX)?.unwrap_or_default(),
        },
        nat: Nat {
            punch: reader.flag(PUNCH)?.unwrap_or_else(|| Nat::default().punch),
            probe: reader.flag(PROBE)?.unwrap_or_else(|| Nat::default().probe),
            answer: reader.flag(ANSWER)?.unwrap_or_else(|| Nat::default().answer),
        },
    })
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(60 * u64::from(minutes))
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

#[cfg(test)]
mod tests;
