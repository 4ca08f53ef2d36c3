//! Words as the core has them: what changed is noted for their thread, questions are answered from what it has made so far.

use std::collections::HashSet;
use std::time::{Duration, Instant as Clock};

use talkoot_protocol::api::{self, Failure, HITS_MAX, QUESTION_BYTES_MAX, Response};
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::DocumentId;

use super::Core;
use crate::words::{DIR, Excerpts, Finder, Found, Question, Words, similar_to};

#[cfg(test)]
mod tests;

/// How long a command that opened the store itself lets the words catch up before it answers a question.
const CATCH_UP: Duration = Duration::from_secs(10);
/// The same before a report is written: nobody waits long for a hint.
const CATCH_UP_HINT: Duration = Duration::from_secs(1);

impl Core {
    /// Starts looking after the words of the reports here.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start_words(&mut self) -> std::io::Result<()> {
        if self.words.is_none() {
            let network = self.engine.network();
            self.words = Some(Words::start(&self.home, self.words_memory_mib, self.store.reader(), network)?);
        }
        Ok(())
    }

    /// Returns when [`Core::feed_words`] wants to be called; `None` if nobody looks after words.
    pub fn words_deadline(&self) -> Option<Clock> {
        self.words.as_ref().map(Words::deadline)
    }

    /// Gives the words' thread what it takes now. Never waits.
    pub fn feed_words(&mut self) {
        if let Some(words) = &mut self.words {
            let places = &self.places;
            words.feed(self.engine.catalog(), &|ordinal| places.get(ordinal));
        }
    }

    /// Starts the words and lets them catch up, for at most so long. For use without a network.
    pub fn catch_up_words(&mut self, within: Duration) {
        if let Err(error) = self.start_words() {
            return tracing::warn!(%error, "cannot look after words");
        }
        let until = Clock::now() + within;
        while Clock::now() < until {
            let Some(words) = &mut self.words else { return };
            let places = &self.places;
            words.hurry(self.engine.catalog(), &|ordinal| places.get(ordinal));
            if words.is_done() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Before a question is answered without a network: nobody but this process looks after the words.
    pub(super) fn prepare_words(&mut self, request: &api::Request) {
        match request {
            api::Request::Search { .. } => self.catch_up_words(CATCH_UP),
            api::Request::Similar { .. } if self.home.join(DIR).is_dir() => self.catch_up_words(CATCH_UP_HINT),
            _ => {}
        }
    }

    /// Returns how far the words are known; `None` if nobody looks after them.
    pub(super) fn words_status(&self) -> Option<api::WordsStatus> {
        self.words.as_ref().map(|words| words.status(self.engine.catalog()))
    }

    fn finder(&self) -> Result<Finder, Failure> {
        let off = || Failure::new("no_words", "this node keeps no index of words; see words.keep in talkoot.toml");
        let soon = || Failure::new("no_words", "the words of the reports are being read; ask again in a moment");
        self.words.as_ref().ok_or_else(off)?.finder().ok_or_else(soon)
    }

    pub(super) fn search(&self, question: &Question, limit: usize) -> Result<Response, Failure> {
        if question.words.len() > QUESTION_BYTES_MAX {
            let message = format!("a question has at most {QUESTION_BYTES_MAX} bytes");
            return Err(Failure::new("question_too_long", message));
        }
        let found = self.finder()?.search(question, limit.min(HITS_MAX));
        let (found, terms) = found.map_err(|error| Failure::new("no_words", error.to_string()))?;
        Ok(self.found(&found, &terms))
    }

    pub(super) fn similar(&self, asked: Option<&str>, fields: Fields, limit: usize) -> Result<Response, Failure> {
        let (except, fields) = match asked {
            Some(asked) => {
                let document = self.find_report(asked)?;
                (Some(document), self.report(&document)?.fields)
            }
            None => (None, fields),
        };
        let found = similar_to(&self.finder()?, fields, except.as_ref(), limit.min(HITS_MAX));
        let (found, terms) = found.map_err(|error| Failure::new("no_words", error.to_string()))?;
        Ok(self.found(&found, &terms))
    }

    /// Shows what was found: what cannot be read any more is left out.
    fn found(&self, found: &[Found], terms: &HashSet<String>) -> Response {
        let analyser = self.words.as_ref().map(Words::analyser).cloned().unwrap_or_default();
        let excerpts = Excerpts { terms, analyser: &analyser };
        let read = |document: &DocumentId| {
            let sound = !self.quarantined.contains_key(document);
            sound.then(|| self.report(document).ok()).flatten()
        };
        let hit = |found: &Found| {
            let report = read(&found.document)?;
            Some(excerpts.hit(found, report.organisation, report.fields))
        };
        let hits = found.iter().filter_map(hit).collect();
        Response::Found { hits, words: self.words_status().unwrap_or_default() }
    }
}
