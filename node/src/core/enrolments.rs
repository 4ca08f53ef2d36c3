//! Requests about codes that were given out, and the keys that came under them. Whether a key's proof holds is not known here: the
//! organisation's own machine, which has the code, finds it out before it signs a certificate.

use std::time::{SystemTime, UNIX_EPOCH};

use talkoot_protocol::api::{Enrolment, EnrolmentState, Failure, Response};
use talkoot_protocol::enrolment::{EnrolmentId, Proof};
use talkoot_protocol::id::ChangeId;
use talkoot_protocol::key::PublicKey;
use talkoot_protocol::statement::{Bearer, Certificate};
use talkoot_protocol::time::Timestamp;

use crate::enrolments::{Enrolments, Error};

use super::Core;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (name, remedy) = match error {
            Error::Unknown => ("unknown_code", "check what you typed, or ask your organisation for a new code"),
            Error::Expired => ("code_expired", "ask your organisation for a new one"),
            Error::Used => ("code_used", "if that was not you, tell your organisation at once and ask for a new code"),
            Error::Full => ("too_many_codes", "nothing was changed"),
            Error::Validity => ("bad_validity", "nothing was changed"),
            Error::File(_) => ("not_stored", "nothing was changed"),
        };
        Self::new(name, format!("{error}; {remedy}"))
    }
}

impl Core {
    pub(super) fn invite(&self, id: EnrolmentId, expires: Timestamp) -> Result<Response, Failure> {
        Enrolments::open(&self.home)?.invite(id, expires, wall_clock())?;
        Ok(Response::Done)
    }

    pub(super) fn enrol(&self, id: EnrolmentId, key: PublicKey, proof: Proof) -> Result<Response, Failure> {
        Enrolments::open(&self.home)?.enrol(id, key, proof, wall_clock())?;
        Ok(Response::Done)
    }

    pub(super) fn enrolment(&self, id: &EnrolmentId) -> Result<Response, Failure> {
        let kept = Enrolments::open(&self.home)?.find(id, wall_clock())?;
        let state = match kept.brought {
            None => EnrolmentState::Open,
            Some((key, _)) => self.certified(&key).unwrap_or(EnrolmentState::Waiting { key }),
        };
        Ok(Response::Enrolment { state: Box::new(state) })
    }

    pub(super) fn enrolments(&self) -> Result<Response, Failure> {
        let enrolments = Enrolments::open(&self.home)?;
        let told = enrolments.iter(wall_clock()).map(|(id, kept)| {
            let (key, proof) = kept.brought.unzip();
            let certificate = key.and_then(|key| self.certificate_of(&key)).map(|(id, _)| id);
            Enrolment { id, expires: kept.expires, key, proof, certificate }
        });
        Ok(Response::Enrolments { enrolments: told.collect() })
    }

    /// Finds the certificate by which a key acts for a worker of this organisation: the last one, by id, if there are several.
    fn certificate_of(&self, key: &PublicKey) -> Option<(ChangeId, &Certificate)> {
        let of_own = |certificate: &Certificate| certificate.organisation == self.own && certificate.subject == *key;
        self.engine.membership().certificates().filter(|(_, certificate)| of_own(certificate)).last()
    }

    fn certified(&self, key: &PublicKey) -> Option<EnrolmentState> {
        let (id, certificate) = self.certificate_of(key)?;
        let Bearer::Worker { worker, roles } = certificate.bearer else { return None };
        Some(EnrolmentState::Certified {
            key: *key,
            certificate: id,
            worker,
            organisation: certificate.organisation,
            network: self.engine.network(),
            roles: roles.iter().collect(),
        })
    }
}

fn wall_clock() -> Timestamp {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX))
}
