//! Takes a bundle apart: first who made it and what is in it, then one delivery after another. Whoever reads the file gives one
//! frame's content at a time, so that a bundle of any length needs the memory of one frame.

use std::collections::BTreeMap;

use crate::id::{NetworkId, OrganisationId};
use crate::scope::Scope;
use crate::statement::Record;
use crate::sync::digest::Digest;
use crate::wire::message::{Hello, Message};
use crate::wire::parcel;

use super::{Error, record_of};

/// What a bundle says of itself before its first change. Nothing proves that it is so.
#[derive(Debug)]
pub struct Opening {
    /// Its network.
    pub network: NetworkId,
    /// Who made it: the record of their organisation.
    pub maker: Record,
    /// What is in it, by scope.
    pub held: BTreeMap<Scope, Digest>,
}

impl Opening {
    /// Reads the first frame.
    ///
    /// # Errors
    /// [`Error::Message`] if it is not a sound introduction.
    pub fn introduction(content: &[u8]) -> Result<Self, Error> {
        let hello = match Message::decode(content) {
            Ok(Message::Hello(hello)) => hello,
            _ => return Err(Error::Message { expected: "the maker's introduction" }),
        };
        let Hello { network, .. } = *hello;
        Ok(Self { network, maker: record_of(&hello, &network)?, held: BTreeMap::new() })
    }

    /// Reads the second frame.
    ///
    /// # Errors
    /// [`Error::Message`] if it does not tell what is in the bundle.
    pub fn comparison(&mut self, content: &[u8]) -> Result<(), Error> {
        let Ok(Message::Compare(held)) = Message::decode(content) else {
            return Err(Error::Message { expected: "what is in the bundle" });
        };
        self.held = held.iter().map(|held| (held.scope, held.digest)).collect();
        Ok(())
    }

    /// Returns the organisation that made it.
    pub fn organisation(&self) -> OrganisationId {
        self.maker.inception.organisation()
    }

    /// Returns how many changes the whole bundle has.
    pub fn changes(&self) -> u64 {
        self.held.values().fold(0, |sum, digest| sum.saturating_add(digest.count()))
    }
}

/// Some changes of a bundle.
#[derive(Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Whether it is the last.
    pub end: bool,
    /// The encoded changes, none of them checked.
    pub changes: Vec<Vec<u8>>,
}

impl Delivery {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`Error::Message`], [`Error::Parcel`].
    pub fn decode(content: &[u8]) -> Result<Self, Error> {
        match Message::decode(content) {
            Ok(Message::Deliver { end, raw, parcel, .. }) => Ok(Self { end, changes: parcel::unpack(&parcel, raw)? }),
            _ => Err(Error::Message { expected: "a delivery" }),
        }
    }
}
