//! Parquet as a directory with a part for each half-year and county, named as Hive names them. The directory appears whole or not
//! at all, and only one that such an export made is replaced.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{beside, cannot_write, fill, keep_name, refuse_existing};
use crate::commands::table::{Cell, Column, parquet};
use crate::error::{Error, Result};

/// Rows of all parts together that are kept in memory; then every part gets a file.
const ROWS_KEPT_MAX: usize = 20_000;
/// What the names of a directory's entries begin with.
const LEVEL: &str = "half_year=";

/// Half-year and county.
type Key = (String, String);

/// Parts being written.
pub(crate) struct Parts<'a> {
    dir: &'a Path,
    columns: Vec<Column>,
    rows: BTreeMap<Key, Vec<Vec<Cell>>>,
    kept: usize,
    files: BTreeMap<Key, u32>,
}

impl<'a> Parts<'a> {
    /// Begins in a directory that is there.
    pub(crate) fn begin(dir: &'a Path, columns: Vec<Column>) -> Self {
        Self { dir, columns, rows: BTreeMap::new(), kept: 0, files: BTreeMap::new() }
    }

    /// Adds a row to a part.
    pub(crate) fn row(&mut self, part: Key, cells: Vec<Cell>) -> Result<()> {
        self.rows.entry(part).or_default().push(cells);
        self.kept += 1;
        if self.kept >= ROWS_KEPT_MAX { self.flush() } else { Ok(()) }
    }

    /// Writes what is still in memory.
    pub(crate) fn end(mut self) -> Result<()> {
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        self.kept = 0;
        for (key, rows) in std::mem::take(&mut self.rows) {
            let dir = self.dir.join(format!("{LEVEL}{}", key.0)).join(format!("county={}", key.1));
            fs::create_dir_all(&dir).map_err(cannot_write)?;
            let number = self.files.entry(key).or_default();
            let path = dir.join(format!("part-{number}.parquet"));
            *number += 1;
            fill(&path, |out| {
                let mut file = parquet::File::begin(out, &self.columns, &[])?;
                rows.into_iter().try_for_each(|row| file.row(row))?;
                file.end()
            })?;
            for dir in [Some(dir.as_path()), dir.parent()].into_iter().flatten() {
                File::open(dir).and_then(|dir| dir.sync_all()).map_err(cannot_write)?;
            }
        }
        Ok(())
    }
}

/// Refuses to replace a directory, unless that is asked for and such an export made it.
pub(crate) fn refuse_other(path: &Path, force: bool) -> Result<()> {
    refuse_existing(path, force)?;
    let is_ours = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(LEVEL))
    };
    let fits = match fs::read_dir(path) {
        Ok(mut entries) => entries.all(is_ours),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    match fits {
        true => Ok(()),
        false => Err(Error::refused(format!("{} holds other things than parts of an export", path.display()))
            .hint("Nothing was written. Choose another name for the directory.")),
    }
}

/// Fills a directory beside its place and moves it there. On any failure nothing is left behind, and what was there stays.
pub(crate) fn into_place<T>(path: &Path, force: bool, write: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let (new, old) = (beside(path, "partial")?, beside(path, "old")?);
    fs::create_dir(&new).map_err(cannot_write)?;
    let result = write(&new).and_then(|done| {
        refuse_other(path, force)?;
        replace(&new, path, &old)?;
        Ok(done)
    });
    if result.is_err() {
        let _gone = fs::remove_dir_all(&new);
    }
    let done = result?;
    keep_name(path)?;
    Ok(done)
}

fn replace(new: &PathBuf, path: &Path, old: &PathBuf) -> Result<()> {
    let was_there = path.symlink_metadata().is_ok();
    if was_there {
        fs::rename(path, old).map_err(cannot_write)?;
    }
    if let Err(error) = fs::rename(new, path) {
        if was_there {
            let _back = fs::rename(old, path);
        }
        return Err(cannot_write(error));
    }
    if was_there {
        fs::remove_dir_all(old).map_err(cannot_write)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::table::Holds;

    #[test]
    fn a_directory_appears_whole_and_replaces_only_its_like() {
        let root = std::env::temp_dir().join(format!("talkoot-parts-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        let path = root.join("lake");
        let put = |number: u64| {
            move |dir: &Path| {
                let mut parts = Parts::begin(dir, vec![Column::new("n", Holds::Number)]);
                parts.row(("2026-H1".into(), "12".into()), vec![Cell::Number(number)])?;
                parts.row(("none".into(), "several".into()), vec![Cell::Number(number)])?;
                parts.end()
            }
        };
        into_place(&path, false, put(1)).unwrap();
        assert!(path.join("half_year=2026-H1/county=12/part-0.parquet").is_file());
        assert!(path.join("half_year=none/county=several/part-0.parquet").is_file());
        assert!(into_place(&path, false, put(2)).is_err());
        into_place(&path, true, put(2)).unwrap();
        let broken = |dir: &Path| put(3)(dir).and(Err::<(), _>(Error::refused("no")));
        assert!(into_place(&path, true, broken).is_err());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1, "nothing is left behind");
        fs::write(path.join("mine.txt"), "x").unwrap();
        assert!(into_place(&path, true, put(4)).is_err() && path.join("mine.txt").is_file());
        fs::remove_dir_all(&root).unwrap();
    }
}
