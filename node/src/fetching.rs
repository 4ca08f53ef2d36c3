//! Attachments on their way here, because a person asked for them; and how much a peer is given. One peer is asked after another,
//! for one part after another; when a peer fails, the next goes on where it stopped. What is whole is looked at before it is kept.
//!
//! Decides whom to ask for what next. It asks nobody itself and knows neither disk nor network.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use talkoot_protocol::id::{AttachmentHash, DocumentId, NodeId};
use talkoot_protocol::report::Attachment;
use talkoot_protocol::wire::attachment::{Given, PART_BYTES_MAX, Want};

use crate::attachment::{ATTACHMENT_BYTES_MAX, inspect};

/// Attachments that are fetched at once.
pub const FETCHES_MAX: usize = 8;
/// Peers that are asked for one attachment.
pub const PEERS_MAX: usize = 16;
/// Bytes that one peer is given in a minute; a question counts as a part.
pub const GIVEN_BYTES_A_MINUTE_MAX: usize = 16 * 1024 * 1024;
const MINUTE: Duration = Duration::from_secs(60);

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask this node.
    Ask(NodeId, Want),
    /// It is whole and clean; keep it.
    Whole {
        /// What the report says of it.
        attachment: Attachment,
        /// Its bytes.
        bytes: Vec<u8>,
        /// Who gave the last of it.
        from: NodeId,
    },
    /// Nobody who was reached has it.
    Nowhere {
        /// Whether some peer has had enough of our questions for the moment.
        later: bool,
        /// How many peers were asked.
        asked: usize,
    },
}

struct Fetch {
    document: DocumentId,
    attachment: Attachment,
    bytes: Vec<u8>,
    /// From one peer alone: after what several gave together turned out to be wrong.
    alone: bool,
    current: Option<NodeId>,
    peers: VecDeque<NodeId>,
    asked: usize,
    later: bool,
}

/// All fetches of this node.
#[derive(Default)]
pub struct Fetching {
    running: BTreeMap<AttachmentHash, Fetch>,
    given: BTreeMap<NodeId, (Instant, usize)>,
}

impl Fetching {
    /// Returns whether an attachment is being fetched.
    pub fn is_running(&self, hash: &AttachmentHash) -> bool {
        self.running.contains_key(hash)
    }

    /// Returns whether another fetch may begin.
    pub fn has_room(&self) -> bool {
        self.running.len() < FETCHES_MAX
    }

    /// Begins a fetch from these peers.
    pub fn begin(&mut self, document: DocumentId, attachment: Attachment, peers: Vec<NodeId>) -> Step {
        let hash = attachment.hash;
        let peers = peers.into_iter().take(PEERS_MAX).collect();
        let fetch = Fetch {
            document,
            attachment,
            bytes: Vec::new(),
            alone: false,
            current: None,
            peers,
            asked: 0,
            later: false,
        };
        self.running.insert(hash, fetch);
        self.next_peer(&hash)
    }

    /// Takes what a peer answered, or that it did not. `None` if nobody waits for it.
    pub fn answered(&mut self, node: NodeId, want: &Want, given: Option<Given>) -> Option<Step> {
        let fetch = self.running.get_mut(&want.hash)?;
        if fetch.current != Some(node) || want.offset as usize != fetch.bytes.len() {
            return None;
        }
        let length = (fetch.attachment.bytes as usize).min(ATTACHMENT_BYTES_MAX);
        match given {
            Some(Given::Part(part)) if fetch.bytes.len() + part.len() <= length => {
                fetch.bytes.extend_from_slice(&part);
                match fetch.bytes.len() == length {
                    true => Some(self.finish(&want.hash, node)),
                    false => Some(Step::Ask(node, fetch.want())),
                }
            }
            given => {
                fetch.later |= given == Some(Given::Later);
                Some(self.next_peer(&want.hash))
            }
        }
    }

    /// Looks at what is whole. What is wrong came from the last peer if it gave all of it; else all who gave a part are asked anew,
    /// each for the whole.
    fn finish(&mut self, hash: &AttachmentHash, node: NodeId) -> Step {
        let Some(fetch) = self.running.get_mut(hash) else { return Step::Nowhere { later: false, asked: 0 } };
        match inspect(&fetch.attachment, &fetch.bytes) {
            Ok(()) => {
                let Some(fetch) = self.running.remove(hash) else { return Step::Nowhere { later: false, asked: 0 } };
                Step::Whole { attachment: fetch.attachment, bytes: fetch.bytes, from: node }
            }
            Err(fault) => {
                tracing::warn!(peer = %node.short(), attachment = %hash.short(), %fault, "a peer gave what cannot be kept");
                let mixed = !fetch.alone && fetch.asked > 1;
                fetch.alone = true;
                if mixed {
                    fetch.peers.push_back(node);
                }
                self.next_peer(hash)
            }
        }
    }

    fn next_peer(&mut self, hash: &AttachmentHash) -> Step {
        let Some(fetch) = self.running.get_mut(hash) else { return Step::Nowhere { later: false, asked: 0 } };
        if fetch.alone {
            fetch.bytes.clear();
        }
        fetch.current = fetch.peers.pop_front();
        match fetch.current {
            Some(node) => {
                fetch.asked += 1;
                Step::Ask(node, fetch.want())
            }
            None => {
                let (later, asked) = (fetch.later, fetch.asked);
                self.running.remove(hash);
                Step::Nowhere { later, asked }
            }
        }
    }

