//! What of a file is stored already, so that a repeated or interrupted import goes on where it stopped instead of doubling.
//!
//! Each signing gives a report or service path a new id, so the node cannot know that a row came before. The journal can: it is told what is
//! about to be sent, before it is sent, and what became of it, after. Rows are known by a hash over network, organisation, scope
//! and content, so one journal may serve several imports of one file. A row that occurs twice in a file counts twice. Where a mapping
//! names what tells answers apart, that stands for the content; a service path is known by its running number too.
//!
//! ```text
//! talkoot import 1
//! ? <hash, 32 hexadecimal digits> <document id>     one line for each row of a batch, before it is sent
//! = <"+" stored, "-" not; one for each row>          after it is decided
//! ```

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use talkoot_protocol::id::{DocumentId, NetworkId, OrganisationId, sha256};
use talkoot_protocol::report::Report;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::service_path::ServicePath;

use crate::error::{Error, Result};

/// First line of a journal.
const HEAD: &str = "talkoot import 1";

/// The first 128 bits of a hash: more than enough to tell one's own rows apart, half the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowHash([u8; 16]);

impl RowHash {
    /// Hashes a report as it would be signed.
    pub(crate) fn of(network: &NetworkId, organisation: &OrganisationId, scope: &Scope, report: &Report) -> Self {
        let fields = serde_json::to_vec(&report.to_fields()).unwrap_or_default();
        Self::over(b"talkoot/import/1", (network, organisation, scope), &fields)
    }

    /// Hashes what tells an answer apart in a form tool: what it says may be mended there without making it another.
    pub(crate) fn of_id(network: &NetworkId, organisation: &OrganisationId, scope: &Scope, id: &str) -> Self {
        Self::over(b"talkoot/import/id/1", (network, organisation, scope), id.as_bytes())
    }

    /// Hashes a service path with its running number in the table: paths are of codes, so that two often say the same.
    pub(crate) fn of_path(
        network: &NetworkId,
        organisation: &OrganisationId,
        scope: &Scope,
        number: &str,
        path: &ServicePath,
    ) -> Self {
        let fields = serde_json::to_string(&path.to_fields()).unwrap_or_default();
        let content = format!("{number}\n{fields}");
        Self::over(b"talkoot/import/path/1", (network, organisation, scope), content.as_bytes())
    }

    fn over(
        domain: &[u8],
        (network, organisation, scope): (&NetworkId, &OrganisationId, &Scope),
        content: &[u8],
    ) -> Self {
        let scope = scope.to_string();
        let parts = [domain, network.as_bytes(), organisation.as_bytes(), scope.as_bytes(), b"\n", content];
        let hash = sha256(&parts);
        let (first, _) = hash.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        Self(*first)
    }

    fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let number = u128::from_str_radix(text, 16).ok()?;
        (text.len() == 32).then(|| Self(number.to_be_bytes()))
    }
}

/// An open journal. While it is open no other import writes to it.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    stored: HashMap<RowHash, u32>,
    open_batch: Vec<(RowHash, DocumentId)>,
}

impl Journal {
    /// Opens or begins a journal.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let failed = |error| cannot(path, error);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::refused(format!("another import is writing {}", path.display()))
                    .hint("Wait until it is done."));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut journal = Self {
            path: path.to_owned(),
            file: file.try_clone().map_err(failed)?,
            stored: HashMap::new(),
            open_batch: Vec::new(),
        };
        let sound = journal.load(&mut BufReader::new(&file)).map_err(failed)?;
        if let Some(line) = sound.bad_line {
            return Err(Error::refused(format!("{} is no journal of imports, or damaged, on line {line}", path.display()))
                .hint("Nothing was imported. Give another file with --journal FILE; rows stored before would be stored again."));
        }
        // A line that was cut off by a crash was never acted on.
        file.set_len(sound.bytes).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        if sound.bytes == 0 {
            journal.append(&format!("{HEAD}\n"))?;
        }
        Ok(journal)
    }

    /// Returns the rows that were about to be sent when an import was interrupted: the node knows whether they arrived.
    pub(crate) fn unsettled(&self) -> Vec<DocumentId> {
        self.open_batch.iter().map(|(_, document)| *document).collect()
    }

    /// Takes a row off those that are stored already; returns whether it was among them.
    pub(crate) fn take(&mut self, row: RowHash) -> bool {
        match self.stored.get_mut(&row) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Notes what is about to be sent, durably.
    pub(crate) fn begin(&mut self, batch: &[(RowHash, DocumentId)]) -> Result<()> {
        let lines: String = batch.iter().map(|(row, document)| format!("? {} {document}\n", row.hex())).collect();
        self.append(&lines)
    }

    /// Notes what became of the batch begun last, durably; one answer for each row.
    pub(crate) fn settle(&mut self, stored: &[bool]) -> Result<()> {
        if stored.is_empty() {
            return Ok(());
        }
        let marks: String = stored.iter().map(|stored| if *stored { '+' } else { '-' }).collect();
        self.append(&format!("= {marks}\n"))
    }

    /// Settles the rows of an interrupted import.
    pub(crate) fn settle_interrupted(&mut self, arrived: &[bool]) -> Result<()> {
        self.settle(arrived)?;
        let batch = std::mem::take(&mut self.open_batch);
        self.count(&batch, arrived.iter().copied());
        Ok(())
    }

    fn count(&mut self, batch: &[(RowHash, DocumentId)], stored: impl Iterator<Item = bool>) {
        for ((row, _), _) in batch.iter().zip(stored).filter(|(_, stored)| *stored) {
            *self.stored.entry(*row).or_default() += 1;
        }
    }

    fn append(&mut self, text: &str) -> Result<()> {
        let write = |file: &mut File| {
            file.write_all(text.as_bytes())?;
            file.sync_data()
        };
        write(&mut self.file).map_err(|error| cannot(&self.path, error))
    }

    /// Reads what is there, up to a last line that is cut off.
    fn load(&mut self, reader: &mut impl io::BufRead) -> io::Result<Sound> {
        let mut sound = Sound { bad_line: None, bytes: 0 };
        let mut line = String::new();
        for number in 1.. {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                break;
            }
            let whole = line.strip_suffix('\n');
            let good = match (number, whole) {
                (1, Some(head)) => head == HEAD,
                (1, None) => HEAD.starts_with(&line),
                (_, Some(text)) => self.load_line(text),
                (_, None) => true,
            };
            if !good {
                sound.bad_line = Some(number);
                break;
            }
            sound.bytes += whole.map_or(0, |_| line.len() as u64);
        }
        Ok(sound)
    }

    fn load_line(&mut self, text: &str) -> bool {
        match text.split_once(' ') {
            Some(("?", row)) => {
                let row = row.split_once(' ').and_then(|(hash, id)| RowHash::parse(hash).zip(id.parse().ok()));
                row.map(|row| self.open_batch.push(row)).is_some()
            }
            Some(("=", marks)) if marks.len() == self.open_batch.len() => {
                let batch = std::mem::take(&mut self.open_batch);
                self.count(&batch, marks.bytes().map(|mark| mark == b'+'));
                true
            }
            _ => false,
        }
    }
}

