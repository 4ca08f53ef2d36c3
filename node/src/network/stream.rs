//! The two halves of a session on one connection: a stream we write frames to and a stream we read frames from.
//!
//! Both are state machines that are polled by the connection's handler and know nothing of peers or sessions.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::io::{AsyncRead, AsyncWrite};
use libp2p::Stream;

use super::event::Offence;
use super::frame::Decoder;
use super::queue::Outbox;

/// How many bytes are gathered before writing: on TCP each write becomes an encrypted packet of its own, which costs
/// more than a small frame does.
const WRITE_BUFFER_BYTES: usize = 64 * 1024;
/// How many bytes are read at once.
const READ_BUFFER_BYTES: usize = 32 * 1024;

/// The outgoing half.
pub(super) struct Writer<S = Stream> {
    stream: S,
    buffer: Vec<u8>,
    written: usize,
    must_flush: bool,
}

impl<S: AsyncWrite + Unpin> Writer<S> {
    /// Takes a stream that has just been opened.
    pub(super) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), written: 0, must_flush: false }
    }

    /// Writes what waits in the outbox. Ready with `Ok` each time a queue that was over half full has been emptied.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, outbox: &Outbox) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_write_buffer(cx))?;
            self.start_buffer();
            let drained = outbox.fill(&mut self.buffer, WRITE_BUFFER_BYTES);
            if drained {
                return Poll::Ready(Ok(()));
            }
            if !self.buffer.is_empty() {
                continue;
            }
            if self.must_flush {
                ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
                self.must_flush = false;
                outbox.flushed();
            }
            if !outbox.register(cx.waker()) {
                return Poll::Pending;
            }
        }
    }

    fn poll_write_buffer(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.buffer.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.written = self.written.saturating_add(count),
            }
            self.must_flush = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Empties the buffer and gives back what a large frame made it grow by.
    fn start_buffer(&mut self) {
        self.written = 0;
        self.buffer.clear();
        self.buffer.shrink_to(WRITE_BUFFER_BYTES * 2);
    }
}

/// Why nothing more can be read.
#[derive(Debug)]
pub(super) enum Stop {
    /// The peer broke the rules.
    Offence(Offence),
    /// The stream ended between two frames.
    Ended,
    /// The stream ended within a frame. Looks the same whether the peer crashed, left or is hostile, so it is no offence.
    EndedInFrame,
    /// The connection failed.
    Failed(io::Error),
}

/// The incoming half.
pub(super) struct Reader<S = Stream> {
    stream: S,
    decoder: Decoder,
    chunk: Vec<u8>,
    /// The part of `chunk` that has been read and not decoded.
    unread: std::ops::Range<usize>,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    /// Takes a stream that the peer has just opened.
    pub(super) fn new(stream: S, frame_bytes_max: usize) -> Self {
        let decoder = Decoder::new(frame_bytes_max);
        Self { stream, decoder, chunk: vec![0; READ_BUFFER_BYTES], unread: 0..0 }
    }

    /// Reads on until a frame is whole.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, Stop>> {
        loop {
            let mut input = self.chunk.get(self.unread.clone()).unwrap_or_default();
            let decoded = self.decoder.take(&mut input);
            self.unread.start = self.unread.end.saturating_sub(input.len());
            if let Some(frame) = decoded.map_err(Stop::Offence)? {
                return Poll::Ready(Ok(frame));
            }
            let count = match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut self.chunk)) {
                Ok(0) if self.decoder.is_at_border() => return Poll::Ready(Err(Stop::Ended)),
                Ok(0) => return Poll::Ready(Err(Stop::EndedInFrame)),
                Ok(count) => count,
                Err(error) => return Poll::Ready(Err(Stop::Failed(error))),
            };
            self.unread = 0..count;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::poll_fn;
    use futures::io::Cursor;

    use super::*;

    fn read_all(bytes: Vec<u8>) -> (Vec<Vec<u8>>, Stop) {
        let mut reader = Reader::new(Cursor::new(bytes), 100_000);
        let mut frames = Vec::new();
        loop {
            match block_on(poll_fn(|cx| reader.poll(cx))) {
                Ok(frame) => frames.push(frame),
                Err(stop) => return (frames, stop),
            }
        }
    }

    #[test]
    fn what_is_written_is_read_and_a_cut_is_told_from_an_end() {
        let outbox = Outbox::default();
        let frames: Vec<Vec<u8>> = (1..60usize).map(|n| vec![n as u8; n * n * 20]).collect();
        frames.iter().for_each(|frame| outbox.push(frame.clone()).unwrap());
        let mut writer = Writer::new(Cursor::new(Vec::new()));
        assert!(block_on(poll_fn(|cx| writer.poll(cx, &outbox))).is_ok(), "drained");
        assert!(block_on(poll_fn(|cx| Poll::Ready(writer.poll(cx, &outbox)))).is_pending());
        assert_eq!(outbox.bytes(), 0);
        let mut bytes = writer.stream.into_inner();
        let (got, stop) = read_all(bytes.clone());
        assert_eq!(got, frames);
        assert!(matches!(stop, Stop::Ended), "{stop:?}");
        bytes.pop();
        let (got, stop) = read_all(bytes);
        assert_eq!(got.len(), frames.len() - 1);
        assert!(matches!(stop, Stop::EndedInFrame), "{stop:?}");
    }
}
