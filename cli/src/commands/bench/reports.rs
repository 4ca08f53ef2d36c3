//! Reports to measure with: the demonstration's own, told apart by a number in their words, so that their sizes are those of
//! real ones and no two are equal.

use std::ops::Range;

use serde_json::Value;
use talkoot_protocol::document::Fields;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::Author;
use talkoot_protocol::sync::check::Checked;

use crate::commands::demo::corpus;
use crate::error::{Error, Result};
use crate::keys;

/// Returns the fields of as many different reports as asked for.
pub(super) fn make(count: usize) -> Result<Vec<Fields>> {
    Ok(Templates::load()?.make(0..count))
}

/// The demonstration's reports, of which any number can be made.
pub(super) struct Templates(Vec<Fields>);

impl Templates {
    /// Reads them.
    pub(super) fn load() -> Result<Self> {
        let shares = ["county", "municipality", "ngo", "university"].map(corpus::of);
        let mut templates = Vec::new();
        for share in shares {
            templates.extend(share?.into_iter().map(|entry| entry.report));
        }
        Ok(Self(templates))
    }

    /// Returns the fields of the reports with these numbers.
    pub(super) fn make(&self, numbers: Range<usize>) -> Vec<Fields> {
        let templates = self.0.iter().cycle().skip(numbers.start % self.0.len().max(1));
        numbers.zip(templates).map(|(number, fields)| numbered(fields, number)).collect()
    }
}

fn numbered(fields: &Fields, number: usize) -> Fields {
    let mut fields = fields.clone();
    if let Some(Value::String(text)) = fields.get_mut("description") {
        text.push_str(&format!(" (havainto {number})"));
    }
    fields
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
