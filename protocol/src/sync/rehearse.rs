//! What would become of a change that is not signed yet: the same two verdicts as ever, asked before a worker's key is used, so that
//! nobody signs for nothing. Nothing that is asked about here can be kept: no signature has been looked at.

use super::admit::{Door, Missing, Verdict};
use super::check::Checked;
use super::refusal::Refusal;
use crate::id::NetworkId;
use crate::signed::Unsigned;

/// Why it would not enter now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// Never, and for this reason.
    Refused(Refusal),
    /// It would wait for this.
    Waits(Missing),
}

impl Door<'_> {
    /// Says whether the change would enter if its author signed it.
    ///
    /// # Errors
    /// [`Objection`].
    pub fn rehearse(&self, network: &NetworkId, unsigned: &Unsigned) -> Result<(), Objection> {
        let checked = Checked::sealed(network, unsigned.clone().rehearsed());
        match self.judge(&checked.map_err(|refused| Objection::Refused(refused.refusal))?) {
            Verdict::Admit(_) | Verdict::Known => Ok(()),
            Verdict::Wait(missing) => Err(Objection::Waits(missing)),
            Verdict::Refuse(refusal) => Err(Objection::Refused(refusal)),
        }
    }
}
