//! Official code lists that were loaded for this node, beside those that forms carry. Everyone who writes by a form here is held to
//! them: at the command line and in a browser.
//!
//! ```text
//! <dir>/codes/1.2.246.537.6.1222.json     one list; written by 'talkoot form codes import'
//! ```
//!
//! A list that cannot be read stops whoever asks for them: a report would else be signed with codes that nobody looked at. Knows no
//! report; what a list and its soundness are is for [`talkoot_protocol::form`].

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use talkoot_protocol::form::code_list::OID_PREFIX;
use talkoot_protocol::form::limits::CODE_LISTS_MAX;
use talkoot_protocol::form::{CodeList, Form};

use crate::disk;
use crate::small_file::{self, Content, SmallFile};

/// Name of the directory inside the node's.
pub const DIR: &str = "codes";
/// Longest file with a list, in bytes: the largest of them have some thousand codes.
pub const LIST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What to do about a list that cannot be used.
pub const REMEDY: &str = "Load it again with 'talkoot form codes import', or delete the file.";

/// Most files that are looked at.
const FILES_MAX: usize = 8 * CODE_LISTS_MAX;

/// Why lists could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A list, or their directory.
    #[error("a code list that was loaded here cannot be used: {0}")]
    File(#[from] small_file::Error),
}

impl Content for CodeList {
    const BYTES_MAX: usize = LIST_BYTES_MAX;
    // Official, and loaded by a person, perhaps not as the user whose node reads it.
    const IS_SECRET: bool = false;

    fn fault(&self) -> Option<String> {
        self.clone().checked().err().map(|error| error.to_string())
    }
}

/// Returns the lists of the node in `home`, by their systems.
///
/// # Errors
/// [`Error::File`] if one of them cannot be used.
pub fn load(home: &Path) -> Result<Vec<CodeList>, Error> {
    read(&paths(home)?)
}

/// Keeps a list for the node in `home` in place of an earlier one of its system, and returns its file. It is durable when this returns.
///
/// # Errors
/// [`Error::File`], also if the list is not sound; then nothing was changed.
pub fn keep(home: &Path, list: &CodeList) -> Result<PathBuf, Error> {
    let dir = home.join(DIR);
    disk::make_dirs(&dir).map_err(|source| small_file::Error::Io { doing: "make", path: dir.clone(), source })?;
    let name = list.system.strip_prefix(OID_PREFIX).unwrap_or_default();
    let file = SmallFile::at(dir.join(format!("{name}.json")));
    file.write(list)?;
    Ok(file.path().to_owned())
}

/// Fills those lists of a form that it only names, and adds the others.
pub fn fill(form: &mut Form, lists: Vec<CodeList>) {
    lists.into_iter().for_each(|list| form.fill_codes(list));
}

fn paths(home: &Path) -> Result<Vec<PathBuf>, small_file::Error> {
    let mut paths = small_file::list(&home.join(DIR), FILES_MAX)?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.truncate(CODE_LISTS_MAX);
    Ok(paths)
}

fn read(paths: &[PathBuf]) -> Result<Vec<CodeList>, Error> {
    let lists = paths.iter().map(|path| SmallFile::at(path).read());
    Ok(lists.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

/// A file, and when it was written and how long it was.
type Stamp = (PathBuf, Option<(SystemTime, u64)>);

/// The lists of a running node, read again when a file has changed: they are loaded beside it.
#[derive(Debug)]
pub(crate) struct CodeLists {
    home: PathBuf,
    read: Mutex<(Vec<Stamp>, Vec<CodeList>)>,
}

impl CodeLists {
    /// Those of the node in `home`.
    pub(crate) fn of(home: &Path) -> Self {
        Self { home: home.to_owned(), read: Mutex::default() }
    }

    /// Returns the lists as they are now.
    ///
    /// # Errors
    /// As [`load`].
    pub(crate) fn now(&self) -> Result<Vec<CodeList>, Error> {
        let paths = paths(&self.home)?;
        let stamps: Vec<Stamp> = paths.iter().map(|path| (path.clone(), stamp(path))).collect();
        let mut held = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0 != stamps {
            *held = (stamps, read(&paths)?);
        }
        Ok(held.1.clone())
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::form::{NamedCode, Trilingual};

    use super::*;

    fn list(code: &str) -> CodeList {
        let name = |name: &str| Trilingual { fi: name.into(), sv: name.into(), en: name.into() };
        CodeList {
            system: "urn:oid:1.2.246.537.6.1222".into(),
            name: name("Palvelut"),
            version: "koe".into(),
            source: String::new(),
            licence: String::new(),
            codes: vec![NamedCode { code: code.into(), name: name("Asuminen") }],
        }
    }

    #[test]
    fn a_list_that_is_loaded_beside_a_running_node_is_seen() {
        let home = tempfile::tempdir().unwrap();
        let lists = CodeLists::of(home.path());
        assert_eq!(lists.now().unwrap(), []);
        let path = keep(home.path(), &list("101")).unwrap();
        assert_eq!(path, home.path().join("codes/1.2.246.537.6.1222.json"));
        assert_eq!((lists.now().unwrap(), load(home.path()).unwrap()), (vec![list("101")], vec![list("101")]));
        keep(home.path(), &list("1020")).unwrap();
        assert_eq!(lists.now().unwrap(), [list("1020")]);
        std::fs::remove_file(path).unwrap();
        assert_eq!(lists.now().unwrap(), []);
    }

    #[test]
    fn one_that_cannot_be_used_is_named_and_one_that_is_not_sound_is_not_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = keep(home.path(), &list("101")).unwrap();
        assert!(keep(home.path(), &CodeList { system: "urn:oid:1.02".into(), ..list("1") }).is_err());
        assert_eq!(load(home.path()).unwrap(), [list("101")]);
        let lists = CodeLists::of(home.path());
        std::fs::write(&path, "{}").unwrap();
        for error in [lists.now().unwrap_err(), load(home.path()).unwrap_err()] {
            let told = error.to_string();
            assert!(told.contains("1.2.246.537.6.1222.json") && told.contains("not of the right form"), "{told}");
        }
    }
}
