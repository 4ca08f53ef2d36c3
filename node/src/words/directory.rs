//! The directory `words` of a node: opened if it is whole and of this version, begun anew otherwise. What it holds can be made
//! again from the log at any time.

use std::path::Path;

use tantivy::directory::error::OpenDirectoryError;
use tantivy::schema::{BytesOptions, Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::store::Compressor;
use tantivy::tokenizer::{RawTokenizer, TextAnalyzer, TokenizerManager};
use tantivy::{Index, IndexSettings, TantivyError};

use super::analysis;
use super::tokens::Analyser;

/// Version of the fields below; the analysis has its own.
const FIELDS_VERSION: u32 = 1;
/// The name under which texts are analysed.
const ANALYSER: &str = "talkoot";
/// The name under which facets are taken as they are. tantivy asks for this name, too, for fields that hold no text.
const RAW: &str = "default";

/// Why words cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// What tantivy says.
    #[error("the words directory cannot be used")]
    Tantivy(#[from] TantivyError),
    /// The directory cannot be opened.
    #[error("the words directory cannot be opened")]
    Open(#[from] OpenDirectoryError),
    /// The disk.
    #[error("the words directory cannot be made")]
    Io(#[from] std::io::Error),
    /// It is of another version, or was never finished.
    #[error("the words are of version {found:?}, this program's of {expected:?}")]
    Version {
        /// What was found.
        found: String,
        /// What this program writes.
        expected: String,
    },
    /// A file is not what was written.
    #[error("{files} files of the words directory are damaged")]
    Damaged {
        /// How many.
        files: usize,
    },
    /// It panicked, over damage that was not seen before.
    #[error("the words directory holds something unexpected")]
    Panicked,
}

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The document's id, 32 bytes.
    pub(super) id: Field,
    /// Terms of the title.
    pub(super) title: Field,
    /// Terms of all texts.
    pub(super) text: Field,
    /// `o` and the organisation's id, `h` and the half-year, `l` and the letter of the language.
    pub(super) facet: Field,
}

/// An opened index.
pub(super) struct Opened {
    pub(super) index: Index,
    pub(super) fields: Fields,
    /// All changes before this ordinal are in.
    pub(super) complete: u64,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = |tokenizer, norms| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_fieldnorms(norms);
        let option = if norms { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        TextOptions::default().set_indexing_options(indexing.set_index_option(option))
    };
    let fields = Fields {
        id: schema.add_bytes_field("id", BytesOptions::default().set_indexed() | STORED),
        title: schema.add_text_field("title", text(ANALYSER, true)),
        text: schema.add_text_field("text", text(ANALYSER, true)),
        facet: schema.add_text_field("facet", text(RAW, false)),
    };
    (schema.build(), fields)
}

fn tokenizers(analyser: &Analyser) -> TokenizerManager {
    let tokenizers = TokenizerManager::new();
    tokenizers.register(ANALYSER, TextAnalyzer::builder(analyser.clone()).build());
    tokenizers.register(RAW, TextAnalyzer::builder(RawTokenizer::default()).build());
    tokenizers
}

/// Returns what is written with each commit.
pub(super) fn payload(complete: u64) -> String {
    format!("{} {complete}", version())
}

fn version() -> String {
    format!("talkoot-words/{}.{FIELDS_VERSION}", analysis::VERSION)
}

/// Opens the directory, or begins it anew if it is missing, damaged or of another version.
///
/// # Errors
/// If it can neither be opened nor made.
pub(super) fn open_or_begin(dir: &Path, analyser: &Analyser) -> Result<Opened, Error> {
    if dir.join("meta.json").exists() {
        match open(dir, analyser) {
            Ok(opened) => return Ok(opened),
            Err(error) => tracing::warn!(%error, "the words directory is built anew"),
        }
    }
    begin(dir, analyser)
}

/// Opens a directory that is whole.
///
/// # Errors
/// Any [`Error`].
pub(super) fn open(dir: &Path, analyser: &Analyser) -> Result<Opened, Error> {
    let guarded = std::panic::AssertUnwindSafe(|| open_unguarded(dir, analyser));
    std::panic::catch_unwind(guarded).unwrap_or(Err(Error::Panicked))
}

fn open_unguarded(dir: &Path, analyser: &Analyser) -> Result<Opened, Error> {
    let (schema, fields) = schema();
    let mut index = Index::open_in_dir(dir)?;
    let payload = index.load_metas()?.payload.unwrap_or_default();
    let expected = version();
    let complete = payload.strip_prefix(&expected).and_then(|rest| rest.trim().parse().ok());
    let Some(complete) = complete.filter(|_| index.schema() == schema) else {
        return Err(Error::Version { found: payload, expected });
    };
    let damaged = index.validate_checksum()?.len();
    if damaged > 0 {
        return Err(Error::Damaged { files: damaged });
    }
    index.set_tokenizers(tokenizers(analyser));
    Ok(Opened { index, fields, complete })
}

/// Begins an empty directory in the place of whatever is there.
///
/// # Errors
/// [`Error::Io`], [`Error::Tantivy`].
pub(super) fn begin(dir: &Path, analyser: &Analyser) -> Result<Opened, Error> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    std::fs::create_dir_all(dir)?;
    let (schema, fields) = schema();
    let settings = IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    let builder = Index::builder().schema(schema).settings(settings).tokenizers(tokenizers(analyser));
    Ok(Opened { index: builder.create_in_dir(dir)?, fields, complete: 0 })
}
