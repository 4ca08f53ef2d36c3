//! What is written in changes: the guard in front of automerge, the scanners, addresses, rows of a table, and forms.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use automerge::{AutoCommit, Change as Automerge};
use talkoot_protocol::address::{ADDRESS_BYTES_MAX, ADDRESSES_MAX, Address, AddressRecord};
use talkoot_protocol::chunk::{self, Chunk, OPS_MAX};
use talkoot_protocol::document as documents;
use talkoot_protocol::form::{CodeList, Form};
use talkoot_protocol::header::Act;
use talkoot_protocol::id::{ChangeId, DocumentId, NodeId, OrganisationId, WorkerId, sha256};
use talkoot_protocol::key::PublicKey;
use talkoot_protocol::limits::DEPTH_MAX;
use talkoot_protocol::report::{self, Report, flat};
use talkoot_protocol::scan;
use talkoot_protocol::service_path::{self, ServicePath};
use talkoot_protocol::statement::Statement;

use crate::cast::key_of;

static AUTHOR: LazyLock<PublicKey> = LazyLock::new(|| key_of("eve worker").public());

/// Bytes of a chunk before its length: magic, checksum, type.
const TYPE_END: usize = 9;
/// Bytes of a dependency.
const DEPENDENCY: usize = 32;
/// Most bytes of a chunk's front that are searched for its actor.
const LEB_BYTES_MAX: usize = 5;

fn document() -> DocumentId {
    ChangeId::from_bytes([7; 32]).into()
}

/// An automerge change chunk; the first byte says whether it begins a document. What a fuzzer cannot guess, the length, the
/// checksum and the actor, which is a hash of the rest, is mended, so that it reaches what comes after them.
pub fn chunk(bytes: &[u8]) {
    let [begins, content @ ..] = bytes else { return };
    let document = (begins & 1 == 1).then(document);
    for content in std::iter::once(content.to_vec()).chain(mended(content, &AUTHOR, document.as_ref())) {
        let Ok(chunk) = Chunk::check(content.clone(), &AUTHOR, document.as_ref()) else { continue };
        assert_eq!(chunk.bytes(), content, "what was judged is what is kept");
        judged(&chunk);
        let automerge = Automerge::from_bytes(content).expect("what the guard lets through automerge reads");
        assert_eq!(automerge.hash().0, *chunk.hash().as_bytes(), "one name for one change");
        assert_eq!(automerge.len() as u32, chunk.op_count(), "as many operations to both");
        if document.is_none() {
            assert!(chunk.references().is_empty(), "the first change of a document points at nothing");
            let mut built = AutoCommit::new();
            built.apply_changes([automerge]).expect("what the guard lets through automerge takes in");
            assert_eq!(built.get_heads().len(), 1);
        }
    }
}

fn judged(chunk: &Chunk) {
    assert!((1..=OPS_MAX).contains(&chunk.op_count()));
    assert!(chunk.depth().below_root <= DEPTH_MAX);
    assert!(chunk.references().windows(2).all(|pair| pair[0] < pair[1]), "references ascend");
    assert!(chunk.references().iter().all(|reference| reference.counter < chunk.start_op()));
    let texts: usize = chunk.texts().map(str::len).sum();
    // Run lengths repeat a key for free, and only then may texts be longer than the chunk.
    assert!(texts <= chunk.bytes().len() + chunk.op_count() as usize * chunk::KEY_BYTES_MAX);
    chunk.texts().for_each(scanned);
    assert!(chunk.root_keys().len() <= chunk.op_count() as usize);
    coded(chunk);
}

/// What the door takes for a service path can be read as one or not, and what can be read is counted by its row alone.
fn coded(chunk: &Chunk) {
    if !service_path::coded::is_coded(chunk) {
        return;
    }
    assert!(chunk.texts().all(|text| text.is_ascii()), "codes have no accents");
    let Ok(path) = documents::read_first(chunk).map(|fields| ServicePath::read(&fields)) else { return };
    if let Ok(path) = path {
        let _faults = service_path::check(&path, |_, _| false);
        let (organisation, author) = (OrganisationId::from_bytes([3; 32]), WorkerId::from_bytes([4; 32]));
        let row = service_path::Row { document: document(), organisation, author, path };
        assert_eq!(service_path::Row::decode(&row.encode()), Ok(row), "what the index keeps of it is all of it");
    }
}

/// Returns a chunk with the length, actor and checksum that belong to its content; `None` if it has no place for them.
pub fn mended(chunk: &[u8], author: &PublicKey, document: Option<&DocumentId>) -> Option<Vec<u8>> {
    let (_, length_bytes) = leb(chunk.get(TYPE_END..)?)?;
    let content = chunk.get(TYPE_END + length_bytes..)?;
    let mut bytes = chunk.get(..TYPE_END)?.to_vec();
    write_leb(content.len() as u64, &mut bytes);
    let content_at = bytes.len();
    bytes.extend_from_slice(content);
    if let Some(at) = actor_at(content) {
        let actor = chunk::actor_for(author, document, &bytes).ok()?;
        bytes.get_mut(content_at + at..content_at + at + chunk::ACTOR_BYTES)?.copy_from_slice(actor.as_bytes());
    }
    let hash = sha256(&[bytes.get(8..)?]);
    bytes.get_mut(4..8)?.copy_from_slice(&hash[..4]);
    Some(bytes)
}

