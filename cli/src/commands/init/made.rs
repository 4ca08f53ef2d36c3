//! What this run has made, to be taken away again if a later step fails. Never what was there before.

use std::fs;
use std::path::{Path, PathBuf};

/// Files and directories made by this run, in order. Dropped, it removes them; kept, it does not.
#[derive(Debug, Default)]
pub(super) struct Made {
    paths: Vec<PathBuf>,
}

impl Made {
    /// Notes something about to be made; something that is there already is left alone.
    pub(super) fn note(&mut self, path: &Path) {
        if fs::symlink_metadata(path).is_err() {
            self.paths.push(path.to_owned());
        }
    }

    /// Keeps everything.
    pub(super) fn keep(mut self) {
        self.paths.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in self.paths.iter().rev() {
            // A directory goes only if it is empty; what cannot be removed stays, and the next attempt says so.
            let _removed = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_made_is_removed() {
        let dir = std::env::temp_dir().join(format!("talkoot-made-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (old, new, inner) = (dir.join("old"), dir.join("new"), dir.join("new/inner"));
        fs::write(&old, "there before").unwrap();
        let mut made = Made::default();
        made.note(&old);
        made.note(&new);
        fs::create_dir(&new).unwrap();
        made.note(&inner);
        fs::write(&inner, "").unwrap();
        drop(made);
        assert!(old.exists() && !new.exists());
        let mut made = Made::default();
        made.note(&new);
        fs::write(&new, "").unwrap();
        made.keep();
        assert!(new.exists());
        fs::remove_dir_all(&dir).unwrap();
    }
}
