//! The charter: what a network agrees on before anybody speaks. Its hash is the network id that every header signs.

use serde::{Deserialize, Serialize};

use crate::cbor::{self, Malformed, Reader};
use crate::id::{NetworkId, OrganisationId, sha256};
use crate::limits::{FOUNDERS_MAX, STATEMENT_TEXT_BYTES_MAX};
use crate::view::Rules;
use crate::view::rules::MINIMUM_MAX;

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
    /// The least that stands behind a published count on every node of the network, if that is stricter than the protocol
    /// asks. A node may be stricter still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<Rules>,
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
    /// Minima of views that would hide everything, or from which hidden counts might be worked out (see [`crate::view::rules`]).
    #[error("minima of views are at most {MINIMUM_MAX}, and authors_min at least reports_min")]
    Views,
    /// Not the encoding of a charter.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Charter {
    /// The charter of those who agreed on none: no founders, and one member's word is enough. Two organisations that
    /// recognise each other can begin at once.
    pub fn commons() -> Self {
        Self {
            name: "Talkoot".into(),
            founders: Vec::new(),
            threshold: 1,
            forms: vec!["talkoot/report/1".into()],
            views: None,
        }
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`Error::Founders`], [`Error::Threshold`], [`Error::Text`], [`Error::Views`].
    pub fn validate(&self) -> Result<(), Error> {
        let ascending = self.founders.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || self.founders.len() > FOUNDERS_MAX {
            return Err(Error::Founders);
        }
        if self.threshold == 0 {
            return Err(Error::Threshold);
        }
        let usable = |rules: &Rules| {
            minima_of(*rules).into_iter().all(|least| least <= MINIMUM_MAX)
                && rules.authors_min() >= rules.reports_min()
        };
        if !self.views.as_ref().is_none_or(usable) {
            return Err(Error::Views);
        }
        let texts_fit = std::iter::once(&self.name)
            .chain(&self.forms)
            .all(|text| (1..=STATEMENT_TEXT_BYTES_MAX).contains(&text.len()));
        if texts_fit && self.forms.len() <= FOUNDERS_MAX { Ok(()) } else { Err(Error::Text) }
    }

    /// Returns the deterministic CBOR: `[1, name, [* founder], threshold, [* form]]`, or where minima of views are agreed on
    /// `[2, name, [* founder], threshold, [* form], [reports, organisations, authors]]`.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| {
            let (parts, version) = if self.views.is_some() { (6, 2) } else { (5, 1) };
            e.array(parts)?.u8(version)?.str(&self.name)?.array(self.founders.len() as u64)?;
            for founder in &self.founders {
                e.bytes(founder.as_bytes())?;
            }
            e.u16(self.threshold)?.array(self.forms.len() as u64)?;
            self.forms.iter().try_for_each(|form| e.str(form)?.ok())?;
            let Some(rules) = self.views else { return e.ok() };
            e.array(3)?;
            minima_of(rules).into_iter().try_for_each(|least| e.u32(least)?.ok())
        })
    }

    /// Reads what [`Charter::encode`] writes.
    ///
    /// # Errors
    /// Whatever keeps the bytes from being a usable charter.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes, "charter");
        let parts = r.array_up_to(6)?;
        let version = r.u8()?;
        if (parts, version) != (5, 1) && (parts, version) != (6, 2) {
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
        let views = if version == 2 { Some(read_minima(&mut r)?) } else { None };
        r.end()?;
        let charter = Self { name, founders, threshold, forms, views };
        charter.validate()?;
        cbor::exactly(bytes, &charter.encode(), "charter")?;
        Ok(charter)
    }

    /// Returns the network's id: SHA-256 over `"talkoot/network/1"` and the charter's CBOR.
    pub fn network(&self) -> NetworkId {
        NetworkId::from_bytes(sha256(&[b"talkoot/network/1", &self.encode()]))
    }
}

fn minima_of(rules: Rules) -> [u32; 3] {
    [rules.reports_min(), rules.organisations_min(), rules.authors_min()]
}

fn read_minima(r: &mut Reader<'_>) -> Result<Rules, Malformed> {
    r.array_of(3)?;
    Ok(Rules::at_least(r.u32()?, r.u32()?, r.u32()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minima_of_views_belong_to_the_network() {
        let plain = Charter::commons();
        let strict = Charter { views: Some(Rules::at_least(5, 3, 5)), ..plain.clone() };
        for charter in [&plain, &strict] {
            assert_eq!(Charter::decode(&charter.encode()).as_ref(), Ok(charter));
            let json = serde_json::to_string(charter).unwrap();
            assert_eq!(serde_json::from_str::<Charter>(&json).unwrap(), *charter);
        }
        assert_eq!(plain.encode()[..2], [0x85, 1], "as it was without");
        assert_ne!(plain.network(), strict.network(), "who agreed on other minima is in another network");
        for unusable in [Rules::at_least(0, 1_001, 0), Rules::at_least(5, 2, 4)] {
            assert_eq!(Charter { views: Some(unusable), ..plain.clone() }.validate(), Err(Error::Views));
        }
        let mut looser = strict.encode();
        let last = looser.len() - 3;
        looser[last] = 2;
        assert!(Charter::decode(&looser).is_err(), "below the floor there is no encoding");
    }
}
