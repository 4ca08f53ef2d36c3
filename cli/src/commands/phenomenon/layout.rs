//! A card as lines for people: what is open first, and who says what.

use talkoot_protocol::api::Written;
use talkoot_protocol::joint::Source;
use talkoot_protocol::phenomenon::aspect::Aspect;
use talkoot_protocol::phenomenon::card::{Begun, Unread};
use talkoot_protocol::phenomenon::group::Edge;
use talkoot_protocol::phenomenon::link::{Linked, Standing};
use talkoot_protocol::phenomenon::trend::InPeriod;
use talkoot_protocol::phenomenon::word::{Facet, LinkState, MergeState};
use talkoot_protocol::phenomenon::{Attributed, Card};
use talkoot_protocol::report::codes::Language;

use super::words::{self, Heading};
use crate::commands::report::organisations::Organisations;
use crate::commands::report::plain;
use crate::commands::report::show::when;

/// Longest value shown on one line, in characters.
const LINE_CHARS_MAX: usize = 160;

/// Returns the lines of a card.
pub(crate) fn lines(
    card: &Card,
    history: &[Written],
    organisations: &Organisations,
    language: Language,
) -> Vec<String> {
    let mut sheet = Sheet { organisations, language, lines: Vec::new() };
    sheet.head(card);
    sheet.contradictions(card);
    sheet.facets(card);
    sheet.agreements(card);
    sheet.texts(card);
    sheet.links(&card.links);
    sheet.course(card);
    sheet.merges(&card.merges);
    sheet.unread(&card.unread);
    sheet.history(history);
    sheet.lines
}

/// Lines in the making.
pub(crate) struct Sheet<'a> {
    pub(crate) organisations: &'a Organisations,
    pub(crate) language: Language,
    pub(crate) lines: Vec<String>,
}

