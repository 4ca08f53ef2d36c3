//! The engine among others: alice and bob are honest, eve is not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::header::{Place, Position};
use talkoot_protocol::id::{ChangeId, NodeId};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign;
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::{Checked, Content};
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::effect::{Offence, Outcome};
use talkoot_protocol::sync::refusal::Refusal;
use talkoot_protocol::wire::message::{Held, Message};
use talkoot_protocol::wire::parcel;
use talkoot_tests::cast::{Organisation, Worker, entry, inception_of, moment};
use talkoot_tests::hostile;
use talkoot_tests::world::World;

/// A charter that names these organisations as founders.
fn charter_of(names: &[&str]) -> Charter {
    let mut founders: Vec<_> = names.iter().map(|name| inception_of(name).organisation()).collect();
    founders.sort();
    Charter { name: "Kokeilu".into(), founders, ..Charter::commons() }
}

struct Pair {
    world: World,
    alice: NodeId,
    bob: NodeId,
    alices: Organisation,
    anna: Worker,
    boris: Worker,
}

/// Alice's and Bob's organisations, each with one worker whose certificate is in its node's log; not connected.
fn pair(shuffle: Option<u64>) -> Pair {
    let charter = charter_of(&["alice", "bob"]);
    let mut alices = Organisation::found("alice", &charter);
    let mut bobs = Organisation::found("bob", &charter);
    let mut world = World::new(shuffle);
    let (alice, bob) = (world.add(&alices, &charter), world.add(&bobs, &charter));
    let anna = alices.employ("anna", &[Role::Reporter]);
    let boris = bobs.employ("boris", &[Role::Reporter]);
    world.submit(alice, &[&anna.certificate]);
    world.submit(bob, &[&boris.certificate]);
    Pair { world, alice, bob, alices, anna, boris }
}

fn stored(outcomes: &[Outcome]) -> bool {
    !outcomes.is_empty() && outcomes.iter().all(|outcome| matches!(outcome, Outcome::Stored(_)))
}

fn refusal_of(outcomes: &[Outcome]) -> &'static str {
    match outcomes {
        [Outcome::Refused(_, refusal)] => refusal.name(),
        other => panic!("not one refusal: {other:?}"),
    }
}

#[test]
fn what_one_publishes_the_other_reads() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    assert!(stored(&world.submit(alice, &[&anna.report(1)])));
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
    assert!(world.node(bob).engine.in_step_with(&alice));
    assert_eq!(world.node(alice).log.len(), world.node(bob).log.len());
}

#[test]
fn what_was_published_apart_meets_after_connecting() {
    for seed in 0..20 {
        let Pair { mut world, alice, bob, anna, boris, .. } = pair(Some(seed));
        let reports: Vec<_> = (0..600).map(|n| anna.report(n)).collect();
        assert!(stored(&world.submit(alice, &reports.iter().collect::<Vec<_>>())));
        assert!(stored(&world.submit(bob, &[&boris.report(7_000), &boris.report(7_001)])));
        world.connect(alice, bob);
        world.settle();
        assert_eq!(world.fingerprint(alice), world.fingerprint(bob), "seed {seed}");
        assert_eq!(world.node(bob).log.len(), 600 + 2 + 6, "seed {seed}: each change is written once");
    }
}

#[test]
fn a_cut_in_the_middle_loses_nothing_and_repeats_little() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    let reports: Vec<_> = (0..2_000).map(|n| anna.report(n)).collect();
    world.submit(alice, &reports.iter().collect::<Vec<_>>());
    world.connect(alice, bob);
    for _ in 0..5 {
        world.settle_some(4);
        world.cut(alice, bob);
        world.connect(alice, bob);
    }
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
    let delivered: usize = world.sent.iter().filter(|(from, ..)| *from == alice).map(|(_, _, bytes)| bytes.len()).sum();
    let raw: usize = world.node(alice).log.iter().map(Vec::len).sum();
    assert!(delivered < raw * 2, "{delivered} bytes sent for {raw}");
}

#[test]
fn a_restarted_node_knows_what_it_knew() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.submit(alice, &[&anna.report(1), &anna.report(2)]);
    world.settle();
    let before = world.fingerprint(bob);
    world.restart(bob);
    assert_eq!(world.fingerprint(bob), before);
    world.connect(alice, bob);
    world.submit(alice, &[&anna.report(3)]);
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
}

