//! What organisations write in joint documents: one word of a phenomenon, one word of a proposal, and whole documents of arbitrary
//! entries, from which cards and states are worked out.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use talkoot_protocol::date::Date;
use talkoot_protocol::document::{Entry, Field, Reading};
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::id::{ChunkHash, DocumentId, OrganisationId, WorkerId};
use talkoot_protocol::joint::{Beginning, Hand, Joint};
use talkoot_protocol::phenomenon::card::{card, linked};
use talkoot_protocol::phenomenon::word::{self, WORD_BYTES_MAX};
use talkoot_protocol::phenomenon::{self, Groups, Reports};
use talkoot_protocol::proposal::linked::linked as linked_in;
use talkoot_protocol::proposal::words::{self, Tag};
use talkoot_protocol::proposal::{Word, inbox, queue, state, trace};
use talkoot_protocol::report::period::HalfYear;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::statement::{Role, Roles};
use talkoot_protocol::time::Timestamp;

/// Organisations that write, and documents of each kind.
const HOUSES: u8 = 4;
const DOCUMENTS: u8 = 4;
/// Most entries of a script: what comes after is passed over.
const ENTRIES_MAX: usize = 200;
/// Most bytes of a card or state for each byte of the script, and to begin with: every word is shown with who said it, in places twice.
const BYTES_EACH_MAX: usize = 400;
const BYTES_FIRST: usize = 64 * 1024;
/// Roles by the digit that stands for them.
const ROLES: [&[Role]; 4] =
    [&[Role::Coordinator], &[Role::DecisionMaker], &[Role::Coordinator, Role::DecisionMaker], &[Role::Reporter]];

/// The organisation of a number.
pub(super) fn organisation(number: u8) -> OrganisationId {
    OrganisationId::from_bytes([number + 1; 32])
}

/// The document of a number, or a report.
pub(super) fn document(number: u8) -> DocumentId {
    DocumentId::from_bytes([0x10 + number; 32])
}

/// A word of a phenomenon: a path on the first line, its value in JSON on the rest.
pub fn phenomenon_word(bytes: &[u8]) {
    let Some((path, value)) = entry(bytes) else { return };
    let Some(read) = phenomenon::Word::read(&path, &value) else { return };
    assert_eq!(read.path(), path, "one path for one thing");
    let (path, written) = read.entry().expect("what was read may be said again");
    assert!(written.to_string().len() <= WORD_BYTES_MAX);
    assert_eq!(phenomenon::Word::read(&path, &written).as_ref(), Some(&read), "nothing of it is lost");
    if let phenomenon::Word::Facet(name, _) = &read {
        assert_eq!(word::FacetName::read(name.as_str()).as_ref(), Some(name));
    }
}

/// A word of a proposal: the same form; the path says of which sort.
pub fn proposal_word(bytes: &[u8]) {
    let Some((path, value)) = entry(bytes) else { return };
    let (folder, name) = path.split_once('/').unwrap_or((&path, ""));
    let tag = u32::from_str_radix(name, 16).map(Tag).unwrap_or(Tag(0));
    let word = match folder {
        words::ASK => read(&value).map(|word| Word::Ask(Box::new(word))),
        words::RECEIPT => read(&value).map(Word::Receipt),
        words::SUPPORT => read(&value).map(Word::Support),
        words::REPAIR => read(&value).map(Word::Repair),
        words::ESCALATED => read(&value).map(|word| Word::Escalated(tag, word)),
        words::RECORDED => read(&value).map(|word| Word::Recorded(tag, Box::new(word))),
        words::ANSWER => read(&value).map(|word| Word::Answer(tag, Box::new(word))),
        _ => read(&value).map(|word| Word::Outcome(tag, word)),
    };
    let Some(word) = word else { return };
    match word.entry() {
        Ok((path, written)) => {
            assert_eq!(path, word.path());
            assert!(written.to_string().len() <= words::WORD_BYTES_MAX);
            if let Word::Ask(ask) = &word {
                let again: words::Ask = read(&written).expect("what may be said can be read");
                assert_eq!((again.wording(), &again), (ask.wording(), ask.as_ref()), "nothing of it is lost");
            }
        }
        Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.to_string().is_empty())),
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn entry(bytes: &[u8]) -> Option<(String, Value)> {
    let text = String::from_utf8_lossy(bytes);
    let (path, value) = text.split_once('\n')?;
    Some((path.to_owned(), serde_json::from_str(value).ok()?))
}

