//! Two organisations with a node each: one that publishes, one that receives.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use talkoot_protocol::api::{Peer, Request, Response};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::sign::Author;
use talkoot_protocol::wire::message::Message;

use super::line::Line;
use crate::client::unexpected;
use crate::commands::bench::process;
use crate::commands::bench::publish::{Scratch, house};
use crate::error::{Error, Result};
use crate::house::{House, Roots, wait_until};

/// Longest wait for anything.
pub(super) const WITHIN: Duration = Duration::from_secs(1_800);
/// Pause between two looks at a node where the time matters: a look costs a node some 50 microseconds.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// How long nodes are left alone before and after something short is measured.
const REST: Duration = Duration::from_millis(500);

/// The two nodes, in a directory that goes with them.
pub(super) struct Pair {
    pub(super) sender: House,
    pub(super) receiver: House,
    pub(super) scratch: Scratch,
}

/// Bytes that went over a node's sockets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traffic {
    pub(super) sent: u64,
    pub(super) received: u64,
}

impl Traffic {
    /// Returns what was added since.
    pub(super) fn since(self, before: Self) -> Self {
        Self { sent: self.sent.saturating_sub(before.sent), received: self.received.saturating_sub(before.received) }
    }
}

impl Pair {
    /// Makes two organisations that found a network together. Nothing runs yet.
    pub(super) fn found(at: Option<PathBuf>) -> Result<Self> {
        let scratch = Scratch::new(at)?;
        let (from, to) = (Roots::fresh()?, Roots::fresh()?);
        let mut founders = vec![from.organisation(), to.organisation()];
        founders.sort_unstable();
        let charter = Charter { founders, ..Charter::commons() };
        let sender = house(&scratch, "sender", from, &charter)?;
        let receiver = house(&scratch, "receiver", to, &charter)?;
        keep_to_itself(&sender)?;
        keep_to_itself(&receiver)?;
        Ok(Self { sender, receiver, scratch })
    }

    pub(super) fn start(&mut self) -> Result<()> {
        self.sender.start()?;
        self.receiver.start()
    }

    pub(super) fn stop(&mut self) -> Result<()> {
        self.sender.stop()?;
        self.receiver.stop()
    }

    fn both(&self) -> [&House; 2] {
        [&self.sender, &self.receiver]
    }

    /// Returns the sender's worker at the pen.
    pub(super) fn author(&self) -> Result<Author<'_>> {
        self.sender.author(0).ok_or_else(|| Error::refused("no worker"))
    }

    /// Returns the sender's TCP address.
    pub(super) fn address(&self) -> Result<String> {
        self.sender.address().ok_or_else(unexpected)
    }

    /// Has the receiver stay connected to an address of the sender's.
    pub(super) fn join(&self, address: &str) -> Result<()> {
        self.receiver.ask(Request::AddPeer { address: address.to_owned() }, Vec::new()).map(|_| ())
    }

    /// Cuts the line and waits until both nodes have noticed and rested.
    pub(super) fn part(&self, line: &Line) -> Result<()> {
        self.receiver.ask(Request::RemovePeer { address: line.address().to_owned() }, Vec::new())?;
        line.cut();
        wait_until(WITHIN, "parting", || {
            Ok(self.sender.status()?.connected == 0 && self.receiver.status()?.connected == 0)
        })?;
        self.rest();
        Ok(())
    }

    /// Lets both nodes be for a moment.
    pub(super) fn rest(&self) {
        std::thread::sleep(REST);
    }

    /// Waits until each node knows of the other that it holds the same; returns how long that took.
    pub(super) fn agree(&self) -> Result<Duration> {
        let started = Instant::now();
        look_until("agreement", || {
            let in_step = |house| Ok::<_, Error>(peer(house)?.is_some_and(|peer| peer.in_step));
            Ok(in_step(&self.receiver)? && in_step(&self.sender)?)
        })?;
        let took = started.elapsed();
        match self.sender.status()?.fingerprint == self.receiver.status()?.fingerprint {
            true => Ok(took),
            false => Err(Error::refused("two nodes that are in step do not hold the same")),
        }
    }

    /// Returns the processor time of each process so far, in seconds; of short spans when `fine`.
    pub(super) fn cpu(&self, fine: bool) -> Vec<f64> {
        let used = |pid| if fine { process::fine_cpu_seconds(pid) } else { process::cpu_seconds(Some(pid)) };
        self.both().iter().filter_map(|house| used(house.pid()?)).collect()
    }

    /// Returns the most memory each process had.
    pub(super) fn peak_rss_bytes(&self) -> Vec<u64> {
        self.both().iter().filter_map(|house| process::peak_rss_bytes(Some(house.pid()?))).collect()
    }

    /// Returns the memory each process has now.
    pub(super) fn rss_bytes(&self) -> Vec<u64> {
        self.both().iter().filter_map(|house| process::rss_bytes(house.pid()?)).collect()
    }

    /// Returns the bytes of this session's frames, both ways, without the two introductions.
    pub(super) fn frame_bytes(&self, peer: &Peer) -> u64 {
        let hello = |house: &House| Message::Hello(Box::new(house.home.engine_config(0).hello)).encode().len() as u64;
        let introductions: u64 = self.both().into_iter().map(hello).sum();
        (peer.bytes_sent + peer.bytes_received).saturating_sub(introductions)
    }

    /// Returns the receiver's session with the sender.
    pub(super) fn session(&self) -> Result<Peer> {
        peer(&self.receiver)?.ok_or_else(unexpected)
    }
}

/// Returns what was used between two looks at [`Pair::cpu`].
pub(super) fn spent(before: &[f64], after: &[f64]) -> Vec<f64> {
    before.iter().zip(after).map(|(before, after)| after - before).collect()
}

/// Returns the node behind the connection that stands, if one does.
fn peer(house: &House) -> Result<Option<Peer>> {
    match house.ask(Request::Peers, Vec::new())? {
        Response::Peers { peers } => Ok(peers.into_iter().find(|peer| peer.connected)),
        _ => Err(unexpected()),
    }
}

/// Returns the bytes a node has sent and received over TCP so far.
pub(super) fn traffic(house: &House) -> Result<Traffic> {
    let status = house.status()?;
    Ok(Traffic { sent: status.socket_bytes_sent, received: status.socket_bytes_received })
}

/// Has a node neither tell where it is reached nor look for others: two that are to be apart would find each other.
fn keep_to_itself(house: &House) -> Result<()> {
    let path = house.dir.join("talkoot.toml");
    let settings = std::fs::read_to_string(&path).map_err(Error::failed)?;
    std::fs::write(
        path,
        settings.replace("find_members = true", "find_members = false").replace("keep = true", "keep = false"),
    )
    .map_err(Error::failed)
}

/// Waits until something holds, looking often.
pub(super) fn look_until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + WITHIN;
    while !holds()? {
        if Instant::now() > end {
            let error = std::io::Error::new(std::io::ErrorKind::TimedOut, format!("{what} did not happen in time"));
            return Err(Error::failed(error));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}
