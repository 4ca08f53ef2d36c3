//! What a program suggests about phenomena: reports similar to those already linked, and phenomena similar to each other. Deciding
//! stays with people: nothing here writes, and what somebody has decided is not suggested again.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use talkoot_protocol::api::{Failure, HITS_MAX, Pair, Response, SIMILARITY_SUGGESTED, Suggestion};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::link::Standing;
use talkoot_protocol::phenomenon::{Card, Groups};
use talkoot_protocol::scope::{Kind, Scope};

use super::Core;
use super::words::{no_words, thousandths};
use crate::words::{Finder, Found, Profile, Weighed, profile_of, profile_said};

/// Linked reports that are read for one phenomenon, those with the least ids.
const LINKED_MAX: usize = 16;
/// Phenomena compared with each other, those begun last.
const COMPARED_MAX: usize = 64;
/// Phenomena for which reports are looked for where none was asked for, those begun last.
const LOOKED_FOR_MAX: usize = 16;
/// Reports looked for beyond those asked for, since some may not be named there.
const SPARE: usize = 16;
/// The language of what says none.
const LANGUAGE: &str = "fi";

/// A phenomenon, and what it is about.
struct Portrait {
    card: Card,
    profile: Profile,
    weighed: Weighed,
}

impl Core {
    /// Answers with reports that may belong to a phenomenon, and with phenomena that may be one.
    ///
    /// # Errors
    /// `no_words`, and as for `phenomenon`.
    pub(super) fn suggestions(&self, asked: Option<&str>, limit: usize) -> Result<Response, Failure> {
        let (finder, limit) = (self.finder()?, limit.min(HITS_MAX));
        let asked = asked.map(|asked| self.find_phenomenon(asked)).transpose()?;
        let joints = self.joints(Kind::Phenomenon);
        let groups = Groups::new(joints.iter().map(Arc::as_ref));
        let asked = asked.and_then(|asked| groups.id_of(&asked));
        let portraits = self.portraits(&finder, &groups, asked)?;
        let looked_for: Vec<&Portrait> = match asked {
            Some(id) => portraits.iter().filter(|portrait| portrait.card.id == id).collect(),
            None => portraits.iter().take(LOOKED_FOR_MAX).collect(),
        };
        let mut reports = Vec::new();
        for portrait in looked_for {
            reports.extend(self.suggested(&finder, portrait, limit)?);
        }
        reports.sort_by_key(|found| (Reverse(found.similarity), found.phenomenon, found.hit.document));
        reports.truncate(limit);
        let mut pairs = pairs(&portraits, asked);
        pairs.truncate(limit);
        Ok(Response::Suggestions { reports, pairs, words: self.words_status().unwrap_or_default() })
    }

    /// Returns the phenomena begun last, and the one asked for, with what they are about.
    fn portraits(
        &self,
        finder: &Finder,
        groups: &Groups<'_>,
        asked: Option<DocumentId>,
    ) -> Result<Vec<Portrait>, Failure> {
        let mut cards: Vec<Card> = groups.ids().filter_map(|id| self.short_card(groups, &id)).collect();
        let first = |card: &Card| (Some(card.id) != asked, Reverse(card.documents.first().map(|begun| begun.begun)));
        cards.sort_by_key(|card| (first(card), card.id));
        cards.truncate(COMPARED_MAX);
        let portrait = |card: Card| {
            let profile = self.profile(&card);
            Ok(Portrait { weighed: finder.weigh(&profile).map_err(no_words)?, card, profile })
        };
        cards.into_iter().map(portrait).collect()
    }

