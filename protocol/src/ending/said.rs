//! All endings that are known, and which of several is the last word. A chain orders them; two at one place in it are a fork, of which
//! the one with the smaller id is heard, so that every order of arrival ends with the same.

use std::collections::BTreeMap;

use crate::id::{ChangeId, OrganisationId};
use crate::scope::Scope;

use super::{Ending, Revocation, Withdrawal};

/// Who says an ending, and where it stands. The door has seen that the key is the organisation's root key, and of a revocation that the
/// certificate is that organisation's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saying {
    /// The change's id.
    pub id: ChangeId,
    /// The organisation.
    pub by: OrganisationId,
    /// The scope of the document in which it stands.
    pub scope: Scope,
    /// Its place in the chain.
    pub sequence: u32,
}

/// What one organisation said of one thing in one scope, by its place in the chain.
type Words<T> = BTreeMap<u32, (ChangeId, T)>;

/// What is known of a certificate's end in one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<'a> {
    /// Nothing was said of it anywhere.
    Valid,
    /// It was ended, and how far what it signed stands in this scope is not known yet.
    Unsaid,
    /// It was ended, in these words.
    Ended(&'a Revocation),
}

/// All endings.
#[derive(Debug, Clone, Default)]
pub struct Said {
    revocations: BTreeMap<(OrganisationId, ChangeId), BTreeMap<Scope, Words<Revocation>>>,
    withdrawals: BTreeMap<(OrganisationId, Scope), BTreeMap<OrganisationId, Words<Withdrawal>>>,
}

impl Said {
    /// Takes one in.
    pub fn learn(&mut self, saying: Saying, ending: &Ending) {
        match ending {
            Ending::Revocation(revocation) => {
                let scopes = self.revocations.entry((saying.by, revocation.certificate)).or_default();
                hear(scopes.entry(saying.scope).or_default(), saying, revocation);
            }
            Ending::Withdrawal(withdrawal) => {
                let by = self.withdrawals.entry((withdrawal.organisation, saying.scope)).or_default();
                hear(by.entry(saying.by).or_default(), saying, withdrawal);
            }
        }
    }

    /// Returns how a certificate that this organisation gave has ended for this scope. It has ended once the organisation says so to the
    /// network, up to this place in its chain there; what it says in another scope adds how far things stand in that one.
    pub fn end(&self, organisation: &OrganisationId, certificate: &ChangeId, scope: &Scope, until: u32) -> End<'_> {
        let Some(scopes) = self.revocations.get(&(*organisation, *certificate)) else { return End::Valid };
        let last = |scope, until| scopes.get(scope).and_then(|words: &Words<_>| words.range(..=until).next_back());
        match (last(&Scope::Network, until), *scope) {
            (None, _) => End::Valid,
            (Some((_, (_, revocation))), Scope::Network) => End::Ended(revocation),
            (Some(_), scope) => {
                last(&scope, u32::MAX).map_or(End::Unsaid, |(_, (_, revocation))| End::Ended(revocation))
            }
        }
    }

    /// Returns an organisation's last word in a scope on how far another's receipts stand. Of what it said to the network, words up to
    /// this place in its chain are heard; what it says in other scopes has chains of its own.
    pub fn withdrawal(
        &self,
        by: &OrganisationId,
        whom: &OrganisationId,
        scope: &Scope,
        until: u32,
    ) -> Option<&Withdrawal> {
        let words = self.withdrawals.get(&(*whom, *scope))?.get(by)?;
        let until = if *scope == Scope::Network { until } else { u32::MAX };
        words.range(..=until).next_back().map(|(_, (_, withdrawal))| withdrawal)
    }
}

fn hear<T: Clone>(words: &mut Words<T>, saying: Saying, word: &T) {
    let known = words.get(&saying.sequence);
    if known.is_none_or(|(id, _)| saying.id < *id) {
        words.insert(saying.sequence, (saying.id, word.clone()));
    }
}
