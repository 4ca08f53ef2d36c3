//! One overlay by itself, and crowds of them.

use proptest::prelude::*;

use super::*;
use crate::address::AddressRecord;
use crate::charter::Charter;
use crate::id::ChangeId;
use crate::key::{KeyCommitment, PublicKey};
use crate::membership::Speaker;
use crate::scope::County;
use crate::statement::{Inception, Names, OrganisationKind, Record, Statement};

const STEP: Duration = Duration::from_secs(5);

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn node(number: usize) -> NodeId {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    NodeId::from_bytes(bytes)
}

fn number_of(node: &NodeId) -> usize {
    u64::from_be_bytes(std::array::from_fn(|at| node.as_bytes()[at])) as usize
}

fn organisation(number: usize) -> OrganisationId {
    OrganisationId::from_bytes([number as u8; 32])
}

fn county(code: usize) -> Scope {
    Scope::Region(County::new(code as u8 + 1).unwrap())
}

fn seconds(passed: u64) -> Instant {
    Instant::from_origin(Duration::from_secs(passed))
}

fn candidate(of: usize) -> Candidate {
    Candidate { organisation: organisation(of), circles: [].into() }
}

fn crowd_of(organisations: &[usize]) -> BTreeMap<NodeId, Candidate> {
    organisations.iter().enumerate().map(|(at, of)| (node(at + 1), candidate(*of))).collect()
}

fn linked(candidates: &BTreeMap<NodeId, Candidate>, kept: bool) -> BTreeMap<NodeId, Link> {
    let link = |with: &Candidate| Link { with: with.clone(), kept, since: seconds(0) };
    candidates.iter().map(|(node, with)| (*node, link(with))).collect()
}

fn dials(actions: &[Action]) -> Vec<NodeId> {
    let dial = |action: &Action| if let Action::Dial(node) = action { Some(*node) } else { None };
    actions.iter().filter_map(dial).collect()
}

#[test]
fn few_are_dialled_at_once_and_never_twice() {
    let candidates = crowd_of(&(1..40).collect::<Vec<_>>());
    let (mut overlay, mut seed) = (Overlay::new(organisation(0)), 1);
    let mut random = || splitmix(&mut seed);
    let first = dials(&overlay.look(seconds(0), &BTreeMap::new(), &candidates, &mut random));
    assert_eq!(first.len(), DIALS_MAX);
    assert!(overlay.look(seconds(20), &BTreeMap::new(), &candidates, &mut random).is_empty(), "all are under way");
    let again = dials(&overlay.look(seconds(61), &BTreeMap::new(), &candidates, &mut random));
    assert_eq!(again.len(), DIALS_MAX, "nobody answered in time");
    assert!(again.iter().all(|node| !first.contains(node)), "those rest");
}

#[test]
fn what_fails_rests_longer_each_time_but_not_when_alone() {
    let candidates = crowd_of(&[1, 2]);
    let other = linked(&crowd_of(&[1]), false);
    let mut overlay = Overlay::new(organisation(0));
    let mut zero = || 0;
    for _ in 0..12 {
        overlay.unreachable(seconds(100), node(2));
    }
    assert!(overlay.look(seconds(3_000), &other, &candidates, &mut zero).is_empty(), "there is another link");
    let alone = BTreeMap::from([(node(2), candidate(2))]);
    let look = overlay.look(seconds(3_001), &BTreeMap::new(), &alone, &mut zero);
    assert_eq!(look, [Action::Dial(node(2))]);
    overlay.connected(node(2));
    let links = linked(&alone, false);
    overlay.look(seconds(4_000), &links, &alone, &mut zero);
    overlay.disconnected(seconds(4_001), node(2));
    assert!(overlay.deadline() <= seconds(4_002), "a look is due soon");
    let look = overlay.look(seconds(4_017), &other, &candidates, &mut zero);
    assert_eq!(look, [Action::Dial(node(2))], "a link that held wipes out what was before");
}

