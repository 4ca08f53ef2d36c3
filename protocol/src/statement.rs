//! What organisations say about themselves, their keys and each other, and nodes about where they are reached: the bodies
//! of the acts *record*, *certificate*, *endorsement* and *address*. Like every body they are signed through their header and
//! admitted by the same door.
//!
//! All of them are deterministic CBOR arrays that begin with their own version number (docs/protocol.md, "Statements").

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::address::AddressRecord;
use crate::cbor::{self, Encoder, Malformed, Reader, Written};
use crate::header::Act;
use crate::id::{OrganisationId, WorkerId, sha256};
use crate::key::{KeyCommitment, PublicKey};
use crate::limits::{REGIONS_MAX, STATEMENT_TEXT_BYTES_MAX};
use crate::scope::{Counties, County};
use crate::time::Timestamp;

/// Version of the statement bodies.
const VERSION: u8 = 1;

/// What an organisation begins with: its first root key, and its commitment to the next one. The organisation's id is
/// the hash of both, so that it belongs to no network and nobody else can begin as it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inception {
    /// The first root key.
    pub root: PublicKey,
    /// The promise of its successor.
    pub next: KeyCommitment,
}

impl Inception {
    /// Returns the organisation's id.
    pub fn organisation(&self) -> OrganisationId {
        OrganisationId::from_bytes(sha256(&[b"talkoot/organisation/1", self.root.as_bytes(), self.next.as_bytes()]))
    }
}

/// What sort of organisation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// A wellbeing services county.
    County,
    /// A municipality.
    Municipality,
    /// A non-governmental organisation.
    Ngo,
    /// A university or university of applied sciences.
    University,
    /// Anything else.
    Other,
}

impl OrganisationKind {
    /// Returns all kinds in wire order.
    pub const fn all() -> &'static [Self] {
        &[Self::County, Self::Municipality, Self::Ngo, Self::University, Self::Other]
    }

    /// Returns the key used in files and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Municipality => "municipality",
            Self::Ngo => "ngo",
            Self::University => "university",
            Self::Other => "other",
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::all().get(usize::from(code)).copied()
    }
}

impl fmt::Display for OrganisationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for OrganisationKind {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let what = "organisation kind (county, municipality, ngo, university or other)";
        Self::all().iter().copied().find(|kind| kind.key() == text).ok_or(Malformed { what })
    }
}

/// A name in the three languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Names {
    /// Finnish.
    pub fi: String,
    /// Swedish.
    pub sv: String,
    /// English.
    pub en: String,
}

impl Names {
    fn encode(&self, e: &mut Encoder) -> Written {
        e.array(3)?.str(&self.fi)?.str(&self.sv)?.str(&self.en)?.ok()
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.array_of(3)?;
        let mut text = || r.text(STATEMENT_TEXT_BYTES_MAX).map(str::to_owned);
        Ok(Self { fi: text()?, sv: text()?, en: text()? })
    }
}

/// An organisation's description of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What the organisation began with.
    pub inception: Inception,
    /// Its name.
    pub names: Names,
    /// Its kind.
    pub kind: OrganisationKind,
    /// The counties it acts in: it may receive what is scoped to them.
    pub counties: Counties,
    /// How people reach it.
    pub contact: String,
}

/// What the holder of a worker's key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Writes reports.
    Reporter,
    /// Joins reports into phenomena, views and compilations.
    Coordinator,
    /// Answers proposals.
    DecisionMaker,
    /// Enters what residents and clients say.
    Intake,
    /// Looks after quarantine, erasure and members.
    Steward,
}

impl Role {
    /// Returns all roles in wire order.
    pub const fn all() -> &'static [Self] {
        &[Self::Reporter, Self::Coordinator, Self::DecisionMaker, Self::Intake, Self::Steward]
    }

    /// Returns the key used in files and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Coordinator => "coordinator",
            Self::DecisionMaker => "decision_maker",
            Self::Intake => "intake",
            Self::Steward => "steward",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Role {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let what = "role (reporter, coordinator, decision_maker, intake or steward)";
        Self::all().iter().copied().find(|role| role.key() == text).ok_or(Malformed { what })
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// Returns whether the role is among them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// Returns the roles in wire order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::all().iter().copied().filter(move |role| self.has(*role))
    }

    fn from_bits(bits: u8) -> Option<Self> {
        (bits < 1 << Role::all().len()).then_some(Self(bits))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | 1 << role as u8))
    }
}

/// For whom or what a certified key acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// A node: it authenticates to peers and signs receipts, never reports.
    Node,
    /// A device of a pseudonymous worker.
    Worker {
        /// Which worker; the name stays in the organisation.
        worker: WorkerId,
        /// What the worker may do.
        roles: Roles,
    },
}

/// An organisation's statement that a key may act for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The key.
    pub subject: PublicKey,
    /// For whom it acts.
    pub bearer: Bearer,
    /// From when, as the organisation says. Judged by receipts in a later version, not by a clock.
    pub valid_from: Timestamp,
    /// Until when.
    pub valid_until: Option<Timestamp>,
    /// Narrower counties than the organisation's, if any are named.
    pub counties: Counties,
}

