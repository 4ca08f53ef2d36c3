//! A node's directory: what is in it, and who the node is by it.
//!
//! ```text
//! talkoot.toml          settings                       log/      the truth: signed changes
//! charter.json          the network's charter          index/    an index over it, may be deleted
//! organisation.change   our organisation's record      lock      one process at a time
//! node.change           this node's certificate        control.sock   while the node runs
//! node.key              this node's key (not a worker's, not the root key: those live elsewhere)
//! peers.json            addresses added by hand, once there are any
//! attachments/          pictures and documents that belong to reports, once there are any
//! prefills/             reports that other systems have begun for a worker to complete, once there are any
//! tokens.json           tokens for programs of other machines, by hash, once there are any
//! making/               only while a home is made: its files, before they move into place
//! ```

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use talkoot_protocol::charter::{self, Charter};
use talkoot_protocol::header::VERSION;
use talkoot_protocol::id::{NetworkId, NodeId, OrganisationId};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::signed::{self, Signed, Verified};
use talkoot_protocol::statement::{Certificate, Record, Statement};
use talkoot_protocol::sync::check::{self, Content};
use talkoot_protocol::sync::engine;
use talkoot_protocol::wire::message::{FEATURE_ZSTD_1, Hello};

use crate::config::{self, Config};
use crate::disk;
use crate::keystore::{self, Costs, Protection, Purpose};

/// File with the network's charter.
const CHARTER: &str = "charter.json";
/// File with the organisation's record.
const RECORD: &str = "organisation.change";
/// File with the node's certificate.
const CERTIFICATE: &str = "node.change";
/// File with the node's key.
const KEY: &str = "node.key";
/// Directory in which a new home is put together. If there is one, an earlier attempt was interrupted, and what stands
/// beside it is of that attempt.
const MAKING: &str = "making";
/// The files of a home in the order in which they move into place: a directory with the last one is a node's home.
const FILES: [&str; 5] = [config::FILE_NAME, CHARTER, KEY, RECORD, CERTIFICATE];
/// Longest charter file, in bytes.
const CHARTER_BYTES_MAX: u64 = 256 * 1024;

