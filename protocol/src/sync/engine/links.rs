//! Whom to be connected to: the overlay decides, here it is told what stands and its wishes become effects.

use std::collections::BTreeMap;

use crate::id::NodeId;
use crate::sync::effect::Effect;
use crate::sync::overlay::{self, Action, Candidate, Link};
use crate::time::Instant;

use super::{Engine, next_random};

impl Engine {
    /// Returns when links are to be looked at next; never while nobody said where they are reached.
    pub(super) fn links_due(&self) -> Option<Instant> {
        let own = self.config.node;
        let looks = self.config.finds_links && self.membership.addresses().any(|(node, ..)| node != own);
        looks.then(|| self.overlay.deadline())
    }

    /// Looks at the links if it is time.
    pub(super) fn look_at_links(&mut self, now: Instant) {
        if self.links_due().is_none_or(|due| due > now) {
            return;
        }
        let candidates = overlay::candidates(&self.config.node, &self.membership);
        let links = self.links();
        let random = &mut self.random;
        let actions = self.overlay.look(now, &links, &candidates, &mut || next_random(random));
        for action in actions {
            let effect = match action {
                Action::Release(node) => Some(Effect::Release(node)),
                Action::Dial(node) => self.addresses_of(node).map(|addresses| Effect::Dial { node, addresses }),
            };
            self.outbox.extend(effect);
        }
    }

    /// Returns the links to members that stand.
    fn links(&self) -> BTreeMap<NodeId, Link> {
        let own = self.config.own;
        let link = |node: &NodeId, organisation, since| {
            let circles = overlay::circles(&own, &organisation, &self.membership);
            let with = Candidate { organisation, circles };
            (*node, Link { with, kept: self.kept.contains(node), since })
        };
        let sessions = self.sessions.iter();
        let members = sessions.filter_map(|(node, session)| {
            let organisation = session.organisation().filter(|id| self.membership.is_member(id))?;
            Some(link(node, organisation, session.since))
        });
        members.collect()
    }

    fn addresses_of(&self, node: NodeId) -> Option<Vec<String>> {
        let (.., record) = self.membership.addresses().find(|(known, ..)| *known == node)?;
        Some(record.addresses().iter().map(|address| address.to_node(&node)).collect())
    }

    /// A node that was to be dialled cannot be reached.
    pub(super) fn unreachable(&mut self, now: Instant, node: NodeId) {
        self.overlay.unreachable(now, node);
    }

    /// People asked for a link to this node, or no longer do.
    pub(super) fn keep_link(&mut self, node: NodeId, kept: bool) {
        if kept {
            self.kept.insert(node);
        } else {
            self.kept.remove(&node);
        }
    }
}
