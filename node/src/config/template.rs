//! The settings file a new node starts with: every key, its meaning, unit, bounds and default.

use super::reader::Number;
use super::{
    ANNOUNCE_MAX, ANTI_ENTROPY, ATTACHMENTS, AUTHORS, CIRCUIT_MIB, CIRCUIT_MINUTES, CIRCUITS, CONNECTIONS,
    FILTER_DEFAULT, HTTP_LISTEN_MAX, LISTEN_DEFAULT, LISTEN_MAX, Nat, ORGANISATIONS, PEER_RATE, PEERS_MAX, RELAYS_MAX,
    REPORTS, Relay, SEGMENT, WORDS_MEMORY, ZONE_DEFAULT,
};

/// Writes the file from the same constants that reading it checks against.
pub(super) fn default_toml() -> String {
    let Nat { punch, probe, answer } = Nat::default();
    let listen = LISTEN_DEFAULT.map(|address| format!("    \"{address}\",\n")).concat();
    format!(
        r#"# Settings of this Talkoot node. A key that is left out has the value shown here.
# They are read when the node starts: after a change, restart it.

[network]
# Addresses on which peers can reach this node (multiaddresses, at most {LISTEN_MAX}).
# 0.0.0.0 means every network card of this machine. With an empty list, [], the node only calls others.
listen = [
{listen}]

# Look for peers on the local network by itself (multicast DNS): true or false.
# Everyone on that network can then see that a node runs here.
mdns = false

# Tell members, in a signed address record, where this node is reached, and connect to
# members that tell it, so that the network holds together by itself: true or false.
# Without it only the peers named here and by 'talkoot peer add' are called.
find_members = true

# Connections to peers at one time{connections}
# Each takes up to about 250 KiB of memory.
{connections_line}

# Peers to call at start (multiaddresses, at most {PEERS_MAX}),
# such as "/dns4/node.example.org/tcp/7474".
peers = []

# Addresses at which others reach this node (multiaddresses, at most {ANNOUNCE_MAX}), if they are not those it listens on:
# behind a router that forwards a port, or under a name. Members learn them from the node's signed address record.
announce = []

# What is read from one peer in a second{peer_rate} 0 means any number.
# A peer that sends more has to wait, so that it cannot take the node away from the others.
{peer_rate_line}

[network.relay]
# Connect others that cannot reach each other, as two offices behind routers: true or false.
# What goes through is encrypted from end to end and uses this node's line. Anyone who may connect here may use it.
offer = {offer}

# Circuits through this node at one time{circuits}
{circuits_line}

# What goes through one circuit, both ways together, before it is cut{circuit_mib}
# A first exchange has to fit.
{circuit_mib_line}

# How long one circuit lasts before it is cut{circuit_minutes}
{circuit_minutes_line}

# Nodes through which this one can be reached (multiaddresses that end in /p2p/NODE, at most {RELAYS_MAX}),
# for a node that nobody can call. They must offer it.
through = []

[network.nat]
# Two nodes that met through a relay try to connect directly: true or false.
punch = {punch}

# Ask peers whether this node can be reached at the addresses they see it under: true or false.
# The answers are as true as the peers; `announce` goes before them.
probe = {probe}

# Answer when peers ask that: true or false. Takes calling the addresses they name.
answer = {answer}

[sync]
# Time between two full comparisons with a connected peer{anti_entropy}
# New reports are sent at once; this repairs what did not arrive.
{anti_entropy_line}

[store]
# Size at which a file of the log is closed and the next one begun{segment}
# Erasing a report rewrites the file it is in, so larger files make that slower.
{segment_line}

# What attachments (pictures and documents that belong to reports) may take together{attachments}
# Beyond it none is taken or fetched any more; reports are not affected.
{attachments_line}

[words]
# Keep an index of the words of reports, for searching and for finding similar ones: true or false.
# It takes some hundred megabytes of disk for 100,000 reports, and time of the processor when reports come in.
keep = true

# Memory in which the words of new reports are gathered, for searching, before they go to disk{words_memory}
{words_memory_line}

[views]
# Small numbers can betray a person. A view shows "few" instead of a number that rests on less than this.
# The values here are the least possible: a node may be stricter, never looser.
# Use the same values as your partners: with others, your tables and theirs differ.

# Fewest reports{reports}
{reports_line}

# Fewest organisations those reports come from{organisations}
{organisations_line}

# Fewest authors those reports come from{authors}
{authors_line}

[http]
# Addresses and ports on which programs of other machines are answered (at most {HTTP_LISTEN_MAX}), such as "127.0.0.1:8474".
# They show a token that 'talkoot token add' made. What goes over the line is not encrypted: anything but this machine
# itself belongs behind a proxy that does (docs/operations.md). With an empty list nothing is answered.
listen = []
# The zone whose time pages show, by its name in the time zone database, such as "Europe/Stockholm" or "UTC".
zone = "{ZONE_DEFAULT}"

[log]
# What is logged: "error", "warn", "info", "debug" or "trace"; or by module, "info,talkoot_node=debug".
# What workers write appears at "debug" and "trace" only: do not leave those on.
filter = "{FILTER_DEFAULT}"
"#,
        connections = bounds(&CONNECTIONS),
        connections_line = line(&CONNECTIONS),
        peer_rate = bounds(&PEER_RATE),
        peer_rate_line = line(&PEER_RATE),
        offer = Relay::default().offer,
        circuits = bounds(&CIRCUITS),
        circuits_line = line(&CIRCUITS),
        circuit_mib = bounds(&CIRCUIT_MIB),
        circuit_mib_line = line(&CIRCUIT_MIB),
        circuit_minutes = bounds(&CIRCUIT_MINUTES),
        circuit_minutes_line = line(&CIRCUIT_MINUTES),
        anti_entropy = bounds(&ANTI_ENTROPY),
        anti_entropy_line = line(&ANTI_ENTROPY),
        segment = bounds(&SEGMENT),
        segment_line = line(&SEGMENT),
        attachments = bounds(&ATTACHMENTS),
        attachments_line = line(&ATTACHMENTS),
        words_memory = bounds(&WORDS_MEMORY),
        words_memory_line = line(&WORDS_MEMORY),
        reports = bounds(&REPORTS),
        reports_line = line(&REPORTS),
        organisations = bounds(&ORGANISATIONS),
        organisations_line = line(&ORGANISATIONS),
        authors = bounds(&AUTHORS),
        authors_line = line(&AUTHORS),
    )
}

fn bounds(Number { unit, min, max, .. }: &Number) -> String {
    format!(", {min} to {max} {unit}.")
}

fn line(Number { key, default, .. }: &Number) -> String {
    let name = key.rsplit_once('.').map_or(*key, |(_, name)| name);
    format!("{name} = {default}")
}