impl Sheet<'_> {
    fn say(&self, heading: Heading) -> &'static str {
        heading.say(self.language)
    }

    pub(crate) fn heading(&mut self, heading: Heading) {
        self.lines.extend([String::new(), format!("{}:", self.say(heading))]);
    }

    /// Adds a line; whatever others wrote in it loses its line breaks and controls.
    pub(crate) fn put(&mut self, indent: usize, text: &str) {
        self.lines.push(format!("{}{}", " ".repeat(indent), plain::one_line(text)));
    }

    pub(crate) fn paragraph(&mut self, indent: usize, text: Option<&String>) {
        self.lines.extend(text.iter().flat_map(|text| plain::paragraph(text, indent)));
    }

    fn reason(&mut self, indent: usize, reason: Option<&String>) {
        if let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) {
            self.put(indent, &format!("{}: {reason}", self.say(Heading::Reason)));
        }
    }

    /// Who says something, and when by that worker's clock.
    pub(crate) fn who(&self, by: &Source) -> String {
        let name = self.organisations.name(&by.organisation, self.language);
        format!("{name} ({}, {})", by.worker.short(), when(by.claimed))
    }

    fn head(&mut self, card: &Card) {
        self.put(0, card.title.as_deref().unwrap_or("-"));
        self.lines.push(String::new());
        self.put(0, &format!("ID: {}", card.id));
        self.begun(&card.documents);
        let status = card.status.as_ref().map(|code| code.label(self.language).to_owned());
        for word in &card.statuses {
            let code = word.said.code.label(self.language);
            self.put(0, &format!("{}: {code} — {}", self.say(Heading::Status), self.who(&word.by)));
            self.reason(4, word.said.reason.as_ref());
        }
        if card.statuses.len() > 1 && status.is_none() {
            self.put(4, self.say(Heading::Contested));
        }
        self.put(0, &format!("SHA-256: {}", card.fingerprint()));
    }

    /// Who began its documents.
    pub(crate) fn begun(&mut self, documents: &[Begun]) {
        let begun = if documents.len() > 1 { Heading::MergedFrom } else { Heading::Begun };
        for document in documents {
            let name = self.organisations.name(&document.owner, self.language);
            let (id, begun) = (document.document.short(), format!("{}: {name}", self.say(begun)));
            self.put(0, &format!("{begun} ({id}, {}, {})", document.scope, when(document.begun)));
        }
    }

    /// What is open first, then what is settled.
    fn contradictions(&mut self, card: &Card) {
        let (open, rest): (Vec<&Aspect>, Vec<&Aspect>) = card.aspects.iter().partition(|aspect| aspect.is_open());
        let settled: Vec<_> = rest.into_iter().filter(|aspect| !aspect.settlements.is_empty()).collect();
        if open.is_empty() && settled.is_empty() {
            return;
        }
        self.heading(Heading::Contradictions);
        open.into_iter().chain(settled).for_each(|aspect| self.contradiction(aspect));
    }

    pub(crate) fn contradiction(&mut self, aspect: &Aspect) {
        let state = aspect.contradiction.as_ref().map_or("-", |found| words::state(found.state, self.language));
        self.put(2, &format!("{}: {state}", aspect.name));
        for held in aspect.contradiction.iter().flat_map(|found| &found.values) {
            let names = held.organisations.iter().map(|id| self.organisations.name(id, self.language));
            self.put(4, &format!("{} — {}", held.value, names.collect::<Vec<_>>().join(", ")));
        }
        for settlement in &aspect.settlements {
            let (settles, who) = (self.say(Heading::Settles), self.who(&settlement.by));
            self.put(4, &format!("{who} {settles}: {}", settlement.said.value));
            self.reason(6, Some(&settlement.said.reason));
        }
        let unweighed = aspect.contradiction.as_ref().map(|found| found.unweighed.join(", "));
        if let Some(unweighed) = unweighed.filter(|values| !values.is_empty() && !aspect.settlements.is_empty()) {
            self.put(4, &format!("{}: {unweighed}", self.say(Heading::Unweighed)));
        }
    }

    fn facets(&mut self, card: &Card) {
        let aspects: Vec<_> = card.aspects.iter().filter(|aspect| !aspect.facets.is_empty()).collect();
        if aspects.is_empty() {
            return;
        }
        self.heading(Heading::Sides);
        for aspect in aspects {
            self.put(2, &aspect.name);
            aspect.facets.iter().for_each(|facet| self.facet(facet));
        }
    }

    fn facet(&mut self, facet: &Attributed<Facet>) {
        let said = &facet.said;
        let area = said.area.as_ref().map(|area| area.label(self.language).to_owned());
        let place: Vec<_> = area.into_iter().chain(said.period.map(|period| period.to_string())).collect();
        let place = if place.is_empty() { String::new() } else { format!(" [{}]", place.join(", ")) };
        let name = facet.path.rsplit('/').next().unwrap_or_default();
        self.put(4, &format!("{}{place} — {}, {name}", said.value, self.who(&facet.by)));
        self.paragraph(6, said.text.as_ref());
        if !said.reports.is_empty() {
            let reports: Vec<_> = said.reports.iter().map(|report| report.short()).collect();
            self.put(6, &format!("{}: {}", self.say(Heading::RestsOn), reports.join(" ")));
        }
    }

    fn agreements(&mut self, card: &Card) {
        if card.aspects.iter().all(|aspect| aspect.agreements.is_empty()) {
            return;
        }
        self.heading(Heading::Agreements);
        for aspect in &card.aspects {
            for held in &aspect.agreements {
                let names = held.organisations.iter().map(|id| self.organisations.name(id, self.language));
                let names = names.collect::<Vec<_>>().join(", ");
                self.put(2, &format!("{}: {} — {names}", aspect.name, held.value));
            }
        }
    }

    fn texts(&mut self, card: &Card) {
        let others: Vec<_> = card.titles.iter().filter(|title| Some(&title.said.text) != card.title.as_ref()).collect();
        if !others.is_empty() {
            self.heading(Heading::OtherTitles);
        }
        others.into_iter().for_each(|title| self.put(2, &format!("{} — {}", title.said.text, self.who(&title.by))));
        if !card.summaries.is_empty() {
            self.heading(Heading::Summaries);
        }
        for summary in &card.summaries {
            self.paragraph(2, Some(&summary.said.text));
            self.put(4, &format!("— {}", self.who(&summary.by)));
        }
    }

    /// Linked ones first.
    fn links(&mut self, links: &[Linked]) {
        if links.is_empty() {
            return;
        }
        self.heading(Heading::Reports);
        let (linked, rest): (Vec<&Linked>, Vec<&Linked>) =
            links.iter().partition(|link| link.standing == Standing::Linked);
        linked.into_iter().chain(rest).for_each(|link| self.link(link));
    }

    fn link(&mut self, link: &Linked) {
        let title = link.title.clone().unwrap_or_else(|| format!("({})", self.say(Heading::NotHere)));
        let organisation = link.organisation.map(|id| self.organisations.name(&id, self.language));
        let mut about: Vec<_> = link.period.map(|period| period.to_string()).into_iter().chain(organisation).collect();
        about.push(words::standing(link.standing, self.language).to_owned());
        if link.contested {
            about.push(self.say(Heading::Contested).to_owned());
        }
        self.put(2, &format!("{}  {} ({})", link.report.short(), plain::cut(&title, 80), about.join(", ")));
        for word in &link.words {
            let standing = match word.said.state {
                LinkState::Linked => Standing::Linked,
                LinkState::Unlinked => Standing::Unlinked,
            };
            self.put(6, &format!("{} — {}", words::standing(standing, self.language), self.who(&word.by)));
            self.reason(8, word.said.reason.as_ref());
        }
    }

    fn course(&mut self, card: &Card) {
        self.heading(Heading::Course);
        let course = &card.course;
        for (heading, trend) in [(Heading::ByReports, course.by_reports), (Heading::ByWords, course.by_words)] {
            self.put(2, &format!("{}: {}", self.say(heading), words::trend(trend, self.language)));
        }
        course.periods.iter().for_each(|period| self.period(period));
    }

    fn period(&mut self, period: &InPeriod) {
        let reports = self.say(Heading::Reports).to_lowercase();
        self.put(2, &format!("{} — {reports}: {}", period.period, period.reports));
        for word in &period.words {
            let spread = word.said.spread.as_ref().map(|code| code.label(self.language).to_owned());
            let trend = word.said.trend.as_ref().map(|code| code.label(self.language).to_owned());
            let codes: Vec<_> = spread.into_iter().chain(trend).collect();
            self.put(4, &format!("{} — {}", codes.join(", "), self.who(&word.by)));
            self.paragraph(6, word.said.note.as_ref());
        }
    }

    pub(crate) fn merges(&mut self, merges: &[Edge]) {
        if merges.is_empty() {
            return;
        }
        self.heading(Heading::Merges);
        for edge in merges {
            let joined = if edge.joined { Heading::Joined } else { Heading::Parted };
            let missing = if edge.missing { format!(" ({})", self.say(Heading::NotHere)) } else { String::new() };
            self.put(2, &format!("{} + {}: {}{missing}", edge.one.short(), edge.other.short(), self.say(joined)));
            for word in &edge.words {
                let state = match word.said.state {
                    MergeState::Joined => Heading::Joined,
                    MergeState::Parted => Heading::Parted,
                };
                self.put(4, &format!("{} — {}", self.say(state), self.who(&word.by)));
                self.reason(6, word.said.reason.as_ref());
            }
        }
    }

    pub(crate) fn unread(&mut self, unread: &[Attributed<Unread>]) {
        if unread.is_empty() {
            return;
        }
        self.heading(Heading::Unread);
        for word in unread {
            let value = word.said.value.as_ref().map(ToString::to_string);
            let value = value.unwrap_or_else(|| format!("({} B)", word.said.bytes));
            let (path, value) = (plain::cut(&word.path, LINE_CHARS_MAX), plain::cut(&value, LINE_CHARS_MAX));
            self.put(2, &format!("{path}: {value} — {}", self.who(&word.by)));
        }
    }

    pub(crate) fn history(&mut self, history: &[Written]) {
        if history.is_empty() {
            return;
        }
        self.heading(Heading::History);
        for written in history {
            let value = written.value.as_ref().map(ToString::to_string);
            let value = value.unwrap_or_else(|| self.say(Heading::TakenBack).to_owned());
            let (path, value) = (plain::cut(&written.path, LINE_CHARS_MAX), plain::cut(&value, LINE_CHARS_MAX));
            self.put(2, &format!("{}  {}  {path}: {value}", written.change.short(), self.who(&written.by)));
        }
    }
}
