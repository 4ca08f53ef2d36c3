//! A hostile member floods a node at full speed while an honest one publishes to it: what honest work loses by that is measured,
//! and the node must keep its memory, count the offence by its name, and take in every honest report. `TALKOOT_LAB=full` takes
//! more reports.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use attack::{Attack, Weapon};
use talkoot_node::network::{Config, Event, Network, SendError, address};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::id::NodeId;
use talkoot_tests::member::{Member, charter, memory_peak, wait};
use talkoot_tests::process::Running;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
/// Longest wait for honest work and for an offence to be counted.
const WITHIN: Duration = Duration::from_secs(120);
/// Most memory the node may ever hold, in bytes; a test build of it needs more than a release.
const MEMORY_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Reports that the honest member publishes at once.
const REPORTS_A_ROUND: u64 = 300;
/// How long the hostile member waits for something to happen before she tries to send again.
const IMPATIENCE: Duration = Duration::from_millis(20);

/// Everything that speaks in the words of the exchange: what she sends.
mod attack {
    use std::time::Duration;

    use talkoot_protocol::charter::Charter;
    use talkoot_protocol::header::VERSION;
    use talkoot_protocol::id::ShortId;
    use talkoot_protocol::wire::message::{Hello, Message, WINDOW_BYTES};
    use talkoot_protocol::wire::parcel::{self, Codec, DELIVERY_CHANGES_MAX};
    use talkoot_tests::cast::{Organisation, Worker};
    use talkoot_tests::hostile::sign_anything;

    /// Changes in a delivery of hers that she signs.
    const SIGNED_AT_ONCE: u64 = 64;

    /// A way to be a nuisance.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Attack {
        /// Changes that are no changes, more than she was granted room for.
        Garbage,
        /// Changes well signed by a worker who may, with content that no node takes, as fast as room is granted.
        Refused,
        /// Deliveries of nothing.
        Empty,
        /// Long deliveries that say they hold nothing, behind others that take long to judge.
        Swollen,
        /// Requests as fast as they go.
        Requests,
        /// Requests for much, as many as are allowed in a second, with endless room for the answers.
        Glutton,
    }

    impl Attack {
        pub(crate) const ALL: [Self; 6] =
            [Self::Garbage, Self::Refused, Self::Empty, Self::Swollen, Self::Requests, Self::Glutton];

        /// The name under which the offence is counted; `None` if it is none.
        pub(crate) const fn offence(self) -> Option<&'static str> {
            match self {
                Self::Garbage => Some("overdrawn"),
                Self::Refused => Some("too_many_refused"),
                Self::Swollen => Some("parcel"),
                Self::Empty | Self::Requests => Some("too_many_requests"),
                Self::Glutton => None,
            }
        }

        /// The pause between two frames.
        pub(crate) const fn pause(self) -> Option<Duration> {
            match self {
                Self::Glutton => Some(Duration::from_millis(2)),
                _ => None,
            }
        }
    }

    /// What makes the frames.
    pub(crate) struct Weapon {
        pub(crate) attack: Attack,
        pub(crate) organisation: Organisation,
        pub(crate) worker: Worker,
        /// Ids that the victim has.
        pub(crate) known: Vec<ShortId>,
        pub(crate) charter: Charter,
        number: u64,
        granted: u64,
        spent: u64,
        /// A frame that waits for room, with the bytes of its changes.
        held: Option<(u64, Vec<u8>)>,
    }

    impl Weapon {
        pub(crate) fn new(
            attack: Attack,
            organisation: Organisation,
            worker: Worker,
            known: Vec<ShortId>,
            charter: Charter,
        ) -> Self {
            Self { attack, organisation, worker, known, charter, number: 0, granted: 0, spent: 0, held: None }
        }

        /// What she says first on each connection.
        pub(crate) fn greeting(&mut self) -> Vec<Vec<u8>> {
            let hello = Hello {
                version_min: VERSION,
                version_max: VERSION,
                features: 0,
                network: self.charter.network(),
                record: self.organisation.record.encode(),
                certificate: self.organisation.node_certificate.encode(),
            };
            let certificate = parcel::pack(Codec::Plain, [self.worker.certificate.encode()]);
            (self.granted, self.spent, self.held) = (WINDOW_BYTES, u64::from(certificate.raw), None);
            let endless = Message::Credit { granted: u64::MAX, stored: 0 };
            let messages = [Message::Hello(Box::new(hello)), Message::delivery(0, true, certificate), endless];
            messages.iter().map(Message::encode).collect()
        }

        /// Takes what the victim says.
        pub(crate) fn hear(&mut self, frame: &[u8]) {
            if let Ok(Message::Credit { granted, .. }) = Message::decode(frame) {
                self.granted = granted;
            }
        }

        /// Her next frame, never the same twice where that matters; `None` while she waits for room.
        pub(crate) fn frame(&mut self) -> Option<Vec<u8>> {
            self.number += 1;
            let number = self.number;
            let message = match self.attack {
                Attack::Garbage => {
                    let rubbish = |at: usize| [number.to_be_bytes(), (at as u64).to_be_bytes()].concat().repeat(20);
                    Message::delivery(0, true, parcel::pack(Codec::Plain, (0..DELIVERY_CHANGES_MAX).map(rubbish)))
                }
                Attack::Refused => return self.refused(),
                Attack::Empty => Message::delivery(0, true, parcel::pack(Codec::Plain, [[0u8; 0]; 0])),
                Attack::Swollen => match self.refused() {
                    Some(frame) => return Some(frame),
                    None => Message::Deliver { number: 0, end: true, raw: 0, parcel: vec![0; 1_000_000] },
                },
                Attack::Requests => Message::Request { number: number as u32, ids: vec![self.known[0]] },
                Attack::Glutton => Message::Request { number: number as u32, ids: self.known.clone() },
            };
            Some(message.encode())
        }

        /// A delivery of changes that must be refused, if there is room for it.
        fn refused(&mut self) -> Option<Vec<u8>> {
            let (raw, frame) = self.held.take().unwrap_or_else(|| {
                let first = self.number * SIGNED_AT_ONCE;
                let refused = |number| sign_anything(&self.worker, b"no chunk", number).encode();
                let parcel = parcel::pack(Codec::Plain, (first..first + SIGNED_AT_ONCE).map(refused));
                (u64::from(parcel.raw), Message::delivery(0, true, parcel).encode())
            });
            if self.spent + raw > self.granted {
                self.held = Some((raw, frame));
                return None;
            }
            self.spent += raw;
            Some(frame)
        }
    }
}