    /// Counts a question of a peer; returns whether it may be answered now.
    pub fn may_give(&mut self, node: NodeId, now: Instant) -> bool {
        self.given.retain(|_, (since, _)| now.saturating_duration_since(*since) < MINUTE);
        let (_, given) = self.given.entry(node).or_insert((now, 0));
        *given = given.saturating_add(PART_BYTES_MAX);
        *given <= GIVEN_BYTES_A_MINUTE_MAX
    }
}

impl Fetch {
    fn want(&self) -> Want {
        let offset = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        Want { document: self.document, hash: self.attachment.hash, offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachment::clean;

    const DOCUMENT: DocumentId = DocumentId::from_bytes([1; 32]);

    fn node(number: u8) -> NodeId {
        NodeId::from_bytes([number; 32])
    }

    /// An attachment of more than one part.
    fn attachment() -> (Attachment, Vec<u8>) {
        let mut state = 1u32;
        let pixels = image::RgbImage::from_fn(220, 220, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(state >> 24) as u8, (state >> 16) as u8, (state >> 8) as u8])
        });
        let mut file = Vec::new();
        pixels.write_to(&mut std::io::Cursor::new(&mut file), image::ImageFormat::Png).unwrap();
        let clean = clean("a.png", &file).unwrap();
        assert!(clean.bytes.len() > 2 * PART_BYTES_MAX);
        (clean.describe(None), clean.bytes)
    }

    fn part(bytes: &[u8], want: &Want) -> Option<Given> {
        let rest = &bytes[want.offset as usize..];
        Some(Given::Part(rest[..rest.len().min(PART_BYTES_MAX)].to_vec()))
    }

    /// Lets each node answer until there is an end; returns it with those who were asked, in order.
    fn play(peers: &[u8], answer: impl Fn(u8, &Want) -> Option<Given>) -> (Step, Vec<u8>) {
        let mut fetching = Fetching::default();
        let mut asked = Vec::new();
        let mut step = fetching.begin(DOCUMENT, attachment().0, peers.iter().copied().map(node).collect());
        while let Step::Ask(who, want) = step {
            let number = who.as_bytes()[0];
            asked.push(number);
            step = fetching.answered(who, &want, answer(number, &want)).unwrap();
        }
        assert!(fetching.running.is_empty());
        (step, asked)
    }

    #[test]
    fn parts_come_one_after_another_and_the_next_peer_goes_on_where_one_stopped() {
        let (attachment, bytes) = attachment();
        let (step, asked) = play(&[1, 2, 3], |who, want| match (who, want.offset) {
            (1, _) => Some(Given::Absent),
            (2, 0) => part(&bytes, want),
            (2, _) => None,
            _ => {
                assert!(want.offset > 0);
                part(&bytes, want)
            }
        });
        assert_eq!(step, Step::Whole { attachment, bytes, from: node(3) });
        assert_eq!(asked[..4], [1, 2, 2, 3]);
    }

    #[test]
    fn what_is_wrong_is_not_kept_and_others_are_asked_for_the_whole() {
        let (attachment, bytes) = attachment();
        let mut wrong = bytes.clone();
        wrong[PART_BYTES_MAX + 5] ^= 1;
        let (step, _) = play(&[1, 2], |who, want| part(if who == 1 { &wrong } else { &bytes }, want));
        assert_eq!(step, Step::Whole { attachment: attachment.clone(), bytes: bytes.clone(), from: node(2) });
        // The first one lies and falls silent, the second completes the lie and is asked anew.
        let (step, _) = play(&[1, 2], |who, want| match (who, want.offset as usize) {
            (1, at) if at > PART_BYTES_MAX => None,
            (1, _) => part(&wrong, want),
            _ => part(&bytes, want),
        });
        assert_eq!(step, Step::Whole { attachment, bytes, from: node(2) });
        let (step, _) = play(&[1, 2], |_, want| part(&wrong, want));
        assert_eq!(step, Step::Nowhere { later: false, asked: 2 });
    }

    #[test]
    fn too_much_nothing_and_later_lead_on() {
        let (_, bytes) = attachment();
        let (step, asked) = play(&[1, 2], |who, _| match who {
            1 => Some(Given::Part(vec![0; bytes.len() + 1])),
            _ => Some(Given::Later),
        });
        assert_eq!((step, asked), (Step::Nowhere { later: true, asked: 2 }, vec![1, 2]));
        assert_eq!(play(&[], |_, _| None), (Step::Nowhere { later: false, asked: 0 }, vec![]));
        let mut fetching = Fetching::default();
        let Step::Ask(_, want) = fetching.begin(DOCUMENT, attachment().0, vec![node(1)]) else { panic!() };
        assert_eq!(fetching.answered(node(9), &want, Some(Given::Absent)), None, "of one who was not asked");
        assert_eq!(fetching.answered(node(1), &Want { offset: 7, ..want }, Some(Given::Absent)), None);
    }

    #[test]
    fn a_peer_is_given_so_much_in_a_minute() {
        let mut fetching = Fetching::default();
        let now = Instant::now();
        let allowed = (0..1_000).filter(|_| fetching.may_give(node(1), now)).count();
        assert_eq!(allowed, GIVEN_BYTES_A_MINUTE_MAX / PART_BYTES_MAX);
        assert!(fetching.may_give(node(2), now) && fetching.may_give(node(1), now + MINUTE));
    }
}
