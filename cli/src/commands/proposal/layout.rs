//! A proposal as lines for people: the head, who is asked, what they answered, what came of it.

use talkoot_protocol::api::ProposalSource;
use talkoot_protocol::joint::Source;
use talkoot_protocol::proposal::State;
use talkoot_protocol::proposal::state::{Addressed, Given, Holder, Via};
use talkoot_protocol::proposal::words::{Addressee, Answer, Decision};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::{Kind, Scope};

use super::labels::{Say, phase};
use crate::commands::org::words::bytes;
use crate::commands::report::organisations::Organisations;
use crate::commands::report::plain;

/// Longest text repeated in a line, in characters.
const LINE_CHARS_MAX: usize = 100;
/// Longest unknown value shown, in characters.
const UNKNOWN_CHARS_MAX: usize = 300;

/// Names and language for what is shown.
pub(crate) struct Layout<'a> {
    /// Names of organisations.
    pub(crate) organisations: &'a Organisations,
    /// The language of labels.
    pub(crate) language: Language,
}

impl Layout<'_> {
    fn say(&self, word: Say) -> &'static str {
        word.in_language(self.language)
    }

    /// Returns all lines of a proposal.
    pub(crate) fn whole(&self, state: &State, sources: &[ProposalSource]) -> Vec<String> {
        let mut lines = vec![self.title(state), String::new()];
        self.head(&mut lines, state);
        if let Some(ask) = &state.ask {
            lines.push(String::new());
            lines.push(format!("{}:", self.say(Say::Text)));
            lines.extend(plain::paragraph(&ask.text, 4));
        }
        self.part(&mut lines, Say::From, sources.iter().map(|source| self.source(source)).collect());
        self.part(&mut lines, Say::Asked, state.addressees.iter().map(|asked| self.addressed(asked)).collect());
        self.part(&mut lines, Say::Answers, state.answers.iter().flat_map(|given| self.answer(given, 4)).collect());
        self.part(&mut lines, Say::Outcomes, self.outcomes(state));
        let support = state.support.iter().map(|noted| match noted.word.note.trim() {
            "" => self.organisation(&noted.by),
            note => format!("{}: {}", self.organisation(&noted.by), plain::one_line(note)),
        });
        self.part(&mut lines, Say::Support, support.map(indented).collect());
        let other = state.other.iter().map(|unused| {
            let value = match &unused.value {
                Some(value) => plain::cut(&value.to_string(), UNKNOWN_CHARS_MAX),
                None => format!("… {}", bytes(unused.bytes as u64)),
            };
            indented(format!(
                "{}: {} = {value}",
                self.organisation(&unused.by),
                plain::cut(&unused.path, LINE_CHARS_MAX)
            ))
        });
        self.part(&mut lines, Say::Other, other.collect());
        lines
    }

    fn part(&self, lines: &mut Vec<String>, word: Say, part: Vec<String>) {
        if !part.is_empty() {
            lines.push(String::new());
            lines.push(format!("{}:", self.say(word)));
            lines.extend(part);
        }
    }

    fn head(&self, lines: &mut Vec<String>, state: &State) {
        let mut put = |word: Say, text: String| {
            if !text.is_empty() {
                lines.push(format!("{}: {text}", self.say(word)));
            }
        };
        put(Say::State, phase(state, self.language));
        put(Say::Asks, self.organisations.name(&state.owner, self.language));
        if let Some(ask) = &state.ask {
            put(Say::Asked, self.addressee(&ask.addressee));
            put(Say::Until, ask.deadline.to_string());
            put(
                Say::Level,
                ask.level.as_ref().map(|level| plain::one_line(level.label(self.language))).unwrap_or_default(),
            );
        }
        put(
            Say::SharedWith,
            match &state.scope {
                Scope::Organisation(id) => self.organisations.name(id, self.language),
                scope => scope.to_string(),
            },
        );
        put(Say::Holder, self.holders(&state.holders));
        lines.push(format!("ID: {}", state.document));
    }

    /// Returns a proposal's title.
    pub(crate) fn title(&self, state: &State) -> String {
        match &state.ask {
            Some(ask) => plain::one_line(&ask.title),
            None => self.say(Say::Unreadable).to_owned(),
        }
    }

    /// Returns who sees to a proposal.
    pub(crate) fn holders(&self, holders: &[Holder]) -> String {
        let name = |holder: &Holder| {
            let organisation = self.organisations.name(&holder.organisation, self.language);
            match holder.worker {
                Some(worker) => format!("{organisation} {}", worker.short()),
                None => format!("{organisation} ({})", self.say(Say::Nobody)),
            }
        };
        match holders {
            [] => self.say(Say::Nobody).to_owned(),
            holders => holders.iter().map(name).collect::<Vec<_>>().join(", "),
        }
    }

    /// Returns an addressee's name.
    pub(crate) fn addressee(&self, addressee: &Addressee) -> String {
        let organisation = addressee.organisation.map(|id| self.organisations.name(&id, self.language));
        let body = addressee.body.as_deref().map(|body| plain::cut(body, LINE_CHARS_MAX));
        organisation.into_iter().chain(body).collect::<Vec<_>>().join(", ")
    }

    fn organisation(&self, by: &Source) -> String {
        self.organisations.name(&by.organisation, self.language)
    }

    fn source(&self, source: &ProposalSource) -> String {
        let kind = self.say(match source.kind {
            Some(Kind::Report) => Say::Report,
            Some(_) => Say::Phenomenon,
            None => Say::NotHere,
        });
        indented(format!("{} {} {}", source.document.short(), kind, plain::one_line(&source.title)))
    }

    fn addressed(&self, asked: &Addressed) -> String {
        let mut facts = vec![format!("{} {}", self.say(Say::Until1).to_lowercase(), asked.deadline)];
        match &asked.via {
            Via::Named => {}
            Via::Escalated => facts.push(self.say(Say::Escalated).to_owned()),
            Via::Forwarded(by) => facts.push(format!("{} {}", self.say(Say::ForwardedBy), self.addressee(by))),
        }
        if let Some(date) = asked.acknowledged {
            facts.push(format!("{} {date}", self.say(Say::Acknowledged)));
        }
        if asked.owes {
            facts.push(self.say(Say::Owes).to_owned());
        }
        indented(format!("{}: {}", self.addressee(&asked.addressee), facts.join("; ")))
    }

    /// Returns the lines of one answer.
    pub(crate) fn answer(&self, given: &Given, indent: usize) -> Vec<String> {
        let who = match &given.recorded_from {
            Some(body) => format!("{} ({})", plain::cut(body, LINE_CHARS_MAX), self.say(Say::WrittenDown)),
            None => self.organisation(&given.by),
        };
        let blanks = " ".repeat(indent);
        let mut marks = String::new();
        if let Some(why) = given.not_counted {
            marks.push_str(&format!(" [{}: {}]", self.say(Say::NotCounted), why.words()));
        }
        if given.earlier_wording {
            marks.push_str(&format!(" [{}]", self.say(Say::EarlierWording)));
        }
        let Some(answer) = &given.answer else {
            let value = given.unread.as_ref().map(ToString::to_string).unwrap_or_default();
            return vec![format!("{blanks}{who}: {}{marks}", plain::cut(&value, UNKNOWN_CHARS_MAX))];
        };
        let mut lines = vec![format!("{blanks}{} {who}: {}{marks}", answer.date, self.code(answer))];
        lines.extend(plain::paragraph(&answer.reason, indent + 4));
        if let Some(decision) = &answer.decision {
            lines.push(format!("{blanks}    {}: {}", self.say(Say::Decision), words_of(decision)));
        }
        lines
    }

    fn code(&self, answer: &Answer) -> String {
        let code = plain::one_line(answer.code.label(self.language));
        match &answer.to {
            Some(to) => format!("{code}: {}", self.addressee(to)),
            None => code,
        }
    }

    /// Returns the lines of what came of a proposal.
    pub(crate) fn outcomes(&self, state: &State) -> Vec<String> {
        let told = state.outcomes.iter().map(|noted| {
            let effect = plain::one_line(noted.word.effect.label(self.language));
            let text = plain::one_line(&noted.word.text);
            indented(format!("{} {}: {effect}. {text}", noted.word.date, self.organisation(&noted.by)))
        });
        let due = state.outcome_due.map(|due| indented(format!("{} ({})", self.say(Say::AskedAgain), due.since)));
        told.chain(due).collect()
    }
}

fn indented(line: String) -> String {
    format!("    {line}")
}

fn words_of(decision: &Decision) -> String {
    let date = decision.date.map(|date| date.to_string());
    let parts = [decision.body.clone(), date, decision.section.clone(), decision.link.clone()];
    plain::one_line(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}
