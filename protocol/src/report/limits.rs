//! How large a report may be, each bound named once: what [`super::check()`] holds an author to.
//!
//! Not rules of admission: what a change may take on the wire is bounded elsewhere and frozen there.

/// Longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// Longest free text, in characters.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// Longest one-line text (an addressee, a service's name), in characters.
pub const LINE_CHARS_MAX: usize = 200;
/// Longest link, in characters.
pub const LINK_CHARS_MAX: usize = 2_000;
/// Longest code or field id this version does not know, in characters.
pub const CODE_CHARS_MAX: usize = 64;
/// Most entries of a list field other than those below; each code set is shorter.
pub const ENTRIES_MAX: usize = 50;
/// Most proposals.
pub const PROPOSALS_MAX: usize = 5;
/// Most pieces of evidence.
pub const EVIDENCE_MAX: usize = 5;
/// Most attachments.
pub const ATTACHMENTS_MAX: usize = 10;
/// Largest attachment, in bytes. On the wire nothing larger is asked for or taken.
pub const ATTACHMENT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest caption of an attachment, in characters.
pub const CAPTION_CHARS_MAX: usize = 400;
/// Most fields this version does not know.
pub const OTHER_MAX: usize = 64;
/// Largest report, in bytes of JSON: leaves room in a body (256 KiB) for what a document adds.
pub const REPORT_BYTES_MAX: usize = 192 * 1024;
