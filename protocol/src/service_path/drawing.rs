//! Names of what is counted, and flows in the shape a page draws them in.

use serde::{Deserialize, Serialize};

use super::aspects::{ACTOR_DIVIDER, OUTCOME_PREFIX};
use super::codes::{ActorKind, PathOutcome};
use super::query::{By, Of};
use super::schema::ServiceType;
use super::view::PathView;
use crate::form::Trilingual;
use crate::report::code::Code;
use crate::report::codes::Language;
use crate::view::Count;

/// A place that ways lead to or from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Node {
    /// The part of a key it stands for.
    pub id: String,
    /// Whether it is an outcome, so that nothing leads on from it.
    pub outcome: bool,
    /// Its name.
    pub label: Trilingual,
}

/// Ways from one place to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// Where from: the id of a node.
    pub source: String,
    /// Where to: the id of a node.
    pub target: String,
    /// How many paths, as published.
    pub paths: u64,
}

/// Flows as places and what leads from one to another. Ways may lead in a circle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Drawing {
    /// The places, ascending by id.
    pub nodes: Vec<Node>,
    /// What leads from one to another, in the order of the view's lines; only what has a number.
    pub links: Vec<Link>,
}

/// Returns the name of a part of a key.
fn name(part: &str, of: Of, language: Language) -> String {
    let service = |key: &str| ServiceType::from_key(key).label(language).to_owned();
    let actor = |key: &str| Code::<ActorKind>::from_key(key).label(language).to_owned();
    match (part.strip_prefix(OUTCOME_PREFIX), of) {
        (Some(outcome), _) => Code::<PathOutcome>::from_key(outcome).label(language).to_owned(),
        (None, Of::Service) => service(part),
        (None, Of::Actor) => actor(part),
        (None, Of::Both) => match part.rsplit_once(ACTOR_DIVIDER) {
            Some((of, by)) => format!("{} ({})", service(of), actor(by)),
            None => service(part),
        },
    }
}

impl PathView {
    /// Returns the name of a part of a line's key that stands for a step or an outcome.
    pub fn name(&self, part: &str, language: Language) -> String {
        name(part, self.query.of, language)
    }

    /// Returns flows as places and links; `None` for what is no view of flows.
    pub fn drawing(&self) -> Option<Drawing> {
        (self.query.by == By::Flow).then_some(())?;
        let links = self.lines.iter().filter_map(|line| match (line.key.as_slice(), line.paths) {
            ([from, to], Count::Shown(paths)) => Some(Link { source: from.clone(), target: to.clone(), paths }),
            _ => None,
        });
        let links: Vec<Link> = links.collect();
        let mut ids: Vec<&String> = links.iter().flat_map(|link| [&link.source, &link.target]).collect();
        ids.sort_unstable();
        ids.dedup();
        let node = |id: &String| Node {
            id: id.clone(),
            outcome: id.starts_with(OUTCOME_PREFIX),
            label: Trilingual {
                fi: self.name(id, Language::Fi),
                sv: self.name(id, Language::Sv),
                en: self.name(id, Language::En),
            },
        };
        Some(Drawing { nodes: ids.into_iter().map(node).collect(), links })
    }
}
