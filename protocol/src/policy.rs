//! Who may receive what: a pure function of signed data. No byte of a scope, not even an id, goes to a node outside it.

use crate::id::OrganisationId;
use crate::membership::Membership;
use crate::scope::Scope;

/// Returns whether nodes of `organisation` may receive what is scoped so.
pub fn may_receive(scope: &Scope, organisation: &OrganisationId, membership: &Membership) -> bool {
    match scope {
        Scope::Organisation(owner) => owner == organisation,
        Scope::Network => membership.is_member(organisation),
        Scope::Region(county) => {
            membership.is_member(organisation)
                && membership.record(organisation).is_some_and(|record| record.counties.contains(county))
        }
    }
}
