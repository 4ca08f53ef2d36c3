//! Who a document is for, and what sort of document it is. Both are named in its first change and never change.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::cbor::{Encoder, Malformed, Reader, Written};
use crate::id::OrganisationId;

/// A wellbeing services county by the two-digit code of Statistics Finland's 2026 classification (01–21, 90, 91).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "u8", into = "u8")]
pub struct County(u8);

/// The counties an organisation or worker acts in.
pub type Counties = BTreeSet<County>;

impl County {
    /// Takes a code 1–99; which codes are in use is a matter of the year's code list, not of the wire.
    pub fn new(code: u8) -> Option<Self> {
        (1..=99).contains(&code).then_some(Self(code))
    }

    /// Returns the code.
    pub const fn code(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for County {
    type Error = Malformed;

    fn try_from(code: u8) -> Result<Self, Malformed> {
        Self::new(code).ok_or(Malformed { what: "county code (01 to 99)" })
    }
}

impl From<County> for u8 {
    fn from(county: County) -> Self {
        county.0
    }
}

impl fmt::Display for County {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl FromStr for County {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let what = Malformed { what: "county code (two digits, such as 12)" };
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let code: u8 = text.parse().map_err(|_| what)?;
        if digits { Self::new(code).ok_or(what) } else { Err(what) }
    }
}

/// Who may receive a document. Never widened: sharing wider makes a new document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The nodes of one organisation.
    Organisation(OrganisationId),
    /// The members that act in one county.
    Region(County),
    /// All members.
    Network,
}

impl Scope {
    /// Writes `[0, organisation]`, `[1, county]` or `[2]`.
    pub(crate) fn encode(&self, e: &mut Encoder) -> Written {
        match self {
            Self::Organisation(id) => e.array(2)?.u8(0)?.bytes(id.as_bytes())?.ok(),
            Self::Region(county) => e.array(2)?.u8(1)?.u8(county.code())?.ok(),
            Self::Network => e.array(1)?.u8(2)?.ok(),
        }
    }

    /// Reads what [`Scope::encode`] writes.
    pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let items = r.array_up_to(2)?;
        match (items, r.u8()?) {
            (2, 0) => Ok(Self::Organisation(OrganisationId::from_bytes(r.array()?))),
            (2, 1) => Ok(Self::Region(County::try_from(r.u8()?)?)),
            (1, 2) => Ok(Self::Network),
            _ => Err(r.malformed()),
        }
    }
}

impl Scope {
    /// Returns whether a document of this scope may be named in one of that scope: whether everyone who receives the latter may
    /// know of the former. What one organisation keeps to itself may name all that the organisation has.
    pub fn may_be_named_in(&self, document: &Self) -> bool {
        match (self, document) {
            (Self::Network, _) => true,
            (Self::Region(_), Self::Organisation(_)) => true,
            (named, document) => named == document,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organisation(id) => write!(f, "organisation:{id}"),
            Self::Region(county) => write!(f, "region:{county}"),
            Self::Network => f.write_str("network"),
        }
    }
}

impl FromStr for Scope {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let what = Malformed { what: "scope (network, region:<county code> or organisation:<id>)" };
        match text.split_once(':') {
            None if text == "network" => Ok(Self::Network),
            Some(("region", code)) => code.parse().map(Self::Region),
            Some(("organisation", id)) => id.parse().map(Self::Organisation).map_err(|_| what),
            _ => Err(what),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What sort of document this is. The numbers are the wire's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DocumentKind"))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An organisation's statements: its record, certificates, endorsements.
    Organisation = 0,
    /// One observation of one worker.
    Report = 1,
    /// Reports of several organisations joined.
    Phenomenon = 2,
    /// A proposal and its answer.
    Proposal = 3,
    /// A saved query and its curation.
    View = 4,
    /// A frozen half-yearly compilation.
    Compilation = 5,
    /// A versioned form.
    FormPackage = 6,
    /// Where one node is reached, in its own words.
    Node = 7,
    /// The way through services that one worker noted, in codes.
    ServicePath = 8,
}

impl Kind {
    /// Returns the kind of a wire number, if this version knows it.
    pub fn from_code(code: u8) -> Option<Self> {
        [
            Self::Organisation,
            Self::Report,
            Self::Phenomenon,
            Self::Proposal,
            Self::View,
            Self::Compilation,
            Self::FormPackage,
            Self::Node,
            Self::ServicePath,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }

    /// Returns the wire number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Returns whether workers of several organisations write in such a document, each under its own organisation's prefix.
    pub const fn is_joint(self) -> bool {
        matches!(self, Self::Phenomenon | Self::Proposal | Self::View)
    }
}
