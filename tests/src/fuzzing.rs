//! What must hold for any bytes whatever: one function for each thing that is read from elsewhere, and one that drives an engine.
//! Each takes arbitrary bytes and panics when something does not hold.
//!
//! The same functions run in two ways: under a fuzzer (`tests/fuzz`), which looks for bytes that lead somewhere new, and in the
//! ordinary tests (`tests/tests/fuzzing.rs`), over the committed corpus and over mutations of it. They know nothing of either.
//!
//! - [`envelope`]: signed changes and what is in them, charters;
//! - [`content`]: what is written: automerge chunks, texts, rows of a table, forms;
//! - [`mod@joint`]: what organisations say in documents that they share: words, cards, states;
//! - [`wire`]: what peers say and compare;
//! - [`house`]: what only an installation reads: its log, its settings, its control socket, frames of a stream, tables;
//! - [`kept`]: small files of an installation;
//! - [`strangers`]: what strangers and browsers send over HTTP;
//! - [`mod@engine`]: one real engine in a world that a script decides;
//! - [`seeds`]: what a fuzzer begins with.

pub mod content;
pub mod engine;
pub mod envelope;
#[cfg(feature = "node")]
pub mod house;
pub mod joint;
#[cfg(feature = "node")]
pub mod kept;
pub mod seeds;
#[cfg(feature = "node")]
pub mod strangers;
pub mod wire;

pub use content::{address, chunk, flat, form, text};
pub use engine::engine;
pub use envelope::{change, charter, header, sealed, statement};
#[cfg(feature = "node")]
pub use house::{attachment, control, frame, settings, store, table};
pub use joint::{joint, phenomenon_word, proposal_word};
#[cfg(feature = "node")]
pub use kept::{enrolments, list, prefills, slips};
#[cfg(feature = "node")]
pub use strangers::{resident, script, submission};
pub use wire::{cells, listing, message, note, parcel, ranges, request};

/// A target: its name, which is also that of its corpus, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets that need nothing but the protocol.
pub const TARGETS: &[Target] = &[
    ("change", change),
    ("sealed", sealed),
    ("header", header),
    ("statement", statement),
    ("charter", charter),
    ("chunk", chunk),
    ("text", text),
    ("address", address),
    ("flat", flat),
    ("form", form),
    ("phenomenon_word", phenomenon_word),
    ("proposal_word", proposal_word),
    ("joint", joint),
    ("message", message),
    ("parcel", parcel),
    ("cells", cells),
    ("listing", listing),
    ("ranges", ranges),
    ("request", request),
    ("note", note),
    ("engine", engine),
];

/// Targets of what only a node or the command line reads.
#[cfg(feature = "node")]
pub const NODE_TARGETS: &[Target] = &[
    ("store", store),
    ("control", control),
    ("settings", settings),
    ("frame", frame),
    ("table", table),
    ("attachment", attachment),
    ("enrolments", enrolments),
    ("prefills", prefills),
    ("slips", slips),
    ("list", list),
    ("submission", submission),
    ("script", script),
    ("resident", resident),
];
