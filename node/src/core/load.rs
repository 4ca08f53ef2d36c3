//! From the log into memory. The index spares reading what it knows; whatever it does not know is read and judged again, so that
//! a lost or old index costs time and nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant as Clock;

use talkoot_protocol::catalog::{Index, Ordinal};
use talkoot_protocol::id::ChangeId;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::service_path::Paths;
use talkoot_protocol::signed::Signed;
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::sync::effect::Outcome;
use talkoot_protocol::sync::engine::{Engine, Restored};
use talkoot_protocol::view::Rules;

use crate::code_lists::CodeLists;
use crate::home::Home;
use crate::keystore;
use crate::peers::Peers;
use crate::shelf::Shelf;
use crate::store::{Action, Loaded, Options, Place, Store};

use super::authored::Authored;
use super::counted::Counted;
use super::joints::Joints;
use super::lists::Lists;
use super::paths::AnyRow;
use super::projector::{self, Kept};
use super::rows::Rows;
use super::{Core, Error, KIND_CHANGE, KIND_EVIDENCE, Places, SYMBOLS};

/// Version of what the index keeps for each record; another one makes every record be read again.
const INDEX_VERSION: u32 = 3;

impl Core {
    /// Opens a home's store and takes its log into memory.
    ///
    /// # Errors
    /// [`Error::Store`], also when another process has it; [`Error::OwnStatements`].
    pub fn open(home: &Home) -> Result<Self, Error> {
        require_log(&home.dir)?;
        let options = Options {
            segment_bytes: u32::try_from(home.config.store.segment_bytes()).unwrap_or(u32::MAX),
            index_version: INDEX_VERSION,
            ..Options::default()
        };
        let shelf = Shelf::open(&home.dir, home.config.store.attachments_bytes())?;
        let mut loading = Loading::new(home);
        let store = Store::open(&home.dir, &options, &mut |loaded| loading.take(loaded))?;
        // Read only now: whoever holds the store is the one process that may write them.
        let mut core = loading.finish(store, Peers::open(&home.dir), shelf);
        core.admit_own_statements(home)?;
        core.refresh_stale();
        Ok(core)
    }

    /// The organisation's record and this node's certificate stand in its own log before anything else.
    fn admit_own_statements(&mut self, home: &Home) -> Result<(), Error> {
        let outcomes = self.submit(vec![home.record_change.clone(), home.certificate_change.clone()]);
        for outcome in outcomes {
            if !matches!(outcome, Outcome::Stored(_) | Outcome::Known(_)) {
                return Err(Error::OwnStatements { reason: format!("{outcome:?}") });
            }
        }
        Ok(())
    }
}

/// An index without a log means that the log was taken away: beginning an empty one would pass loss off as a fresh start.
fn require_log(dir: &Path) -> Result<(), Error> {
    let holds = |name: &str, wanted: &dyn Fn(&Path) -> bool| {
        let entries = std::fs::read_dir(dir.join(name)).into_iter().flatten();
        entries.flatten().any(|entry| wanted(&entry.path()))
    };
    let is_segment = |path: &Path| path.extension().is_some_and(|ending| ending == "seg");
    if holds("index", &|_| true) && !holds("log", &is_segment) {
        return Err(Error::LogLost { dir: dir.to_owned() });
    }
    Ok(())
}

struct Loading {
    engine: Engine,
    rows: Rows,
    authored: Authored,
    paths: Paths,
    places: Places,
    stale: BTreeSet<talkoot_protocol::id::DocumentId>,
    /// Records of which the index does not keep enough: read once the store is open.
    unread: Vec<(Ordinal, Place)>,
    node: talkoot_protocol::id::NodeId,
    own: talkoot_protocol::id::OrganisationId,
    rules: Rules,
    symbols: std::path::PathBuf,
    words_memory_mib: u32,
    home: std::path::PathBuf,
}

impl Loading {
    fn new(home: &Home) -> Self {
        // Without randomness the node still works; the keys of its comparisons can then be foreseen, which costs detours.
        let seed =
            keystore::fresh_seed().map_or(0, |seed| seed.iter().fold(0, |sum, byte| sum << 5 ^ u64::from(*byte)));
        let views = &home.config.views;
        let set = Rules::at_least(views.reports_min, views.organisations_min, views.authors_min);
        let rules = home.charter.views.map_or(set, |agreed| set.stricter(&agreed));
        Self {
            engine: {
                let mut engine = Engine::new(home.engine_config(seed));
                engine.restore_symbols(&std::fs::read(home.dir.join(SYMBOLS)).unwrap_or_default());
                engine
            },
            symbols: home.dir.join(SYMBOLS),
            words_memory_mib: home.config.words.memory_mib,
            home: home.dir.clone(),
            rows: Rows::new(seed.rotate_left(32)),
            authored: Authored::default(),
            paths: Paths::default(),
            places: Places::default(),
            stale: BTreeSet::new(),
            unread: Vec::new(),
            node: home.node(),
            own: home.organisation,
            rules,
        }
    }

