//! Bytes at the socket: what the network card saw of this node, encryption and all.
//!
//! Counted below Noise and Yamux, so that what protocols cost on the wire can be measured and not guessed. Only TCP is
//! counted: a QUIC connection shares one UDP socket inside libp2p, which hands out no datagrams.

use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite};

/// Bytes that went through the TCP sockets of a node since it started; headers of TCP and IP are not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SocketBytes {
    /// Bytes handed to the system.
    pub sent: u64,
    /// Bytes taken from the system.
    pub received: u64,
}

/// The counters all sockets of a node share.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Traffic {
    /// Returns the counts of now.
    pub(super) fn bytes(&self) -> SocketBytes {
        let [sent, received] = [&self.sent, &self.received].map(|count| count.load(Ordering::Relaxed));
        SocketBytes { sent, received }
    }
}

/// A socket whose bytes are counted.
#[derive(Debug)]
pub(super) struct Counted<S> {
    socket: S,
    traffic: Arc<Traffic>,
}

impl<S> Counted<S> {
    /// Wraps a socket.
    pub(super) fn new(socket: S, traffic: Arc<Traffic>) -> Self {
        Self { socket, traffic }
    }

    fn count(counter: &AtomicU64, done: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = done {
            counter.fetch_add(bytes as u64, Ordering::Relaxed);
        }
        done
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_read(cx, into);
        Self::count(&self.traffic.received, done)
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_read_vectored(cx, into);
        Self::count(&self.traffic.received, done)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write(cx, bytes);
        Self::count(&self.traffic.sent, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write_vectored(cx, bytes);
        Self::count(&self.traffic.sent, done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::poll_fn;
    use futures::io::Cursor;

    use super::*;

    #[test]
    fn what_passes_is_counted_by_direction() {
        let traffic = Arc::new(Traffic::default());
        let mut socket = Counted::new(Cursor::new(vec![0; 10]), Arc::clone(&traffic));
        let wrote = block_on(poll_fn(|cx| Pin::new(&mut socket).poll_write(cx, &[1; 7]))).unwrap();
        let mut into = [0; 100];
        let read = block_on(poll_fn(|cx| Pin::new(&mut socket).poll_read(cx, &mut into))).unwrap();
        let two = [IoSlice::new(&[1; 2]), IoSlice::new(&[1; 3])];
        let more = block_on(poll_fn(|cx| Pin::new(&mut socket).poll_write_vectored(cx, &two))).unwrap();
        assert_eq!((wrote, read, more), (7, 3, 5));
        assert_eq!(traffic.bytes(), SocketBytes { sent: 12, received: 3 });
    }
}