#[test]
fn remembered_failures_are_bounded() {
    let mut overlay = Overlay::new(organisation(0));
    for at in 0..FAILURES_MAX + 100 {
        overlay.unreachable(seconds(at as u64), node(at));
    }
    assert_eq!(overlay.failures.len(), FAILURES_MAX);
    overlay.look(seconds(100_000), &BTreeMap::new(), &BTreeMap::new(), &mut || 0);
    assert!(overlay.failures.is_empty(), "nobody asks for them any more");
}

#[test]
fn too_many_links_go_one_by_one_and_never_young_or_kept_ones() {
    let candidates = crowd_of(&(1..=20).collect::<Vec<_>>());
    let mut links = linked(&candidates, true);
    let mut overlay = Overlay::new(organisation(0));
    let mut seed = 3;
    let mut random = || splitmix(&mut seed);
    assert!(overlay.look(seconds(90), &links, &candidates, &mut random).is_empty(), "all are kept");
    links.get_mut(&node(4)).unwrap().kept = false;
    assert!(overlay.look(seconds(59), &links, &candidates, &mut random).is_empty(), "too young");
    assert_eq!(overlay.look(seconds(60), &links, &candidates, &mut random), [Action::Release(node(4))]);
    links.values_mut().for_each(|link| link.kept = false);
    let mut released = 0;
    while let [Action::Release(node)] = overlay.look(seconds(90), &links, &candidates, &mut random)[..] {
        links.remove(&node);
        released += 1;
    }
    assert_eq!((released, links.len()), (8, LINKS_MAX));
}

#[test]
fn organisations_are_mixed_where_there_is_a_choice() {
    for seed in 0..50 {
        let mut state = seed;
        let candidates = crowd_of(&[&[0; 30][..], &[1; 30], &[2; 2]].concat());
        let mut overlay = Overlay::new(organisation(0));
        let mut links = BTreeMap::new();
        for step in 0..10 {
            let actions = overlay.look(seconds(step * 20), &links, &candidates, &mut || splitmix(&mut state));
            for node in dials(&actions) {
                overlay.connected(node);
                let link = Link { with: candidates[&node].clone(), kept: false, since: seconds(step * 20) };
                links.insert(node, link);
            }
        }
        assert_eq!(links.len(), LINKS_MIN);
        for of in 0..3 {
            let inside = links.values().filter(|link| link.with.organisation == organisation(of)).count();
            assert!(inside * 2 <= LINKS_MIN, "seed {seed}: {inside} of organisation {of}");
        }
        let first = links.values().map(|link| link.with.organisation).collect::<BTreeSet<_>>();
        assert!(first.len() > 1, "seed {seed}");
    }
}

#[test]
fn a_link_is_exchanged_now_and_then_without_a_gap() {
    let candidates = crowd_of(&(1..=30).collect::<Vec<_>>());
    let mut links: BTreeMap<_, _> = linked(&candidates, false).into_iter().take(LINKS_MIN).collect();
    let before: BTreeSet<_> = links.keys().copied().collect();
    let (mut overlay, mut seed, mut exchanged) = (Overlay::new(organisation(0)), 5, 0);
    for step in 0..190 {
        for action in overlay.look(seconds(step * 20), &links, &candidates, &mut || splitmix(&mut seed)) {
            match action {
                Action::Dial(node) => {
                    overlay.connected(node);
                    let link = Link { with: candidates[&node].clone(), kept: false, since: seconds(step * 20) };
                    links.insert(node, link);
                }
                Action::Release(node) => {
                    links.remove(&node);
                    exchanged += 1;
                    overlay.disconnected(seconds(step * 20), node);
                }
            }
            assert!((LINKS_MIN..=LINKS_MIN + 1).contains(&links.len()));
        }
    }
    assert!((4..=8).contains(&exchanged), "{exchanged} in an hour");
    assert_ne!(before, links.keys().copied().collect());
}