/// Returns where in a chunk's content its actor stands.
fn actor_at(content: &[u8]) -> Option<usize> {
    let (dependencies, count_bytes) = leb(content)?;
    let at = usize::try_from(dependencies).ok()?.checked_mul(DEPENDENCY)?.checked_add(count_bytes)?;
    let (_, length_bytes) = leb(content.get(at..)?)?;
    Some(at + length_bytes)
}

fn leb(bytes: &[u8]) -> Option<(u64, usize)> {
    let length = bytes.iter().take(LEB_BYTES_MAX).position(|byte| byte & 0x80 == 0)? + 1;
    let number = bytes[..length].iter().rev().fold(0, |number, byte| number << 7 | u64::from(byte & 0x7f));
    Some((number, length))
}

fn write_leb(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// A text that a worker wrote, at both doors.
pub fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    scanned(&text);
    placed(&text, &scan::scan_file_name(&text));
    assert!(scan::business_ids(&text).all(|span| text.get(span).is_some_and(|id| id.len() == 9)));
}

fn placed(text: &str, findings: &[scan::Finding]) {
    let mut at = 0;
    for finding in findings {
        assert!(!finding.span.is_empty() && text.get(finding.span.clone()).is_some(), "a span on character borders");
        assert!(finding.span.start >= at, "findings in order, none over another");
        at = finding.span.end;
    }
}

fn scanned(text: &str) {
    let findings = scan::scan(text);
    placed(text, &findings);
    if let Some(rule) = scan::frozen_v1(text) {
        let blocks = |finding: &scan::Finding| finding.action == scan::Action::Block;
        assert!(findings.iter().any(blocks), "what admission refuses ({rule:?}) is blocked before it is signed");
    }
}

/// Addresses: each line of a text as one, all of them as a record, and the bytes as an encoded record.
pub fn address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let node = NodeId::from_bytes([9; 32]);
    let read: Vec<Address> = text.lines().filter_map(|line| line.parse().ok()).collect();
    for address in &read {
        assert!(address.as_str().len() <= ADDRESS_BYTES_MAX && address.as_str().is_ascii());
        assert_eq!(address.to_string().parse().as_ref(), Ok(address), "one spelling for one address");
        let whole = address.to_node(&node);
        assert_eq!(Address::of_node(&whole, &node).as_ref(), Ok(address), "the node's own name is left out again");
        // A host may be called so, too.
        assert_eq!(address.relay().is_some(), address.as_str().ends_with("/p2p-circuit"));
        let _host = address.host();
    }
    let different: std::collections::BTreeSet<_> = read.iter().collect();
    let few = different.len() <= ADDRESSES_MAX;
    if let Ok(record) = AddressRecord::new(read.iter().cloned(), true) {
        assert!(few);
        let statement = Statement::Address(record);
        assert_eq!(Statement::decode(Act::Address, &statement.encode()), Ok(statement));
    } else {
        assert!(!few, "few addresses make a record");
    }
    if let Ok(statement) = Statement::decode(Act::Address, bytes) {
        assert_eq!(statement.encode(), bytes, "one form for one record");
    }
}

/// A row of a table, a line for each column as `name=value`; and a report as JSON.
pub fn flat(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let cells = text.split('\n').filter_map(|line| line.split_once('='));
    let row: BTreeMap<String, String> = cells.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if let Ok(report) = flat::from_flat(&row) {
        written_flat(&report);
    }
    if let Ok(report) = serde_json::from_slice::<Report>(bytes) {
        let _issues = report::check(&report);
        let _row = flat::to_flat(&report);
        // An empty code is an answer on reading and none on writing, so the written form is what must not change.
        let json = serde_json::to_value(&report).expect("a report is JSON");
        let again = serde_json::from_value::<Report>(json.clone()).expect("a written report can be read");
        assert_eq!(serde_json::to_value(&again).ok(), Some(json), "reports are written as they were read");
    }
}

/// A form package, and a code list.
pub fn form(bytes: &[u8]) {
    if let Ok(form) = Form::parse(bytes) {
        assert_eq!(Form::parse(&form.canonical()).as_ref(), Ok(&form), "its one encoding is read as the same form");
        assert_eq!(Form::read(form.to_fields()).map(|again| again.hash()), Ok(form.hash()));
        for question in &form.questions {
            let typed = question.typed("12");
            let _verdict = question.judge(&typed, &form);
        }
        let _issues = report::check_against(&Report::default(), &form);
    }
    if let Ok(list) = serde_json::from_slice::<CodeList>(bytes)
        && let Ok(list) = list.checked()
    {
        let mut form = Form::built_in().clone();
        form.fill_codes(list);
        let _codes = form.code_lists.iter().map(|list| list.codes.len()).sum::<usize>();
    }
}

fn written_flat(report: &Report) {
    let _issues = report::check(report);
    let again = flat::from_flat(&flat::to_flat(report).into_iter().collect());
    assert_eq!(again.as_ref(), Ok(report), "what was read from a row is written as one that reads the same");
}
