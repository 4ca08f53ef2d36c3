//! Enrolment of keys that live in browsers: what a node is told of a code, and what it tells.

use serde::{Deserialize, Serialize};

use crate::enrolment::{EnrolmentId, Proof};
use crate::id::{ChangeId, NetworkId, OrganisationId, WorkerId};
use crate::key::PublicKey;
use crate::statement::Role;
use crate::time::Timestamp;

/// A code that was given out, as the node knows it: not the code, and not whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Enrolment {
    /// What the code is known by.
    pub id: EnrolmentId,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
    /// The key that came under it.
    pub key: Option<PublicKey>,
    /// What shows that who brought the key knew the code.
    pub proof: Option<Proof>,
    /// The certificate of that key, if there is one.
    pub certificate: Option<ChangeId>,
}

/// How far an enrolment is, as the browser is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EnrolmentState {
    /// No key has come under the code.
    Open,
    /// The organisation has not certified the key yet.
    Waiting {
        /// The key.
        key: PublicKey,
    },
    /// The key may act.
    Certified {
        /// The key.
        key: PublicKey,
        /// Its certificate.
        certificate: ChangeId,
        /// The worker it is of.
        worker: WorkerId,
        /// The organisation that certified it.
        organisation: OrganisationId,
        /// The network.
        network: NetworkId,
        /// What the worker may do.
        roles: Vec<Role>,
    },
}