    /// Puts together what a phenomenon is about: its linked reports, and what is said in it.
    fn profile(&self, card: &Card) -> Profile {
        let (analyser, mut profile) = (self.analyser(), Profile::default());
        let linked = card.links.iter().filter(|link| link.standing == Standing::Linked).take(LINKED_MAX);
        for report in linked.filter_map(|link| self.report(&link.report).ok()) {
            profile_of(&mut profile, report.fields, true, &analyser);
        }
        let mut language = LANGUAGE;
        for title in &card.titles {
            language = title.said.language.as_ref().map_or(language, |code| code.key());
            profile_said(&mut profile, language, vec![title.said.text.clone()], &analyser);
        }
        let summaries = card.summaries.iter().map(|summary| summary.said.text.clone());
        let facets = card.aspects.iter().flat_map(|aspect| &aspect.facets);
        let facets = facets.flat_map(|word| [&word.said.aspect, &word.said.value].into_iter().chain(&word.said.text));
        let said: Vec<String> = summaries.chain(facets.cloned()).collect();
        if !said.is_empty() {
            profile_said(&mut profile, language, said, &analyser);
        }
        profile
    }

    /// Returns the reports similar to a phenomenon that nobody has linked or unlinked and that may be named in it.
    fn suggested(&self, finder: &Finder, portrait: &Portrait, limit: usize) -> Result<Vec<Suggestion>, Failure> {
        let card = &portrait.card;
        let decided: BTreeSet<DocumentId> = card.links.iter().map(|link| link.report).collect();
        let mut found = finder.alike(&portrait.weighed, &decided, limit + SPARE).map_err(no_words)?;
        found.retain(|found| thousandths(found.score) >= SIMILARITY_SUGGESTED && self.may_be_named(found, card));
        found.truncate(limit);
        let hits = self.hits(&found, &portrait.weighed.worth());
        let suggestion = |hit: talkoot_protocol::api::Hit| Suggestion {
            phenomenon: card.id,
            title: card.title.clone(),
            similarity: thousandths(hit.score as f32),
            hit,
        };
        Ok(hits.into_iter().map(suggestion).collect())
    }

    fn may_be_named(&self, found: &Found, card: &Card) -> bool {
        let known = self.engine().catalog().document(&found.document);
        known.is_some_and(|known| card.documents.iter().any(|begun| known.scope.may_be_named_in(&begun.scope)))
    }
}

/// Returns the pairs that are similar, of the one asked for or of all, without those about which somebody has spoken.
fn pairs(portraits: &[Portrait], asked: Option<DocumentId>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (at, one) in portraits.iter().enumerate() {
        let others = portraits.iter().skip(at + 1);
        let wanted = |other: &&Portrait| asked.is_none_or(|asked| [one.card.id, other.card.id].contains(&asked));
        pairs.extend(others.filter(wanted).filter_map(|other| pair(one, other)));
    }
    pairs.sort_by_key(|pair| (Reverse(pair.similarity), pair.one, pair.other));
    pairs
}

fn pair(one: &Portrait, other: &Portrait) -> Option<Pair> {
    let (one, other) = if one.card.id < other.card.id { (one, other) } else { (other, one) };
    let likeness = (one.weighed.likeness(&other.profile) + other.weighed.likeness(&one.profile)) / 2.0;
    let similarity = thousandths(likeness);
    if similarity < SIMILARITY_SUGGESTED || is_decided(&one.card, &other.card) || !may_be_named(&one.card, &other.card)
    {
        return None;
    }
    let titles = [one.card.title.clone(), other.card.title.clone()];
    let shared = other.profile.shared(&one.weighed.worth());
    Some(Pair { one: one.card.id, other: other.card.id, titles, similarity, shared })
}

/// Whether somebody has said that two phenomena are one, or that they are not.
fn is_decided(one: &Card, other: &Card) -> bool {
    let is_of = |card: &Card, id: &DocumentId| card.documents.iter().any(|begun| begun.document == *id);
    one.merges.iter().any(|edge| is_of(other, &edge.one) || is_of(other, &edge.other))
}

/// Whether one may be named in the other, or the other in the one.
fn may_be_named(one: &Card, other: &Card) -> bool {
    let scopes = |card: &Card| card.documents.iter().map(|begun| begun.scope).collect::<Vec<Scope>>();
    let (ones, others) = (scopes(one), scopes(other));
    ones.iter().any(|one| others.iter().any(|other| one.may_be_named_in(other) || other.may_be_named_in(one)))
}
