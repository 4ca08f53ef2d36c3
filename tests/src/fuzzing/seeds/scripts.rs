//! Scripts for an engine that lead somewhere: what [`World::step`](crate::fuzzing::engine::world::World::step) reads, written down
//! by name.

/// Does all that is under way.
const SETTLE: &[u8] = &[255];
/// Waits until something is due.
const WAIT: &[u8] = &[208, 100];
/// Lets hours pass.
const HOURS: &[u8] = &[208, 250];
const RESTART: &[u8] = &[231];
/// The number of changes that the company knows is below this.
const ALL: u8 = 15;

fn meet(peer: u8) -> Vec<u8> {
    vec![0, peer, 1]
}

fn part(peer: u8) -> Vec<u8> {
    vec![20, peer]
}

/// Submits all that is known, in order.
fn submit_all() -> Vec<u8> {
    vec![192, 0x80 | ALL, 0, 1, 1]
}

fn submit(from: u8, quads: u8) -> Vec<u8> {
    vec![192, 0x80 | quads, from, 1, 1]
}

/// A peer says what begins with this; what follows decides how.
fn say(peer: u8, what: &[u8]) -> Vec<u8> {
    [&[24, peer], what, &[1]].concat()
}

fn claim(peer: u8, from: u8, quads: u8) -> Vec<u8> {
    say(peer, &[15, 0x80 | quads, from])
}

fn deliver(peer: u8, from: u8, quads: u8) -> Vec<u8> {
    say(peer, &[10, 0x80 | quads, from, 1, 1, 2, 0, 2])
}

fn obey(peer: u8) -> Vec<u8> {
    say(peer, &[9, 1, 2])
}

/// Returns scripts by name.
pub fn scripts() -> Vec<(&'static str, Vec<u8>)> {
    let cells = |peer| say(peer, &[3, 0, 1, 0, 1, 100, 0]);
    let cells_fresh = |peer| say(peer, &[3, 0, 3, 9, 0, 1, 100, 0]);
    let have = |peer| say(peer, &[5, 0, 7, 1, 0, 1]);
    let ranges = |peer| say(peer, &[6, 0, 0]);
    let go_on = |peer| say(peer, &[7]);
    let request = |peer| say(peer, &[8, 0, 0x8f, 0, 1]);
    let credit = |peer| say(peer, &[12, 0xff, 0xff, 8, 2]);
    let found = |peer, kind| say(peer, &[4, 3, 0, kind, 1]);
    let announce = |peer| say(peer, &[13, 0x8f, 0, 1]);
    let settle = || SETTLE.to_vec();
    let begun = || [vec![0], submit_all(), settle(), meet(0), settle()].concat();
    vec![
        ("nothing", vec![0]),
        ("all submitted", [vec![0], submit_all(), settle(), RESTART.to_vec()].concat()),
        ("newest first", [vec![2], submit(20, 5), submit(8, 5), submit(0, 3), settle()].concat()),
        ("asked by cells", [begun(), claim(0, 0, 3), cells(0), credit(0), settle()].concat()),
        ("asked by fresh cells", [begun(), claim(0, 0, 5), cells_fresh(0), credit(0), settle()].concat()),
        ("asked by hashes", [begun(), claim(0, 4, 4), have(0), credit(0), settle()].concat()),
        ("asked by ranges", [begun(), claim(0, 4, 4), ranges(0), go_on(0), go_on(0), settle()].concat()),
        ("asked by ids", [begun(), credit(0), request(0), settle(), part(0)].concat()),
        (
            "asks and is answered",
            [vec![0], submit(0, 3), settle(), meet(0), claim(0, 0, 12), settle(), WAIT.to_vec(), found(0, 1), obey(0)]
                .into_iter()
                .chain([settle(), obey(0), settle(), WAIT.to_vec(), HOURS.to_vec()])
                .collect::<Vec<_>>()
                .concat(),
        ),
        (
            "asks and cannot be answered",
            [vec![0], submit(0, 3), settle(), meet(0), claim(0, 0, 12), WAIT.to_vec(), found(0, 2), WAIT.to_vec()]
                .into_iter()
                .chain([found(0, 2), go_on(0), go_on(0), found(0, 2), WAIT.to_vec(), WAIT.to_vec()])
                .collect::<Vec<_>>()
                .concat(),
        ),
        (
            "asks for what was announced",
            [vec![0], submit(0, 3), settle(), meet(0), settle(), announce(0), WAIT.to_vec(), WAIT.to_vec(), obey(0)]
                .into_iter()
                .chain([settle(), WAIT.to_vec()])
                .collect::<Vec<_>>()
                .concat(),
        ),
        (
            "asks by cells",
            [vec![0], submit(0, 10), settle(), meet(0), claim(0, 0, 15), settle(), WAIT.to_vec(), found(0, 0)]
                .into_iter()
                .chain([found(0, 1), obey(0), settle(), WAIT.to_vec(), announce(0), WAIT.to_vec()])
                .collect::<Vec<_>>()
                .concat(),
        ),
        ("pushed", [vec![0], submit(0, 3), settle(), meet(0), deliver(0, 0, 15), settle(), meet(1), settle()].concat()),
        ("a stranger", [vec![0], meet(1), deliver(1, 0, 15), request(1), cells(1), settle(), credit(1)].concat()),
        (
            "a full disk",
            [vec![0], submit_all(), vec![128, 1], vec![150, 5], submit_all(), settle(), meet(0), WAIT.to_vec()]
                .concat(),
        ),
        (
            "a damaged record",
            [begun(), vec![226, 9], vec![226, 20], deliver(0, 0, 15), settle(), vec![226, 9], RESTART.to_vec()]
                .concat(),
        ),
        ("many peers", [vec![1], submit_all(), meet(0), meet(1), meet(2), meet(3), settle(), HOURS.to_vec()].concat()),
        ("noise", [vec![0], meet(0), vec![120, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9], settle()].concat()),
    ]
}
