//! Answers what is asked of proposals: lists, the inbox, the repair queue, one of them with what it comes from.
//!
//! What a proposal means, [`talkoot_protocol::proposal`] says; here is only what is held, and which page of it is wanted.

use talkoot_protocol::api::{Failure, ProposalFilter, ProposalList, ProposalSource, Response};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::{Groups, Reports, card};
use talkoot_protocol::proposal::state::Phase;
use talkoot_protocol::proposal::{State, inbox, queue, state};
use talkoot_protocol::report::Report;
use talkoot_protocol::scope::Kind;

use super::answer::PAGE_MAX;
use super::{Core, read};

impl Core {
    /// Returns every readable proposal as it stands on a day.
    pub(super) fn proposal_states(&self, today: Date) -> Vec<State> {
        self.lists.states(&self.joints(Kind::Proposal), today)
    }

    /// Returns a page of a list of proposals.
    pub(super) fn proposals(&self, filter: &ProposalFilter, today: Date) -> Response {
        let states = self.proposal_states(today);
        let mut states = match filter.list {
            ProposalList::Inbox => inbox(states, &filter.organisation.unwrap_or(self.own)),
            ProposalList::Queue => queue(states),
            ProposalList::All => by_deadline(states),
        };
        let asker = filter.organisation.filter(|_| filter.list != ProposalList::Inbox);
        states.retain(|state| {
            asker.is_none_or(|asker| asker == state.owner)
                && (!filter.overdue || state.phase == Phase::Overdue)
                && filter.holder.is_none_or(|holder| state.holders.iter().any(|held| held.worker == Some(holder)))
        });
        let total = states.len();
        let limit = filter.limit.min(PAGE_MAX);
        Response::Proposals { proposals: states.into_iter().skip(filter.skip).take(limit).collect(), total }
    }

    /// Returns one proposal and what it comes from.
    pub(super) fn proposal(&self, asked: &str, today: Date) -> Result<Response, Failure> {
        let id = self.find(asked)?;
        let joint = self.joint(&id)?;
        if joint.kind != Kind::Proposal {
            return Err(read::Error::Unknown { asked: asked.to_owned() }.into());
        }
        let proposal = state(&joint, today);
        let ask = proposal.ask.iter();
        let named = ask.flat_map(|ask| ask.phenomena.iter().chain(&ask.reports));
        let sources = named.map(|id| self.proposal_source(*id)).collect();
        Ok(Response::Proposal { proposal: Box::new(proposal), sources })
    }

    fn proposal_source(&self, document: DocumentId) -> ProposalSource {
        let kind = self.engine().catalog().document(&document).map(|known| known.kind);
        let title = match kind {
            Some(Kind::Report) => self.report(&document).ok().map(|report| Report::read(report.fields).0.title),
            Some(Kind::Phenomenon) => self.joint(&document).ok().and_then(|joint| {
                let alone = Groups::new([joint.as_ref()]);
                card(&alone, &document, &Reports::new())?.title
            }),
            _ => None,
        };
        ProposalSource { document, kind, title: title.unwrap_or_default() }
    }
}

fn by_deadline(mut states: Vec<State>) -> Vec<State> {
    states.sort_by_key(|state| (state.deadline(), state.document));
    states
}