#[test]
fn a_damaged_record_is_fetched_again() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    let report = anna.report(1);
    world.submit(alice, &[&report, &anna.report(2)]);
    world.settle();
    let records = world.node(bob).log.len();
    let at = world.node(bob).log.iter().position(|bytes| *bytes == report.encode()).unwrap();
    let lost = talkoot_protocol::catalog::Ordinal::new(at as u64 + 1);
    world.handle(bob, talkoot_protocol::sync::input::Input::Lost(lost));
    assert_ne!(world.fingerprint(alice), world.fingerprint(bob), "it no longer claims to hold it");
    world.pass(Duration::from_secs(120));
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
    assert_eq!(world.node(bob).log.len(), records + 1, "it is written anew");
}

#[test]
fn nothing_counts_before_it_is_durable() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    let before = world.fingerprint(alice);
    world.set_disk_full(alice, true);
    let outcomes = world.submit(alice, &[&anna.report(1)]);
    assert!(matches!(outcomes.as_slice(), [Outcome::NotStored(..)]), "{outcomes:?}");
    world.settle();
    assert_eq!(world.fingerprint(alice), before);
    assert_eq!(world.fingerprint(bob), before, "what is not durable is not spoken of");
    world.set_disk_full(alice, false);
    assert!(stored(&world.submit(alice, &[&anna.report(1)])), "a later try succeeds");
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
}

#[test]
fn a_peer_whose_disk_was_full_catches_up() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    world.set_disk_full(bob, true);
    world.submit(alice, &[&anna.report(1)]);
    world.settle();
    assert_ne!(world.fingerprint(alice), world.fingerprint(bob));
    world.set_disk_full(bob, false);
    world.pass(Duration::from_secs(120));
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
}

#[test]
fn what_is_for_one_house_never_leaves_it() {
    let Pair { mut world, alice, bob, alices, anna, .. } = pair(None);
    world.connect(alice, bob);
    let secret = anna.report_in(Scope::Organisation(alices.id), 99);
    assert!(stored(&world.submit(alice, &[&secret])));
    world.pass(Duration::from_secs(200));
    let id = secret.id();
    let leaked =
        world.sent.iter().any(|(_, to, bytes)| *to == bob && bytes.windows(32).any(|window| window == id.as_bytes()));
    assert!(!leaked, "not even the id may leave");
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob), "the shared scope is complete all the same");
    let sent = world.sent.len();
    world.inject(bob, alice, &Message::Request { number: 9, ids: vec![id.short_id()] });
    world.inject(bob, alice, &Message::Request { number: 10, ids: vec![anna.report(98).id().short_id()] });
    let answers: Vec<_> = world.sent[sent..].iter().map(|(.., bytes)| Message::decode(bytes).unwrap()).collect();
    let empty = |number| Message::delivery(number, true, parcel::pack(parcel::Codec::Plain, [[0u8; 0]; 0]));
    assert_eq!(answers, [empty(9), empty(10)], "what is not for bob looks like what does not exist");
}

/// What a house of two workers says: statements, reports, edits on edits, a fork and its joining.
fn conversation(charter: &Charter) -> Vec<Verified> {
    let mut alices = Organisation::found("alice", charter);
    let (anna, aino) = (alices.employ("anna", &[Role::Reporter]), alices.employ("aino", &[Role::Reporter]));
    let reports: Vec<_> = (0..3).map(|n| anna.report(n)).collect();
    let edit = edit_of(&anna, &[&reports[0]], "title", "Toisin sanoen", 50);
    let second = edit_of(&anna, &[&reports[0], &edit], "title", "Vielä toisin", 51);
    let beside = edit_of(&aino, &[&reports[0]], "title", "Ihan toisin", 52);
    let joined = edit_of(&aino, &[&reports[0], &edit, &second, &beside], "title", "Yhdessä", 53);
    let mut said = vec![alices.record, alices.node_certificate, anna.certificate, aino.certificate];
    said.extend(reports);
    said.extend([edit, second, beside, joined]);
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_order_of_arrival_gives_the_same_state(order in Just((0..11usize).collect::<Vec<_>>()).prop_shuffle()) {
        let charter = charter_of(&["alice", "bob"]);
        let said = conversation(&charter);
        prop_assert_eq!(said.len(), order.len());
        let after = |order: &[usize]| {
            let mut world = World::new(None);
            let bob = world.add(&Organisation::found("bob", &charter), &charter);
            for at in order {
                world.submit(bob, &[&said[*at]]);
            }
            let heads = world.node(bob).engine.catalog().heads(&said[4].document());
            (world.node(bob).engine.parked().len(), world.fingerprint(bob), heads)
        };
        let causal: Vec<_> = (0..said.len()).collect();
        prop_assert_eq!(after(&order), after(&causal));
        prop_assert_eq!(after(&order).0, 0, "nothing is left waiting");
    }
}