/// A crowd of overlays on virtual time, with links that need both ends to be up.
struct Crowd {
    seed: u64,
    now: Instant,
    overlays: Vec<Overlay>,
    organisations: Vec<usize>,
    circles: Vec<BTreeSet<Scope>>,
    known: Vec<BTreeMap<NodeId, Candidate>>,
    up: Vec<bool>,
    links: BTreeMap<(usize, usize), Instant>,
    released: usize,
    /// Dials of a thousand that fail.
    failing: u64,
}

impl Crowd {
    /// A crowd that is not there yet: organisation and counties of each.
    fn new(seed: u64, members: &[(usize, Vec<usize>)]) -> Self {
        let circles = members.iter().map(|(of, counties)| {
            let own = Scope::Organisation(organisation(*of));
            counties.iter().map(|code| county(*code)).chain([own]).collect()
        });
        Self {
            seed,
            now: Instant::default(),
            overlays: members.iter().map(|(of, _)| Overlay::new(organisation(*of))).collect(),
            organisations: members.iter().map(|(of, _)| *of).collect(),
            circles: circles.collect(),
            known: vec![BTreeMap::new(); members.len()],
            up: vec![false; members.len()],
            links: BTreeMap::new(),
            released: 0,
            failing: 50,
        }
    }

    fn as_seen_by(&self, one: usize, other: usize) -> Candidate {
        let shared = self.circles[one].intersection(&self.circles[other]).copied();
        let same = self.organisations[one] == self.organisations[other];
        let circles = shared.filter(|circle| same == matches!(circle, Scope::Organisation(_))).collect();
        Candidate { organisation: organisation(self.organisations[other]), circles }
    }

    /// Someone joins: from now on everyone knows its address, and it theirs.
    fn join(&mut self, who: usize) {
        self.up[who] = true;
        for other in (0..self.up.len()).filter(|other| *other != who) {
            let (here, there) = (self.as_seen_by(who, other), self.as_seen_by(other, who));
            self.known[other].insert(node(who), there);
            if self.up[other] {
                self.known[who].insert(node(other), here);
            }
        }
    }

    /// Someone is gone; its address stays known.
    fn vanish(&mut self, who: usize) {
        self.up[who] = false;
        for other in 0..self.up.len() {
            self.cut(who, other);
        }
    }

    fn cut(&mut self, one: usize, other: usize) {
        if self.links.remove(&(one.min(other), one.max(other))).is_some() {
            self.overlays[one].disconnected(self.now, node(other));
            self.overlays[other].disconnected(self.now, node(one));
        }
    }

    fn links_of(&self, who: usize) -> BTreeMap<NodeId, Link> {
        let others = self.links.iter().filter_map(|((one, other), since)| match who {
            _ if who == *one => Some((*other, *since)),
            _ if who == *other => Some((*one, *since)),
            _ => None,
        });
        let link = |other, since| Link { with: self.known[who][&node(other)].clone(), kept: false, since };
        others.map(|(other, since)| (node(other), link(other, since))).collect()
    }

    fn step(&mut self) {
        self.now = self.now + STEP;
        for who in 0..self.up.len() {
            if !self.up[who] || self.overlays[who].deadline() > self.now {
                continue;
            }
            let links = self.links_of(who);
            let seed = &mut self.seed;
            let actions = self.overlays[who].look(self.now, &links, &self.known[who], &mut || splitmix(seed));
            actions.into_iter().for_each(|action| self.act(who, action));
        }
    }

    fn act(&mut self, who: usize, action: Action) {
        match action {
            Action::Dial(peer) => {
                let other = number_of(&peer);
                assert!(who != other && !self.links.contains_key(&(who.min(other), who.max(other))));
                if !self.up[other] || splitmix(&mut self.seed) % 1_000 < self.failing {
                    return self.overlays[who].unreachable(self.now, peer);
                }
                self.links.insert((who.min(other), who.max(other)), self.now);
                self.overlays[who].connected(peer);
                self.overlays[other].connected(node(who));
            }
            Action::Release(peer) => {
                self.released += 1;
                self.cut(who, number_of(&peer));
            }
        }
    }

