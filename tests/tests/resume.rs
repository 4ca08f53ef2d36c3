//! Two nodes are killed again and again while one fetches everything from the other over a narrow line: nothing is lost, and
//! what was stored is not sent again. The bytes on the line and the nodes' own counts must both say so.
//!
//! `TALKOOT_KILLS` sets how often they are killed; the number of reports follows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use talkoot_protocol::api::{Peer, Request, Response};
use talkoot_protocol::charter::Charter;
use talkoot_tests::line::{Line, Passed};
use talkoot_tests::member::{Member, charter, wait};
use talkoot_tests::process::Running;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
/// How often the nodes are killed, unless `TALKOOT_KILLS` says otherwise.
const KILLS: u64 = 6;
/// Reports for each time: somewhat more than the line carries between two kills.
const REPORTS_A_KILL: u64 = 600;
/// What is published anew when all has arrived before the killing is over.
const REPORTS_MORE: u64 = 800;
/// What the line carries: so little that the nodes' work is not what takes the time.
const BYTES_PER_SECOND: u64 = 300_000;
/// A kill comes after up to so many bytes have reached the receiver: some before the first parcel is there.
const KILL_AFTER_BYTES_MAX: u64 = 300_000;
/// Or after up to so much time: while the nodes shake hands and compare.
const KILL_AFTER_MAX: Duration = Duration::from_millis(400);
/// Longest wait for anything.
const WITHIN: Duration = Duration::from_secs(300);
/// How often the nodes are asked how far they are.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Changes in a session that are known without having been sent again: the peer's record and certificate, by which it
/// introduces itself.
const INTRODUCTION: u64 = 2;
/// Of so many changes one may come although it is here: where a comparison begins while it is being written. Usually none does.
const KNOWN_ONE_IN: u64 = 200;
/// Bytes of the changes, before packing, that a kill may cost on average: a parcel has 256 KiB of them, one is under way and
/// not whole when a connection ends, and now and then another is being judged and written.
const RAW_BYTES_A_KILL: u64 = 384 * 1024;
/// What a connection costs the receiver's side of the line besides changes, in bytes: handshake, introduction, outcome of the
/// comparison.
const CONNECTION_BYTES: u64 = 4 * 1024;

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    /// Returns a number below `end`, by `SplitMix64`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// When a kill comes, from when the nodes are connected.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// Once so many bytes more have reached the receiver.
    Bytes(u64),
    /// After this time.
    Time(Duration),
}

impl Moment {
    fn draw(dice: &mut Dice) -> Self {
        match dice.below(4) {
            0 => Self::Time(Duration::from_millis(dice.below(KILL_AFTER_MAX.as_millis() as u64))),
            _ => Self::Bytes(dice.below(KILL_AFTER_BYTES_MAX)),
        }
    }
}

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Victims {
    Sender,
    Receiver,
    Both,
}

impl Victims {
    /// Chooses each in turn, and now and then both.
    fn draw(dice: &mut Dice, kill: u64) -> Self {
        match (dice.below(4), kill % 2) {
            (0, _) => Self::Both,
            (_, 0) => Self::Receiver,
            _ => Self::Sender,
        }
    }

    fn sender(self) -> bool {
        self != Self::Receiver
    }

    fn receiver(self) -> bool {
        self != Self::Sender
    }
}

/// What the receiver said of its session with the sender.
#[derive(Debug, Clone, Copy, Default)]
struct Session {
    received: u64,
    known: u64,
}

/// Sums over all sessions.
#[derive(Debug, Default)]
struct Tally {
    kills: BTreeMap<Victims, u64>,
    /// Kills while changes were on their way.
    kills_midway: u64,
    received: u64,
    /// Received although stored before.
    known: u64,
}

struct Pair {
    sender: Member,
    receiver: Member,
    run_sender: Option<Running>,
    run_receiver: Option<Running>,
    line: Line,
    /// Connections made, and bytes that had reached the receiver, when the last kill came.
    before: (u64, u64),
    published: u64,
    session: Session,
    tally: Tally,
}

