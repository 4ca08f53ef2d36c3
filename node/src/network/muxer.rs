//! Several streams on one TCP connection: Yamux, with bounds that libp2p's own adapter does not let one set.
//!
//! Two things are ours. What a peer may send before we read it is 12 MiB on a whole connection: the library
//! would let a window grow to 1 GiB when a peer delays its answers to pings. And closing ends after a time: a peer that
//! reads nothing could otherwise hold a closed connection, its socket and its place among the connections, for ever.

use std::collections::VecDeque;
use std::future::{Future as _, Ready, ready};
use std::io;
use std::iter::{Once, once};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::io::{AsyncRead, AsyncWrite};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo};
use tokio::time::Sleep;
use yamux::{Connection, ConnectionError, Mode, Stream};

use super::transport::STREAMS_MAX;

/// What a peer may send on each stream before it is read: Yamux sets it apart for as many streams as there may be.
const STREAM_WINDOW_BYTES: usize = 256 * 1024;
/// What busy streams of one connection may grow by, together: enough for 40 MiB a second at 100 ms. With
/// [`STREAMS_MAX`] streams that makes 12 MiB a connection.
const GROWTH_BYTES: usize = 4 * 1024 * 1024;
/// How long closing may take before the connection is dropped as it is.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How to make a connection of a secured socket.
#[derive(Debug, Clone)]
pub(super) struct Upgrade {
    /// Streams on one connection, from both sides.
    pub(super) streams_max: usize,
    /// How long closing may take.
    pub(super) close_within: Duration,
}

impl Default for Upgrade {
    fn default() -> Self {
        Self { streams_max: STREAMS_MAX, close_within: CLOSE_TIMEOUT }
    }
}

impl Upgrade {
    fn start<S: AsyncRead + AsyncWrite + Unpin>(self, socket: S, mode: Mode) -> Muxer<S> {
        let mut config = yamux::Config::default();
        // In this order: each call checks the other's value.
        config.set_max_num_streams(self.streams_max);
        config.set_max_connection_receive_window(Some(self.streams_max * STREAM_WINDOW_BYTES + GROWTH_BYTES));
        let connection = Connection::new(socket, config, mode);
        let (arrived, close_within) = (VecDeque::new(), self.close_within);
        Muxer { connection, arrived, awaiting: None, close_within, deadline: None }
    }
}

impl UpgradeInfo for Upgrade {
    type Info = &'static str;
    type InfoIter = Once<Self::Info>;

