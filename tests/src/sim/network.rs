//! Links and sessions between nodes. Within a session frames are whole and in order, or the session ends (docs/assumptions.md,
//! no. 9); a scenario may ask for worse. Knows nothing of what frames mean.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use talkoot_protocol::id::ChangeId;

use super::random::Random;
use super::scenario::Topology;

/// Two nodes, the smaller number first.
pub type Pair = (usize, usize);

/// Returns the pair of two nodes.
pub fn pair(one: usize, other: usize) -> Pair {
    (one.min(other), one.max(other))
}

/// A frame under way.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Changes it delivers, with their lengths in bytes; for measuring only.
    pub carries: Vec<(ChangeId, usize)>,
    /// Bytes of changes that its receiver may have sent in this session once it has come.
    pub grants: Option<u64>,
}

impl Frame {
    /// Makes a frame that carries nothing worth measuring.
    pub fn plain(bytes: Vec<u8>) -> Self {
        Self { bytes, carries: Vec::new(), grants: None }
    }
}

/// Bytes of changes from one node to another, in the session that stands.
#[derive(Debug, Clone, Copy)]
pub struct Flow {
    /// What may have been sent.
    pub granted: u64,
    /// What was sent.
    pub sent: u64,
}

/// A session, as each of its ends (the smaller number first) knows it.
#[derive(Debug)]
pub struct Session {
    /// Its number.
    pub id: u64,
    /// Whether each end was told that it stands.
    pub open: [bool; 2],
    /// Whether each end was told that it is over.
    pub closed: [bool; 2],
    /// Nothing arrives any more.
    pub broken: bool,
    /// When the last frame to each end arrives.
    pub clear: [Duration; 2],
    /// When it began.
    pub began: Duration,
}

/// A link.
#[derive(Debug, Default)]
pub struct Link {
    /// Dialled anew whenever it is down.
    pub kept: bool,
    /// Its session.
    pub session: Option<Session>,
    /// Not before then.
    pub banned: Duration,
    /// Who dialled it, if it is not kept.
    pub dialler: Option<usize>,
}

/// The network.
#[derive(Debug, Default)]
pub struct Network {
    /// Links by their ends.
    pub links: BTreeMap<Pair, Link>,
    /// Group of each node while the network is partitioned.
    pub groups: Option<Vec<usize>>,
    /// Bytes of changes by sender and receiver.
    pub flows: BTreeMap<(usize, usize), Flow>,
    next: u64,
}

impl Network {
    /// Returns whether two nodes can reach each other.
    pub fn passes(&self, (one, other): Pair) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups[one] == groups[other])
    }

    /// Begins a session on a link that has none.
    pub fn begin(&mut self, ends: Pair, now: Duration) -> u64 {
        self.next += 1;
        let session =
            Session { id: self.next, open: [false; 2], closed: [false; 2], broken: false, clear: [now; 2], began: now };
        self.links.entry(ends).or_default().session = Some(session);
        self.next
    }

    /// Returns a session, if it is still this one.
    pub fn session(&mut self, ends: Pair, id: u64) -> Option<&mut Session> {
        self.links.get_mut(&ends)?.session.as_mut().filter(|session| session.id == id)
    }

    /// Returns the session over which a node may send to another.
    pub fn sending(&mut self, from: usize, to: usize) -> Option<&mut Session> {
        let session = self.links.get_mut(&pair(from, to))?.session.as_mut()?;
        session.open[usize::from(from > to)].then_some(session)
    }

    /// Returns the links of a node that have a session.
    pub fn sessions_of(&self, node: usize) -> Vec<(Pair, u64)> {
        let of_node = self.links.iter().filter(|(ends, _)| ends.0 == node || ends.1 == node);
        of_node.filter_map(|(ends, link)| Some((*ends, link.session.as_ref()?.id))).collect()
    }

    /// Returns peers to which a session stands at both ends for some time.
    pub fn peers_of(&self, node: usize, now: Duration) -> Vec<usize> {
        let of_node = self.links.iter().filter(|(ends, _)| ends.0 == node || ends.1 == node);
        let stands = |session: &Session| {
            !session.broken && session.open == [true; 2] && session.began + Duration::from_secs(1) <= now
        };
        let up = of_node.filter(|(_, link)| link.session.as_ref().is_some_and(stands));
        up.map(|(ends, _)| if ends.0 == node { ends.1 } else { ends.0 }).collect()
    }
}

/// Lays links; the honest nodes among themselves are connected whenever the topology allows.
pub fn lay(topology: Topology, honest: &[bool], random: &mut Random) -> BTreeSet<Pair> {
    let nodes = honest.len();
    let mut links = BTreeSet::new();
    let ring = |order: &[usize], links: &mut BTreeSet<Pair>| {
        for at in 0..order.len() {
            let (one, other) = (order[at], order[(at + 1) % order.len()]);
            if one != other {
                links.insert(pair(one, other));
            }
        }
    };
    match topology {
        Topology::Full => (0..nodes).for_each(|one| links.extend((one + 1..nodes).map(|other| (one, other)))),
        Topology::Star => links.extend((1..nodes).map(|other| (0, other))),
        Topology::Ring => ring(&(0..nodes).collect::<Vec<_>>(), &mut links),
        Topology::Random { degree } => {
            let mut order: Vec<_> = (0..nodes).filter(|node| honest[*node]).collect();
            random.shuffle(&mut order);
            ring(&order, &mut links);
            let mut degrees = vec![0; nodes];
            links.iter().for_each(|(one, other)| [*one, *other].iter().for_each(|node| degrees[*node] += 1));
            for _ in 0..nodes * degree * 4 {
                let (one, other) = (random.below(nodes), random.below(nodes));
                if one != other && degrees[one] < degree && degrees[other] < degree && links.insert(pair(one, other)) {
                    degrees[one] += 1;
                    degrees[other] += 1;
                }
            }
        }
    }
    links
}