#[test]
fn concurrent_edits_stand_side_by_side_on_both() {
    let charter = charter_of(&["alice", "bob"]);
    let mut alices = Organisation::found("alice", &charter);
    let (anna, aino) = (alices.employ("anna", &[Role::Reporter]), alices.employ("aino", &[Role::Reporter]));
    let report = anna.report(1);
    let one = edit_of(&anna, &[&report], "title", "Punainen talo", 2);
    let other = edit_of(&aino, &[&report], "title", "Puinen talo", 3);
    let read = |order: &[&Verified]| {
        let history: Vec<_> = order.iter().map(|change| checked(&charter, change)).collect();
        document::read(&sign::chunks(&history)).unwrap()
    };
    let here = read(&[&report, &one, &other]);
    assert_eq!(here, read(&[&report, &other, &one]));
    let title = here.fields.get("title").unwrap();
    let mut values: Vec<_> = title.others.iter().map(|entry| entry.value.clone()).collect();
    values.push(title.value.clone());
    values.sort_by_key(ToString::to_string);
    assert_eq!(values, [json!("Puinen talo"), json!("Punainen talo")]);
}

#[test]
fn forks_of_one_author_merge_and_are_counted() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    let report = anna.report(1);
    let (one, other) =
        (edit_of(&anna, &[&report], "title", "Haara yksi", 2), edit_of(&anna, &[&report], "title", "Haara kaksi", 3));
    world.submit(alice, &[&report, &one]);
    world.connect(alice, bob);
    world.settle();
    world.submit(bob, &[&other]);
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
    for node in [alice, bob] {
        assert_eq!(world.node(node).engine.forks(), 1);
        assert_eq!(world.node(node).engine.catalog().heads(&report.document()).len(), 2);
    }
}

#[test]
fn eve_cannot_write_for_others() {
    let Pair { mut world, alice, anna, .. } = pair(None);
    let charter = charter_of(&["alice", "bob"]);
    let mut eves = Organisation::found("eve", &charter);
    let eva = eves.employ("eva", &[Role::Reporter]);
    let mut forged = sign::Author { certificate: anna.certificate.id(), ..eva.author() };
    let change = forged.begin(Kind::Report, Scope::Network, &fields(), moment(1)).unwrap();
    assert_eq!(refusal_of(&world.submit(alice, &[&change])), "certificate_of_other_key");
    forged.certificate = anna.report(5).id();
    world.submit(alice, &[&anna.report(5)]);
    let change = forged.begin(Kind::Report, Scope::Network, &fields(), moment(1)).unwrap();
    assert_eq!(refusal_of(&world.submit(alice, &[&change])), "not_a_certificate");
    let outcomes = world.submit(alice, &[&eves.record, &eves.node_certificate, &eva.certificate, &eva.report(1)]);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Waiting(..))), "strangers wait: {outcomes:?}");
}

#[test]
fn eve_cannot_edit_anothers_report_or_certify_herself() {
    let Pair { mut world, alice, bob, anna, boris, .. } = pair(None);
    world.connect(alice, bob);
    let report = anna.report(1);
    world.submit(alice, &[&report]);
    world.settle();
    let edit = edit_of(&boris, &[&report], "title", "Minun", 2);
    assert_eq!(refusal_of(&world.submit(bob, &[&edit])), "other_organisation");
    let mut bobs = Organisation::found("bob", &charter_of(&["alice", "bob"]));
    bobs.employ("boris", &[Role::Reporter]);
    let silent = bobs.employ("silent", &[Role::DecisionMaker]);
    world.submit(bob, &[&silent.certificate]);
    assert_eq!(refusal_of(&world.submit(bob, &[&silent.report(1)])), "role");
}

