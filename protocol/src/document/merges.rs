//! What merging must keep: equal sets read and save alike, forks by one author included, and nothing written is lost.

use std::collections::BTreeMap;

use automerge::{AutoCommit, Automerge, Change, ReadDoc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{History, document, report, set, worker};
use super::*;
use crate::chunk::Chunk;
use crate::chunk::forge::Dice;
use crate::id::DocumentId;

fn value_of(history: &[&Chunk], field: &str) -> (Value, Vec<Value>) {
    let field = read(history).unwrap().fields.remove(field).unwrap();
    (field.value, field.others.into_iter().map(|entry| entry.value).collect())
}

#[test]
fn a_report_reads_as_written() {
    let first = create(&worker(1), &report()).unwrap();
    assert_eq!(create(&worker(1), &report()).unwrap(), first);
    assert_ne!(create(&worker(2), &report()).unwrap().actor(), first.actor());
    assert_eq!(read_first(&first).unwrap(), report());
    let reading = read(&[&first]).unwrap();
    assert_eq!(reading.values(), report());
    assert_eq!(reading.heads, [first.hash()]);
    assert!(reading.fields.values().all(|field| field.set_by == first.hash() && field.others.is_empty()));
    let texts: Vec<&str> = first.texts().collect();
    assert!(texts.contains(&"Kallio") && texts.contains(&"district") && texts.contains(&"what"));
}

#[test]
fn automerge_itself_writes_the_same_values_from_our_bytes() {
    let mut theirs = AutoCommit::load(&save(&[&create(&worker(1), &report()).unwrap()]).unwrap()).unwrap();
    let json = serde_json::to_value(automerge::AutoSerde::from(&theirs)).unwrap();
    assert_eq!(json, Value::Object(report()));
    // And it goes on editing what we began.
    use automerge::transaction::Transactable as _;
    theirs.put(automerge::ROOT, "area", "049").unwrap();
    assert_eq!(theirs.get_changes(&[]).len(), 2);
    assert!(Automerge::load(&theirs.save()).is_ok());
}

#[test]
fn what_cannot_be_written_is_named() {
    let error = |value: Value| match create(&worker(1), &Fields::from_iter([("f".to_owned(), value)])) {
        Err(error) => error.name(),
        Ok(_) => "made",
    };
    assert_eq!(error(json!(1.5)), "float");
    assert_eq!(error(json!({"a": [1e300]})), "float");
    assert_eq!(error(json!([u64::MAX, i64::MIN, null, "", {}, []])), "made");
    assert_eq!(error(json!({"": 1})), "field_key_length");
    assert_eq!(error(json!({"k".repeat(256): 1})), "field_key_length");
    assert_eq!(error(json!("x".repeat(300_000))), "chunk_too_long");
    assert_eq!(error(json!(vec![1; 10_000])), "too_many_operations");
    let nested = |depth| (0..depth).fold(json!(1), |value, _| json!([value]));
    assert_eq!(error(nested(8)), "made");
    assert_eq!(error(nested(9)), "field_too_deep");
    assert_eq!(error(nested(100)), "field_too_deep");
    assert_eq!(create(&worker(1), &Fields::new()), Err(Error::NoChange));
}

#[test]
fn edits_change_what_they_name_and_nothing_else() {
    let mut history = History::begin(&report());
    let edits = BTreeMap::from([
        ("area".to_owned(), Some(json!("049"))),
        ("setting".to_owned(), None),
        ("trend".to_owned(), Some(json!("rising"))),
        ("proposal".to_owned(), Some(json!([{"to": "hsl", "what": "Auki."}]))),
        ("never_there".to_owned(), None),
    ]);
    assert!(history.edit(1, 1, &edits));
    let mut expected = report();
    expected.insert("area".to_owned(), json!("049"));
    expected.insert("proposal".to_owned(), json!([{"to": "hsl", "what": "Auki."}]));
    expected.remove("setting");
    let reading = read(&history.all()).unwrap();
    assert_eq!(reading.values(), expected);
    assert_eq!(reading.fields["area"].set_by, history.hash(1));
    assert_eq!(reading.fields["trend"].set_by, history.hash(0));
    assert!(!history.edit(2, 2, &edits));
    assert_eq!(history.0[1].op_count(), 6);
}

#[test]
fn forks_by_one_author_merge_as_concurrent_edits() {
    let mut history = History::begin(&report());
    assert!(history.edit(1, 1, &set("area", json!("049"))));
    assert!(history.edit(1, 1, &set("area", json!("092"))));
    assert_ne!(history.0[1].actor(), history.0[2].actor());
    let (first, one, other) = (&history.0[0], &history.0[1], &history.0[2]);
    let reading = read(&[first, one, other]).unwrap();
    assert_eq!(read(&[first, other, one]).unwrap(), reading);
    assert_eq!(save(&[first, other, one]).unwrap(), save(&[first, one, other]).unwrap());
    let field = &reading.fields["area"];
    let mut values = vec![field.value.clone()];
    values.extend(field.others.iter().map(|entry| entry.value.clone()));
    values.sort_by_key(Value::to_string);
    assert_eq!(values, [json!("049"), json!("092")]);
    assert_eq!(reading.heads.len(), 2);

    // Automerge agrees in whatever order it hears of them.
    let mut heads = Vec::new();
    for order in [[first, one, other], [first, other, one]] {
        let mut document = Automerge::new();
        for chunk in order {
            document.apply_changes([Change::try_from(chunk.bytes()).unwrap()]).unwrap();
        }
        assert_eq!(document.get_all(automerge::ROOT, "area").unwrap().len(), 2);
        heads.push(document.get_heads());
    }
    assert_eq!(heads[0], heads[1]);

    // Writing settles it, even with the value that stands already.
    let winner = field.value.clone();
    assert!(history.edit(2, 3, &set("area", winner.clone())));
    assert_eq!(value_of(&history.all(), "area"), (winner, vec![]));
    assert_eq!(read(&history.all()).unwrap().heads, [history.hash(3)]);
}

/// Two signed changes may therefore carry one chunk: whoever maps chunks to changes must expect several.
#[test]
fn the_same_edit_made_twice_is_one_change() {
    let mut history = History::begin(&report());
    assert!(history.edit(1, 1, &set("area", json!("049"))));
    assert!(history.edit(1, 1, &set("area", json!("049"))));
    assert_eq!(history.0[1], history.0[2]);
    assert_eq!(read(&history.all()), read(&history.all()[..2]));
    assert_eq!(save(&history.all()), save(&history.all()[..2]));
    // By two authors it is two changes, and both stay visible though they say the same.
    assert!(history.edit(2, 1, &set("area", json!("049"))));
    assert_eq!(value_of(&history.all(), "area"), (json!("049"), vec![json!("049")]));
}

#[test]
fn three_at_once_and_one_who_removes() {
    let mut history = History::begin(&report());
    for (who, value) in [(1, json!("falling")), (2, json!({"x": [1]})), (3, json!(["a"]))] {
        assert!(history.edit(who, 1, &set("trend", value)));
    }
    assert!(history.edit(4, 1, &BTreeMap::from([("trend".to_owned(), None)])));
    let (value, others) = value_of(&history.all(), "trend");
    assert_eq!(others.len(), 2);
    assert!(std::iter::once(&value).chain(&others).any(|value| *value == json!({"x": [1]})));
    assert!(history.edit(4, 5, &BTreeMap::from([("trend".to_owned(), None)])));
    assert!(!read(&history.all()).unwrap().fields.contains_key("trend"));
}

#[test]
fn contradictions_inside_a_value_are_shown_where_they_are() {
    let mut document_ = AutoCommit::load(&save(&[&create(&worker(1), &report()).unwrap()]).unwrap()).unwrap();
    let first = create(&worker(1), &report()).unwrap();
    // Two changes that automerge makes inside the list of maps, then named as ours must be.
    use automerge::transaction::Transactable as _;
    let mut chunks = vec![first];
    for what in ["Yksi", "Kaksi"] {
        let mut fork = document_.fork().with_actor(vec![0; 16].into());
        let proposal = fork.get(automerge::ROOT, "proposal").unwrap().unwrap().1;
        let entry = fork.get(&proposal, 0).unwrap().unwrap().1;
        fork.put(&entry, "what", what).unwrap();
        let mut bytes = fork.get_last_local_change().unwrap().raw_bytes().to_vec();
        // The time and actor that automerge put in are not ours.
        let actor = crate::chunk::actor_for(&worker(2), Some(&document()), &bytes).unwrap();
        let at = bytes.windows(16).position(|window| window == [0; 16]).unwrap();
        crate::chunk::seal(&mut bytes, at, actor);
        chunks.push(Chunk::check(bytes, &worker(2), Some(&document())).unwrap());
    }
    let all: Vec<&Chunk> = chunks.iter().collect();
    assert!(all[1..].iter().all(|chunk| follows(&all, chunk).is_ok()));
    let reading = read(&all).unwrap();
    let field = &reading.fields["proposal"];
    assert!(field.others.is_empty());
    assert_eq!(field.inner.len(), 1);
    assert_eq!(field.inner[0].pointer, "/0/what");
    assert_eq!(field.inner[0].others.len(), 1);
    // The same value written over it settles the inside too.
    let mut history = History(chunks);
    assert!(history.edit(3, 3, &set("proposal", field.value.clone())));
    assert!(read(&history.all()).unwrap().fields["proposal"].inner.is_empty());
    document_.commit();
}

#[test]
fn more_heads_than_one_change_can_name() {
    let mut history = History::begin(&report());
    for count in 0..70 {
        assert!(history.edit(count, 1, &set("count_max", json!(count + 20))));
    }
    assert!(history.edit(1, 71, &set("count_max", json!(5))));
    assert_eq!(history.0[71].deps().len(), 64);
    assert!(history.edit(1, 72, &set("count_max", json!(5))));
    assert_eq!(value_of(&history.all(), "count_max"), (json!(5), vec![]));
    assert_eq!(read(&history.all()).unwrap().heads.len(), 1);
}

#[test]
fn hundreds_of_changes() {
    let mut history = History::begin(&report());
    for count in 0..300u32 {
        let known = history.0.len() - usize::from(count % 7 == 3);
        let value = json!(format!("{count} kertaa"));
        let field = ["effect", "district", "setting"][count as usize % 3];
        let before: Vec<&Chunk> = history.0.iter().take(known).collect();
        history.0.push(edit(&worker(count as u8), &document(), &before, &set(field, value)).unwrap());
    }
    let all = history.all();
    let reading = read(&all).unwrap();
    let mut backwards = all.clone();
    backwards.reverse();
    assert_eq!(read(&backwards).unwrap(), reading);
    let loaded = Automerge::load(&save(&all).unwrap()).unwrap();
    assert_eq!(loaded.get_changes(&[]).len(), 301);
    assert_eq!(loaded.get_heads().len(), reading.heads.len());
}

#[test]
fn an_incomplete_history_is_named() {
    let mut history = History::begin(&report());
    history.edit(1, 1, &set("area", json!("049")));
    let (first, second) = (&history.0[0], &history.0[1]);
    assert_eq!(read(&[]), Err(Error::Empty));
    assert_eq!(read_first(second).map_err(|error| error.name()), Err("missing_dependency"));
    let other = create(&worker(2), &report()).unwrap();
    assert_eq!(read(&[first, &other]).map_err(|error| error.name()), Err("two_beginnings"));
    assert_eq!(read(&[&other, second]).map_err(|error| error.name()), Err("missing_dependency"));
    assert_eq!(read(&[first, first]), read(&[first]));
}

#[test]
fn an_export_opens_in_automerge() {
    let items: Vec<(DocumentId, Fields)> = (0..5).map(|id| (DocumentId::from_bytes([id; 32]), report())).collect();
    let bytes = export(&items).unwrap();
    assert_eq!(export(&items).unwrap(), bytes);
    let loaded = AutoCommit::load(&bytes).unwrap();
    let json = serde_json::to_value(automerge::AutoSerde::from(&loaded)).unwrap();
    assert_eq!(json["03".repeat(32)], Value::Object(report()));
    assert_eq!(json.as_object().unwrap().len(), 5);
    assert_eq!(export(&[]), Err(Error::Empty));
    assert_eq!(export(&vec![items[0].clone(); EXPORT_ITEMS_MAX + 1]).unwrap_err().name(), "too_many_items");
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map(".{1,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn fields() -> impl Strategy<Value = Fields> {
    proptest::collection::btree_map("[a-f]", json_value(), 1..5).prop_map(|map| map.into_iter().collect())
}

/// Puts a history in another order in which each change still follows what it depends on.
fn shuffled<'a>(dice: &mut Dice, chunks: &[&'a Chunk]) -> Vec<&'a Chunk> {
    let mut left = chunks.to_vec();
    let mut out: Vec<&Chunk> = Vec::new();
    while !left.is_empty() {
        let at = dice.below(left.len());
        let ready = left[at].deps().iter().all(|hash| out.iter().any(|chunk| chunk.hash() == *hash));
        if ready {
            out.push(left.remove(at));
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_fields_survive(fields in fields()) {
        let first = create(&worker(1), &fields).unwrap();
        prop_assert_eq!(read_first(&first).unwrap(), fields.clone());
        prop_assert_eq!(read(&[&first]).unwrap().values(), fields);
        prop_assert_eq!(Chunk::check(first.bytes().to_vec(), &worker(1), None).unwrap(), first);
    }

    #[test]
    fn any_order_gives_the_same_document(
        seed: u64,
        first in fields(),
        edits in proptest::collection::vec((1u8..4, 0usize..4, "[a-f]", proptest::option::of(json_value())), 1..10),
    ) {
        let mut dice = Dice(seed);
        let mut history = History::begin(&first);
        for (who, behind, name, value) in edits {
            let known = history.0.len().saturating_sub(behind).max(1);
            let before: Vec<&Chunk> = history.0.iter().take(known).collect();
            let edits = BTreeMap::from([(name.clone(), value.clone())]);
            let present = read(&before).unwrap().fields.get(&name).map(|field| field.value.clone());
            if let Ok(chunk) = edit(&worker(who), &document(), &before, &edits) {
                prop_assert!(follows(&before, &chunk).is_ok());
                // Whoever wrote it sees just that, whatever stood there before.
                let mut after = before.clone();
                after.push(&chunk);
                let field = read(&after).unwrap().fields.remove(&name);
                prop_assert_eq!(field.as_ref().map(|field| &field.value), value.as_ref());
                prop_assert!(field.is_none_or(|field| field.others.is_empty() && field.set_by == chunk.hash()));
                history.0.push(chunk);
            } else {
                prop_assert_eq!(present, value);
            }
        }
        let all = history.all();
        let (reading, saved) = (read(&all).unwrap(), save(&all).unwrap());
        let loaded = Automerge::load(&saved).unwrap();
        for _ in 0..3 {
            let other = shuffled(&mut dice, &all);
            prop_assert_eq!(&read(&other).unwrap(), &reading);
            prop_assert_eq!(&save(&other).unwrap(), &saved);
            let mut document = Automerge::new();
            for chunk in other {
                document.apply_changes([Change::try_from(chunk.bytes()).unwrap()]).unwrap();
            }
            prop_assert_eq!(document.get_heads(), loaded.get_heads());
            prop_assert_eq!(document.hydrate(None), loaded.hydrate(None));
        }
    }
}
