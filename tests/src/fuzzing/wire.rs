//! What peers say: messages, parcels, and the three ways of comparing; and what lies in files or beside the log in the same
//! words.

use std::collections::BTreeSet;

use talkoot_protocol::bundle::{self, Filter, REQUEST_BYTES_MAX, REQUEST_MAGIC, Request};
use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::id::{ChangeId, OrganisationId, ShortId, sha256};
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::engine::Restored;
use talkoot_protocol::sync::have::{self, HASH_BYTES, Listing};
use talkoot_protocol::sync::ranges::Ranges;
use talkoot_protocol::sync::sketch::{self, CELLS_MAX, Decoder, Key, Prefix};
use talkoot_protocol::wire::message::{FRAME_BYTES_MAX, Message};
use talkoot_protocol::wire::parcel::{self, Codec, DELIVERY_CHANGES_MAX, PARCEL_RAW_MAX};

use super::engine::company;

/// Rounds of one comparison that an input makes at most.
const ROUNDS_MAX: usize = 16;
/// Most bytes of an answer to a round of comparing by ranges: what the ranges of a few ids come to.
const ANSWER_BYTES_MAX: usize = 256 * 1024 + 64;

/// Returns the id of a number.
pub fn id(number: u8) -> ChangeId {
    ChangeId::from_bytes(sha256(&[b"talkoot/tests/id", &[number]]))
}

fn ids(numbers: impl IntoIterator<Item = u8>) -> impl Iterator<Item = ShortId> {
    numbers.into_iter().map(|number| id(number).short_id())
}

fn key(byte: u8) -> Key {
    Key::from_bytes([byte; 16])
}

/// A frame's content.
pub fn message(bytes: &[u8]) {
    if let Ok(message) = Message::decode(bytes) {
        assert!(bytes.len() <= FRAME_BYTES_MAX);
        assert_eq!(message.encode(), bytes, "one form for one message");
    }
}

/// A parcel; the first three bytes say how many bytes of changes it declares.
pub fn parcel(bytes: &[u8]) {
    let [a, b, c, content @ ..] = bytes else { return };
    let raw = u32::from_be_bytes([0, *a, *b, *c]);
    let Ok(changes) = parcel::unpack(content, raw) else { return };
    assert!(raw as usize <= PARCEL_RAW_MAX && changes.len() <= DELIVERY_CHANGES_MAX);
    assert_eq!(changes.iter().map(Vec::len).sum::<usize>(), raw as usize, "as many bytes as declared");
    for codec in [Codec::Plain, Codec::Zstd1] {
        let again = parcel::pack(codec, &changes);
        assert_eq!(again.raw, raw);
        assert!(again.bytes.len() <= parcel::bytes_max(raw), "what is packed here is not too long for others");
        assert_eq!(parcel::unpack(&again.bytes, raw).as_ref(), Ok(&changes), "changes survive packing");
    }
}

/// Coded symbols: the first byte chooses whether they are arbitrary or those of two sets.
pub fn cells(bytes: &[u8]) {
    match bytes.split_first() {
        Some((0x80.., rest)) => two_sets(rest),
        Some((ours, rest)) => arbitrary_cells(*ours, rest),
        None => {}
    }
}

/// Decodes symbols against those of a set of so many ids, block by block.
fn arbitrary_cells(ours: u8, bytes: &[u8]) {
    let Some((set_size, bytes)) = bytes.split_first_chunk() else { return };
    let Some(([from, block], bytes)) = bytes.split_first_chunk() else { return };
    let (set_size, from) = (u64::from_be_bytes(*set_size), u32::from(*from) << (from & 7));
    let Ok(cells) = sketch::decode(bytes, from, set_size) else { return };
    assert!(cells.is_empty() || from as usize + cells.len() <= CELLS_MAX);
    assert_eq!(sketch::encode(&cells, from, set_size), bytes, "one form for one row of cells");
    let prefix = Prefix::of(key(1), CELLS_MAX.min(512), ids(0..ours)).snapshot();
    let mut decoder = Decoder::new(key(1));
    for block in cells.chunks(usize::from(*block).max(1)) {
        let seen = decoder.seen();
        if decoder.add(block, prefix.cells(seen..seen + block.len())).is_err() {
            return;
        }
        assert_eq!(decoder.seen(), seen + block.len());
        let wanted = decoder.wanted(prefix.len());
        assert!(decoder.seen() + wanted <= prefix.len().max(decoder.seen()), "no more is wanted than there is");
        assert!(wanted == 0 || !decoder.is_complete(), "nothing is wanted when all is known");
    }
    let (complete, seen, estimate) = (decoder.is_complete(), decoder.seen(), decoder.estimate());
    let difference = decoder.finish();
    let found = difference.only_ours.len() + difference.only_theirs.len();
    assert!(found <= seen, "each id takes a cell");
    assert!(!complete || estimate == found as u64);
    let distinct: BTreeSet<_> = difference.only_ours.iter().chain(&difference.only_theirs).collect();
    assert_eq!(distinct.len(), found, "no id twice");
}