#[test]
fn a_client_that_signs_an_identifier_is_refused_and_its_header_kept() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    let mut fields = fields();
    fields.insert("description".into(), json!("Asiakas 010101A900R kertoi."));
    let change = anna.author().begin(Kind::Report, Scope::Network, &fields, moment(9)).unwrap();
    let outcomes = world.submit(alice, &[&change]);
    assert!(matches!(&outcomes[..], [Outcome::Refused(Some(_), Refusal::Identifier(_))]), "{outcomes:?}");
    world.inject(alice, bob, &World::push(&[change.encode()]));
    for node in [alice, bob] {
        let kept = &world.node(node).evidence;
        assert_eq!(kept.len(), 1, "the header is kept once");
        assert!(!kept[0].windows(11).any(|window| window == b"010101A900R"), "never the body");
        assert_eq!(world.node(node).engine.refusals().get("identifier"), Some(&1));
    }
}

#[test]
fn a_spoilt_copy_of_a_change_does_not_poison_its_id() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    let report = anna.report(1);
    let mut spoilt = report.encode();
    let end = spoilt.len() - 1;
    spoilt[end] ^= 1;
    let bodiless = report.clone().without_body().encode();
    let mut unsigned = report.encode();
    let signature = unsigned.windows(2).position(|window| window == [0x58, 64]).unwrap() + 10;
    unsigned[signature] ^= 1;
    world.inject(alice, bob, &World::push(&[spoilt, bodiless, unsigned]));
    let refusals = world.node(bob).engine.refusals().clone();
    for name in ["body_mismatch", "body_missing", "bad_signature"] {
        assert_eq!(refusals.get(name), Some(&1), "{refusals:?}");
    }
    assert!(stored(&world.submit(alice, &[&report])));
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob), "the sound copy is taken all the same");
}

#[test]
fn a_stranger_leaves_no_trace_in_the_log() {
    let Pair { mut world, alice, .. } = pair(None);
    let charter = charter_of(&["alice", "bob"]);
    let mut eves = Organisation::found("eve", &charter);
    let eva = eves.employ("eva", &[Role::Reporter]);
    let before = world.node(alice).log.len();
    let mut fields = fields();
    fields.insert("description".into(), json!("Asiakas 010101A900R kertoi."));
    let change = eva.author().begin(Kind::Report, Scope::Network, &fields, moment(9)).unwrap();
    world.submit(alice, &[&eves.record, &eva.certificate, &change, &eva.report(1)]);
    assert_eq!((world.node(alice).log.len(), world.node(alice).evidence.len()), (before, 0));
}

#[test]
fn garbage_ends_a_session_and_nothing_else() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    world.handle(alice, talkoot_protocol::sync::input::Input::Frame { node: bob, bytes: vec![0xff; 100] });
    assert_eq!(world.node(alice).dropped, [(bob, Offence::MalformedMessage)]);
    assert!(stored(&world.submit(alice, &[&anna.report(1)])));
    world.connect(alice, bob);
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
}

#[test]
fn whoever_asks_without_end_is_shown_the_door() {
    let Pair { mut world, alice, bob, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    for number in 1..=2_000 {
        world.inject(bob, alice, &Message::Request { number, ids: Vec::new() });
    }
    assert_eq!(world.node(alice).dropped, [(bob, Offence::TooManyRequests)]);
}

#[test]
fn strangers_recognise_each_other_and_begin() {
    let charter = Charter::commons();
    let (mut alices, mut bobs) = (Organisation::found("alice", &charter), Organisation::found("bob", &charter));
    let mut world = World::new(None);
    let (alice, bob) = (world.add(&alices, &charter), world.add(&bobs, &charter));
    let anna = alices.employ("anna", &[Role::Reporter]);
    world.submit(alice, &[&anna.certificate, &anna.report(1)]);
    world.connect(alice, bob);
    world.settle();
    assert_eq!(world.node(bob).engine.seen().count(), 1, "it is seen");
    assert_eq!(world.node(bob).log.len(), 2, "and nothing of it is taken");
    let to_bob = alices.endorse(bobs.id);
    world.submit(alice, &[&to_bob]);
    world.settle();
    let to_alice = bobs.endorse(alices.id);
    world.submit(bob, &[&to_alice]);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob));
    assert_eq!(world.node(bob).log.len(), 2 + 2 + 2 + 2);
}

