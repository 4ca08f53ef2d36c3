//! A line between two nodes: a port that leads to another, counts what passes, and lets through only so much a second.
//!
//! The near end keeps its port while whoever is at the far end goes and comes back on another. So the near end can be kept as a
//! peer's address for as long as a test lasts.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes passed on at once: small, so that a pause after each is a steady pace.
const CHUNK_BYTES: usize = 8 * 1024;
/// How often a caller who waits for the line looks whether it is free.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);

/// See above.
#[derive(Debug)]
pub struct Line {
    local: SocketAddr,
    shared: Arc<Shared>,
}

/// Bytes that have passed since the line was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// Towards the near end, from which calls are made.
    pub near: u64,
    /// Towards the far end.
    pub far: u64,
}

#[derive(Debug)]
struct Shared {
    target: Mutex<Option<SocketAddr>>,
    is_held: AtomicBool,
    is_closed: AtomicBool,
    bytes_per_second: u64,
    connections: AtomicU64,
    near: AtomicU64,
    far: AtomicU64,
}

impl Line {
    /// Opens a line that leads nowhere yet and passes so many bytes a second on each connection, each way.
    ///
    /// # Panics
    /// If no port can be had.
    pub fn open(bytes_per_second: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let local = listener.local_addr().expect("its number");
        let shared = Arc::new(Shared {
            target: Mutex::new(None),
            is_held: AtomicBool::new(true),
            is_closed: AtomicBool::new(false),
            bytes_per_second,
            connections: AtomicU64::new(0),
            near: AtomicU64::new(0),
            far: AtomicU64::new(0),
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || own.serve(&listener));
        Self { local, shared }
    }

    /// Returns the multiaddress of the near end.
    pub fn address(&self) -> String {
        format!("/ip4/127.0.0.1/tcp/{}", self.local.port())
    }

    /// Has new connections lead to a multiaddress on loopback, at once.
    ///
    /// # Panics
    /// If it has no TCP port.
    pub fn lead_to(&self, address: &str) {
        let port = address.split('/').skip_while(|part| *part != "tcp").nth(1).and_then(|port| port.parse().ok());
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, port.expect("a TCP port")));
        *self.shared.target.lock().unwrap_or_else(PoisonError::into_inner) = Some(target);
        self.shared.is_held.store(false, Ordering::SeqCst);
    }

    /// Lets callers wait until the line leads somewhere again. Connections that stand are left alone.
    pub fn hold(&self) {
        self.shared.is_held.store(true, Ordering::SeqCst);
    }

    /// Returns what has passed so far.
    pub fn passed(&self) -> Passed {
        let count = |bytes: &AtomicU64| bytes.load(Ordering::SeqCst);
        Passed { near: count(&self.shared.near), far: count(&self.shared.far) }
    }

    /// Returns how many connections were made so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a caller; who is connected ends the connection.
        let _woken = TcpStream::connect(self.local);
    }
}

impl Shared {
    fn serve(self: &Arc<Self>, listener: &TcpListener) {
        for near in listener.incoming().flatten() {
            while self.is_held.load(Ordering::SeqCst) && !self.is_closed.load(Ordering::SeqCst) {
                thread::sleep(LOOK_INTERVAL);
            }
            if self.is_closed.load(Ordering::SeqCst) {
                return;
            }
            // A caller who cannot be connected is hung up on and calls again.
            let _refused = self.connect(near);
        }
    }

    fn connect(self: &Arc<Self>, near: TcpStream) -> std::io::Result<()> {
        let target = *self.target.lock().unwrap_or_else(PoisonError::into_inner);
        let far = TcpStream::connect(target.ok_or(std::io::ErrorKind::NotConnected)?)?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        self.connections.fetch_add(1, Ordering::SeqCst);
        let (from_near, to_far) = (near.try_clone()?, far.try_clone()?);
        let (there, back) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || there.pass(from_near, to_far, &there.far));
        thread::spawn(move || back.pass(far, near, &back.near));
        Ok(())
    }

    /// Passes bytes on at the pace of the line until either end is gone.
    fn pass(&self, mut from: TcpStream, mut to: TcpStream, passed: &AtomicU64) {
        let mut chunk = vec![0; CHUNK_BYTES];
        while let Ok(bytes @ 1..) = from.read(&mut chunk) {
            if to.write_all(chunk.get(..bytes).unwrap_or_default()).is_err() {
                break;
            }
            passed.fetch_add(bytes as u64, Ordering::SeqCst);
            let nanos = (bytes as u64).saturating_mul(1_000_000_000) / self.bytes_per_second.max(1);
            thread::sleep(Duration::from_nanos(nanos));
        }
        let _gone = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}