/// Two sets as two maps of bits: what differs is found, and just that.
fn two_sets(bytes: &[u8]) {
    let (theirs, ours) = bytes.split_at(bytes.len().min(32) / 2);
    let set = |bits: &[u8]| -> BTreeSet<u8> {
        let all = bits.iter().take(32).enumerate();
        all.flat_map(|(at, byte)| (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| at as u8 * 8 + bit))
            .collect()
    };
    let (theirs, ours) = (set(theirs), set(ours));
    let row = |set: &BTreeSet<u8>| Prefix::of(key(2), 2_048, ids(set.iter().copied())).snapshot();
    let (row_theirs, row_ours) = (row(&theirs), row(&ours));
    let mut decoder = Decoder::new(key(2));
    let mut count = sketch::first_block(theirs.len().abs_diff(ours.len()) as u64);
    while !decoder.is_complete() {
        assert!(count > 0, "a difference of at most 256 ids is found in 2048 cells");
        let range = decoder.seen()..decoder.seen() + count;
        let sent = sketch::encode(row_theirs.cells(range.clone()), range.start as u32, theirs.len() as u64);
        let read = sketch::decode(&sent, range.start as u32, theirs.len() as u64);
        let sound = decoder.add(&read.expect("own cells can be read"), row_ours.cells(range));
        sound.expect("cells of two sets do not contradict each other");
        count = decoder.wanted(row_ours.len());
    }
    let difference = decoder.finish();
    let sorted = |numbers: Vec<u8>| ids(numbers).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    assert_eq!(difference.only_theirs, sorted(theirs.difference(&ours).copied().collect()));
    assert_eq!(difference.only_ours, sorted(ours.difference(&theirs).copied().collect()));
}

/// A listing of what a peer has by hashes, in pages: the first byte bounds their number, the second says how long a page is.
pub fn listing(bytes: &[u8]) {
    let [max, page, rest @ ..] = bytes else { return };
    let max = usize::from(*max);
    let mut listing = Listing::default();
    let mut hashes = BTreeSet::new();
    let mut taken = 0;
    for page in rest.chunks(usize::from(*page).max(1)) {
        let whole = page.len() % HASH_BYTES == 0 && taken + page.len() / HASH_BYTES <= max;
        assert_eq!(listing.add(page, max), whole, "whole hashes, and not too many");
        if whole {
            taken += page.len() / HASH_BYTES;
            hashes.extend(page.as_chunks::<HASH_BYTES>().0.iter().map(|hash| u64::from_be_bytes(*hash)));
        }
    }
    let own: Vec<u8> = have::pages(key(3), ids(0..8)).concat();
    let own_fits = listing.add(&own, usize::MAX);
    assert!(own_fits);
    let sorted = listing.sorted();
    for number in 0..=u8::MAX {
        let short = id(number).short_id();
        let named = number < 8 || hashes.contains(&key(3).hash(&short));
        assert_eq!(sorted.holds(key(3), &short), named, "what was named is known and nothing else");
    }
}

