//! Reports to measure with: of the form and length of the demonstration's own, in words drawn at random, so that no two are
//! equal and none repeats another at length.

use std::ops::Range;

use talkoot_protocol::document::Fields;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::Author;
use talkoot_protocol::sync::check::Checked;

use super::words::Lexicon;
use crate::commands::demo::corpus;
use crate::error::{Error, Result};
use crate::keys;

/// The seed of measurements: other seeds give other reports of the same kind.
const SEED: u64 = 1;

/// Returns the fields of as many different reports as asked for.
pub(super) fn make(count: usize) -> Result<Vec<Fields>> {
    Ok(Templates::load()?.make(0..count))
}

/// What reports are made of: any number of them, also a part at a time.
pub(super) struct Templates(Vec<Fields>);

impl Templates {
    /// Reads the demonstration's reports.
    pub(super) fn load() -> Result<Self> {
        Ok(Self(templates()?))
    }

    /// Returns the fields of the reports with these numbers.
    pub(super) fn make(&self, numbers: Range<usize>) -> Vec<Fields> {
        let lexicon = Lexicon::of(&self.0);
        numbers.map(|number| lexicon.report(SEED, number as u64)).collect()
    }
}

/// Returns the fields of reports 0 to `count` of a seed.
pub(crate) fn make_from(seed: u64, count: usize) -> Result<Vec<Fields>> {
    let templates = templates()?;
    let lexicon = Lexicon::of(&templates);
    Ok((0..).take(count).map(|number| lexicon.report(seed, number)).collect())
}

/// Returns the demonstration's reports.
pub(super) fn templates() -> Result<Vec<Fields>> {
    let mut templates = Vec::new();
    for share in ["county", "municipality", "ngo", "university"] {
        templates.extend(corpus::of(share)?.into_iter().map(|entry| entry.report));
    }
    Ok(templates)
}

/// Signs reports on all cores and returns their encodings in the order given.
pub(super) fn sign_all(author: Author<'_>, reports: &[Fields]) -> Result<Vec<Vec<u8>>> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let share = reports.len().div_ceil(cores).max(1);
    let sign = |fields: &Fields| {
        let change = author.begin(Kind::Report, Scope::Network, fields, keys::moment()?);
        Ok(change.map_err(Error::failed)?.encode())
    };
    std::thread::scope(|scope| {
        let work: Vec<_> = reports
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(sign).collect::<Result<Vec<_>>>()))
            .collect();
        let mut signed = Vec::with_capacity(reports.len());
        for part in work {
            signed.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(signed)
    })
}

/// Signs reports and judges what they hold, without verifying the signatures just made.
pub(super) fn seal(author: Author<'_>, reports: &[Fields]) -> Result<Vec<Checked>> {
    let seal = |fields: &Fields| {
        let change = author.begin(Kind::Report, Scope::Network, fields, keys::moment()?).map_err(Error::failed)?;
        Checked::sealed(&author.network, change).map_err(|refused| Error::refused(refused.refusal.to_string()))
    };
    reports.iter().map(seal).collect()
}
