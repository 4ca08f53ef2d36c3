//! What tantivy alone takes for the same texts, with the analysis it brings along: the calibration of `talkoot bench words`.

use std::path::Path;

use talkoot_protocol::document::Fields as Values;
use tantivy::schema::{Field, STRING, Schema, TEXT};
use tantivy::{Index, IndexWriter, TantivyDocument, TantivyError};

use super::text::Texts;

/// An index being made.
pub struct Builder {
    writer: IndexWriter<TantivyDocument>,
    id: Field,
    text: Field,
    count: u64,
}

impl Builder {
    /// Begins one in a directory that is empty, with so much memory for gathering.
    ///
    /// # Errors
    /// What tantivy says.
    pub fn new(dir: &Path, memory_mib: u32) -> Result<Self, TantivyError> {
        let mut schema = Schema::builder();
        let (id, text) = (schema.add_text_field("id", STRING), schema.add_text_field("text", TEXT));
        let index = Index::create_in_dir(dir, schema.build())?;
        let writer = index.writer_with_num_threads(1, (memory_mib as usize) << 20)?;
        Ok(Self { writer, id, text, count: 0 })
    }

    /// Adds reports.
    ///
    /// # Errors
    /// What tantivy says.
    pub fn add(&mut self, reports: Vec<Values>) -> Result<(), TantivyError> {
        for values in reports {
            self.count += 1;
            let mut document = TantivyDocument::default();
            document.add_text(self.id, self.count.to_string());
            for (_, part) in Texts::of(values).texts {
                document.add_text(self.text, part);
            }
            self.writer.add_document(document)?;
        }
        Ok(())
    }

    /// Commits, and waits for merging.
    ///
    /// # Errors
    /// What tantivy says.
    pub fn finish(mut self) -> Result<(), TantivyError> {
        self.writer.commit()?;
        self.writer.wait_merging_threads()
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Builder").field("count", &self.count).finish_non_exhaustive()
    }
}