/// Rounds of comparing by ranges, each after two bytes with its length; the first byte says how many ids are here and which
/// side is played. With nothing left of the input, two honest sides compare themselves to the end.
pub fn ranges(bytes: &[u8]) {
    let [held, rest @ ..] = bytes else { return };
    let set = |numbers: std::ops::Range<u8>| Ranges::new(numbers.map(id)).expect("a set of ids");
    let mut side = set(0..held >> 1);
    let asks = held & 1 == 1;
    let begun = asks.then(|| side.begin().expect("a first round"));
    for round in pieces(rest).take(ROUNDS_MAX) {
        let answered = if asks {
            side.learn(round).map(|learnt| {
                assert!(learnt.lacking.len() * 32 <= round.len(), "no more is learnt than was said");
                learnt.next.unwrap_or_default()
            })
        } else {
            side.answer(round)
        };
        match answered {
            Ok(answer) => assert!(answer.len() <= ANSWER_BYTES_MAX, "an answer of {} bytes", answer.len()),
            Err(_) => return,
        }
    }
    let (mut round, mut other, mut rounds) = (begun.filter(|_| rest.is_empty()), set(10..120), 0);
    while let Some(asked) = round {
        rounds += 1;
        let answer = other.answer(&asked).expect("an honest round is answered");
        round = side.learn(&answer).expect("an honest answer is understood").next;
        assert!(rounds < ROUNDS_MAX, "it ends");
    }
}

/// Returns what stands after each length of two bytes; what is cut short is given as it is.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let (piece, after) = after.split_at(after.len().min(usize::from(u16::from_be_bytes(*length))));
        rest = after;
        Some(piece)
    })
}

/// A request for a bundle, as it is; and messages, each after two bytes with its length, as one that a member made.
pub fn request(bytes: &[u8]) {
    let company = company();
    let mut made = REQUEST_MAGIC.to_vec();
    made.extend(bundle::frame(&Message::Hello(Box::new(company.peers[0].hello.clone()))));
    for piece in pieces(bytes) {
        made.extend((piece.len() as u32).to_be_bytes());
        made.extend(piece);
    }
    for bytes in [bytes, &made] {
        let Ok(request) = Request::decode(bytes, &company.network) else { continue };
        assert!(bytes.len() <= REQUEST_BYTES_MAX);
        let engine = company.engine_of_all(false);
        let (whose, own) = (request.organisation, company.config.own);
        let peer = company.peers.iter().position(|peer| peer.organisation == whose);
        let filter = Filter { organisation: Some(whose), request: Some(request), ..Filter::default() };
        let selection = engine.bundle_selection(&filter);
        assert!(selection.changes.len() <= engine.catalog().len());
        assert!(selection.changes.windows(2).all(|pair| pair[0] < pair[1]), "in causal order, none twice");
        for index in &selection.changes {
            let scope = engine.catalog().document_of(*index).scope;
            let may = peer.map_or(whose == own && for_own(&scope, own), |peer| company.may_have(peer, &scope));
            assert!(may, "nothing of {scope} is for whoever asked");
        }
    }
}

/// Returns whether the engine's own organisation may have something of a scope: in its own county and of its own.
fn for_own(scope: &Scope, own: OrganisationId) -> bool {
    !matches!(scope, Scope::Organisation(owner) if *owner != own)
}

/// The catalog's notes beside the records of the log, each after two bytes with its length.
pub fn note(bytes: &[u8]) {
    let company = company();
    let mut engine = company.engine_of_all(true);
    let before = engine.catalog().len();
    for (note, ordinal) in pieces(bytes).zip(1_000..).take(64) {
        let restored = engine.restore_note(Ordinal::new(ordinal), note);
        if let Restored::In(index) = restored {
            assert!(engine.catalog().find(&engine.catalog().entry(index).id).is_some());
            let written = engine.note(index);
            assert!(written.len() <= 512, "a note of {} bytes does not fit beside its record", written.len());
        } else {
            assert_eq!(restored, Restored::ReadAgain, "an unsound note is passed over");
        }
    }
    let _entered = engine.finish_restoring();
    let catalog = engine.catalog();
    assert!(catalog.len() >= before);
    let _forks = catalog.forks();
    for document in catalog.documents() {
        let _heads = catalog.heads(&document.id);
        let _past = catalog.past(document.changes());
    }
    for (index, _) in catalog.entries() {
        let _document = catalog.document_of(index);
    }
}
