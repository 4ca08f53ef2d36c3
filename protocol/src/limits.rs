//! Every bound of wire version 1, named once. They are part of the version and frozen with it (docs/protocol.md, "Limits"):
//! a node that judged by other numbers would disagree with the others on what exists.

/// Longest header (the COSE payload) without its dependencies, in bytes.
pub const HEADER_FIXED_BYTES_MAX: usize = 512;
/// Bytes one dependency takes in a header: a CBOR byte string of 32.
pub const DEPENDENCY_BYTES: usize = 34;
/// Most dependencies of one change.
pub const DEPENDENCIES_MAX: usize = 64;
/// Longest header with all its dependencies, in bytes.
pub const HEADER_BYTES_MAX: usize = HEADER_FIXED_BYTES_MAX + DEPENDENCIES_MAX * DEPENDENCY_BYTES;
/// Longest body, salt included, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Length of the salt in front of each body's content, in bytes.
pub const SALT_BYTES: usize = 16;
/// Longest encoded change (signed header and body), in bytes.
pub const CHANGE_BYTES_MAX: usize = HEADER_BYTES_MAX + BODY_BYTES_MAX + 128;
/// Most changes in the past of one change; then a successor document begins. A document of more changes side by side than
/// this is kept and not read.
pub const DOCUMENT_CHANGES_MAX: usize = 2_000;
/// Deepest nesting of objects in a document.
pub const DEPTH_MAX: u8 = 16;
/// Longest text in a statement (a name, a contact line), in bytes.
pub const STATEMENT_TEXT_BYTES_MAX: usize = 400;
/// Most county codes in a record or certificate.
pub const REGIONS_MAX: usize = 32;
/// Most founding organisations in a charter.
pub const FOUNDERS_MAX: usize = 1_000;