    fn take(&mut self, loaded: Loaded<'_>) -> Action {
        match loaded {
            Loaded::Indexed { ordinal, kind, place, index } => {
                self.places.set(ordinal, place);
                if kind != KIND_CHANGE || !self.take_kept(Ordinal::new(ordinal), index) {
                    self.unread.push((Ordinal::new(ordinal), place));
                }
                Action::Keep
            }
            Loaded::Raw { ordinal, kind, place, bytes } => {
                self.places.set(ordinal, place);
                match kind {
                    KIND_CHANGE => match self.take_record(Ordinal::new(ordinal), bytes.to_vec()) {
                        Some(kept) => Action::Index(kept),
                        None => {
                            self.unread.push((Ordinal::new(ordinal), place));
                            Action::Keep
                        }
                    },
                    KIND_EVIDENCE => {
                        self.take_evidence(bytes);
                        Action::Index(Vec::new())
                    }
                    _ => Action::Keep,
                }
            }
            Loaded::Damaged(damage) => {
                tracing::error!(%damage, "a record in the log is damaged; it is not served and is fetched again from peers");
                Action::Keep
            }
        }
    }

    /// Takes in what the index kept; returns whether that was enough.
    fn take_kept(&mut self, ordinal: Ordinal, value: &[u8]) -> bool {
        match Kept::decode(value) {
            Some(Kept::Note { note, row }) => {
                let Restored::In(index) = self.engine.restore_note(ordinal, note) else { return false };
                let kind = self.engine.catalog().document_of(index).kind;
                self.entered(index, AnyRow::decode(kind, row));
                true
            }
            Some(Kept::Whole(bytes)) => self.take_record(ordinal, bytes.to_vec()).is_some(),
            None => false,
        }
    }

    /// Takes in a record; returns what the index should keep of it, `None` if it could not be taken in now.
    fn take_record(&mut self, ordinal: Ordinal, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let network = self.engine.network();
        let checked = Checked::from_log(&network, bytes).ok()?;
        let change = checked.clone();
        match self.engine.restore(ordinal, checked) {
            Restored::In(index) => {
                let row = projector::row_of(&self.engine, &change);
                let kept = projector::kept(&change, &self.engine.note(index), row.as_ref());
                self.entered(index, row);
                Some(kept)
            }
            Restored::Waiting => Some(Vec::new()),
            Restored::ReadAgain => None,
            Restored::Refused(name) => {
                tracing::error!(ordinal = ordinal.number(), rule = name, "a record of the own log would be refused");
                Some(Vec::new())
            }
        }
    }

    fn take_evidence(&mut self, bytes: &[u8]) {
        if let Ok(signed) = Signed::decode(bytes) {
            let id: ChangeId = signed.id();
            self.engine.restore_evidence(id);
        }
    }

    /// A row comes from the document's first change; if there are more, from all of them, read later.
    fn entered(&mut self, index: Index, row: Option<AnyRow>) {
        let document = self.engine.catalog().document_of(index);
        match row {
            _ if document.changes().len() > 1 => drop(self.stale.insert(document.id)),
            Some(AnyRow::Report(row)) => {
                if row.organisation == self.own {
                    self.authored.note(row.author, index);
                }
                self.rows.push(row);
            }
            Some(AnyRow::Path(row)) => self.paths.insert(row),
            None if document.kind == Kind::ServicePath => drop(self.stale.insert(document.id)),
            None => {}
        }
    }

    fn finish(mut self, store: Store, peers: Peers, shelf: Shelf) -> Core {
        let mut unread = std::mem::take(&mut self.unread);
        loop {
            let before = unread.len();
            unread = self.read_again(unread, &store);
            self.finish_waiting();
            if unread.is_empty() || unread.len() == before {
                break;
            }
        }
        Core {
            engine: self.engine,
            store,
            peers,
            places: self.places,
            columns: self.rows.finish(),
            counted: Counted::default(),
            authored: self.authored,
            paths: self.paths,
            rules: self.rules,
            fresh_rows: HashMap::new(),
            stale: self.stale,
            joints: Joints::default(),
            links_changed: true,
            lists: Lists::default(),
            quarantined: BTreeMap::new(),
            offences: BTreeMap::new(),
            damaged: Mutex::default(),
            node: self.node,
            own: self.own,
            started: Clock::now(),
            next_token: 0,
            symbols: self.symbols,
            words: None,
            shelf,
            words_memory_mib: self.words_memory_mib,
            code_lists: CodeLists::of(&self.home),
            home: self.home,
        }
    }

    /// Reads and takes in what the index did not keep; returns what still cannot be taken in.
    fn read_again(&mut self, unread: Vec<(Ordinal, Place)>, store: &Store) -> Vec<(Ordinal, Place)> {
        let mut left = Vec::new();
        for (ordinal, place) in unread {
            let Ok(bytes) = store.read(place) else { continue };
            if Signed::decode(&bytes).is_ok_and(|signed| signed.is_header_only()) {
                self.take_evidence(&bytes);
            } else if self.take_record(ordinal, bytes).is_none() {
                left.push((ordinal, place));
            }
        }
        left
    }

    /// Lets in what waited for something that stands later in the log.
    fn finish_waiting(&mut self) {
        for (index, _) in self.engine.finish_restoring() {
            self.stale.insert(self.engine.catalog().document_of(index).id);
        }
    }
}