fn fields() -> document::Fields {
    talkoot_tests::cast::fields(1)
}

fn checked(charter: &Charter, change: &Verified) -> Checked {
    Checked::sealed(&charter.network(), change.clone()).unwrap()
}

/// An edit of one field on top of a history.
fn edit_of(worker: &Worker, history: &[&Verified], field: &str, value: &str, number: u64) -> Verified {
    let charter = charter_of(&["alice", "bob"]);
    let history: Vec<_> = history.iter().map(|change| checked(&charter, change)).collect();
    let edits = BTreeMap::from([(field.to_owned(), Some(json!(value)))]);
    worker.author().change(&history, &edits, moment(number)).unwrap()
}

#[test]
fn batch_after_batch_arrives_in_good_time() {
    let Pair { mut world, alice, bob, anna, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    for round in 0..10 {
        let reports: Vec<_> = (round * 300..(round + 1) * 300).map(|n| anna.report(n)).collect();
        assert!(stored(&world.submit(alice, &reports.iter().collect::<Vec<_>>())));
        world.pass(Duration::from_millis(500));
        assert_eq!(world.fingerprint(alice), world.fingerprint(bob), "round {round}");
    }
}

#[test]
fn whoever_claims_to_hold_another_house_s_own_learns_nothing_of_it() {
    let Pair { mut world, alice, bob, alices, anna, .. } = pair(None);
    world.connect(alice, bob);
    let secret = anna.report_in(Scope::Organisation(alices.id), 99);
    assert!(stored(&world.submit(alice, &[&secret])));
    world.settle();
    let sent = world.sent.len();
    let mut digest = Digest::default();
    (0..20u8).for_each(|byte| digest.add(&ChangeId::from_bytes([byte; 32])));
    world.inject(bob, alice, &Message::Compare(vec![Held { scope: Scope::Organisation(alices.id), digest }]));
    world.pass(Duration::from_secs(60));
    let said = world.sent[sent..].iter().filter(|(from, ..)| *from == alice);
    let about =
        |message: &Message| matches!(message, Message::Cells { .. } | Message::Have { .. } | Message::Ranges { .. });
    assert!(said.map(|(.., bytes)| Message::decode(bytes).unwrap()).all(|message| !about(&message)));
    assert_eq!(world.node(alice).dropped, [(bob, Offence::ForeignScope)]);
}

#[test]
fn what_is_only_for_another_house_is_not_kept_here() {
    let Pair { mut world, alice, bob, anna, alices, .. } = pair(None);
    world.connect(alice, bob);
    world.settle();
    let before = world.node(bob).log.len();
    let secret = anna.report_in(Scope::Organisation(alices.id), 99);
    world.inject(alice, bob, &World::push(&[secret.encode(), anna.report(1).encode()]));
    assert_eq!(world.node(bob).dropped, [(alice, Offence::ForeignScope)]);
    world.settle();
    assert_eq!(world.node(bob).log.len(), before + 1, "what came with it and is for bob is taken");
}

/// Alice's and Bob's houses, connected, each with a coordinator; a phenomenon that Alice's has begun.
struct Table {
    pair: Pair,
    celia: Worker,
    cosmo: Worker,
    bobs: Organisation,
    begun: Verified,
}

fn table() -> Table {
    let mut pair = pair(None);
    let mut bobs = Organisation::found("bob", &charter_of(&["alice", "bob"]));
    bobs.employ("boris", &[Role::Reporter]);
    let (celia, cosmo) =
        (pair.alices.employ("celia", &[Role::Coordinator]), bobs.employ("cosmo", &[Role::Coordinator]));
    let title = entry(&pair.alices.id, "title", &json!({"text": "Talo"}));
    let begun = celia.begin(Kind::Phenomenon, Scope::Network, &title, 1);
    let (alice, bob) = (pair.alice, pair.bob);
    pair.world.connect(alice, bob);
    assert!(stored(&pair.world.submit(bob, &[&cosmo.certificate])));
    assert!(stored(&pair.world.submit(alice, &[&celia.certificate, &begun])));
    pair.world.settle();
    Table { pair, celia, cosmo, bobs, begun }
}

impl Table {
    /// What became of a change at Bob's node, and, pushed by Bob's, at Alice's: the same.
    fn refused_everywhere(&mut self, change: &Verified) -> &'static str {
        let Pair { world, alice, bob, .. } = &mut self.pair;
        let name = refusal_of(&world.submit(*bob, &[change]));
        let before = world.node(*alice).engine.refusals().get(name).copied().unwrap_or(0);
        world.inject(*bob, *alice, &World::push(&[change.encode()]));
        assert_eq!(world.node(*alice).engine.refusals().get(name), Some(&(before + 1)), "{name}");
        name
    }
}