    fn pass(&mut self, minutes: u64) {
        (0..minutes * 12).for_each(|_| self.step());
    }

    fn degrees(&self) -> Vec<usize> {
        let up = (0..self.up.len()).filter(|who| self.up[*who]);
        up.map(|who| self.links.keys().filter(|(one, other)| *one == who || *other == who).count()).collect()
    }

    /// Returns in how many pieces the part of the crowd falls that is up and fits.
    fn pieces(&self, fits: impl Fn(usize) -> bool) -> usize {
        let mut left: BTreeSet<usize> = (0..self.up.len()).filter(|who| self.up[*who] && fits(*who)).collect();
        let mut pieces = 0;
        while let Some(first) = left.pop_first() {
            pieces += 1;
            let mut open = vec![first];
            while let Some(who) = open.pop() {
                for (one, other) in self.links.keys().filter(|(one, other)| *one == who || *other == who) {
                    open.extend([*one, *other].into_iter().filter(|other| left.remove(other)));
                }
            }
        }
        pieces
    }

    /// Everything hangs together: the whole, each organisation, each county.
    fn require_whole(&self, what: &str) {
        assert_eq!(self.pieces(|_| true), 1, "{what}: the network");
        let circles: BTreeSet<_> = self.circles.iter().flatten().collect();
        let broken: Vec<_> =
            circles.iter().filter(|circle| self.pieces(|who| self.circles[who].contains(circle)) > 1).collect();
        assert!(broken.is_empty(), "{what}: {broken:?}");
    }

    /// Nearly all have enough links and nobody has many too many; a neighbour's exchange may just have taken one away.
    fn require_degrees(&self, what: &str) {
        let degrees = self.degrees();
        let enough = LINKS_MIN.min(degrees.len() - 1);
        let short = degrees.iter().filter(|degree| **degree < enough).count();
        assert!(short * 20 <= degrees.len(), "{what}: {short} are short of links: {degrees:?}");
        let many = degrees.iter().filter(|degree| **degree > LINKS_TOTAL).count();
        assert!(many * 20 <= degrees.len(), "{what}: {many} have too many links: {degrees:?}");
        let range = enough.saturating_sub(3)..=LINKS_TOTAL + LINKS_SLACK;
        assert!(degrees.iter().all(|degree| range.contains(degree)), "{what}: {degrees:?}");
    }
}

/// Forty organisations of five nodes: most act in one county of ten, every eighth in all.
fn two_hundred() -> Vec<(usize, Vec<usize>)> {
    let counties = |of: usize| if of.is_multiple_of(8) { (0..10).collect() } else { vec![of % 10] };
    (0..200).map(|who| (who / 5, counties(who / 5))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(1) })]

    #[test]
    fn two_hundred_settle_into_one_network_and_stay_one_when_a_fifth_vanishes(seed in any::<u64>()) {
        let mut crowd = Crowd::new(seed, &two_hundred());
        for who in 0..200 {
            crowd.join((who * 77) % 200);
            if who % 4 == 0 {
                crowd.step();
            }
        }
        crowd.pass(15);
        let before = crowd.released;
        for _ in 0..3 {
            crowd.pass(5);
            crowd.require_whole("settled");
            crowd.require_degrees("settled");
        }
        let released = crowd.released - before;
        prop_assert!(released < 200 * 4, "{} links let go in a quarter of an hour", released);
        let mut gone = BTreeSet::new();
        while gone.len() < 40 {
            gone.insert((splitmix(&mut crowd.seed) % 200) as usize);
        }
        gone.iter().for_each(|who| crowd.vanish(*who));
        prop_assert_eq!(crowd.pieces(|_| true), 1, "before anybody could do anything");
        crowd.pass(10);
        crowd.require_whole("after the loss");
        crowd.require_degrees("after the loss");
        gone.iter().for_each(|who| crowd.join(*who));
        crowd.pass(15);
        crowd.require_whole("after the return");
        crowd.require_degrees("after the return");
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn small_networks_are_meshes(seed in any::<u64>(), size in 2usize..=9) {
        let members: Vec<_> = (0..size).map(|who| (who / 2, vec![who % 3])).collect();
        let mut crowd = Crowd::new(seed, &members);
        crowd.failing = 0;
        (0..size).for_each(|who| crowd.join(who));
        crowd.pass(3);
        prop_assert_eq!(crowd.degrees(), vec![size - 1; size]);
        crowd.vanish(0);
        crowd.pass(30);
        crowd.join(0);
        crowd.pass(3);
        prop_assert_eq!(crowd.pieces(|_| true), 1, "a node that comes back is let in, or lets itself in");
        prop_assert_eq!(crowd.released, 0);
    }
}

