//! Words as the core has them: what changed is noted for their thread, questions are answered from what it has made so far.

use std::collections::BTreeSet;
use std::time::{Duration, Instant as Clock};

use talkoot_protocol::api::{self, Failure, HITS_MAX, Hit, QUESTION_BYTES_MAX, Response};
use talkoot_protocol::document::Fields;

use super::Core;
use crate::words::{Analyser, DIR, Excerpts, Finder, Found, Profile, Question, Words, Worth, profile_of};

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
            api::Request::Search { .. } | api::Request::Suggestions { .. } => self.catch_up_words(CATCH_UP),
            api::Request::Similar { .. } if self.home.join(DIR).is_dir() => self.catch_up_words(CATCH_UP_HINT),
            _ => {}
        }
    }

    /// Returns how far the words are known; `None` if nobody looks after them.
    pub(super) fn words_status(&self) -> Option<api::WordsStatus> {
        self.words.as_ref().map(|words| words.status(self.engine.catalog()))
    }

    pub(super) fn finder(&self) -> Result<Finder, Failure> {
        let off = || Failure::new("no_words", "this node keeps no index of words; see words.keep in talkoot.toml");
        let soon = || Failure::new("no_words", "the words of the reports are being read; ask again in a moment");
        self.words.as_ref().ok_or_else(off)?.finder().ok_or_else(soon)
    }

    pub(super) fn search(&self, question: &Question, limit: usize) -> Result<Response, Failure> {
        if question.words.len() > QUESTION_BYTES_MAX {
            let message = format!("a question has at most {QUESTION_BYTES_MAX} bytes");
            return Err(Failure::new("question_too_long", message));
        }
        let (found, terms) = self.finder()?.search(question, limit.min(HITS_MAX)).map_err(no_words)?;
        let mut hits = self.hits(&found, &terms);
        // The marks show it: here the words were somebody's own.
        hits.iter_mut().for_each(|hit| hit.shared.clear());
        Ok(Response::Found { hits, words: self.words_status().unwrap_or_default() })
    }

    pub(super) fn similar(
        &self,
        asked: Option<&str>,
        fields: Fields,
        least: u16,
        limit: usize,
    ) -> Result<Response, Failure> {
        let (except, fields) = match asked {
            Some(asked) => {
                let document = self.find_report(asked)?;
                (BTreeSet::from([document]), self.report(&document)?.fields)
            }
            None => (BTreeSet::new(), fields),
        };
        let (finder, mut profile) = (self.finder()?, Profile::default());
        profile_of(&mut profile, fields, asked.is_some(), &self.analyser());
        let weighed = finder.weigh(&profile).map_err(no_words)?;
        let mut found = finder.alike(&weighed, &except, limit.min(HITS_MAX)).map_err(no_words)?;
        found.retain(|found| thousandths(found.score) >= least);
        let hits = self.hits(&found, &weighed.worth());
        Ok(Response::Found { hits, words: self.words_status().unwrap_or_default() })
    }

    /// Returns what takes words apart.
    pub(super) fn analyser(&self) -> Analyser {
        self.words.as_ref().map(Words::analyser).cloned().unwrap_or_default()
    }

    /// Shows what was found to be similar, with the words that make it so: what cannot be read any more is left out.
    pub(super) fn hits(&self, found: &[Found], worth: &Worth) -> Vec<Hit> {
        let analyser = self.analyser();
        let excerpts = Excerpts { terms: worth, analyser: &analyser };
        found.iter().filter_map(|found| self.hit(found, &excerpts)).collect()
    }

    fn hit(&self, found: &Found, excerpts: &Excerpts<'_>) -> Option<Hit> {
        let sound = !self.quarantined.contains_key(&found.document);
        let report = sound.then(|| self.report(&found.document).ok()).flatten()?;
        Some(excerpts.hit(found, report.organisation, report.fields))
    }
}

/// A score from 0 to 1 in thousandths.
pub(super) fn thousandths(score: f32) -> u16 {
    (score.clamp(0.0, 1.0) * 1_000.0).round() as u16
}

/// Says that the words cannot be read.
pub(super) fn no_words(error: crate::words::Error) -> Failure {
    Failure::new("no_words", error.to_string())
}