/// Joint documents: on each line four digits (kind, document, organisation, role), a path, and a value in JSON. Cards and states are
/// worked out from whatever stands there, and do not hang on the order in which documents are given.
pub fn joint(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let most = BYTES_FIRST + BYTES_EACH_MAX * bytes.len();
    let lines = || text.lines().filter_map(line).take(ENTRIES_MAX);
    let phenomena: Vec<Joint> = (0..DOCUMENTS).map(|number| joint_of(Kind::Phenomenon, number, lines())).collect();
    let proposals: Vec<Joint> = (0..DOCUMENTS).map(|number| joint_of(Kind::Proposal, number, lines())).collect();
    let groups = Groups::new(&phenomena);
    let backwards = Groups::new(phenomena.iter().rev());
    for id in groups.ids() {
        let reports: Reports = linked(&groups, &id).into_iter().map(|id| (id, report())).collect();
        let shown = card(&groups, &id, &reports).expect("a group has a card");
        assert_eq!(Some(&shown), card(&backwards, &id, &reports).as_ref(), "the same card in any order");
        assert!(shown.bytes().len() <= most, "{} bytes of {}", shown.bytes().len(), bytes.len());
        assert!(shown.brief().open <= shown.aspects.len());
        for number in 0..DOCUMENTS {
            drop(linked_in(&document(number), &report(), &groups));
        }
    }
    let days = [(2020, 2, 29), (2026, 11, 2), (2099, 12, 31)];
    for today in days.into_iter().filter_map(|(year, month, day)| Date::new(year, month, day)) {
        let states: Vec<_> = proposals.iter().map(|joint| state(joint, today)).collect();
        for shown in &states {
            let length = serde_json::to_vec(shown).expect("a state is JSON").len();
            assert!(length <= most, "{length} bytes of {}", bytes.len());
        }
        assert!(queue(states.clone()).len() <= states.len());
        for number in 0..HOUSES {
            assert!(inbox(states.clone(), &organisation(number)).len() <= states.len());
        }
        let found = linked_in(&document(0), &report(), &groups);
        assert!(trace(document(0), found, &states).phenomena.len() <= phenomena.len());
    }
}

fn report() -> phenomenon::Report {
    let half_year = HalfYear::new(2026, 1);
    phenomenon::Report { organisation: organisation(0), scope: Scope::Network, title: None, half_year }
}

/// Who says what where.
struct Line {
    kind: Kind,
    document: u8,
    organisation: u8,
    role: u8,
    path: String,
    value: Value,
}

fn line(text: &str) -> Option<Line> {
    let (digits, rest) = text.split_once(' ')?;
    let (path, value) = rest.split_once(' ')?;
    let [kind, document, organisation, role, ..] = digits.as_bytes() else { return None };
    Some(Line {
        kind: if kind % 2 == 0 { Kind::Phenomenon } else { Kind::Proposal },
        document: document % DOCUMENTS,
        organisation: organisation % HOUSES,
        role: role % 4,
        path: path.to_owned(),
        value: serde_json::from_str(value).ok()?,
    })
}

/// Puts the lines about one document together; what is said twice under one path was said at the same time.
fn joint_of(kind: Kind, number: u8, lines: impl Iterator<Item = Line>) -> Joint {
    let mut reading = Reading { fields: BTreeMap::new(), heads: Vec::new() };
    let about = lines.filter(|line| line.kind == kind && line.document == number);
    for line in about {
        let key = Prefix::of(&organisation(line.organisation)).entry(&line.path);
        let set_by = ChunkHash::from_bytes([line.organisation * 4 + line.role; 32]);
        match reading.fields.get_mut(&key) {
            Some(field) => field.others.push(Entry { value: line.value, set_by, inner: Vec::new() }),
            None => {
                let field = Field { value: line.value, set_by, inner: Vec::new(), others: Vec::new() };
                reading.fields.insert(key, field);
            }
        }
    }
    let owner = organisation(number % HOUSES);
    let begun = Timestamp::from_millis(1_790_000_000_000);
    let beginning = Beginning { document: document(number), kind, scope: Scope::Network, owner, begun };
    Joint::new(beginning, &reading, hand)
}

/// Who signed the change of this hash: its bytes say.
fn hand(chunk: &ChunkHash) -> Option<Hand> {
    let number = *chunk.as_bytes().first()?;
    let roles = ROLES.get(usize::from(number % 4))?;
    Some(Hand {
        organisation: organisation(number / 4),
        worker: WorkerId::from_bytes([number; 32]),
        roles: Roles::from_iter(roles.iter().copied()),
        claimed: Timestamp::from_millis(1_790_000_000_000 + u64::from(number)),
    })
}
