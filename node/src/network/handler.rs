//! One connection: opens our stream when told to, accepts the peer's one stream, moves frames between streams and
//! queues. Runs in the connection's own task, so that a slow peer delays nobody else.
//!
//! Knows nothing of other connections to the same peer; [`super::behaviour`] decides which connection is used.
//!
//! Who opens first: of the two nodes the one with the smaller id is the *leader*. It chooses the connection by opening
//! its stream there; the other follows with its own stream on the same connection. So both sides always agree on which
//! connection a session lives, and a session is never torn between two.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::handler::{ConnectionEvent, ConnectionHandler};
use libp2p::swarm::{ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol};
use libp2p::{Stream, StreamProtocol};

use super::event::Offence;
use super::frame::HEADER_BYTES;
use super::pace::Pace;
use super::queue::{Credit, Held, Outbox};
use super::stream::{Reader, Stop, Writer};

/// The name of the protocol; its version is part of it.
pub(super) const PROTOCOL: StreamProtocol = StreamProtocol::new("/talkoot/sync/1");
/// How long opening a stream may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(20);

/// What the behaviour tells a connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command {
    /// Use this connection: open our stream.
    Open,
    /// Read no frame before this moment.
    Pause(Instant),
}

/// What a connection tells the behaviour.
#[derive(Debug)]
pub(super) enum Report {
    /// The leader opened its stream here: follow.
    Invited,
    /// Our stream is open; frames put into the outbox are sent.
    Ready(Arc<Outbox>),
    /// A frame arrived.
    Frame(Vec<u8>, Held),
    /// The outbox went from over half to empty.
    Drained,
    /// The peer broke the rules; nothing more comes from here.
    Offence(Offence),
    /// The streams are of no use any more, for this reason; nothing more comes from here.
    Broken(String),
}

/// The state of our own stream.
enum Outgoing {
    /// Not asked for.
    Idle,
    /// To be opened as soon as we are polled.
    Wanted,
    /// Being negotiated.
    Opening,
    /// In use.
    Open(Writer),
    /// Given up; the connection is about to be closed.
    Closed,
}

/// The handler of one connection.
pub(super) struct Handler {
    is_leader: bool,
    frame_bytes_max: usize,
    outgoing: Outgoing,
    incoming: Option<Reader>,
    outbox: Arc<Outbox>,
    credit: Arc<Credit>,
    pace: Pace,
    reports: VecDeque<Report>,
}

type Request = ConnectionHandlerEvent<ReadyUpgrade<StreamProtocol>, (), Report>;

impl Handler {
    /// Returns a handler that waits to be told, or invited, to open its stream.
    pub(super) fn new(is_leader: bool, frame_bytes_max: usize, pace: Pace) -> Self {
        Self {
            is_leader,
            frame_bytes_max,
            outgoing: Outgoing::Idle,
            incoming: None,
            outbox: Arc::default(),
            credit: Arc::default(),
            pace,
            reports: VecDeque::new(),
        }
    }

    /// Stops for good and says why.
    fn stop(&mut self, report: Report) {
        if !matches!(self.outgoing, Outgoing::Closed) {
            self.outgoing = Outgoing::Closed;
            self.incoming = None;
            self.reports.push_back(report);
        }
    }

    fn on_incoming(&mut self, stream: Stream) {
        match self.outgoing {
            Outgoing::Closed => {}
            _ if self.incoming.is_some() => self.stop(Report::Offence(Offence::SecondStream)),
            Outgoing::Idle if self.is_leader => self.stop(Report::Offence(Offence::OutOfTurn)),
            _ => {
                self.incoming = Some(Reader::new(stream, self.frame_bytes_max));
                if !self.is_leader {
                    self.reports.push_back(Report::Invited);
                }
            }
        }
    }