/// What she got off.
#[derive(Debug, Default)]
struct Sent {
    dials: AtomicU64,
    sessions: AtomicU64,
    frames: AtomicU64,
    bytes: AtomicU64,
}

/// A flood that goes on until it is ended.
struct Flood {
    stop: Arc<AtomicBool>,
    sent: Arc<Sent>,
    thread: JoinHandle<()>,
}

impl Flood {
    /// Begins, and waits until the first frame is on its way.
    fn begin(weapon: Weapon, target: &str) -> Self {
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(Sent::default()));
        let (stopped, counted, target) = (Arc::clone(&stop), Arc::clone(&sent), target.to_owned());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(rage(weapon, &target, &stopped, &counted));
        });
        let began = || sent.frames.load(Ordering::Relaxed) > 0;
        wait("the flood begins", WITHIN, began, String::new);
        Self { stop, sent, thread }
    }

    fn end(self) -> Arc<Sent> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        self.sent
    }
}

/// Connects and sends, again and again; she keeps to no pause between two attempts.
async fn rage(mut weapon: Weapon, target: &str, stop: &AtomicBool, sent: &Sent) {
    while !stop.load(Ordering::Relaxed) {
        let mut network = Network::start(&weapon.organisation.node_key, &Config::default()).unwrap();
        sent.dials.fetch_add(1, Ordering::Relaxed);
        network.keep(address::parse(target).unwrap());
        session(&mut network, &mut weapon, stop, sent).await;
    }
}

/// Sends whatever the line takes, until the connection ends or cannot be made.
async fn session(network: &mut Network, weapon: &mut Weapon, stop: &AtomicBool, sent: &Sent) {
    let (mut victim, mut unsent) = (None::<NodeId>, None::<Vec<u8>>);
    while !stop.load(Ordering::Relaxed) {
        match tokio::time::timeout(weapon.attack.pause().unwrap_or(IMPATIENCE), network.next()).await {
            Ok(Event::Connected { node, .. }) => {
                sent.sessions.fetch_add(1, Ordering::Relaxed);
                weapon.greeting().into_iter().for_each(|frame| network.send(&node, frame).unwrap());
                victim = Some(node);
            }
            // She reads what comes, so that more is sent.
            Ok(Event::Frame { bytes, .. }) => weapon.hear(&bytes),
            Ok(Event::Disconnected { .. } | Event::DialFailed { .. }) => return,
            Ok(_) | Err(_) => {}
        }
        let Some(victim) = victim else { continue };
        while let Some(frame) = unsent.take().or_else(|| weapon.frame()) {
            let bytes = frame.len() as u64;
            match network.send(&victim, frame) {
                Ok(()) => {}
                Err(SendError::Full { frame }) => {
                    unsent = Some(frame);
                    break;
                }
                Err(_) => return,
            }
            sent.frames.fetch_add(1, Ordering::Relaxed);
            sent.bytes.fetch_add(bytes, Ordering::Relaxed);
            if weapon.attack.pause().is_some() {
                break;
            }
        }
    }
}

