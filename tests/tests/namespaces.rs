//! Real processes in network namespaces of their own: slow, lossy, narrow and broken lines. Skipped, with the reason on standard
//! error, where such a network cannot be made. `TALKOOT_LAB=full` takes the long way: a minute apart instead of seconds.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use talkoot_tests::member::{Member, charter, wait};
use talkoot_tests::netns::Lab;
use talkoot_tests::process::Running;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const FORWARDER: &str = env!("CARGO_BIN_EXE_forwarder");
/// The port of every node.
const PORT: u16 = 7474;
/// Longest wait for agreement: a node that could not reach another calls it again after up to a minute.
const AGREE_WITHIN: Duration = Duration::from_secs(300);
/// One-way delay of the bad lines: 200 ms for each round trip.
const DELAY: Duration = Duration::from_millis(100);
/// Packets in a hundred that the bad lines lose, in each direction.
const LOSS: u8 = 10;

/// How long things take.
struct Pace {
    apart: Duration,
    /// Reports that each node publishes while they are apart.
    reports: u64,
}

impl Pace {
    fn wanted() -> Self {
        match std::env::var("TALKOOT_LAB").as_deref() {
            Ok("full") => Self { apart: Duration::from_secs(60), reports: 50 },
            _ => Self { apart: Duration::from_secs(5), reports: 8 },
        }
    }
}

/// Says something also when the test succeeds.
fn say(line: &str) {
    let _unheard = writeln!(std::io::stderr(), "{line}");
}

/// Returns whether a lab can be made; says why not.
fn possible(test: &str) -> bool {
    let why_not = Lab::why_not();
    if let Some(reason) = &why_not {
        say(&format!("skipped: {test}: no network namespaces here: {reason}"));
    }
    why_not.is_none()
}

/// A network of nodes that run, each in its namespace; nodes are numbered from 1.
struct Town {
    members: Vec<Member>,
    running: Vec<Running>,
    lab: Lab,
}

impl Town {
    fn found(parent: &Path, nodes: u8) -> Self {
        let lab = Lab::new(FORWARDER, parent, nodes);
        let names: Vec<_> = (1..=nodes).map(|node| format!("talo-{node}")).collect();
        let charter = charter(&names);
        let members: Vec<_> = names
            .iter()
            .zip(1..)
            .map(|(name, node)| {
                let listen = format!("/ip4/{}/tcp/{PORT}", lab.address(node));
                Member::found(&lab.inside(node, PROGRAM), parent, name, &charter, &listen)
            })
            .collect();
        let running = members.iter().map(|member| member.site.run()).collect();
        members.iter().for_each(Member::certify);
        Self { members, running, lab }
    }

    /// Lets one node call another and stay connected.
    fn call(&self, from: usize, to: usize) {
        let address = format!("/ip4/{}/tcp/{PORT}", self.lab.address(to as u8));
        self.members[from - 1].call_up(&address);
    }

    /// A ring, and from every second node a way across.
    fn connect(&self) {
        let nodes = self.members.len();
        for node in 1..=nodes {
            self.call(node, node % nodes + 1);
            if node % 2 == 0 {
                self.call(node, (node + 2) % nodes + 1);
            }
        }
    }

    fn agree(&self, reports: u64) -> bool {
        let statuses: Vec<_> = self.members.iter().map(Member::status).collect();
        let fingerprints: BTreeSet<_> = statuses.iter().map(|status| status.fingerprint.to_string()).collect();
        fingerprints.len() == 1 && statuses.iter().all(|status| status.reports == reports)
    }

    fn agreement(&self, reports: u64) -> f64 {
        let agree = || self.agree(reports);
        wait("all hold the same", AGREE_WITHIN, agree, || self.picture()).as_secs_f64()
    }

    /// One line for each node, for whoever looks into a failure.
    fn picture(&self) -> String {
        let line = |member: &Member| {
            let status = member.status();
            format!(
                "{}: {} reports, {} peers, {}\n",
                member.site.dir.display(),
                status.reports,
                status.connected,
                status.fingerprint
            )
        };
        self.members.iter().map(line).collect()
    }

