//! The organisations a node knows, by name and by the beginning of their id.

use std::collections::BTreeMap;

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::Names;

use super::plain;
use crate::client::{Client, unexpected};
use crate::error::{Error, Result};

/// Longest name shown in a table, in characters.
const NAME_CHARS_MAX: usize = 32;

/// The names of organisations.
#[derive(Debug, Default)]
pub(crate) struct Organisations(BTreeMap<OrganisationId, Names>);

impl Organisations {
    /// Asks the node.
    pub(crate) fn ask(client: &mut Client<'_>) -> Result<Self> {
        match client.ask(Request::Organisations)? {
            Response::Organisations { organisations } => {
                Ok(Self(organisations.into_iter().map(|known| (known.id, known.names)).collect()))
            }
            _ => Err(unexpected()),
        }
    }

    /// Returns the name in a language, else in another, else the short id.
    pub(crate) fn name(&self, id: &OrganisationId, language: Language) -> String {
        let Some(names) = self.0.get(id) else { return id.short() };
        let first = match language {
            Language::Fi | Language::Se => &names.fi,
            Language::Sv => &names.sv,
            Language::En => &names.en,
        };
        let given = [first, &names.fi, &names.sv, &names.en].into_iter().find(|name| !name.trim().is_empty());
        given.map_or_else(|| id.short(), |name| plain::cut(name, NAME_CHARS_MAX))
    }

    /// Finds the one organisation with this name in any language, or else the one whose id begins so.
    pub(crate) fn find_named(&self, asked: &str) -> Result<OrganisationId> {
        let wanted = asked.trim().to_lowercase();
        let is_named = |names: &Names| {
            [&names.fi, &names.sv, &names.en]
                .iter()
                .any(|name| !wanted.is_empty() && name.trim().to_lowercase() == wanted)
        };
        let mut named = self.0.iter().filter(|(_, names)| is_named(names)).map(|(id, _)| *id);
        match (named.next(), named.next()) {
            (Some(id), None) => Ok(id),
            (None, _) => self.find(asked),
            (Some(_), Some(_)) => {
                Err(Error::refused(format!("several organisations are called {:?}", plain::cut(asked, NAME_CHARS_MAX)))
                    .hint("Give the beginning of the id. See them with: talkoot org list"))
            }
        }
    }

    /// Finds the one organisation whose id begins so.
    pub(crate) fn find(&self, asked: &str) -> Result<OrganisationId> {
        let asked = asked.trim().to_lowercase();
        let mut matching = self.0.keys().filter(|id| !asked.is_empty() && id.to_string().starts_with(&asked));
        match (matching.next(), matching.next()) {
            (Some(id), None) => Ok(*id),
            (None, _) => {
                Err(Error::refused(format!("no organisation known here has an id that begins with {asked:?}"))
                    .hint("See them with: talkoot org list"))
            }
            (Some(_), Some(_)) => {
                Err(Error::refused(format!("several organisations have ids that begin with {asked:?}"))
                    .hint("Give more of the id."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_one_and_falls_back_on_other_names() {
        let id = |byte: u8| OrganisationId::from_bytes([byte; 32]);
        let names = Names { fi: "Järjestö".into(), ..Names::default() };
        let known = Organisations([(id(0xab), names), (id(0xac), Names::default())].into());
        assert_eq!(known.find("AB").unwrap(), id(0xab));
        assert!(known.find("a").is_err() && known.find("ff").is_err() && known.find("").is_err());
        assert_eq!(known.name(&id(0xab), Language::Sv), "Järjestö");
        assert_eq!(known.find_named(" järjestö ").unwrap(), id(0xab));
        assert_eq!(known.find_named("ac").unwrap(), id(0xac));
        assert!(known.find_named("Järjes").is_err() && known.find_named(" ").is_err());
        assert_eq!(known.name(&id(0xac), Language::Sv), "acacacacac");
    }
}
