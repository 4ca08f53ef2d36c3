//! A network of this machine's own for real processes: namespaces joined by veth pairs, with delay, loss, narrow lines and
//! partitions as they are wanted. Needs root, `ip`, `tc` and `nft`; [`Lab::why_not`] says what is missing. Everything it made
//! is removed when it is dropped, and what killed runs left is swept when the next lab begins.
//!
//! ```text
//!  node 1                     hub                          node 2
//!  lab0 10.78.0.1                                          lab0 10.78.0.2     what the node sees (VXLAN, or veth with netem)
//!  up0  10.77.0.1 ---veth--- bridge + relay ---veth---     up0  10.77.0.2     what carries it
//! ```
//!
//! With netem in the kernel `lab0` is the veth end itself and netem delays what it sends; without it the relay does
//! ([`relay`]). Loss and partitions are rules of each node's own packet filter on what comes in.

pub mod relay;
mod tools;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tools::{run, run_with, try_run};

/// Most nodes of a lab.
pub const NODES_MAX: u8 = 100;
/// The address of the relay outside the tunnels.
const HUB: &str = "10.77.0.254";
/// The packet filter of a node before anything goes wrong.
const FILTER: &str = "table inet lab {
    chain loss { type filter hook input priority -10; }
    chain split { type filter hook input priority 0; }
}";
/// Longest wait for a connection in [`Lab::connect_time`], in seconds.
const CONNECT_SECONDS: u64 = 5;

/// Labs made by this process.
static LABS: AtomicU32 = AtomicU32::new(0);

/// Who delays the packets.
#[derive(Debug)]
enum Line {
    /// The kernel.
    Netem,
    /// A process of ours.
    Relay(Child),
}

/// A network of namespaces. Nodes are numbered from 1.
#[derive(Debug)]
pub struct Lab {
    name: String,
    nodes: u8,
    dir: PathBuf,
    line: Line,
}

impl Lab {
    /// Returns why no lab can be made on this machine, for people; `None` if one can.
    pub fn why_not() -> Option<String> {
        tools::sweep();
        let name = format!("{}probe{}", tools::prefix(), LABS.fetch_add(1, Ordering::Relaxed));
        let probe = || {
            try_run("ip", &format!("netns add {name}"), "")?;
            try_run("ip", &format!("-n {name} link add name up0 type veth peer name up1"), "")?;
            try_run("ip", &format!("netns exec {name} nft -f -"), FILTER)?;
            let rule = "add rule inet lab loss numgen random mod 100 < 10 drop";
            try_run("ip", &format!("netns exec {name} nft {rule}"), "")?;
            let tunnel = "link add name lab0 type vxlan id 77 dstport 4789 remote 10.77.0.254";
            try_run("ip", &format!("-n {name} {tunnel}"), "").map(|_| ())
        };
        let outcome = probe();
        tools::remove(&name);
        outcome.err()
    }

    /// Makes a network of `nodes` nodes without delay, loss or limits. `forwarder` is the program beside this library; small
    /// files go to `dir`.
    ///
    /// # Panics
    /// If it cannot be made, or there are too many nodes.
    pub fn new(forwarder: &str, dir: &Path, nodes: u8) -> Self {
        assert!(nodes <= NODES_MAX, "at most {NODES_MAX} nodes");
        tools::sweep();
        let name = format!("{}{}-", tools::prefix(), LABS.fetch_add(1, Ordering::Relaxed));
        // From here on whatever was made is removed, also when the rest fails.
        let mut lab = Self { name, nodes, dir: dir.to_owned(), line: Line::Netem };
        let hub = lab.hub();
        run("ip", &format!("netns add {hub}"));
        run("ip", &format!("-n {hub} link add name bridge0 type bridge"));
        run("ip", &format!("-n {hub} address add {HUB}/24 dev bridge0"));
        run("ip", &format!("-n {hub} link set bridge0 up"));
        let netem = try_run("ip", &format!("netns exec {hub} tc qdisc add dev bridge0 root netem delay 1ms"), "");
        match netem {
            Ok(_) => drop(run("ip", &format!("netns exec {hub} tc qdisc del dev bridge0 root"))),
            Err(_) => lab.line = Line::Relay(lab.relay(forwarder)),
        }
        (1..=nodes).for_each(|node| lab.join(node));
        lab
    }

