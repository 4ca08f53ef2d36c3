//! Talkoot's node: disk, sockets and time around the pure engine of `talkoot-protocol`.
//!
//! - [`home`], [`config`], [`keystore`], [`peers`]: what is in a node's directory;
//! - [`store`]: the log, which is the truth, and an index over it;
//! - [`core`]: engine, store and columns as one, without a network;
//! - [`network`]: libp2p lives here and nowhere else;
//! - [`addressing`]: telling members where this node is reached;
//! - [`driver`], [`server`], [`checker`], [`shipper`]: a running node;
//! - [`fetching`]: attachments on their way here;
//! - [`bundle`]: changes in a file: making it, reading it, taking it in;
//! - [`control`]: how programs of the same machine speak to it;
//! - [`http`], [`tokens`], [`prefills`]: how programs of other machines do; axum lives here and nowhere else;
//! - [`enrolments`]: codes given out to workers whose keys will live in browsers;
//! - [`intake`]: what residents wrote, until a worker signs it;
//! - `web`: the pages;
//! - [`words`]: full text and similar reports; tantivy lives here and nowhere else;
//! - [`audit`]: reading every byte again;
//! - [`attachment`], [`shelf`]: pictures and documents that belong to reports: cleaned and looked at, kept;
//! - `disk`: how whatever must outlive a power cut is written.

pub mod addressing;
pub mod attachment;
pub mod audit;
pub mod bundle;
pub mod checker;
pub mod code_lists;
pub mod config;
pub mod control;
pub mod core;
mod disk;
pub mod driver;
pub mod enrolments;
pub mod fetching;
pub mod home;
pub mod http;
pub mod intake;
pub mod keystore;
pub mod network;
pub mod peers;
pub mod prefills;
pub mod server;
pub mod shelf;
pub mod shipper;
pub mod small_file;
pub mod store;
pub mod tokens;
mod web;
pub mod words;
