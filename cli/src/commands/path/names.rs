//! The words around service paths in Finnish, Swedish and English, and names of services, also of lists loaded at this node.

use talkoot_protocol::form::CodeList;
use talkoot_protocol::report::area::{Area, COUNTRY};
use talkoot_protocol::report::code::{Code, CodeSet};
use talkoot_protocol::report::codes::{AgeBand, AreaScheme, Group, Language, SupportNeed};
use talkoot_protocol::service_path::codes::{ActorKind, PathOutcome};
use talkoot_protocol::service_path::{Facet, NOT_SAID, PathView, ServicePath, ServiceType, Step, WHOLE_COUNTRY};

use crate::commands::report::plain;
use crate::error::Result;
use crate::forms;
use crate::global::Global;

/// Longest name shown, in characters.
const NAME_CHARS_MAX: usize = 48;

/// Names in the reader's language.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) language: Language,
    lists: Vec<CodeList>,
}

/// Words that stand around paths.
#[derive(Debug, Clone, Copy)]
pub(super) enum Say {
    From,
    To,
    Service,
    Beside,
    Goal,
    Gap,
    FirstService,
    Way,
    Paths,
    Matching,
    All,
    Few,
    Period,
    Place,
    Outcome,
    Organisation,
    Needs,
    Group,
    NotSaid,
}

impl Say {
    /// Returns the word in a language.
    pub(super) const fn say(self, language: Language) -> &'static str {
        let [fi, sv, en] = match self {
            Self::From => ["Mistä", "Från", "From"],
            Self::To => ["Minne", "Till", "To"],
            Self::Service => ["Palvelu", "Tjänst", "Service"],
            Self::Beside => ["Rinnalla", "Parallellt med", "Beside"],
            Self::Goal => ["Tavoite", "Mål", "Goal"],
            Self::Gap => ["Aukko", "Glapp", "Gap"],
            Self::FirstService => ["Ensimmäinen palvelu", "Första tjänsten", "First service"],
            Self::Way => ["Polku", "Stig", "Path"],
            Self::Paths => ["Polkuja", "Stigar", "Paths"],
            Self::Matching => ["Polut, joilla on näitä", "Stigar med något av dessa", "Paths with any of these"],
            Self::All => ["Kaikki polut", "Alla stigar", "All paths"],
            Self::Few => ["muutama", "några få", "few"],
            Self::Period => ["Aika", "Tid", "Period"],
            Self::Place => ["Paikka", "Plats", "Place"],
            Self::Outcome => ["Lopputulos", "Resultat", "Outcome"],
            Self::Organisation => ["Organisaatio", "Organisation", "Organisation"],
            Self::Needs => ["Tuen tarve", "Stödbehov", "Need for support"],
            Self::Group => ["Kohderyhmä", "Målgrupp", "Target group"],
            Self::NotSaid => ["Ei kerrottu", "Anges inte", "Not said"],
        };
        match language {
            Language::Fi | Language::Se => fi,
            Language::Sv => sv,
            Language::En => en,
        }
    }
}

impl Names {
    /// Takes the lists loaded at this node.
    pub(super) fn new(global: &Global, language: Language) -> Result<Self> {
        Ok(Self { language, lists: forms::loaded(global)? })
    }

    /// Returns whether a list that is loaded here has a code.
    pub(super) fn is_listed(&self, system: &str, code: &str) -> bool {
        self.listed(system, code).is_some()
    }

    fn listed(&self, system: &str, code: &str) -> Option<&str> {
        self.lists.iter().find(|list| list.system == system)?.name_of(code, self.language)
    }

    pub(super) fn word(&self, say: Say) -> String {
        say.say(self.language).to_owned()
    }

    /// Returns the name of a type of service.
    pub(super) fn service(&self, service: &ServiceType) -> String {
        let listed = if let ServiceType::Listed { system, code } = service { self.listed(system, code) } else { None };
        plain::cut(listed.unwrap_or_else(|| service.label(self.language)), NAME_CHARS_MAX)
    }

