//! Whether a change counts: a pure function of the receipts, of what was ended, and of who stands as a member. The same facts give the
//! same verdict, in whatever order they came; no clock takes part. docs/trust.md says the rules in words, docs/decisions/0043-receipts.md
//! argues for them.
//!
//! 1. What an organisation says counts while it is a member, and what a removed one had receipted within the checkpoints of those who
//!    removed it: it stands unless `threshold` of those who speak of this scope (or all, if they are fewer) leave it out.
//! 2. What is under an ended certificate counts if its organisation's last word on the certificate adopts it, or if it was receipted
//!    within a checkpoint that this word names.
//! 3. Anything else counts once it is receipted: listed by a node of its author's organisation, in a log of its own scope. A batch under
//!    an ended node certificate is a receipt only within the checkpoints named for that certificate.
//!
//! What cannot be told yet waits, and says for what. Nothing here reads what a change says.

use crate::ending::said::{End, Said};
use crate::id::{ChangeId, OrganisationId};
use crate::membership::standing::Standing;
use crate::scope::Scope;

use super::Checkpoint;
use super::ledger::Ledger;
use super::log::Log;

/// What must be known of a worker's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Its id.
    pub id: ChangeId,
    /// The organisation that certified its author.
    pub organisation: OrganisationId,
    /// The scope of its document.
    pub scope: Scope,
    /// The certificate it names.
    pub certificate: ChangeId,
}

/// What holds of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is in views.
    Counts,
    /// It is kept and shown to the steward, and in no view.
    Quarantined(Reason),
    /// It is kept, listed as waiting, and in no view until this has come.
    Waits(Missing),
}

/// Why a change is quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Its author's certificate was ended, and it was not receipted by then.
    Revoked,
    /// Its organisation was removed, and it was not receipted by then.
    Removed,
}

/// What a change waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// That its organisation is recognised.
    Recognition(OrganisationId),
    /// That a node of its organisation lists it.
    Receipt,
    /// A batch that a checkpoint names.
    Batch(ChangeId),
    /// A word on how far things stand in its scope: a certificate was ended or its organisation removed, and that has not been said.
    Ending(Scope),
}

/// Something that holds, does not, or cannot be told yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    Unknown(Missing),
}

impl Holds {
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Unknown(missing) => match other() {
                Self::No => Self::No,
                _ => Self::Unknown(missing),
            },
        }
    }

    /// Holds if any does; of several things that are missing the least is named, whatever order they come in.
    fn any(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::No, |any, one| match (any, one) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unknown(one), Self::Unknown(other)) => Self::Unknown(one.min(other)),
            (Self::Unknown(missing), Self::No) | (Self::No, Self::Unknown(missing)) => Self::Unknown(missing),
            (Self::No, Self::No) => Self::No,
        })
    }
}

/// All that a verdict rests on.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// Receipts.
    pub ledger: &'a Ledger,
    /// What was ended.
    pub said: &'a Said,
    /// Who is a member, and who was.
    pub standing: &'a Standing,
    /// How many must say the same of another, from the charter.
    pub threshold: usize,
}

