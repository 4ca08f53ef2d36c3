//! Parts of attachments, asked for and given on streams of their own beside the one on which changes travel: each question opens
//! one, which is dear and here does not matter. This file knows their lengths and nothing of what they mean.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use libp2p::request_response::{
    self, Codec, InboundRequestId, Message, OutboundRequestId, ProtocolSupport, ResponseChannel,
};
use libp2p::{PeerId, StreamProtocol};
use talkoot_protocol::id::NodeId;
use talkoot_protocol::wire::attachment::{GIVEN_BYTES_MAX, Given, WANT_BYTES, Want};

use super::address;
use super::event::Event;

/// Name of the protocol.
const PROTOCOL: StreamProtocol = StreamProtocol::new("/talkoot/attachment/1");
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Questions on one connection at once, both ways together.
const QUESTIONS_MAX: usize = 4;
/// Questions of all peers that wait for the driver.
const WAITING_MAX: usize = 64;

/// libp2p's part in it.
pub(super) type Behaviour = request_response::Behaviour<Wire>;

/// Returns libp2p's part in it.
pub(super) fn behaviour() -> Behaviour {
    let settings = request_response::Config::default()
        .with_request_timeout(ANSWER_WITHIN)
        .with_max_concurrent_streams(QUESTIONS_MAX);
    Behaviour::new([(PROTOCOL, ProtocolSupport::Full)], settings)
}

/// Questions under way.
#[derive(Default)]
pub(super) struct Questions {
    asked: HashMap<OutboundRequestId, (NodeId, Want)>,
    waiting: HashMap<InboundRequestId, (u64, ResponseChannel<Given>)>,
    last_ticket: u64,
}

impl Questions {
    /// Asks a node that is connected.
    pub(super) fn ask(&mut self, behaviour: &mut Behaviour, peer: &PeerId, node: NodeId, want: Want) {
        let question = behaviour.send_request(peer, want);
        self.asked.insert(question, (node, want));
    }

    /// Answers a peer's question. If it is gone, nothing happens.
    pub(super) fn answer(&mut self, behaviour: &mut Behaviour, ticket: u64, given: Given) {
        let found = self.waiting.iter().find(|(_, (waiting, _))| *waiting == ticket).map(|(question, _)| *question);
        if let Some((_, channel)) = found.and_then(|question| self.waiting.remove(&question)) {
            let _gone = behaviour.send_response(channel, given);
        }
    }

    /// Turns what libp2p tells into what the driver is told.
    pub(super) fn on_event(&mut self, event: request_response::Event<Want, Given>) -> Option<Event> {
        match event {
            request_response::Event::Message {
                peer,
                message: Message::Request { request_id, request, channel },
                ..
            } => {
                let node = address::node_of_peer(&peer)?;
                // Beyond the limit the channel is dropped, which the peer hears as a failure.
                if self.waiting.len() >= WAITING_MAX {
                    return None;
                }
                self.last_ticket += 1;
                self.waiting.insert(request_id, (self.last_ticket, channel));
                Some(Event::Asked { node, ticket: self.last_ticket, want: request })
            }
            request_response::Event::Message { message: Message::Response { request_id, response }, .. } => {
                let (node, want) = self.asked.remove(&request_id)?;
                Some(Event::Answered { node, want, given: Some(response) })
            }
            request_response::Event::OutboundFailure { request_id, error, .. } => {
                let (node, want) = self.asked.remove(&request_id)?;
                tracing::debug!(peer = %node.short(), %error, "a question for an attachment was not answered");
                Some(Event::Answered { node, want, given: None })
            }
            request_response::Event::InboundFailure { request_id, .. } => {
                self.waiting.remove(&request_id);
                None
            }
            request_response::Event::ResponseSent { .. } => None,
        }
    }
}

/// How questions and answers stand on a stream: alone, up to its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Wire;

/// Reads to the end of a stream; more than the limit is refused.
async fn read<T: AsyncRead + Unpin + Send>(io: &mut T, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io.take(bytes_max as u64 + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no question or answer about an attachment")
}

impl Codec for Wire {
    type Protocol = StreamProtocol;
    type Request = Want;
    type Response = Given;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Want>
    where
        T: AsyncRead + Unpin + Send,
    {
        Want::decode(&read(io, WANT_BYTES).await?).ok_or_else(malformed)
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Given>
    where
        T: AsyncRead + Unpin + Send,
    {
        Given::decode(&read(io, GIVEN_BYTES_MAX).await?).ok_or_else(malformed)
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, want: Want) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&want.encode()).await?;
        io.close().await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, given: Given) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&given.encode()).await?;
        io.close().await
    }
}
