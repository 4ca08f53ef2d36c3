//! The charter: what a network agrees on before anybody speaks. Its hash is the network id that every header signs.

use serde::{Deserialize, Serialize};

use crate::cbor::{self, Malformed, Reader};
use crate::id::{NetworkId, OrganisationId, sha256};
use crate::limits::{FOUNDERS_MAX, STATEMENT_TEXT_BYTES_MAX};

/// A network's founding terms. As a file it is JSON; its id is the hash of its deterministic CBOR, so that spaces and
/// key order in the file do not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// The network's name.
    pub name: String,
    /// The organisations that are members from the start, strictly ascending.
    #[serde(default)]
    pub founders: Vec<OrganisationId>,
    /// How many members must recognise an organisation to make it a member (at least 1).
    pub threshold: u16,
    /// Ids of the form packages that reports follow.
    #[serde(default)]
    pub forms: Vec<String>,
}

/// Why a charter is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Founders not strictly ascending or too many.
    #[error("founders must be listed once each in ascending order, at most {FOUNDERS_MAX}")]
    Founders,
    /// A threshold nobody could use.
    #[error("threshold must be at least 1")]
    Threshold,
    /// A text that is empty or too long.
    #[error("name and form ids must have 1 to {STATEMENT_TEXT_BYTES_MAX} bytes")]
    Text,
    /// Not the encoding of a charter.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Charter {
    /// The charter of those who agreed on none: no founders, and one member's word is enough. Two organisations that
    /// recognise each other can begin at once.
    pub fn commons() -> Self {
        Self { name: "Talkoot".into(), founders: Vec::new(), threshold: 1, forms: vec!["talkoot/report/1".into()] }
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`Error::Founders`], [`Error::Threshold`], [`Error::Text`].
    pub fn validate(&self) -> Result<(), Error> {
        let ascending = self.founders.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || self.founders.len() > FOUNDERS_MAX {
            return Err(Error::Founders);
        }
        if self.threshold == 0 {
            return Err(Error::Threshold);
        }
        let texts_fit = std::iter::once(&self.name)
            .chain(&self.forms)
            .all(|text| (1..=STATEMENT_TEXT_BYTES_MAX).contains(&text.len()));
        if texts_fit && self.forms.len() <= FOUNDERS_MAX { Ok(()) } else { Err(Error::Text) }
    }

    /// Returns the deterministic CBOR: `[1, name, [* founder], threshold, [* form]]`.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| {
            e.array(5)?.u8(1)?.str(&self.name)?.array(self.founders.len() as u64)?;
            for founder in &self.founders {
                e.bytes(founder.as_bytes())?;
            }
            e.u16(self.threshold)?.array(self.forms.len() as u64)?;
            self.forms.iter().try_for_each(|form| e.str(form)?.ok())
        })
    }

    /// Reads what [`Charter::encode`] writes.
    ///
    /// # Errors
    /// Whatever keeps the bytes from being a usable charter.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes, "charter");
        r.array_of(5)?;
        if r.u8()? != 1 {
            return Err(r.malformed().into());
        }
        let name = r.text(STATEMENT_TEXT_BYTES_MAX)?.to_owned();
        let founders = (0..r.array_up_to(FOUNDERS_MAX)?)
            .map(|_| r.array().map(OrganisationId::from_bytes))
            .collect::<Result<_, _>>()?;
        let threshold = u16::try_from(r.u32()?).map_err(|_| r.malformed())?;
        let forms = (0..r.array_up_to(FOUNDERS_MAX)?)
            .map(|_| r.text(STATEMENT_TEXT_BYTES_MAX).map(str::to_owned))
            .collect::<Result<_, _>>()?;
        r.end()?;
        let charter = Self { name, founders, threshold, forms };
        charter.validate()?;
        cbor::exactly(bytes, &charter.encode(), "charter")?;
        Ok(charter)
    }

    /// Returns the network's id: SHA-256 over `"talkoot/network/1"` and the charter's CBOR.
    pub fn network(&self) -> NetworkId {
        NetworkId::from_bytes(sha256(&[b"talkoot/network/1", &self.encode()]))
    }
}