/// An organisation's statement that it recognises another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endorsement {
    /// The organisation recognised.
    pub organisation: OrganisationId,
}

/// A statement's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Act *record*.
    Record(Record),
    /// Act *certificate*.
    Certificate(Certificate),
    /// Act *endorsement*.
    Endorsement(Endorsement),
    /// Act *address*: the only statement that is a node's and not its organisation's.
    Address(AddressRecord),
}

impl Statement {
    /// Returns the act under which this statement is signed.
    pub const fn act(&self) -> Act {
        match self {
            Self::Record(_) => Act::Record,
            Self::Certificate(_) => Act::Certificate,
            Self::Endorsement(_) => Act::Endorsement,
            Self::Address(_) => Act::Address,
        }
    }

    /// Returns the deterministic CBOR of the statement: the content of its body.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| match self {
            Self::Record(record) => record.write(e),
            Self::Certificate(certificate) => certificate.write(e),
            Self::Endorsement(endorsement) => e.array(2)?.u8(VERSION)?.bytes(endorsement.organisation.as_bytes())?.ok(),
            Self::Address(record) => record.write(e),
        })
    }

    /// Reads the statement of an act; accepts exactly what [`Statement::encode`] writes.
    ///
    /// # Errors
    /// [`Malformed`] if the act carries no statement or the bytes are not one.
    pub fn decode(act: Act, bytes: &[u8]) -> Result<Self, Malformed> {
        let what = "statement";
        let mut r = Reader::new(bytes, what);
        let statement = match act {
            Act::Record => Self::Record(Record::read(&mut r)?),
            Act::Certificate => Self::Certificate(Certificate::read(&mut r)?),
            Act::Endorsement => {
                version_of(&mut r, 2)?;
                Self::Endorsement(Endorsement { organisation: OrganisationId::from_bytes(r.array()?) })
            }
            Act::Address => Self::Address(AddressRecord::read(&mut r)?),
            _ => return Err(r.malformed()),
        };
        r.end()?;
        cbor::exactly(bytes, &statement.encode(), what)?;
        Ok(statement)
    }
}

fn version_of(r: &mut Reader<'_>, items: u64) -> Result<(), Malformed> {
    r.array_of(items)?;
    if r.u8()? == VERSION { Ok(()) } else { Err(r.malformed()) }
}

fn write_counties(counties: &Counties, e: &mut Encoder) -> Written {
    e.array(counties.len() as u64)?;
    counties.iter().try_for_each(|county| e.u8(county.code())?.ok())
}

fn read_counties(r: &mut Reader<'_>) -> Result<Counties, Malformed> {
    (0..r.array_up_to(REGIONS_MAX)?).map(|_| County::try_from(r.u8()?)).collect()
}

impl Record {
    fn write(&self, e: &mut Encoder) -> Written {
        e.array(7)?.u8(VERSION)?.bytes(self.inception.root.as_bytes())?.bytes(self.inception.next.as_bytes())?;
        self.names.encode(e)?;
        e.u8(self.kind as u8)?;
        write_counties(&self.counties, e)?;
        e.str(&self.contact)?.ok()
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        version_of(r, 7)?;
        Ok(Self {
            inception: Inception {
                root: PublicKey::from_bytes(r.array()?),
                next: KeyCommitment::from_bytes(r.array()?),
            },
            names: Names::decode(r)?,
            kind: OrganisationKind::from_code(r.u8()?).ok_or_else(|| r.malformed())?,
            counties: read_counties(r)?,
            contact: r.text(STATEMENT_TEXT_BYTES_MAX)?.to_owned(),
        })
    }
}

impl Certificate {
    fn write(&self, e: &mut Encoder) -> Written {
        e.array(7)?.u8(VERSION)?.bytes(self.organisation.as_bytes())?.bytes(self.subject.as_bytes())?;
        match &self.bearer {
            Bearer::Node => e.array(1)?.u8(0)?.ok()?,
            Bearer::Worker { worker, roles } => e.array(3)?.u8(1)?.bytes(worker.as_bytes())?.u8(roles.0)?.ok()?,
        }
        e.u64(self.valid_from.as_millis())?;
        match self.valid_until {
            Some(until) => e.u64(until.as_millis())?.ok()?,
            None => e.null()?.ok()?,
        }
        write_counties(&self.counties, e)
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        version_of(r, 7)?;
        let organisation = OrganisationId::from_bytes(r.array()?);
        let subject = PublicKey::from_bytes(r.array()?);
        let items = r.array_up_to(3)?;
        let bearer = match (items, r.u8()?) {
            (1, 0) => Bearer::Node,
            (3, 1) => Bearer::Worker {
                worker: WorkerId::from_bytes(r.array()?),
                roles: Roles::from_bits(r.u8()?).ok_or_else(|| r.malformed())?,
            },
            _ => return Err(r.malformed()),
        };
        let valid_from = Timestamp::from_millis(r.u64()?);
        let valid_until = if r.null() { None } else { Some(Timestamp::from_millis(r.u64()?)) };
        Ok(Self { organisation, subject, bearer, valid_from, valid_until, counties: read_counties(r)? })
    }
}
