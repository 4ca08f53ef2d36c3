//! Names of organisations, and who said what: under every sentence the organisation and the day, and behind it the change that
//! proves it.

use maud::{Markup, html};
use serde_json::Value;
use talkoot_protocol::api::{Organisation, Request, Response as Answer, Written};
use talkoot_protocol::id::{ChangeId, OrganisationId};
use talkoot_protocol::joint::Source;
use talkoot_protocol::phenomenon::Attributed;
use talkoot_protocol::proposal::state::Noted;
use talkoot_protocol::proposal::words::Addressee;
use talkoot_protocol::report::code::Code;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::period::Period;
use talkoot_protocol::scope::{County, Scope};

use crate::http::{Problem, Site};
use crate::web::clock::Clock;
use crate::web::texts::Texts;

/// Longest part shown of something that is shown as it is stored, in characters.
const SHOWN_CHARS_MAX: usize = 200;

/// The organisations known here, in a language.
#[derive(Debug, Clone)]
pub(super) struct People {
    pub(super) texts: Texts,
    /// By which days are told.
    pub(super) clock: Clock,
    known: Vec<Organisation>,
}

impl People {
    /// Asks for them.
    pub(super) async fn ask(site: &Site, texts: Texts) -> Result<Self, Problem> {
        match site.ask(Request::Organisations).await? {
            Answer::Organisations { organisations } => Ok(Self::new(texts, site.clock.clone(), organisations)),
            _ => Err(Problem::unexpected()),
        }
    }

    pub(super) fn new(texts: Texts, clock: Clock, known: Vec<Organisation>) -> Self {
        Self { texts, clock, known }
    }

    /// Returns the node's own organisation.
    pub(super) fn own(&self) -> Option<&Organisation> {
        self.known.iter().find(|organisation| organisation.own)
    }

    /// Returns whether this is the node's own organisation.
    pub(super) fn is_own(&self, id: &OrganisationId) -> bool {
        self.own().is_some_and(|own| own.id == *id)
    }

    /// Returns the members, to be chosen from: id and name, by name.
    pub(super) fn choices(&self) -> Vec<(String, String)> {
        let members = self.known.iter().filter(|organisation| organisation.member || organisation.own);
        let mut choices: Vec<_> = members.map(|one| (one.id.to_string(), self.name(&one.id))).collect();
        choices.sort_by(|one, two| one.1.cmp(&two.1));
        choices
    }

    /// Returns the members besides the own organisation, to be chosen from.
    pub(super) fn others(&self) -> Vec<(String, String)> {
        let own = self.own().map(|own| own.id.to_string()).unwrap_or_default();
        self.choices().into_iter().filter(|(id, _)| *id != own).collect()
    }

    /// Returns an organisation's name; the beginning of its id if it is not known here.
    pub(super) fn name(&self, id: &OrganisationId) -> String {
        let known = self.known.iter().find(|organisation| organisation.id == *id);
        known.map_or_else(|| id.short(), |organisation| self.texts.name(&organisation.names).to_owned())
    }

    /// Returns several names in one line.
    pub(super) fn names<'a>(&self, ids: impl IntoIterator<Item = &'a OrganisationId>) -> String {
        ids.into_iter().map(|id| self.name(id)).collect::<Vec<_>>().join(", ")
    }

    /// Returns who is asked.
    pub(super) fn addressee(&self, addressee: &Addressee) -> String {
        let organisation = addressee.organisation.map(|id| self.name(&id));
        organisation.into_iter().chain(addressee.body.clone()).collect::<Vec<_>>().join(", ")
    }

    /// Returns for whom a document is.
    pub(super) fn scope(&self, scope: &Scope) -> String {
        match scope {
            Scope::Organisation(id) => {
                self.texts.say_with("joint-scope-own", &[("organisation", (&self.name(id)).into())])
            }
            Scope::Region(county) => county_name(*county, self.texts.language()),
            Scope::Network => self.texts.say("joint-scope-network"),
        }
    }

    /// Returns organisation and day of something said, and behind it how it can be proven.
    pub(super) fn said(&self, by: &Source, path: &str, change: Option<ChangeId>) -> Markup {
        let texts = self.texts;
        html! {
            details .source {
                summary {
                    span .unseen { (texts.say("joint-source")) " " }
                    (self.name(&by.organisation)) ", " (texts.day(self.clock.day(by.claimed)))
                }
                dl {
                    dt { (texts.say("joint-source-worker")) } dd { (by.worker.short()) }
                    @if let Some(change) = change { dt { (texts.say("joint-source-change")) } dd { code { (change) } } }
                    dt { (texts.say("joint-source-entry")) } dd { code { (path) } }
                }
            }
        }
    }

    /// The same for a word of a phenomenon.
    pub(super) fn by<T>(&self, word: &Attributed<T>, history: &[Written]) -> Markup {
        self.said(&word.by, &word.path, change_of(word, history))
    }

    /// The same for a word of a proposal.
    pub(super) fn noted<T>(&self, noted: &Noted<T>) -> Markup {
        self.said(&noted.by, &noted.path, None)
    }

    /// Returns the language of words, for assistive programs, if it is another than the page's.
    pub(super) fn lang<'a>(&self, code: Option<&'a Code<Language>>) -> Option<&'a str> {
        code.and_then(|code| self.texts.other(code.key()))
    }
}

/// Returns what stands under a path and is not understood: its value as it is, or how long it is.
pub(super) fn unread(texts: Texts, path: &str, value: Option<&Value>, bytes: usize) -> Markup {
    html! {
        code { (cut(path)) } " "
        @match value {
            Some(value) => (cut(&value.to_string())),
            None => (texts.say_with("joint-unread-long", &[("bytes", bytes.into())])),
        }
    }
}

/// Returns the beginning of a text, and a sign that it goes on.
pub(super) fn cut(text: &str) -> String {
    let mut letters = text.chars();
    let shown: String = letters.by_ref().take(SHOWN_CHARS_MAX).collect();
    if letters.next().is_some() { format!("{shown}…") } else { shown }
}

/// Returns the last change that wrote exactly this word.
fn change_of<T>(word: &Attributed<T>, history: &[Written]) -> Option<ChangeId> {
    let wrote = |written: &&Written| {
        written.document == word.document
            && written.by == word.by
            && written.path == word.path
            && written.value.is_some()
    };
    history.iter().rev().find(wrote).map(|written| written.change)
}

/// Returns a county's name; its number if this version does not know it.
pub(super) fn county_name(county: County, language: Language) -> String {
    use talkoot_protocol::report::area::table::counties;
    let found = counties().find(|entry| entry.county == county);
    found.map_or_else(|| county.to_string(), |entry| entry.names.get(language).to_owned())
}

/// Returns a month or half-year in words.
pub(super) fn period(texts: Texts, period: Period) -> String {
    let year = period.year().to_string();
    let given = [("year", (&year).into())];
    match (period.month(), period.half_year().half()) {
        (Some(month), _) => format!("{month}/{year}"),
        (None, 1) => texts.say_with("joint-half-first", &given),
        (None, _) => texts.say_with("joint-half-second", &given),
    }
}
