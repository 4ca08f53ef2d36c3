//! Why a chunk was refused. Every reason has a stable name, because refusals are counted and shown by it.

use super::Actor;

/// Why [`super::Chunk::check`] refused some bytes. `op` counts the change's operations from 0, `at` bytes of the chunk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant says what it means in its message, with its fields in it")]
pub enum Error {
    #[error("the chunk has {got} bytes; at most {max} are allowed")]
    TooLong { got: usize, max: usize },
    #[error("the chunk does not begin with automerge's magic bytes")]
    BadMagic,
    #[error("a saved document where one change is expected")]
    DocumentChunk,
    #[error("a compressed change; only uncompressed ones travel")]
    CompressedChunk,
    #[error("a bundle of changes where one change is expected")]
    BundleChunk,
    #[error("chunk type {got} is unknown")]
    UnknownChunk { got: u8 },
    #[error("the chunk declares {declared} bytes of content and has {got}")]
    WrongLength { declared: u64, got: usize },
    #[error("the checksum does not fit the content")]
    BadChecksum,
    #[error("the chunk ends within {part} at byte {at}")]
    Truncated { part: &'static str, at: usize },
    #[error("a number in {part} at byte {at} is too large or not written in its shortest form")]
    BadNumber { part: &'static str, at: usize },
    #[error("{got} dependencies; at most {max} are allowed")]
    TooManyDependencies { got: u64, max: usize },
    #[error("dependency {index} is not greater than the one before")]
    DependencyOrder { index: usize },
    #[error("a document's first change names {got} dependencies")]
    FirstWithPast { got: usize },
    #[error("a later change of a document names no dependency")]
    NoDependencies,
    #[error("an actor of {got} bytes; exactly {expected} are allowed")]
    ActorLength { got: u64, expected: usize },
    #[error("the actor is {got}, its content makes it {expected}")]
    WrongActor { got: Actor, expected: Actor },
    #[error("sequence number {got}; every actor writes exactly one change")]
    WrongSequence { got: u64 },
    #[error("{ops} operations numbered from {start_op} on leave the range 1 to {max}")]
    OperationNumber { start_op: u64, ops: u64, max: u32 },
    #[error("the change carries a time")]
    TimePresent { got: i64 },
    #[error("the change carries a message of {got} bytes")]
    MessagePresent { got: u64 },
    #[error("{got} other actors; at most {max} are allowed")]
    TooManyActors { got: u64, max: usize },
    #[error("other actor {index} is not greater than the one before")]
    ActorOrder { index: usize },
    #[error("other actor {index} is all zeros")]
    ZeroActor { index: usize },
    #[error("the change lists its own actor among the others")]
    OwnActorListed,
    #[error("other actor {index} is named by no operation")]
    UnusedActor { index: usize },
    #[error("column {spec:#04x} is compressed")]
    CompressedColumn { spec: u64 },
    #[error("column {spec:#04x} is not one this version knows")]
    UnknownColumn { spec: u64 },
    #[error("column {spec:#04x} does not follow in ascending order")]
    ColumnOrder { spec: u64 },
    #[error("column {spec:#04x} is listed but empty")]
    EmptyColumn { spec: u64 },
    #[error("{got} bytes follow the last column")]
    ExtraBytes { got: usize },
    #[error("the change holds no operation")]
    NoOperations,
    #[error("the change holds more than {max} operations")]
    TooManyOperations { max: u32 },
    #[error("the operations replace more than {max} others")]
    TooManyPredecessors { max: u32 },
    #[error("the {part} column has more than {max} rows")]
    TooManyRows { part: &'static str, max: u32 },
    #[error("the {part} column has {got} rows; {expected} are needed")]
    RowCount { part: &'static str, got: u32, expected: u32 },
    #[error("the {part} column is not in its canonical form at byte {at}")]
    NotCanonical { part: &'static str, at: usize },
    #[error("text in {part} at byte {at} is not UTF-8")]
    NotUtf8 { part: &'static str, at: usize },
    #[error("operation {op}: action {action} is not allowed")]
    ForbiddenAction { op: u32, action: u64 },
    #[error("operation {op}: values of type {kind} are not allowed")]
    ForbiddenValue { op: u32, kind: u8 },
    #[error("operation {op}: the value is malformed")]
    BadValue { op: u32 },
    #[error("the operations use {used} bytes of values, {got} are there")]
    ValueBytes { used: usize, got: usize },
    #[error("operation {op}: only setting writes a value")]
    UnexpectedValue { op: u32 },
    #[error("operation {op}: a key of {got} bytes; 1 to {max} are allowed")]
    KeyLength { op: u32, got: usize, max: usize },
    #[error("operation {op}: the place is not one key of a map or one element of a sequence")]
    BadPlace { op: u32 },
    #[error("operation {op}: points at an operation that cannot be there")]
    BadReference { op: u32 },
    #[error("operation {op}: points at something of another kind")]
    WrongKind { op: u32 },
    #[error("operation {op}: an insertion cannot delete or replace")]
    BadInsertion { op: u32 },
    #[error("operation {op}: replaces or deletes nothing")]
    WithoutEffect { op: u32 },
    #[error("operation {op}: what it replaces is not in ascending order")]
    PredecessorOrder { op: u32 },
    #[error("operation {op}: a text holds only inserted strings")]
    NotText { op: u32 },
    #[error("operation {op}: objects are nested deeper than {max}")]
    TooDeep { op: u32, max: u8 },
}

impl Error {
    /// Returns the reason's stable name in snake_case, as counted in `status` and in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "chunk_too_long",
            Self::BadMagic => "bad_magic",
            Self::DocumentChunk => "document_chunk",
            Self::CompressedChunk => "compressed_chunk",
            Self::BundleChunk => "bundle_chunk",
            Self::UnknownChunk { .. } => "unknown_chunk",
            Self::WrongLength { .. } => "wrong_length",
            Self::BadChecksum => "bad_checksum",
            Self::Truncated { .. } => "truncated",
            Self::BadNumber { .. } => "bad_number",
            Self::TooManyDependencies { .. } => "too_many_dependencies",
            Self::DependencyOrder { .. } => "dependency_order",
            Self::FirstWithPast { .. } => "first_with_past",
            Self::NoDependencies => "no_dependencies",
            Self::ActorLength { .. } => "actor_length",
            Self::WrongActor { .. } => "wrong_actor",
            Self::WrongSequence { .. } => "wrong_sequence",
            Self::OperationNumber { .. } => "operation_number",
            Self::TimePresent { .. } => "time_present",
            Self::MessagePresent { .. } => "message_present",
            Self::TooManyActors { .. } => "too_many_actors",
            Self::ActorOrder { .. } => "actor_order",
            Self::ZeroActor { .. } => "zero_actor",
            Self::OwnActorListed => "own_actor_listed",
            Self::UnusedActor { .. } => "unused_actor",
            Self::CompressedColumn { .. } => "compressed_column",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::ColumnOrder { .. } => "column_order",
            Self::EmptyColumn { .. } => "empty_column",
            Self::ExtraBytes { .. } => "extra_bytes",
            Self::NoOperations => "no_operations",
            Self::TooManyOperations { .. } => "too_many_operations",
            Self::TooManyPredecessors { .. } => "too_many_predecessors",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::RowCount { .. } => "row_count",
            Self::NotCanonical { .. } => "not_canonical",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::ForbiddenAction { .. } => "forbidden_action",
            Self::ForbiddenValue { .. } => "forbidden_value",
            Self::BadValue { .. } => "bad_value",
            Self::ValueBytes { .. } => "value_bytes",
            Self::UnexpectedValue { .. } => "unexpected_value",
            Self::KeyLength { .. } => "key_length",
            Self::BadPlace { .. } => "bad_place",
            Self::BadReference { .. } => "bad_reference",
            Self::WrongKind { .. } => "wrong_kind",
            Self::BadInsertion { .. } => "bad_insertion",
            Self::WithoutEffect { .. } => "without_effect",
            Self::PredecessorOrder { .. } => "predecessor_order",
            Self::NotText { .. } => "not_text",
            Self::TooDeep { .. } => "too_deep",
        }
    }
}
