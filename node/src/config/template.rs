//! The settings file a new node starts with: every key, its meaning, unit, bounds and default.

use super::reader::Number;
use super::{
    ANTI_ENTROPY, AUTHORS, CONNECTIONS, FILTER_DEFAULT, LISTEN_DEFAULT, LISTEN_MAX, ORGANISATIONS, PEERS_MAX, REPORTS,
    SEGMENT,
};

/// Writes the file from the same constants that reading it checks against.
pub(super) fn default_toml() -> String {
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

# Connections to peers at one time{connections}
# Each takes up to about 250 KiB of memory.
{connections_line}

# Peers to call at start (multiaddresses, at most {PEERS_MAX}),
# such as "/dns4/node.example.org/tcp/7474".
peers = []

[sync]
# Time between two full comparisons with a connected peer{anti_entropy}
# New reports are sent at once; this repairs what did not arrive.
{anti_entropy_line}

[store]
# Size at which a file of the log is closed and the next one begun{segment}
# Erasing a report rewrites the file it is in, so larger files make that slower.
{segment_line}

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

[log]
# What is logged: "error", "warn", "info", "debug" or "trace"; or by module, "info,talkoot_node=debug".
# What workers write appears at "debug" and "trace" only: do not leave those on.
filter = "{FILTER_DEFAULT}"
"#,
        connections = bounds(&CONNECTIONS),
        connections_line = line(&CONNECTIONS),
        anti_entropy = bounds(&ANTI_ENTROPY),
        anti_entropy_line = line(&ANTI_ENTROPY),
        segment = bounds(&SEGMENT),
        segment_line = line(&SEGMENT),
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
    let name = key.split_once('.').map_or(*key, |(_, name)| name);
    format!("{name} = {default}")
}