impl Judge<'_> {
    /// Judges one change.
    pub fn verdict(&self, facts: &Facts) -> Verdict {
        self.by_membership(facts).or_else(|| self.by_certificate(facts)).unwrap_or_else(|| {
            let receipted = self.receipted(facts, None);
            decided(receipted, Verdict::Waits(Missing::Receipt)).unwrap_or(Verdict::Counts)
        })
    }

    /// Judges by who is a member; `None` if that settles nothing.
    fn by_membership(&self, facts: &Facts) -> Option<Verdict> {
        let organisation = &facts.organisation;
        let Some(against) = self.standing.against.get(organisation) else {
            let is_member = self.standing.members.contains(organisation);
            return (!is_member).then_some(Verdict::Waits(Missing::Recognition(*organisation)));
        };
        let stands: Vec<_> = against
            .iter()
            .filter_map(|by| self.said.withdrawal(by, organisation, &facts.scope, self.last_place(by)))
            .map(|withdrawal| self.receipted(facts, Some(&withdrawal.stands)))
            .collect();
        if stands.is_empty() {
            return Some(Verdict::Waits(Missing::Ending(facts.scope)));
        }
        let needed = self.threshold.clamp(1, stands.len());
        let against = stands.iter().filter(|stands| **stands == Holds::No).count();
        let unsure = Holds::any(stands.iter().copied().filter(|stands| *stands != Holds::Yes));
        match unsure {
            _ if against >= needed => Some(Verdict::Quarantined(Reason::Removed)),
            Holds::Unknown(missing) if stands.iter().filter(|stands| **stands != Holds::Yes).count() >= needed => {
                Some(Verdict::Waits(missing))
            }
            _ => None,
        }
    }

    /// The last place that stands of an organisation's chain of statements to the network.
    fn last_place(&self, by: &OrganisationId) -> u32 {
        self.standing.removed.get(by).copied().unwrap_or(u32::MAX)
    }

    /// Returns how a certificate has ended for a scope.
    fn end(&self, organisation: &OrganisationId, certificate: &ChangeId, scope: &Scope) -> End<'_> {
        self.said.end(organisation, certificate, scope, self.last_place(organisation))
    }

    /// Judges by the author's certificate; `None` if that settles nothing.
    fn by_certificate(&self, facts: &Facts) -> Option<Verdict> {
        match self.end(&facts.organisation, &facts.certificate, &facts.scope) {
            End::Valid => None,
            End::Unsaid => Some(Verdict::Waits(Missing::Ending(facts.scope))),
            End::Ended(revocation) if revocation.adopted.has(&facts.id) => Some(Verdict::Counts),
            End::Ended(revocation) => {
                decided(self.receipted(facts, Some(&revocation.stands)), Verdict::Quarantined(Reason::Revoked))
            }
        }
    }

    /// Returns whether the change was receipted, within these checkpoints if any are given.
    fn receipted(&self, facts: &Facts, within: Option<&[Checkpoint]>) -> Holds {
        let listed = self.ledger.logs(&facts.organisation, &facts.scope).flat_map(|log| {
            log.batches_with(&facts.id).map(move |batch| {
                let within = || within.map_or(Holds::Yes, |checkpoints| self.covered(log, batch, checkpoints));
                self.is_receipt(log, batch).and(within)
            })
        });
        // A batch that is not here may list it.
        let unseen = within.unwrap_or_default().iter().filter(|checkpoint| self.is_unseen(checkpoint));
        Holds::any(listed.chain(unseen.map(|checkpoint| Holds::Unknown(Missing::Batch(checkpoint.batch)))))
    }

    fn is_unseen(&self, checkpoint: &Checkpoint) -> bool {
        self.ledger.log(&checkpoint.log).is_none_or(|log| log.ordinal(&checkpoint.batch).is_none())
    }

    /// Returns whether a batch is a receipt: under a certificate that holds, or within the checkpoints that its end names.
    fn is_receipt(&self, log: &Log, batch: u32) -> Holds {
        let Some(certificate) = log.certificate_of(batch) else { return Holds::No };
        match self.end(&log.organisation(), &certificate, &log.scope()) {
            End::Valid => Holds::Yes,
            End::Unsaid => Holds::Unknown(Missing::Ending(log.scope())),
            End::Ended(revocation) => self.covered(log, batch, &revocation.stands),
        }
    }

    fn covered(&self, log: &Log, batch: u32, checkpoints: &[Checkpoint]) -> Holds {
        Holds::any(checkpoints.iter().filter(|checkpoint| checkpoint.log == log.id()).map(|checkpoint| {
            match log.holds(batch, checkpoint) {
                Some(true) => Holds::Yes,
                Some(false) => Holds::No,
                None => Holds::Unknown(Missing::Batch(checkpoint.batch)),
            }
        }))
    }
}

/// Turns what holds into a verdict; `None` if it holds.
fn decided(holds: Holds, otherwise: Verdict) -> Option<Verdict> {
    match holds {
        Holds::Yes => None,
        Holds::No => Some(otherwise),
        Holds::Unknown(missing) => Some(Verdict::Waits(missing)),
    }
}

#[cfg(test)]
mod tests;