/// Makes a member whose node calls nobody but whom it is told to.
fn found(parent: &Path, name: &str, charter: &Charter) -> Member {
    let member = Member::found(PROGRAM, parent, name, charter, "/ip4/127.0.0.1/tcp/0");
    let settings = member.site.dir.join("talkoot.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("find_members = true", "find_members = false")).unwrap();
    member
}

/// Returns the session that stands.
fn peer(member: &Member) -> Option<Peer> {
    let response = member.ask(Request::Peers, Vec::new());
    let Response::Peers { peers } = response else { panic!("{response:?}") };
    peers.into_iter().find(|peer| peer.connected)
}

impl Pair {
    fn found(parent: &Path, charter: &Charter, reports: u64) -> Self {
        let (sender, receiver) = (found(parent, "sender", charter), found(parent, "receiver", charter));
        let (run_sender, run_receiver) = (sender.site.run(), receiver.site.run());
        let line = Line::open(BYTES_PER_SECOND);
        sender.certify();
        sender.publish(0..reports);
        receiver.call_up(&line.address());
        line.lead_to(&run_sender.addresses[0]);
        let (run_sender, run_receiver) = (Some(run_sender), Some(run_receiver));
        let (session, tally) = (Session::default(), Tally::default());
        Self { sender, receiver, run_sender, run_receiver, line, before: (0, 0), published: reports, session, tally }
    }

    /// Looks how far the receiver is; a session that has ended is added up.
    fn look(&mut self) {
        let Some(peer) = peer(&self.receiver) else { return };
        if peer.received < self.session.received {
            self.close_session();
        }
        self.session = Session { received: peer.received, known: peer.known };
    }

    fn close_session(&mut self) {
        let Session { received, known } = std::mem::take(&mut self.session);
        self.tally.received += received.saturating_sub(INTRODUCTION);
        self.tally.known += known.saturating_sub(INTRODUCTION);
    }

    fn is_complete(&self) -> bool {
        self.receiver.status().reports == self.published && self.agree()
    }

    fn agree(&self) -> bool {
        self.receiver.status().fingerprint == self.sender.status().fingerprint
    }

    fn publish_more(&mut self) {
        let goal = self.published + REPORTS_MORE;
        self.sender.publish(self.published..goal);
        self.published = goal;
    }

    /// Lets the nodes run until the moment has come.
    fn run_until(&mut self, moment: Moment) {
        let connections = self.before.0;
        wait("a connection", WITHIN, || self.line.connections() > connections, || self.picture());
        let (started, from) = (Instant::now(), self.line.passed().near);
        loop {
            self.look();
            let has_come = match moment {
                Moment::Bytes(bytes) => self.line.passed().near - from >= bytes,
                Moment::Time(time) => started.elapsed() >= time,
            };
            if has_come {
                return;
            }
            if self.is_complete() {
                self.publish_more();
            }
            assert!(started.elapsed() < WITHIN, "{moment:?}: {}", self.picture());
            std::thread::sleep(LOOK_INTERVAL);
        }
    }

    /// Kills one node or both and starts what was killed again, each on its directory.
    fn kill(&mut self, victims: Victims) {
        self.line.hold();
        let came = self.line.passed().near - self.before.1;
        self.tally.kills_midway += u64::from(came > CONNECTION_BYTES && !self.is_complete());
        self.look();
        let held = self.receiver.status().changes;
        if victims.receiver() {
            self.run_receiver.take().into_iter().for_each(Running::kill);
            self.close_session();
        }
        if victims.sender() {
            self.run_sender.take().into_iter().for_each(Running::kill);
            self.run_sender = Some(self.sender.site.run());
            assert_eq!(self.sender.status().reports, self.published, "{}", self.picture());
        }
        if victims.receiver() {
            self.run_receiver = Some(self.receiver.site.run());
        } else {
            self.take_in_what_is_on_the_line();
        }
        // The line is held: what the receiver has now it has from before.
        let holds = self.receiver.status().changes;
        assert!(holds >= held, "{held} changes were stored, {holds} are; {}", self.picture());
        *self.tally.kills.entry(victims).or_default() += 1;
        self.before = (self.line.connections(), self.line.passed().near);
        let addresses = self.run_sender.as_ref().map(|run| run.addresses[0].clone());
        self.line.lead_to(&addresses.unwrap());
    }

    /// Waits until the receiver has noticed that the sender is gone: what was on the line still reaches it.
    fn take_in_what_is_on_the_line(&mut self) {
        let started = Instant::now();
        while peer(&self.receiver).is_some() {
            self.look();
            assert!(started.elapsed() < WITHIN, "the end of a connection: {}", self.picture());
            std::thread::sleep(LOOK_INTERVAL);
        }
        self.close_session();
    }

    fn finish(&mut self) {
        let started = Instant::now();
        while !self.is_complete() {
            self.look();
            assert!(started.elapsed() < WITHIN, "the rest: {}", self.picture());
            std::thread::sleep(LOOK_INTERVAL);
        }
        self.look();
        self.close_session();
    }

    fn picture(&self) -> String {
        let (sender, receiver) = (self.sender.status(), self.receiver.status());
        format!("{sender:?}\n{receiver:?}\n{:?}\n{:?}", peer(&self.receiver), self.tally)
    }
}

/// Has a node that holds nothing fetch all from a running one, undisturbed; returns what passed.
fn clean(parent: &Path, charter: &Charter, sender: &Member, address: &str) -> Passed {
    let newcomer = found(parent, "newcomer", charter);
    let goal = sender.status().reports;
    let run = newcomer.site.run();
    let line = Line::open(BYTES_PER_SECOND);
    newcomer.call_up(&line.address());
    line.lead_to(address);
    let arrived = || newcomer.status().reports == goal;
    wait("an undisturbed sync", WITHIN, arrived, || format!("{:?}", newcomer.status()));
    let passed = line.passed();
    run.stop();
    passed
}

#[test]
fn killed_again_and_again_a_sync_goes_on_where_it_was() {
    let temporary = tempfile::tempdir().unwrap();
    let names = ["sender", "receiver", "newcomer"].map(str::to_owned);
    let charter = charter(&names);
    let kills = std::env::var("TALKOOT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let mut pair = Pair::found(temporary.path(), &charter, kills * REPORTS_A_KILL);
    let mut dice = Dice(kills);
    let started = Instant::now();
    for kill in 0..kills {
        pair.run_until(Moment::draw(&mut dice));
        pair.kill(Victims::draw(&mut dice, kill));
    }
    pair.finish();
    let seconds = started.elapsed().as_secs_f64();

    let (passed, connections) = (pair.line.passed(), pair.line.connections());
    assert_eq!(pair.receiver.status().reports, pair.published);
    pair.run_receiver.take().into_iter().for_each(Running::stop);
    let run_sender = pair.run_sender.take().unwrap();
    let undisturbed = clean(temporary.path(), &charter, &pair.sender, &run_sender.addresses[0]);
    run_sender.stop();
    for member in [&pair.sender, &pair.receiver] {
        member.site.ok(&["verify"]);
    }

    let raw = pair.sender.worker.report(0).encode().len() as u64;
    let kill_bytes = undisturbed.near * RAW_BYTES_A_KILL / (pair.published * raw);
    let bound = undisturbed.near + connections * CONNECTION_BYTES + kills * kill_bytes;
    let tally = &pair.tally;
    let count = |victims| tally.kills.get(&victims).copied().unwrap_or_default();
    let figures = serde_json::json!({
        "lab": "resume", "kills": kills, "kills_sender": count(Victims::Sender), "kills_receiver": count(Victims::Receiver),
        "kills_both": count(Victims::Both), "kills_midway": tally.kills_midway, "connections": connections,
        "reports": pair.published, "raw_bytes_a_report": raw, "seconds": seconds.round(),
        "bytes_to_receiver": passed.near, "bytes_to_receiver_clean": undisturbed.near,
        "ratio": passed.near as f64 / undisturbed.near as f64, "bytes_to_receiver_bound": bound,
        "again_bytes_a_kill": passed.near.saturating_sub(undisturbed.near) / kills.max(1),
        "bytes_to_sender": passed.far, "bytes_to_sender_clean": undisturbed.far,
        "received": tally.received, "known": tally.known,
    });
    let _unheard = writeln!(std::io::stderr(), "{figures}");
    assert!(passed.near <= bound, "more than what was under way was sent again");
    assert!(tally.known * KNOWN_ONE_IN <= pair.published, "{} changes that were stored were sent again", tally.known);
}