#[test]
fn coordinators_of_all_members_add_to_a_phenomenon() {
    let mut table = table();
    let facet = entry(&table.bobs.id, "facet/00000001", &json!({"aspect": "Väri", "value": "punainen"}));
    let added = table.cosmo.set(&[&table.begun], &facet, 2);
    let Pair { world, alice, bob, .. } = &mut table.pair;
    assert!(stored(&world.submit(*bob, &[&added])));
    world.settle();
    assert_eq!(world.fingerprint(*alice), world.fingerprint(*bob));
    assert_eq!(world.node(*alice).engine.catalog().heads(&table.begun.document()).len(), 1);
}

#[test]
fn nobody_writes_where_another_organisation_writes() {
    let mut table = table();
    let foreign = entry(&table.pair.alices.id, "title", &json!({"text": "Minun"}));
    assert_eq!(table.refused_everywhere(&table.cosmo.set(&[&table.begun], &foreign, 2)), "foreign_entry");
    let bare = document::Fields::from_iter([("title".to_owned(), json!("Minun"))]);
    assert_eq!(table.refused_everywhere(&table.cosmo.set(&[&table.begun], &bare, 3)), "foreign_entry");
    let both = [foreign, entry(&table.bobs.id, "title", &json!({"text": "Meidän"}))].into_iter().flatten().collect();
    assert_eq!(table.refused_everywhere(&table.cosmo.set(&[&table.begun], &both, 4)), "foreign_entry");
    let history = [checked(&charter_of(&["alice", "bob"]), &table.begun)];
    let taken = BTreeMap::from([(Prefix::of(&table.pair.alices.id).entry("title"), None)]);
    let taken = table.cosmo.author().change(&history, &taken, moment(5)).unwrap();
    assert_eq!(table.refused_everywhere(&taken), "foreign_entry", "nor takes it away");
    let begun = table.cosmo.begin(Kind::Phenomenon, Scope::Network, &bare, 6);
    assert_eq!(table.refused_everywhere(&begun), "foreign_entry");
}

#[test]
fn nobody_writes_into_what_another_change_made() {
    let mut table = table();
    let first = checked(&charter_of(&["alice", "bob"]), &table.begun);
    let Content::Chunk(first) = first.content() else { panic!("a chunk") };
    let document = table.begun.document();
    for worker in [0, 1] {
        let worker = if worker == 0 { &table.cosmo } else { &table.celia };
        let content = hostile::into_object_of(&worker.key.public(), &document, first);
        let (place, position) = if worker.id == table.celia.id {
            let previous = table.begun.id();
            (Place::Continues(document), Position::After { sequence: 2, previous })
        } else {
            (Place::Continues(document), Position::First)
        };
        let change = hostile::sign_at(worker, place, position, vec![table.begun.id()], &content, 7);
        assert_eq!(table.refused_everywhere(&change), "foreign_entry");
    }
}

#[test]
fn a_joint_document_takes_the_role_and_stays_in_its_house() {
    let mut table = table();
    let facet = entry(&table.bobs.id, "status", &json!({"code": "in_work"}));
    let boris = table.pair.boris.set(&[&table.begun], &facet, 2);
    assert_eq!(table.refused_everywhere(&boris), "role");
    assert_eq!(table.refused_everywhere(&table.pair.boris.begin(Kind::Phenomenon, Scope::Network, &facet, 3)), "role");
    let title = entry(&table.pair.alices.id, "title", &json!({"text": "Oma"}));
    let own = table.celia.begin(Kind::Phenomenon, Scope::Organisation(table.pair.alices.id), &title, 4);
    let intruding = table.cosmo.set(&[&own], &facet, 5);
    let Pair { world, alice, .. } = &mut table.pair;
    assert!(stored(&world.submit(*alice, &[&own])));
    assert_eq!(refusal_of(&world.submit(*alice, &[&intruding])), "other_organisation");
}