    fn relay(&self, forwarder: &str) -> Child {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.hub(), forwarder, &self.nodes.to_string(), "0"]);
        command.stdin(Stdio::piped()).spawn().expect("the forwarder starts")
    }

    /// Makes a node's namespace and its line to the hub.
    fn join(&self, node: u8) {
        let (hub, name) = (self.hub(), self.namespace(node));
        let end = if self.is_relayed() { "up0" } else { "lab0" };
        run("ip", &format!("netns add {name}"));
        run("ip", &format!("-n {hub} link add name n{node} type veth peer name {end} netns {name}"));
        run("ip", &format!("-n {hub} link set n{node} master bridge0 up"));
        run("ip", &format!("-n {name} link set lo up"));
        if self.is_relayed() {
            let (outside, hardware) = (relay::outside(node), relay::hardware(node));
            run("ip", &format!("-n {name} address add {outside}/24 dev up0"));
            run("ip", &format!("-n {name} link set up0 up"));
            let tunnel = format!("type vxlan id 77 dstport {} local {outside} remote {HUB} nolearning", relay::PORT);
            run("ip", &format!("-n {name} link add name lab0 address {hardware} {tunnel}"));
        }
        // One segment a packet, so that one packet lost is one segment lost.
        run("ip", &format!("-n {name} link set lab0 gso_max_segs 1"));
        run("ip", &format!("-n {name} address add {}/24 dev lab0", self.address(node)));
        run("ip", &format!("-n {name} link set lab0 up"));
        self.filter(node, FILTER);
    }

    fn hub(&self) -> String {
        format!("{}hub", self.name)
    }

    fn namespace(&self, node: u8) -> String {
        format!("{}n{node}", self.name)
    }

    /// Returns whether a process of ours delays the packets, because the kernel cannot.
    pub fn is_relayed(&self) -> bool {
        matches!(self.line, Line::Relay(_))
    }

    /// Returns the address of a node inside the lab.
    pub fn address(&self, node: u8) -> String {
        format!("10.78.0.{node}")
    }

    /// Returns the path of a program that is `program` inside a node's namespace.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn inside(&self, node: u8, program: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.dir.join(format!("inside-{node}"));
        let script = format!("#!/bin/sh\nexec ip netns exec {} '{program}' \"$@\"\n", self.namespace(node));
        std::fs::write(&path, script).expect("a written script");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a runnable script");
        path.to_string_lossy().into_owned()
    }

    /// Delays every packet between two nodes by this time; a round trip takes twice as long.
    ///
    /// # Panics
    /// If it cannot be set.
    pub fn delay(&mut self, one_way: Duration) {
        let millis = one_way.as_millis();
        if let Line::Relay(relay) = &mut self.line {
            let stdin = relay.stdin.as_mut().expect("its standard input");
            return writeln!(stdin, "{millis}").expect("the forwarder listens");
        }
        for node in 1..=self.nodes {
            let name = self.namespace(node);
            run("ip", &format!("netns exec {name} tc qdisc replace dev lab0 root netem delay {millis}ms limit 20000"));
        }
    }

    /// Loses so many of a hundred packets on their way into each node, at random.
    ///
    /// # Panics
    /// If it cannot be set.
    pub fn lose(&self, percent: u8) {
        let device = if self.is_relayed() { "up0" } else { "lab0" };
        let rule = format!("iifname \"{device}\" numgen random mod 100 < {percent} counter drop");
        for node in 1..=self.nodes {
            self.filter(node, &format!("flush chain inet lab loss\nadd rule inet lab loss {rule}\n"));
        }
    }

    /// Cuts all nodes up to this one off from those after it.
    ///
    /// # Panics
    /// If it cannot be set.
    pub fn split_after(&self, last: u8) {
        for node in 1..=self.nodes {
            let (from, to) = if node <= last { (last + 1, self.nodes) } else { (1, last) };
            let rule = format!("ip saddr {}-{} counter drop", self.address(from), self.address(to));
            self.filter(node, &format!("flush chain inet lab split\nadd rule inet lab split {rule}\n"));
        }
    }

    /// Joins what was cut.
    ///
    /// # Panics
    /// If it cannot be set.
    pub fn heal(&self) {
        (1..=self.nodes).for_each(|node| self.filter(node, "flush chain inet lab split\n"));
    }

    /// Lets a node take in only so many bits a second, by a token bucket on its line.
    ///
    /// # Errors
    /// A sentence for people, where the kernel has none.
    pub fn narrow(&self, node: u8, bits_a_second: u64) -> Result<(), String> {
        let bucket = format!("tbf rate {bits_a_second}bit burst 4kb latency 200ms");
        let hub = self.hub();
        try_run("ip", &format!("netns exec {hub} tc qdisc replace dev n{node} root {bucket}"), "").map(|_| ())
    }

    /// Returns the packets dropped so far in a node by a rule now in force: lost at random, and cut off.
    ///
    /// # Panics
    /// If the packet filter does not answer.
    pub fn dropped(&self, node: u8) -> (u64, u64) {
        let count = |chain: &str| {
            let said = run("ip", &format!("netns exec {} nft list chain inet lab {chain}", self.namespace(node)));
            let number = said.split("counter packets ").nth(1).and_then(|rest| rest.split_whitespace().next());
            number.and_then(|number| number.parse().ok()).unwrap_or_default()
        };
        (count("loss"), count("split"))
    }

    /// Returns the bytes of all packets that reached a node so far.
    ///
    /// # Panics
    /// If the system does not say.
    pub fn taken_in(&self, node: u8) -> u64 {
        let device = if self.is_relayed() { "up0" } else { "lab0" };
        let file = format!("/sys/class/net/{device}/statistics/rx_bytes");
        let said = run("ip", &format!("netns exec {} cat {file}", self.namespace(node)));
        said.trim().parse().expect("a number")
    }

    /// Returns how long one node takes to connect to a port of another; `None` if it cannot within some seconds.
    pub fn connect_time(&self, from: u8, to: u8, port: u16) -> Option<Duration> {
        let (name, address) = (self.namespace(from), self.address(to));
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &name, "timeout", &CONNECT_SECONDS.to_string()]);
        command.args(["bash", "-c", &format!("exec 3<>/dev/tcp/{address}/{port}")]);
        let started = Instant::now();
        let ended = command.stdin(Stdio::null()).stderr(Stdio::null()).status();
        ended.is_ok_and(|status| status.success()).then(|| started.elapsed())
    }

    fn filter(&self, node: u8, script: &str) {
        run_with("ip", &format!("netns exec {} nft -f -", self.namespace(node)), script);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Line::Relay(relay) = &mut self.line {
            let _killed = relay.kill();
            let _ended = relay.wait();
        }
        (1..=self.nodes).for_each(|node| tools::remove(&self.namespace(node)));
        tools::remove(&self.hub());
    }
}
