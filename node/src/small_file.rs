//! Small files that a node reads whole and replaces whole: settings that programs make, and things of which each has a file of its own.
//! One way to keep them, so that they all outlive a power cut alike and are all treated alike when they are damaged.
//!
//! ```text
//! NAME              the content, as JSON: whole or not there
//! NAME.new          only while it is written
//! NAME.damaged      what could not be read when something else had to take its place
//! ```
//!
//! A file is written beside its place, made durable, and moved there. A damaged one (too long, no JSON of the form, or unsound) is
//! refused with its reason and left where it is, and nothing takes its place before it was moved aside. What is wrong is said by place and
//! kind, never in the file's own words: there may be a person's words in it. Knows no content. See the files of `disk/` for what a
//! power cut may leave.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::disk::{self, DiskFile};

#[cfg(test)]
mod earlier;
#[cfg(test)]
mod tests;

/// What a file's name ends with until it is whole.
const UNFINISHED: &str = "new";
/// What the name of a damaged file ends with once something else has its place.
const ASIDE: &str = "damaged";

/// Why a small file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It was read and cannot be used.
    #[error("{} is damaged: {reason}; mend it, or take it away", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It was not written, since it could not be read again.
    #[error("{} was not written: {reason}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

/// What can be kept in a small file.
pub(crate) trait Content: Serialize + DeserializeOwned {
    /// Longest file, in bytes.
    const BYTES_MAX: usize;
    /// Whether only the node's user may read it. Not so what a person may write as another user.
    const IS_SECRET: bool = true;
    /// Whether people look at it: with a line for each part then.
    const HAS_LINES: bool = true;

    /// Returns what is wrong with it beyond its form, in words that hold nothing of it.
    fn fault(&self) -> Option<String> {
        None
    }
}

/// A small file.
#[derive(Debug)]
pub(crate) struct SmallFile<T> {
    path: PathBuf,
    content: PhantomData<T>,
}

impl<T: Content> SmallFile<T> {
    /// Names a file. Whether it is there is found out by reading.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), content: PhantomData }
    }

    /// Returns its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Damaged`].
    pub(crate) fn read(&self) -> Result<Option<T>, Error> {
        let mut bytes = Vec::new();
        match File::open(&self.path).and_then(|file| file.take(T::BYTES_MAX as u64 + 1).read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", &self.path)(source)),
        }
        decode(&bytes).map(Some).map_err(|reason| Error::Damaged { path: self.path.clone(), reason })
    }

    /// Puts this in place of what is there, if anything, and returns how many bytes it takes. It is durable when this returns; after an
    /// error the file is as before.
    ///
    /// # Errors
    /// [`Error::Unfit`], [`Error::Io`], also where nobody can say whether what is there is damaged.
    pub(crate) fn write(&self, content: &T) -> Result<u64, Error> {
        let bytes = encode(content).map_err(|reason| Error::Unfit { path: self.path.clone(), reason })?;
        match self.read() {
            Ok(_) => {}
            Err(error @ Error::Damaged { .. }) => {
                let aside = with_ending(&self.path, ASIDE);
                tracing::error!(%error, aside = %aside.display(), "a damaged file is moved aside for another");
                disk::rename(&self.path, &aside).map_err(Error::io("move aside", &self.path))?;
            }
            Err(error) => return Err(error),
        }
        self.replace(&bytes).map_err(Error::io("write", &self.path))?;
        Ok(bytes.len() as u64)
    }

    /// Deletes it, also for good; nothing happens if it is not there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn remove(&self) -> Result<(), Error> {
        let failed = |error| Error::io("delete", &self.path)(error);
        remove_if_there(&self.path).map_err(failed)?;
        disk::sync_dir(disk::parent_of(&self.path)).map_err(failed)
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let written = with_ending(&self.path, UNFINISHED);
        // Of a process that was killed while it wrote.
        remove_if_there(&written)?;
        let write = || {
            let file = if T::IS_SECRET { DiskFile::create_secret(&written) } else { DiskFile::create_new(&written) }?;
            file.write_all_at(bytes, 0)?;
            file.sync_data()?;
            disk::rename(&written, &self.path)?;
            disk::sync_dir(disk::parent_of(&self.path))
        };
        write().inspect_err(|_| {
            // What cannot be removed now is cleared away before the next writing, or at the next listing.
            let _removed = remove_if_there(&written);
        })
    }
}

/// Returns the files of a directory in the order of their names, at most so many; none if there is no directory. What a stop cut short is
/// cleared away.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn list(dir: &Path, most: usize) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("read", dir))?,
    };
    let mut paths = Vec::new();
    for entry in entries.take(most) {
        let path = entry.map_err(Error::io("read", dir))?.path();
        if path.extension().is_some_and(|ending| ending == UNFINISHED) {
            disk::remove_file(&path).map_err(Error::io("clear away", &path))?;
        } else {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Returns the bytes of a file, or why there can be no such file.
fn encode<T: Content>(content: &T) -> Result<Vec<u8>, String> {
    content.fault().map_or(Ok(()), Err)?;
    let written = if T::HAS_LINES { serde_json::to_vec_pretty(content) } else { serde_json::to_vec(content) };
    let bytes = written.map_err(|error| error.to_string())?;
    if bytes.len() > T::BYTES_MAX { Err(too_long::<T>()) } else { Ok(bytes) }
}

/// Reads the bytes of a file, or says what is wrong with them.
fn decode<T: Content>(bytes: &[u8]) -> Result<T, String> {
    if bytes.len() > T::BYTES_MAX {
        return Err(too_long::<T>());
    }
    let content: T = serde_json::from_slice(bytes).map_err(|error| {
        // Not its own words: they repeat what stands there.
        let what = match error.classify() {
            Category::Eof => "it ends too early",
            Category::Syntax => "it is no JSON",
            Category::Data | Category::Io => "it is not of the right form",
        };
        format!("{what}, at line {}, column {}", error.line(), error.column())
    })?;
    content.fault().map_or(Ok(content), Err)
}

fn too_long<T: Content>() -> String {
    format!("it is longer than {} bytes", T::BYTES_MAX)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match disk::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
