//! Reading every byte of a log again: checksums, form, body hashes, signatures, identifiers. Needs no lock and no network.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::id::NetworkId;
use talkoot_protocol::signed::Signed;
use talkoot_protocol::sync::engine::{Config, Engine, Restored};

use crate::checker::check_all;
use crate::core::{KIND_CHANGE, KIND_EVIDENCE};
use crate::shelf;
use crate::store::verify::{Finding, walk};
use crate::store::{self, Damage};

/// Directory of the log in a node's home.
const LOG: &str = "log";
/// Changes judged at once.
const GROUP: usize = 1_024;
/// Most problems listed one by one.
const LISTED_MAX: usize = 1_000;

/// What an audit found.
#[derive(Debug, Default, Serialize)]
pub struct Audit {
    /// Records that are whole.
    pub records: u64,
    /// Changes whose form, hashes and signature hold.
    pub changes: u64,
    /// Headers kept of changes refused for an identifier, with a good signature.
    pub evidence: u64,
    /// Attachments whose bytes are what they are named after.
    pub attachments: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Changes that would not be admitted again in the order of the log.
    pub not_admitted: u64,
    /// Bytes of an unfinished record at the end: a write was cut short, or the end of the log was lost. The log alone cannot
    /// tell which; the index can, and is asked when the node starts.
    pub unfinished_bytes: u64,
    /// How often each problem was found.
    pub problems: BTreeMap<String, u64>,
    /// Where, for the first thousand.
    pub listed: Vec<Problem>,
}

/// One problem.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// The record's number, if it can be told.
    pub ordinal: Option<u64>,
    /// The segment file.
    pub segment: u32,
    /// Where in it.
    pub offset: u32,
    /// What is wrong.
    pub problem: String,
}

impl Audit {
    /// Returns whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    fn note(&mut self, ordinal: Option<u64>, segment: u32, offset: u32, name: &str, problem: String) {
        *self.problems.entry(name.to_owned()).or_default() += 1;
        if self.listed.len() < LISTED_MAX {
            self.listed.push(Problem { ordinal, segment, offset, problem });
        }
    }
}

/// A change waiting to be judged with others.
struct Pending {
    ordinal: u64,
    place: store::Place,
    bytes: Vec<u8>,
}

/// Returns the size of the log in `dir` in bytes, 0 if there is none: what an audit has to read.
pub fn log_bytes(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir.join(LOG)).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum()
}

/// Audits the log in `dir`. `progress` is told now and then what was found so far. A home whose log is gone is damaged: its
/// own statements stand in it from the beginning.
///
/// # Errors
/// If the log cannot be read at all.
pub fn audit(dir: &Path, engine: Config, progress: &mut dyn FnMut(&Audit)) -> Result<Audit, store::Error> {
    let (network, own) = (engine.charter.network(), engine.own);
    let mut engine = Engine::new(engine);
    let mut audit = Audit::default();
    let mut pending = Vec::new();
    if !dir.join(LOG).is_dir() {
        audit.note(None, 0, 0, "no_log", "there is no log at all".into());
        return Ok(audit);
    }
    for finding in walk(dir)? {
        match finding {
            Ok(Finding::Record { ordinal, kind: KIND_CHANGE, place, bytes }) => {
                pending.push(Pending { ordinal, place, bytes });
                if pending.len() >= GROUP {
                    judge(&network, &mut engine, &mut audit, std::mem::take(&mut pending));
                    progress(&audit);
                }
            }
            Ok(Finding::Record { ordinal, kind, place, bytes }) => {
                audit.records += 1;
                audit.bytes += bytes.len() as u64;
                let good = kind == KIND_EVIDENCE && Signed::decode(&bytes).is_ok_and(|signed| signed.verify().is_ok());
                match good {
                    true => audit.evidence += 1,
                    false => audit.note(
                        Some(ordinal),
                        place.segment,
                        place.offset,
                        "evidence",
                        "a kept header does not hold".into(),
                    ),
                }
            }
            Ok(Finding::Damaged(damage)) => {
                let Damage { ordinal, lost, segment, offset, bytes, reason } = damage;
                let problem = format!("{reason} (records lost: {lost}, unreadable bytes: {bytes})");
                audit.note(Some(ordinal), segment, offset, "damaged", problem);
            }
            Ok(Finding::Unfinished { bytes, .. }) => audit.unfinished_bytes += u64::from(bytes),
            Err(error) => audit.note(None, 0, 0, "unreadable", error.to_string()),
        }
    }
    judge(&network, &mut engine, &mut audit, pending);
    engine.finish_restoring();
    attachments(dir, &mut audit);
    audit.not_admitted = engine.parked().len() as u64;
    if audit.is_clean() && engine.membership().record(&own).is_none() {
        audit.note(
            None,
            0,
            0,
            "no_own_record",
            "the organisation's own record is not in the log: its beginning is gone".into(),
        );
    }
    Ok(audit)
}

fn attachments(dir: &Path, audit: &mut Audit) {
    let verified = shelf::verify(dir, &mut |hash, length, holds| {
        audit.bytes += length;
        match holds {
            true => audit.attachments += 1,
            false => {
                let problem = format!("attachment {hash} is damaged; it is fetched anew when somebody asks for it");
                audit.note(None, 0, 0, "attachment", problem);
            }
        }
    });
    if let Err(error) = verified {
        audit.note(None, 0, 0, "unreadable", error.to_string());
    }
}

fn judge(network: &NetworkId, engine: &mut Engine, audit: &mut Audit, group: Vec<Pending>) {
    let (places, changes): (Vec<_>, Vec<_>) =
        group.into_iter().map(|pending| ((pending.ordinal, pending.place), pending.bytes)).unzip();
    audit.records += changes.len() as u64;
    audit.bytes += changes.iter().map(|bytes| bytes.len() as u64).sum::<u64>();
    for ((ordinal, place), verdict) in places.into_iter().zip(check_all(network, changes)) {
        match verdict {
            Ok(checked) => match engine.restore(Ordinal::new(ordinal), checked) {
                Restored::Refused(name) => {
                    let problem = format!("a change that the door refuses: {name}");
                    audit.note(Some(ordinal), place.segment, place.offset, name, problem);
                }
                _ => audit.changes += 1,
            },
            Err(refused) => {
                let problem = refused.refusal.to_string();
                audit.note(Some(ordinal), place.segment, place.offset, refused.refusal.name(), problem);
            }
        }
    }
}