    fn on_outgoing(&mut self, stream: Stream) {
        if matches!(self.outgoing, Outgoing::Opening) {
            self.outgoing = Outgoing::Open(Writer::new(stream));
            self.reports.push_back(Report::Ready(Arc::clone(&self.outbox)));
        }
    }

    /// Gives the connection up. Trying again here would be a second stream in the eyes of a peer that has accepted the
    /// first one; dialling again, after a pause, is the driver's `keep`.
    fn on_outgoing_failed(&mut self, error: StreamUpgradeError<Infallible>) {
        self.stop(Report::Broken(match error {
            StreamUpgradeError::NegotiationFailed => format!("the peer does not speak {PROTOCOL}"),
            StreamUpgradeError::Timeout => "the peer did not accept a stream in time".to_owned(),
            StreamUpgradeError::Io(error) => format!("could not open a stream: {error}"),
            StreamUpgradeError::Apply(never) => match never {},
        }));
    }

    /// Moves our own stream on; ready if there is something to ask of the connection.
    fn poll_outgoing(&mut self, cx: &mut Context<'_>) -> Poll<Request> {
        match &mut self.outgoing {
            Outgoing::Wanted => {
                self.outgoing = Outgoing::Opening;
                let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ()).with_timeout(OPEN_TIMEOUT);
                Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol })
            }
            Outgoing::Open(writer) => writer.poll(cx, &self.outbox).map(|outcome| {
                ConnectionHandlerEvent::NotifyBehaviour(match outcome {
                    Ok(()) => Report::Drained,
                    Err(error) => {
                        self.outgoing = Outgoing::Closed;
                        self.incoming = None;
                        Report::Broken(format!("writing failed: {error}"))
                    }
                })
            }),
            _ => Poll::Pending,
        }
    }

    /// Reads a frame, if the session is open both ways and the driver keeps up.
    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Report> {
        // Frames before our own stream is open would reach the driver before it knows of the session.
        let (Outgoing::Open(_), Some(reader)) = (&self.outgoing, &mut self.incoming) else { return Poll::Pending };
        if !self.credit.is_available(cx.waker()) {
            return Poll::Pending;
        }
        ready!(self.pace.poll(cx));
        reader.poll(cx).map(|outcome| {
            let stop = match outcome {
                Ok(frame) => {
                    self.pace.spend(HEADER_BYTES + frame.len());
                    let held = self.credit.hold(frame.len());
                    return Report::Frame(frame, held);
                }
                Err(stop) => stop,
            };
            self.outgoing = Outgoing::Closed;
            self.incoming = None;
            match stop {
                Stop::Offence(offence) => Report::Offence(offence),
                Stop::Ended => Report::Broken("the peer closed its stream".to_owned()),
                Stop::EndedInFrame => Report::Broken("the peer's stream ended within a frame".to_owned()),
                Stop::Failed(error) => Report::Broken(format!("reading failed: {error}")),
            }
        })
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Command;
    type ToBehaviour = Report;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
    }

    fn connection_keep_alive(&self) -> bool {
        !matches!(self.outgoing, Outgoing::Idle | Outgoing::Closed)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Request> {
        if let Some(report) = self.reports.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(report));
        }
        if let Poll::Ready(request) = self.poll_outgoing(cx) {
            return Poll::Ready(request);
        }
        self.poll_incoming(cx).map(ConnectionHandlerEvent::NotifyBehaviour)
    }

    fn on_behaviour_event(&mut self, command: Command) {
        match command {
            Command::Open if matches!(self.outgoing, Outgoing::Idle) => self.outgoing = Outgoing::Wanted,
            Command::Open => {}
            Command::Pause(until) => self.pace.pause(until),
        }
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(opened) => self.on_incoming(opened.protocol),
            ConnectionEvent::FullyNegotiatedOutbound(opened) => self.on_outgoing(opened.protocol),
            ConnectionEvent::DialUpgradeError(failed) => self.on_outgoing_failed(failed.error),
            _ => {}
        }
    }
}