#[test]
fn equal_seeds_make_equal_networks() {
    let made = |seed| {
        let mut crowd = Crowd::new(seed, &two_hundred()[..60]);
        (0..60).for_each(|who| crowd.join(who));
        crowd.pass(12);
        crowd.links
    };
    assert_eq!(made(7), made(7));
    assert_ne!(made(7), made(8));
}

/// A membership of founders 1 to 3 seen from 1: of 1 and 2 in counties 1 and 2, of 3 in county 2 alone.
fn membership() -> Membership {
    let founders: Vec<_> = (1..=3).map(organisation).collect();
    let mut membership = Membership::new(Charter { founders, ..Charter::commons() }, organisation(1));
    for (of, counties) in [(1, vec![1, 2]), (2, vec![1, 2, 3]), (3, vec![2])] {
        let root = PublicKey::from_bytes([of as u8; 32]);
        let record = Statement::Record(Record {
            inception: Inception { root, next: KeyCommitment::to(&root) },
            names: Names::default(),
            kind: OrganisationKind::Ngo,
            counties: counties.into_iter().filter_map(County::new).collect(),
            contact: String::new(),
        });
        let speaker = Speaker { organisation: organisation(of), key: root };
        membership.learn(ChangeId::from_bytes([of as u8; 32]), speaker, 1, &record);
    }
    membership
}

fn say(membership: &mut Membership, who: usize, of: usize, sequence: u32, addresses: &[&str]) {
    let addresses = addresses.iter().map(|text| text.parse().unwrap());
    let statement = Statement::Address(AddressRecord::new(addresses, false).unwrap());
    let speaker = Speaker { organisation: organisation(of), key: node(who).into() };
    membership.learn(ChangeId::from_bytes([sequence as u8; 32]), speaker, sequence, &statement);
}

#[test]
fn candidates_are_the_nodes_of_members_that_are_reached_somewhere() {
    let mut membership = membership();
    let at = ["/ip4/192.0.2.7/tcp/7001"];
    for (who, of) in [(1, 1), (2, 1), (3, 2), (4, 3), (5, 2), (6, 9)] {
        say(&mut membership, who, of, 1, &at);
    }
    say(&mut membership, 5, 2, 2, &[]);
    say(&mut membership, 5, 2, 1, &at);
    let (one, two) = (Scope::Region(County::new(1).unwrap()), Scope::Region(County::new(2).unwrap()));
    let expected: [(usize, usize, Circles); 3] =
        [(2, 1, [Scope::Organisation(organisation(1))].into()), (3, 2, [one, two].into()), (4, 3, [two].into())];
    let expected =
        expected.map(|(who, of, circles)| (node(who), Candidate { organisation: organisation(of), circles }));
    assert_eq!(candidates(&node(1), &membership), BTreeMap::from(expected));
    assert_eq!(membership.addresses().count(), 4, "one's own is among them; who withdrew and who is no member are not");
    assert_eq!(membership.address(&organisation(2), &node(5)).map(|latest| latest.sequence), Some(2));
}