/// Why a directory is not a node's home, or cannot become one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is a node already.
    #[error("{} holds a node already; choose another directory with --dir", dir.display())]
    Taken {
        /// The directory.
        dir: PathBuf,
    },
    /// Something that is not a node's home has the name of one of its files.
    #[error("{} is there already and is never overwritten; move it away, or choose another directory with --dir", path.display())]
    InTheWay {
        /// What is in the way.
        path: PathBuf,
    },
    /// There is none.
    #[error("{} holds no node; make one with 'talkoot init --dir {}'", dir.display(), dir.display())]
    Empty {
        /// The directory.
        dir: PathBuf,
    },
    /// A file could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The charter is not readable.
    #[error("{} is not a charter: {reason}", path.display())]
    CharterFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The charter is not usable.
    #[error("the charter is not usable")]
    Charter(#[from] charter::Error),
    /// The record or certificate does not say that this node acts for an organisation of this network.
    #[error("{} does not fit this node: {reason}", path.display())]
    Statement {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The node's key.
    #[error("the node's key cannot be used")]
    Key(#[from] keystore::Error),
    /// The settings.
    #[error("the settings cannot be used")]
    Config(#[from] config::Error),
    /// A statement that cannot be read.
    #[error("a statement cannot be read")]
    Signed(#[from] signed::Error),
}

/// A node's home, opened.
#[derive(Debug)]
pub struct Home {
    /// The directory.
    pub dir: PathBuf,
    /// Its settings.
    pub config: Config,
    /// The network's charter.
    pub charter: Charter,
    /// The node's key.
    pub key: SecretKey,
    /// The organisation it acts for.
    pub organisation: OrganisationId,
    /// That organisation's record.
    pub record: Record,
    /// The encoded change with the record.
    pub record_change: Vec<u8>,
    /// The encoded change with the node's certificate.
    pub certificate_change: Vec<u8>,
}

/// What a new home begins with.
#[derive(Debug)]
pub struct Founding<'a> {
    /// The network's charter.
    pub charter: &'a Charter,
    /// The node's key.
    pub key: &'a SecretKey,
    /// The organisation's record.
    pub record: &'a Verified,
    /// The node's certificate.
    pub certificate: &'a Verified,
    /// The settings file's content.
    pub config: &'a str,
}

impl Home {
    /// Checks that a home can be made in `dir`: nothing of one is there, except what an interrupted attempt left.
    ///
    /// # Errors
    /// [`Error::Taken`] if there is a node, [`Error::InTheWay`] if there is another file by the name of one of its files.
    pub fn require_free(dir: &Path) -> Result<(), Error> {
        let is_there = |name: &str| fs::symlink_metadata(dir.join(name)).is_ok();
        if is_there(CERTIFICATE) {
            return Err(Error::Taken { dir: dir.to_owned() });
        }
        match FILES.into_iter().find(|name| is_there(name)) {
            Some(name) if !is_there(MAKING) => Err(Error::InTheWay { path: dir.join(name) }),
            _ => Ok(()),
        }
    }

    /// Makes a home in `dir`, which may exist but must hold no node. After an error nothing of it is left; after an
    /// interruption another attempt replaces what is left.
    ///
    /// # Errors
    /// [`Error::Taken`], [`Error::InTheWay`], [`Error::Io`], [`Error::Key`]; those of [`Home::open`] if its parts do not
    /// belong together.
    pub fn create(dir: &Path, founding: &Founding<'_>) -> Result<Self, Error> {
        Self::require_free(dir)?;
        let was_there = dir.exists();
        let made = put_together(dir, founding).and_then(|()| Self::open(dir));
        if made.is_err() {
            take_away(dir, was_there);
        }
        made
    }

    /// Opens the home in `dir` and checks that its parts belong together.
    ///
    /// # Errors
    /// [`Error::Empty`] if there is no node; the others if something in it is unusable.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        if !dir.join(CERTIFICATE).exists() {
            return Err(Error::Empty { dir: dir.to_owned() });
        }
        let config = Config::load(dir)?;
        let charter = read_charter(&dir.join(CHARTER))?;
        let key = keystore::read_key(&dir.join(KEY), Purpose::Node, None)?;
        let network = charter.network();
        let (record_change, record) = read_record(&dir.join(RECORD), &network)?;
        let (certificate_change, certificate) = read_certificate(&dir.join(CERTIFICATE), &network)?;
        let organisation = record.inception.organisation();
        if certificate.organisation != organisation || certificate.subject != key.public() {
            let reason = "it is for another node or organisation".to_owned();
            return Err(Error::Statement { path: dir.join(CERTIFICATE), reason });
        }
        Ok(Self { dir: dir.to_owned(), config, charter, key, organisation, record, record_change, certificate_change })
    }

    /// Returns the node's id.
    pub fn node(&self) -> NodeId {
        self.key.public().into()
    }

    /// Returns what an engine for this home is told. `seed` should be random; the timing of what it does and the keys of its comparisons hang on it.
    pub fn engine_config(&self, seed: u64) -> engine::Config {
        let hello = Hello {
            version_min: VERSION,
            version_max: VERSION,
            features: FEATURE_ZSTD_1,
            network: self.charter.network(),
            record: self.record_change.clone(),
            certificate: self.certificate_change.clone(),
        };
        engine::Config {
            charter: self.charter.clone(),
            node: self.node(),
            own: self.organisation,
            hello,
            anti_entropy: self.config.sync.anti_entropy,
            finds_links: self.config.network.find_members,
            seed,
        }
    }

    /// Returns the path of the socket on which a running node answers.
    pub fn control_socket(dir: &Path) -> PathBuf {
        dir.join("control.sock")
    }
}

/// Writes the files of a home beside their places and then moves them there, the one that makes it a home last.
fn put_together(dir: &Path, founding: &Founding<'_>) -> Result<(), Error> {
    let making = dir.join(MAKING);
    if making.exists() {
        fs::remove_dir_all(&making).map_err(|source| io_error("clear away", &making, source))?;
    }
    disk::make_dirs(dir).map_err(|source| io_error("make", dir, source))?;
    disk::make_dirs(&making).map_err(|source| io_error("make", &making, source))?;
    write_files(&making, founding)?;
    for name in FILES {
        sync(dir)?;
        let place = dir.join(name);
        disk::rename(&making.join(name), &place).map_err(|source| io_error("write", &place, source))?;
    }
    sync(dir)?;
    // The home is whole; an empty directory beside it does no harm.
    let _removed = fs::remove_dir(&making);
    Ok(())
}

fn write_files(making: &Path, founding: &Founding<'_>) -> Result<(), Error> {
    let charter = serde_json::to_vec_pretty(founding.charter)
        .map_err(|error| io_error("write", making, io::Error::other(error)))?;
    let note = format!("node {}", founding.key.public());
    let key = making.join(KEY);
    write_new(&making.join(config::FILE_NAME), founding.config.as_bytes())?;
    write_new(&making.join(CHARTER), &charter)?;
    keystore::write_key(&key, founding.key, Purpose::Node, Protection::Plain, &note, &Costs::default())?;
    write_new(&making.join(RECORD), &founding.record.encode())?;
    write_new(&making.join(CERTIFICATE), &founding.certificate.encode())
}

/// Removes what an attempt has made. What cannot be removed either is no home, or is replaced by the next attempt.
fn take_away(dir: &Path, was_there: bool) {
    for name in FILES.into_iter().rev() {
        let _removed = fs::remove_file(dir.join(name));
    }
    let _removed = fs::remove_dir_all(dir.join(MAKING));
    if !was_there {
        let _removed = fs::remove_dir(dir);
    }
}

fn sync(dir: &Path) -> Result<(), Error> {
    disk::sync_dir(dir).map_err(|source| io_error("sync", dir, source))
}

/// Reads a charter from a JSON file.
///
/// # Errors
/// [`Error::Io`], [`Error::CharterFile`], [`Error::Charter`].
pub fn read_charter(path: &Path) -> Result<Charter, Error> {
    let bytes = read_bounded(path)?;
    let charter: Charter = serde_json::from_slice(&bytes)
        .map_err(|error| Error::CharterFile { path: path.to_owned(), reason: error.to_string() })?;
    charter.validate()?;
    Ok(charter)
}

fn read_statement(path: &Path, network: &NetworkId) -> Result<(Vec<u8>, Statement), Error> {
    let bytes = read_bounded(path)?;
    Signed::decode(&bytes)?;
    let checked = check::check(network, bytes.clone())
        .map_err(|refused| Error::Statement { path: path.to_owned(), reason: refused.refusal.to_string() })?;
    match checked.content() {
        Content::Statement(statement) => Ok((bytes, statement.clone())),
        _ => Err(Error::Statement { path: path.to_owned(), reason: "it is not a statement".into() }),
    }
}

fn read_record(path: &Path, network: &NetworkId) -> Result<(Vec<u8>, Record), Error> {
    match read_statement(path, network)? {
        (bytes, Statement::Record(record)) => Ok((bytes, record)),
        _ => Err(Error::Statement { path: path.to_owned(), reason: "it is not an organisation's record".into() }),
    }
}

fn read_certificate(path: &Path, network: &NetworkId) -> Result<(Vec<u8>, Certificate), Error> {
    match read_statement(path, network)? {
        (bytes, Statement::Certificate(certificate)) => Ok((bytes, certificate)),
        _ => Err(Error::Statement { path: path.to_owned(), reason: "it is not a certificate".into() }),
    }
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, Error> {
    let read = || {
        let file = File::open(path)?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(file, CHARTER_BYTES_MAX), &mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| io_error("read", path, source))
}

/// Writes a file that must not exist yet, and makes it durable.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    disk::write_new(path, bytes).map_err(|source| io_error("write", path, source))
}

fn io_error(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { doing, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::key::KeyCommitment;
    use talkoot_protocol::scope::Counties;
    use talkoot_protocol::sign::{self, Moment};
    use talkoot_protocol::statement::{Bearer, Inception, Names, OrganisationKind};
    use talkoot_protocol::time::Timestamp;

    use super::*;

    /// Makes a home for the key `node`, with a certificate for the key `certified`.
    fn create(dir: &Path, node: u8, certified: u8) -> Result<Home, Error> {
        let charter = Charter::commons();
        let [root, next, node, certified] = [1, 2, node, certified].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let moment = Moment { claimed: Timestamp::from_millis(1), salt: [0; 16] };
        let inception = Inception { root: root.public(), next: KeyCommitment::to(&next.public()) };
        let sign = |after, statement| sign::statement(&root, charter.network(), after, &statement, moment).unwrap();
        let record = sign(
            None,
            Statement::Record(Record {
                inception,
                names: Names::default(),
                kind: OrganisationKind::Ngo,
                counties: Counties::new(),
                contact: String::new(),
            }),
        );
        let certificate = sign(
            Some((record.document(), 1, record.id())),
            Statement::Certificate(Certificate {
                organisation: inception.organisation(),
                subject: certified.public(),
                bearer: Bearer::Node,
                valid_from: moment.claimed,
                valid_until: None,
                counties: Counties::new(),
            }),
        );
        let config = Config::default_toml();
        let founding =
            Founding { charter: &charter, key: &node, record: &record, certificate: &certificate, config: &config };
        Home::create(dir, &founding)
    }

    #[test]
    fn a_home_is_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("home");
        let home = create(&dir, 3, 3).unwrap();
        assert_eq!(Home::open(&dir).unwrap().node(), home.node());
        assert!(!dir.join(MAKING).exists());
        assert!(matches!(create(&dir, 3, 3), Err(Error::Taken { .. })));
    }

    #[test]
    fn a_failed_attempt_leaves_nothing_and_an_interrupted_one_is_replaced() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("home");
        assert!(matches!(create(&dir, 3, 4), Err(Error::Statement { .. })), "the certificate is for another key");
        assert!(!dir.exists());
        fs::create_dir_all(dir.join(MAKING)).unwrap();
        fs::write(dir.join(KEY), "half").unwrap();
        fs::write(dir.join(MAKING).join(RECORD), "half").unwrap();
        create(&dir, 3, 3).unwrap();
    }

    #[test]
    fn what_was_there_before_stays() {
        let dir = tempfile::tempdir().unwrap();
        let settings = dir.path().join(config::FILE_NAME);
        fs::write(&settings, "mine").unwrap();
        assert!(matches!(create(dir.path(), 3, 3), Err(Error::InTheWay { .. })));
        assert_eq!(fs::read(&settings).unwrap(), b"mine");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