/// How much of a file is a sound journal.
struct Sound {
    /// A whole line that is none of ours.
    bad_line: Option<u64>,
    /// Bytes up to the end of the last whole line.
    bytes: u64,
}

fn cannot(path: &Path, error: io::Error) -> Error {
    Error::failed(error)
        .context(format_args!("cannot use the journal {}", path.display()))
        .hint("The journal keeps an import from storing rows twice. Put it elsewhere with --journal FILE.")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("talkoot-journal-{}-{name}", std::process::id()));
            let _gone = std::fs::remove_file(&path);
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _gone = std::fs::remove_file(&self.0);
        }
    }

    fn row(byte: u8) -> (RowHash, DocumentId) {
        (RowHash([byte; 16]), DocumentId::from_bytes([byte; 32]))
    }

    #[test]
    fn goes_on_where_it_stopped() {
        let scratch = Scratch::new("on");
        let mut journal = Journal::open(&scratch.0).unwrap();
        journal.begin(&[row(1), row(2), row(1)]).unwrap();
        journal.settle(&[true, false, true]).unwrap();
        journal.begin(&[row(3), row(4)]).unwrap();
        assert!(Journal::open(&scratch.0).is_err(), "only one import at a time");
        drop(journal);

        let mut journal = Journal::open(&scratch.0).unwrap();
        assert_eq!(journal.unsettled(), [row(3).1, row(4).1]);
        journal.settle_interrupted(&[true, false]).unwrap();
        drop(journal);

        let mut journal = Journal::open(&scratch.0).unwrap();
        assert_eq!(journal.unsettled(), []);
        let taken: Vec<bool> = [1, 1, 1, 2, 3, 4].iter().map(|byte| journal.take(row(*byte).0)).collect();
        assert_eq!(taken, [true, true, false, false, true, false]);
    }

    #[test]
    fn survives_a_crash_at_every_byte() {
        let scratch = Scratch::new("crash");
        let mut journal = Journal::open(&scratch.0).unwrap();
        journal.begin(&[row(1)]).unwrap();
        journal.settle(&[true]).unwrap();
        journal.begin(&[row(2)]).unwrap();
        drop(journal);
        let whole = std::fs::read(&scratch.0).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&scratch.0, &whole[..length]).unwrap();
            let mut journal = Journal::open(&scratch.0).unwrap();
            let open = journal.unsettled().len();
            journal.settle_interrupted(&vec![false; open]).unwrap();
            journal.begin(&[row(9)]).unwrap();
            journal.settle(&[true]).unwrap();
            drop(journal);
            let mut journal = Journal::open(&scratch.0).unwrap();
            assert!(journal.take(row(9).0), "{length}");
            assert_eq!(journal.unsettled(), []);
        }
    }

    #[test]
    fn other_files_are_left_alone() {
        let scratch = Scratch::new("other");
        for text in ["title,kind\n", "title", "talkoot import 1\n? x y\n", "talkoot import 2"] {
            std::fs::write(&scratch.0, text).unwrap();
            assert!(Journal::open(&scratch.0).is_err(), "{text:?}");
            assert_eq!(std::fs::read_to_string(&scratch.0).unwrap(), text);
        }
    }

    #[test]
    fn a_row_is_known_by_what_it_says_and_for_whom() {
        let (network, organisation) = (NetworkId::from_bytes([1; 32]), OrganisationId::from_bytes([2; 32]));
        let report = Report { title: "T".into(), ..Report::default() };
        let hash = |scope, report: &Report| RowHash::of(&network, &organisation, &scope, report);
        let one = hash(Scope::Network, &report);
        assert_eq!(one, hash(Scope::Network, &report.clone()));
        assert_ne!(one, hash(Scope::Organisation(organisation), &report));
        assert_ne!(one, hash(Scope::Network, &Report::default()));
        assert_eq!(RowHash::parse(&one.hex()), Some(one));
        let of_id = |scope, id: &str| RowHash::of_id(&network, &organisation, &scope, id);
        assert_eq!(of_id(Scope::Network, "17"), of_id(Scope::Network, "17"));
        assert_ne!(of_id(Scope::Network, "17"), of_id(Scope::Network, "18"));
        assert_ne!(of_id(Scope::Network, "17"), of_id(Scope::Organisation(organisation), "17"));
    }
}
