//! How large a form package may be, each bound named once.

/// Longest form package, in bytes of JSON: leaves room in a body (256 KiB) for what a document adds.
pub const FORM_BYTES_MAX: usize = 192 * 1024;
/// Longest id of a form, in characters.
pub const FORM_ID_CHARS_MAX: usize = 100;
/// Longest id of a field, question, channel or code, in characters.
pub const ID_CHARS_MAX: usize = 64;
/// Most fields.
pub const FIELDS_MAX: usize = 128;
/// Most local questions: a report has room for [`crate::report::limits::OTHER_MAX`] unknown fields.
pub const QUESTIONS_MAX: usize = 40;
/// Most codes of one choice.
pub const CHOICES_MAX: usize = 200;
/// Most code lists.
pub const CODE_LISTS_MAX: usize = 32;
/// Most codes of one list.
pub const CODES_MAX: usize = 5_000;
/// Most channels of the notice.
pub const CHANNELS_MAX: usize = 16;
/// Longest label, name of a code or one-line text, in characters.
pub const LABEL_CHARS_MAX: usize = 200;
/// Longest help text, in characters.
pub const HELP_CHARS_MAX: usize = 2_000;
/// Longest address, in characters.
pub const LINK_CHARS_MAX: usize = 500;