    fn reports(&self, node: usize) -> u64 {
        self.members[node - 1].status().reports
    }

    fn stop(self) {
        self.running.into_iter().for_each(Running::stop);
    }
}

#[test]
fn seven_nodes_that_were_apart_on_bad_lines_hold_the_same_again() {
    if !possible("seven nodes") {
        return;
    }
    let pace = Pace::wanted();
    let temporary = tempfile::tempdir().unwrap();
    let mut town = Town::found(temporary.path(), 7);
    town.connect();
    town.members[0].publish(0..1);
    let first = town.agreement(1);
    town.lab.delay(DELAY);
    town.lab.lose(LOSS);
    // One round trip, and a whole one more for whatever is lost of it.
    let connecting = town.lab.connect_time(1, 2, PORT);
    assert!(connecting.is_none_or(|time| time >= 2 * DELAY), "the lines are slow: {connecting:?}");
    let published = Instant::now();
    town.members[3].publish(1..2);
    town.agreement(2);
    let one_report = published.elapsed().as_secs_f64();

    town.lab.split_after(4);
    let started = Instant::now();
    for round in 0..pace.reports {
        for (member, at) in town.members.iter().zip(0u64..) {
            let number = 2 + at * pace.reports + round;
            member.publish(number..number + 1);
        }
        let next = pace.apart.mul_f64((round + 1) as f64 / pace.reports as f64);
        std::thread::sleep(next.saturating_sub(started.elapsed()));
    }
    let apart = started.elapsed().as_secs_f64();
    for (node, nodes) in (1..=7).zip([4, 4, 4, 4, 3, 3, 3]) {
        let most = 2 + nodes * pace.reports;
        assert!(town.reports(node) <= most, "node {node} holds what it cannot have got: {}", town.picture());
    }
    let (lost, cut_off) = (1..=7).map(|node| town.lab.dropped(node)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(lost > 0 && cut_off > 0, "the lines were bad: {lost} lost, {cut_off} cut off");
    town.lab.heal();
    let reports = 2 + 7 * pace.reports;
    let equal = town.agreement(reports);
    let figures = serde_json::json!({
        "lab": "seven", "nodes": 7, "round_trip_ms": 2 * DELAY.as_millis() as u64, "loss_percent": LOSS,
        "delay_by": if town.lab.is_relayed() { "relay" } else { "netem" },
        "first_agreement_seconds": first, "one_report_to_all_seconds": one_report,
        "apart_seconds": apart, "reports": reports, "packets_lost": lost, "packets_cut_off": cut_off,
        "seconds_to_equality": equal,
    });
    say(&figures.to_string());
    town.lab.lose(0);
    town.stop();
}

#[test]
fn a_narrow_line_is_slow_and_nothing_else() {
    if !possible("a narrow line") {
        return;
    }
    const BITS_A_SECOND: u64 = 1_000_000;
    const REPORTS: u64 = 500;
    let temporary = tempfile::tempdir().unwrap();
    let town = Town::found(temporary.path(), 2);
    town.members[0].publish(0..REPORTS);
    if let Err(reason) = town.lab.narrow(2, BITS_A_SECOND) {
        return say(&format!("skipped: a narrow line: no token bucket here: {reason}"));
    }
    let before = town.lab.taken_in(2);
    let started = Instant::now();
    town.call(2, 1);
    town.agreement(REPORTS);
    let seconds = started.elapsed().as_secs_f64();
    let bytes = town.lab.taken_in(2) - before;
    let rate = bytes as f64 * 8.0 / seconds;
    assert!(rate < 1.2 * BITS_A_SECOND as f64, "{bytes} bytes in {seconds} s are too many");
    let figures = serde_json::json!({
        "lab": "narrow", "line_bits_per_second": BITS_A_SECOND, "reports": REPORTS, "bytes": bytes,
        "seconds_to_equality": seconds, "bits_per_second": rate.round(),
    });
    say(&figures.to_string());
    town.stop();
}