/// The attacked node and the honest one that publishes to it.
struct Pair {
    victim: Member,
    honest: Member,
    running: Vec<Running>,
    /// How long each measurement takes at least.
    lasting: Duration,
    published: u64,
}

impl Pair {
    fn found(parent: &Path, charter: &Charter) -> Self {
        let member = |name| Member::found(PROGRAM, parent, name, charter, "/ip4/127.0.0.1/tcp/0");
        let (victim, honest) = (member("victim"), member("honest"));
        let running = vec![victim.site.run(), honest.site.run()];
        honest.call_up(&running[0].addresses[0]);
        honest.certify();
        let full = std::env::var("TALKOOT_LAB").is_ok_and(|wish| wish == "full");
        Self { victim, honest, running, lasting: Duration::from_secs(if full { 10 } else { 1 }), published: 0 }
    }

    /// Publishes at the honest node, round after round, each once the victim holds all before; returns reports a second.
    fn honest_rate(&mut self) -> f64 {
        let (started, first) = (Instant::now(), self.published);
        while started.elapsed() < self.lasting {
            let goal = self.published + REPORTS_A_ROUND;
            self.honest.publish(self.published..goal);
            self.published = goal;
            let arrived = || self.victim.status().reports >= goal;
            wait("all honest reports arrive", WITHIN, arrived, || format!("{:?}", self.victim.status()));
        }
        (self.published - first) as f64 / started.elapsed().as_secs_f64()
    }

    fn offences(&self, name: &str) -> u64 {
        self.victim.status().offences.get(name).copied().unwrap_or_default()
    }

    fn agree(&self) -> bool {
        self.victim.status().fingerprint == self.honest.status().fingerprint
    }
}

#[test]
fn a_node_that_is_flooded_goes_on_with_honest_work() {
    let temporary = tempfile::tempdir().unwrap();
    let hostile: Vec<_> = Attack::ALL.iter().map(|attack| format!("{attack:?}")).collect();
    let names: Vec<_> = ["victim", "honest"].map(str::to_owned).into_iter().chain(hostile.clone()).collect();
    let charter = charter(&names);
    let mut pair = Pair::found(temporary.path(), &charter);
    pair.honest_rate();
    let before = pair.honest_rate();
    let memory_before = memory_peak(&pair.victim.site);
    let known: Vec<_> = (0..256).map(|number| pair.honest.worker.report(number).id().short_id()).collect();
    for (attack, name) in Attack::ALL.into_iter().zip(&hostile) {
        let Member { organisation, worker, .. } =
            Member::found(PROGRAM, temporary.path(), name, &charter, "/ip4/127.0.0.1/tcp/0");
        let weapon = Weapon::new(attack, organisation, worker, known.clone(), charter.clone());
        let offences_before = attack.offence().map(|offence| pair.offences(offence));
        let flood = Flood::begin(weapon, &pair.running[0].addresses[0]);
        let during = pair.honest_rate();
        if let (Some(offence), Some(count)) = (attack.offence(), offences_before) {
            let counted = || pair.offences(offence) > count;
            wait(offence, WITHIN, counted, || format!("{attack:?}: {:?}", pair.victim.status()));
        }
        let sent = flood.end();
        assert!(pair.running[0].is_alive(), "{attack:?}");
        let figures = serde_json::json!({
            "lab": "flood", "attack": format!("{attack:?}"), "reports": pair.published,
            "reports_per_second_before": before.round(), "reports_per_second_during": during.round(),
            "dials": sent.dials.load(Ordering::Relaxed), "sessions": sent.sessions.load(Ordering::Relaxed), "frames": sent.frames.load(Ordering::Relaxed),
            "bytes": sent.bytes.load(Ordering::Relaxed), "offence": attack.offence(),
            "peak_memory_bytes_before": memory_before, "peak_memory_bytes": memory_peak(&pair.victim.site),
        });
        let _unheard = writeln!(std::io::stderr(), "{figures}");
    }
    wait("both hold the same", WITHIN, || pair.agree(), || format!("{:?}", pair.victim.status()));
    if let Some(peak) = memory_peak(&pair.victim.site) {
        assert!(peak < MEMORY_BYTES_MAX, "{peak} bytes of memory");
    }
    pair.running.into_iter().for_each(Running::stop);
    pair.victim.site.ok(&["verify"]);
}
