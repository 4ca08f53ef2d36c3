//! The driver's dealings with attachments: a person of this organisation asks for one, or a peer does.

use std::collections::BTreeMap;
use std::time::Instant;

use talkoot_protocol::api::{Failure, Response};
use talkoot_protocol::id::{AttachmentHash, NodeId};
use talkoot_protocol::report::Attachment;
use talkoot_protocol::wire::attachment::{Given, Want};
use tokio::sync::oneshot;

use super::Driver;
use crate::control::Reply;
use crate::fetching::{Fetching, Step};

/// Callers that may wait for one attachment.
const CALLERS_MAX: usize = 16;

/// What is under way.
#[derive(Default)]
pub(super) struct Attachments {
    fetching: Fetching,
    callers: BTreeMap<AttachmentHash, Vec<oneshot::Sender<Reply>>>,
}

impl Driver {
    /// Gives a caller an attachment, now or when it has been fetched.
    pub(super) fn want_attachment(&mut self, document: &str, asked: &str, answer: oneshot::Sender<Reply>) {
        let (document, attachment) = match self.core.find_attachment(document, asked) {
            Ok(found) => found,
            Err(failure) => return drop(answer.send(failure.into())),
        };
        if let Some(reply) = self.core.read_attachment(&attachment) {
            return drop(answer.send(reply));
        }
        let hash = attachment.hash;
        let waiting = self.attachments.callers.get(&hash).map_or(0, Vec::len);
        let running = self.attachments.fetching.is_running(&hash);
        if waiting >= CALLERS_MAX || !(running || self.attachments.fetching.has_room()) {
            let message = "too many attachments are being fetched; ask again in a moment";
            return drop(answer.send(Failure::new("busy", message).into()));
        }
        self.attachments.callers.entry(hash).or_default().push(answer);
        if !running {
            let peers = self.core.engine().sessions().filter_map(|(node, session)| {
                let organisation = session.organisation()?;
                self.core.may_have(&organisation, &document).then_some(node)
            });
            let step = self.attachments.fetching.begin(document, attachment, peers.collect());
            self.take_step(hash, step);
        }
    }

    /// Takes what a peer answered.
    pub(super) fn attachment_answered(&mut self, node: NodeId, want: &Want, given: Option<Given>) {
        if let Some(step) = self.attachments.fetching.answered(node, want, given) {
            self.take_step(want.hash, step);
        }
    }

    fn take_step(&mut self, hash: AttachmentHash, step: Step) {
        let reply = match step {
            Step::Ask(node, want) => return self.links.network.ask(&node, want),
            Step::Whole { attachment, bytes, from } => self.keep_fetched(attachment, bytes, from),
            Step::Nowhere { later, asked } => Err(nowhere(later, asked)),
        };
        let reply = || match &reply {
            Ok((attachment, bytes, from)) => {
                let response = Response::Attachment { attachment: Box::new(attachment.clone()), from: Some(*from) };
                Reply { response, attachments: vec![bytes.clone()] }
            }
            Err(failure) => failure.clone().into(),
        };
        for caller in self.attachments.callers.remove(&hash).into_iter().flatten() {
            let _gone = caller.send(reply());
        }
    }

    /// Keeps what came, so that it can be given to others; where there is no room, whoever asked has it all the same.
    fn keep_fetched(
        &mut self,
        attachment: Attachment,
        bytes: Vec<u8>,
        from: NodeId,
    ) -> Result<(Attachment, Vec<u8>, NodeId), Failure> {
        tracing::info!(attachment = %attachment.hash.short(), peer = %from.short(), "fetched an attachment");
        let attached = [bytes];
        if let Err(failure) = self.core.keep_attachment(&attachment, &attached) {
            tracing::warn!(reason = failure.message, "an attachment was fetched and could not be kept");
        }
        let [bytes] = attached;
        Ok((attachment, bytes, from))
    }

    /// Answers a peer. One that is not introduced, one that may not have the report, and one that asks for what is not here all
    /// hear the same.
    pub(super) fn give_attachment(&mut self, node: NodeId, ticket: u64, want: &Want) {
        let asker = self.core.engine().session(&node).and_then(|session| session.organisation());
        let given = match asker {
            Some(_) if !self.attachments.fetching.may_give(node, Instant::now()) => Given::Later,
            Some(asker) => self.core.attachment_part(&asker, want).map_or(Given::Absent, Given::Part),
            None => Given::Absent,
        };
        self.links.network.answer(ticket, given);
    }
}

fn nowhere(later: bool, asked: usize) -> Failure {
    match (later, asked) {
        (true, _) => Failure::new("attachment_later", "a partner that was asked needs a pause; ask again in a minute"),
        (false, 0) => Failure::new(
            "attachment_not_here",
            "the attachment is not on this node, and no partner is connected that could have it; ask again when one is",
        ),
        (false, _) => Failure::new(
            "attachment_not_here",
            "none of the partners that are connected has the attachment; ask again when the organisation that wrote the report \
             is connected",
        ),
    }
}