    fn protocol_info(&self) -> Self::InfoIter {
        once("/yamux/1.0.0")
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> InboundConnectionUpgrade<S> for Upgrade {
    type Output = Muxer<S>;
    type Error = io::Error;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, socket: S, _: Self::Info) -> Self::Future {
        ready(Ok(self.start(socket, Mode::Server)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> OutboundConnectionUpgrade<S> for Upgrade {
    type Output = Muxer<S>;
    type Error = io::Error;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_outbound(self, socket: S, _: Self::Info) -> Self::Future {
        ready(Ok(self.start(socket, Mode::Client)))
    }
}

/// One connection that carries streams.
pub(super) struct Muxer<S> {
    connection: Connection<S>,
    /// Streams the peer opened that nobody has taken: at most [`STREAMS_MAX`], since Yamux counts them.
    arrived: VecDeque<Stream>,
    awaiting: Option<Waker>,
    close_within: Duration,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Muxer<S> {
    /// Moves the connection on; ready if the peer opened a stream. Yamux makes no progress in any other way.
    fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<Result<Stream, ConnectionError>> {
        self.connection.poll_next_inbound(cx).map(|arrival| arrival.unwrap_or(Err(ConnectionError::Closed)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> StreamMuxer for Muxer<S> {
    type Substream = Stream;
    type Error = ConnectionError;

    fn poll_inbound(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Stream, ConnectionError>> {
        if let Some(stream) = self.arrived.pop_front() {
            return Poll::Ready(Ok(stream));
        }
        let arrival = self.poll_arrival(cx);
        if arrival.is_pending() {
            self.awaiting = Some(cx.waker().clone());
        }
        arrival
    }

    fn poll_outbound(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Stream, ConnectionError>> {
        self.connection.poll_new_outbound(cx)
    }

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<StreamMuxerEvent, ConnectionError>> {
        if let Poll::Ready(arrival) = self.poll_arrival(cx) {
            self.arrived.push_back(arrival?);
            self.awaiting.take().into_iter().for_each(Waker::wake);
            // One at a time: whoever takes streams sees the second, which is an offence, before Yamux sees too many.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        if let Poll::Ready(closed) = self.connection.poll_close(cx) {
            return Poll::Ready(closed);
        }
        let within = self.close_within;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(within)));
        let too_late = || io::Error::new(io::ErrorKind::TimedOut, "the peer reads nothing, not even the end");
        deadline.as_mut().poll(cx).map(|()| Err(too_late().into()))
    }
}

#[cfg(test)]
mod tests {
    use futures::future::poll_fn;
    use futures::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::io::duplex;
    use tokio::io::{DuplexStream, ReadBuf};

    use super::*;

    /// A tokio pipe with the traits that libp2p speaks.
    struct Pipe(DuplexStream);

    impl AsyncRead for Pipe {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
            let mut into = ReadBuf::new(into);
            let done = tokio::io::AsyncRead::poll_read(Pin::new(&mut self.0), cx, &mut into);
            done.map_ok(|()| into.filled().len())
        }
    }

    impl AsyncWrite for Pipe {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            tokio::io::AsyncWrite::poll_write(Pin::new(&mut self.0), cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            tokio::io::AsyncWrite::poll_flush(Pin::new(&mut self.0), cx)
        }

        fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            tokio::io::AsyncWrite::poll_shutdown(Pin::new(&mut self.0), cx)
        }
    }

    fn muxers(pipe_bytes: usize) -> (Muxer<Pipe>, Muxer<Pipe>) {
        let (a, b) = duplex(pipe_bytes);
        let upgrade = Upgrade { close_within: Duration::from_millis(20), ..Upgrade::default() };
        (upgrade.clone().start(Pipe(a), Mode::Client), upgrade.start(Pipe(b), Mode::Server))
    }

    /// Keeps a connection moving while something on one of its streams is awaited.
    async fn moving<T>(muxer: &mut Muxer<Pipe>, wanted: impl Future<Output = T>) -> T {
        let mut wanted = std::pin::pin!(wanted);
        poll_fn(|cx| {
            if let Poll::Ready(Err(error)) = Pin::new(&mut *muxer).poll(cx) {
                panic!("{error}");
            }
            wanted.as_mut().poll(cx)
        })
        .await
    }

    #[tokio::test]
    async fn a_peer_cannot_send_more_than_the_window_before_it_is_read() {
        let (mut a, mut b) = muxers(64 * 1024);
        let mut ours = poll_fn(|cx| Pin::new(&mut a).poll_outbound(cx)).await.unwrap();
        let mut sent = 0usize;
        let sending = async {
            while ours.write_all(&[7; 16 * 1024]).await.is_ok() {
                sent += 16 * 1024;
            }
        };
        let receiving = async {
            // Takes the stream and reads from it no more than a byte.
            let mut theirs = poll_fn(|cx| Pin::new(&mut b).poll_inbound(cx)).await.unwrap();
            let mut byte = [0];
            moving(&mut b, theirs.read_exact(&mut byte)).await.unwrap();
            let more = tokio::time::timeout(Duration::from_millis(300), moving(&mut b, std::future::pending::<()>()));
            assert!(more.await.is_err());
        };
        futures::future::select(std::pin::pin!(moving(&mut a, sending)), std::pin::pin!(receiving)).await;
        // The window, what is written in one go, and the pipe.
        assert!(sent > 0 && sent <= STREAM_WINDOW_BYTES + 128 * 1024, "{sent}");
    }

    #[tokio::test]
    async fn closing_ends_even_if_the_peer_reads_nothing() {
        let (mut a, b) = muxers(1024);
        let mut stream = poll_fn(|cx| Pin::new(&mut a).poll_outbound(cx)).await.unwrap();
        let writing = moving(&mut a, stream.write_all(&[1; 200 * 1024]));
        let _stuck = tokio::time::timeout(Duration::from_millis(50), writing).await;
        let closed = poll_fn(|cx| Pin::new(&mut a).poll_close(cx)).await;
        assert!(matches!(closed, Err(ConnectionError::Io(error)) if error.kind() == io::ErrorKind::TimedOut));
        drop(b);
    }
}