    /// Returns the name of a code.
    pub(super) fn code<T: CodeSet>(&self, code: &Code<T>) -> String {
        plain::cut(code.label(self.language), NAME_CHARS_MAX)
    }

    /// Returns a step on one line: the service, by whom, how it ended.
    pub(super) fn step(&self, step: &Step) -> String {
        let mut parts = vec![self.code(&step.ended)];
        parts.extend(step.wait.as_ref().map(|wait| self.code(wait)));
        parts.extend(step.shared_goal.as_ref().map(|goal| self.code(goal)));
        format!("{} ({}): {}", self.service(&step.service), self.code(&step.actor), parts.join(", "))
    }

    /// Returns a path's services on one line; what runs beside the step before has a plus before it.
    pub(super) fn way(&self, path: &ServicePath) -> String {
        let mut line = String::new();
        for (at, step) in path.steps.iter().enumerate() {
            line.push_str(if at == 0 { "" } else { divider(step.alongside) });
            line.push_str(&self.service(&step.service));
        }
        line
    }

    /// Returns the name of a part of a key.
    pub(super) fn part(&self, view: &PathView, part: &str) -> String {
        let (service, actor) = part.split_once('@').map_or((part, None), |(service, actor)| (service, Some(actor)));
        match (ServiceType::from_key(service), actor) {
            (ServiceType::Listed { system, code }, actor) if self.is_listed(&system, &code) => {
                let name = self.service(&ServiceType::Listed { system, code });
                let by = actor.map(|actor| self.code(&Code::<ActorKind>::from_key(actor)));
                let by = by.map(|by| format!(" ({by})")).unwrap_or_default();
                format!("{name}{by}")
            }
            _ => plain::cut(&view.name(part, self.language), 2 * NAME_CHARS_MAX),
        }
    }

    /// Returns a whole way on one line.
    pub(super) fn whole(&self, view: &PathView, key: &[String]) -> String {
        let mut line = String::new();
        for (at, part) in key.iter().enumerate() {
            let beside = part.strip_prefix('+');
            line.push_str(if at == 0 { "" } else { divider(beside.is_some()) });
            line.push_str(&self.part(view, beside.unwrap_or(part)));
        }
        line
    }

    /// Returns the name of a value of a facet.
    pub(super) fn value(&self, facet: Facet, key: &str) -> String {
        let language = self.language;
        let place =
            |scheme| Area::new(scheme, key).map_or_else(|_| key.to_owned(), |area| area.label(language).to_owned());
        let name = match (facet, key) {
            (_, NOT_SAID) => self.word(Say::NotSaid),
            (Facet::County | Facet::Municipality, WHOLE_COUNTRY) => Area::new(AreaScheme::Country, COUNTRY)
                .map_or_else(|_| key.to_owned(), |area| area.label(language).to_owned()),
            (Facet::County, _) => place(AreaScheme::County),
            (Facet::Municipality, _) => place(AreaScheme::Municipality),
            (Facet::HalfYear, key) => key.to_owned(),
            (Facet::Theme, key) => self.code(&Code::<SupportNeed>::from_key(key)),
            (Facet::Group, key) => self.code(&Code::<Group>::from_key(key)),
            (Facet::Age, key) => self.code(&Code::<AgeBand>::from_key(key)),
            (Facet::Outcome, key) => self.code(&Code::<PathOutcome>::from_key(key)),
        };
        plain::cut(&name, NAME_CHARS_MAX)
    }
}

const fn divider(alongside: bool) -> &'static str {
    if alongside { " + " } else { " → " }
}

#[cfg(test)]
impl Names {
    /// For tests: no list is loaded.
    pub(super) const fn without_lists(language: Language) -> Self {
        Self { language, lists: Vec::new() }
    }
}
