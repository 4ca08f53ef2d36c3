//! What nodes say to each other, byte for byte (docs/protocol.md, "Messages").

pub mod attachment;
pub mod message;
pub mod parcel;
