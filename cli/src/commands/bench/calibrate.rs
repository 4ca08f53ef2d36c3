//! What the machine can do at best: the yardsticks.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use talkoot_protocol::key::SecretKey;
use talkoot_protocol::signed::Signed;

use crate::error::{Error, Result};

/// Times verifying the signatures of these changes, one by one, on one core. Reading the changes is not counted.
pub(super) fn verify(changes: &[Vec<u8>]) -> Result<Duration> {
    let signed = changes.iter().map(|bytes| Signed::decode(bytes)).collect::<std::result::Result<Vec<_>, _>>();
    let signed = signed.map_err(Error::failed)?;
    let started = Instant::now();
    for change in &signed {
        change.verify_signature().map_err(Error::failed)?;
    }
    Ok(started.elapsed())
}

/// Times signing as many messages, and appending and fsyncing the same bytes in the same batches.
pub(super) fn append(dir: &Path, changes: &[Vec<u8>], batch: usize) -> Result<Duration> {
    let path = dir.join("calibration");
    let key = SecretKey::from_seed(&[7; 32]);
    let mut file = File::create(&path).map_err(Error::failed)?;
    let started = Instant::now();
    for group in changes.chunks(batch) {
        let mut bytes = Vec::new();
        for change in group {
            let header = change.get(..300).unwrap_or(change);
            bytes.extend_from_slice(key.sign(header).as_bytes());
            bytes.extend_from_slice(change.get(64..).unwrap_or_default());
        }
        file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(Error::failed)?;
    }
    let took = started.elapsed();
    std::fs::remove_file(&path).map_err(Error::failed)?;
    Ok(took)
}

/// A file on the disk that is measured, to which single changes are appended.
pub(super) struct Appender {
    file: File,
}

impl Appender {
    /// Begins an empty file in `dir`; it goes when the directory goes.
    pub(super) fn new(dir: &Path) -> Result<Self> {
        Ok(Self { file: File::create(dir.join("calibration")).map_err(Error::failed)? })
    }

    /// Times appending and fsyncing one change.
    pub(super) fn append(&mut self, change: &[u8]) -> Result<Duration> {
        let started = Instant::now();
        self.file.write_all(change).and_then(|()| self.file.sync_data()).map_err(Error::failed)?;
        Ok(started.elapsed())
    }
}

/// Returns the time below which a share of the times lies, in milliseconds.
pub(super) fn quantile_ms(times: &[Duration], share: f64) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = (times.len().saturating_sub(1) as f64 * share).round() as usize;
    times.get(at).map(|time| time.as_secs_f64() * 1_000.0)
}
