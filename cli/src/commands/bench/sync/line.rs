//! A line between two nodes: a port that leads to another, counts what passes, and can be cut while both ends keep running.
//! So two nodes can be apart and meet again with all they have in memory, as when a cable is pulled.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::pair::Traffic;
use crate::client::unexpected;
use crate::error::{Error, Result};

/// Bytes passed on at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// See above.
pub(super) struct Line {
    address: String,
    local: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    ends: Mutex<Vec<TcpStream>>,
    closed: AtomicBool,
    there: AtomicU64,
    back: AtomicU64,
}

impl Line {
    /// Opens a line to a multiaddress on loopback.
    pub(super) fn to(address: &str) -> Result<Self> {
        let mut parts: Vec<String> = address.split('/').map(str::to_owned).collect();
        let at = parts.iter().position(|part| part == "tcp").ok_or_else(unexpected)?;
        let port = parts.get_mut(at + 1).ok_or_else(unexpected)?;
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().map_err(Error::failed)?));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::failed)?;
        let local = listener.local_addr().map_err(Error::failed)?;
        *port = local.port().to_string();
        let shared = Arc::<Shared>::default();
        let own = Arc::clone(&shared);
        thread::spawn(move || own.serve(&listener, target));
        Ok(Self { address: parts.join("/"), local, shared })
    }

    /// Returns the multiaddress of its near end.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Ends the connections that stand. New ones may be made.
    pub(super) fn cut(&self) {
        let mut ends = self.shared.ends.lock().unwrap_or_else(PoisonError::into_inner);
        for end in ends.drain(..) {
            let _gone = end.shutdown(Shutdown::Both);
        }
    }

    /// Returns the bytes that went from the near end to the far one, and back, since the line was opened.
    pub(super) fn traffic(&self) -> Traffic {
        let count = |bytes: &AtomicU64| bytes.load(Ordering::Relaxed);
        Traffic { sent: count(&self.shared.there), received: count(&self.shared.back) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.cut();
        // Wakes whoever waits for a caller.
        let _woken = TcpStream::connect(self.local);
    }
}

impl Shared {
    fn serve(self: &Arc<Self>, listener: &TcpListener, target: SocketAddr) {
        for near in listener.incoming().flatten() {
            if self.closed.load(Ordering::Relaxed) {
                return;
            }
            // A caller who cannot be connected is hung up on and calls again.
            let _refused = self.connect(near, target);
        }
    }

    fn connect(self: &Arc<Self>, near: TcpStream, target: SocketAddr) -> std::io::Result<()> {
        let far = TcpStream::connect(target)?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let (from_near, to_near, from_far, to_far) =
            (near.try_clone()?, near.try_clone()?, far.try_clone()?, far.try_clone()?);
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).extend([near, far]);
        let (there, back) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || pass(from_near, to_far, &there.there));
        thread::spawn(move || pass(from_far, to_near, &back.back));
        Ok(())
    }
}

/// Passes bytes on until either end is gone.
fn pass(mut from: TcpStream, mut to: TcpStream, passed: &AtomicU64) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(bytes @ 1..) = from.read(&mut chunk) {
        passed.fetch_add(bytes as u64, Ordering::Relaxed);
        if to.write_all(chunk.get(..bytes).unwrap_or_default()).is_err() {
            break;
        }
    }
    let _gone = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
