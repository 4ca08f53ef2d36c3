//! What is due when time passes: giving up what does not move, comparing anew, announcing, acknowledging.

use crate::id::NodeId;
use crate::sync::effect::Offence;
use crate::sync::session::Phase;
use crate::time::Instant;
use crate::wire::message::SCOPES_MAX;

use super::{Engine, next_random};

impl Engine {
    pub(super) fn schedule_compare(&mut self, now: Instant) {
        let jitter = next_random(&mut self.random) % 500;
        self.next_compare = now + self.config.anti_entropy * (750 + jitter as u32) / 1000;
    }

    /// Does what is due.
    pub(super) fn overdue(&mut self, now: Instant) {
        self.rests_until = self.rests_until.filter(|until| *until > now);
        let nodes: Vec<_> = self.sessions.keys().copied().collect();
        nodes.iter().for_each(|node| self.overdue_with(now, *node));
        self.give_up_pulls(now);
        self.announce_due(now);
        self.follow_rumours(now);
        self.look_at_links(now);
        if now >= self.next_compare {
            nodes.into_iter().for_each(|node| self.compare_anew(node));
            self.schedule_compare(now);
        }
    }

    /// Drops a peer that never said hello, and forgets what it did not go on with.
    fn overdue_with(&mut self, now: Instant, node: NodeId) {
        let Some(session) = self.sessions.get_mut(&node) else { return };
        if matches!(session.phase, Phase::Greeting { until } if until <= now) {
            return self.offended(node, Offence::HelloTimeout);
        }
        session.rests_until = session.rests_until.filter(|until| *until > now);
        session.sip_at = session.sip_at.filter(|at| *at > now);
        session.answers.retain(|_, answer| answer.until > now);
        let late = session.requests.iter().filter(|(_, request)| request.until <= now);
        let late: Vec<_> = late.map(|(number, _)| *number).collect();
        late.into_iter().for_each(|number| self.close_request(node, number));
    }

    fn give_up_pulls(&mut self, now: Instant) {
        let late: Vec<_> = self.pulls.iter().filter(|(_, pull)| pull.until <= now).map(|(scope, _)| *scope).collect();
        for scope in late {
            if let Some(pull) = self.pulls.remove(&scope) {
                self.pull_failed(now, pull.node);
            }
        }
    }

    /// Anti-entropy: tells a peer the digests again, whatever it was told.
    fn compare_anew(&mut self, node: NodeId) {
        let Some(session) = self.sessions.get(&node) else { return };
        let ours: std::collections::BTreeMap<_, _> = self.shared_with(session).take(SCOPES_MAX).collect();
        if !ours.is_empty() {
            self.tell(node, ours);
        }
    }
}
