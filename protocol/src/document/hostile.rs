//! Changes that the guard admits but that do not fit their past, and the dearest ones that do.

use std::time::{Duration, Instant};

use super::*;
use crate::chunk::forge::{author, document};
use crate::chunk::{Action, Chunk, Draft, Key, OPS_MAX, Object, Op, OpId, Scalar, Span};

fn op(parent: Option<OpId>, key: Key<&'static str>, action: Action) -> Op<&'static str> {
    let insert = !matches!(key, Key::Name(_));
    Op { parent, key, insert, action, value: Scalar::Null, replaces: Span::default() }
}

const MAP: Action = Action::Make(Object::Map);
const LIST: Action = Action::Make(Object::List);

fn first(ops: &[Op<&str>], replaced: &[OpId]) -> Chunk {
    let draft = Draft { dependencies: &[], start_op: 1, others: &[], ops, replaced };
    Chunk::check(draft.write(&author(), None), &author(), None).unwrap()
}

fn later(before: &Chunk, start_op: u32, ops: &[Op<&str>], replaced: &[OpId]) -> Chunk {
    let draft = Draft { dependencies: &[before.hash()], start_op, others: &[before.actor()], ops, replaced };
    Chunk::check(draft.write(&author(), Some(&document())), &author(), Some(&document())).unwrap()
}

/// Names an operation of the change before.
const fn theirs(counter: u32) -> OpId {
    OpId { counter, actor: 1 }
}

/// 1 map at "m", 2 list at "l", 3 null as the list's first item, 4 text at "t", 5 null at "s", 6 removes "s".
fn base() -> Chunk {
    let mut ops = vec![
        op(None, Key::Name("m"), MAP),
        op(None, Key::Name("l"), LIST),
        op(Some(OpId::own(2)), Key::Head, Action::Set),
        op(None, Key::Name("t"), Action::Make(Object::Text)),
        op(None, Key::Name("s"), Action::Set),
        op(None, Key::Name("s"), Action::Delete),
    ];
    ops[5].replaces = Span::new(0, 1);
    first(&ops, &[OpId::own(5)])
}

#[test]
fn what_does_not_fit_its_past_is_refused() {
    let base = base();
    let judge = |ops: &[Op<&str>], replaced: &[OpId]| {
        let chunk = later(&base, 7, ops, replaced);
        follows(&[&base], &chunk).map_or_else(
            |error| error.name(),
            |()| {
                read(&[&base, &chunk]).unwrap();
                "fits"
            },
        )
    };
    let replacing = |mut op: Op<&'static str>| {
        op.replaces = Span::new(0, 1);
        op.insert = false;
        op
    };
    // Writing into things of every kind.
    assert_eq!(judge(&[op(Some(theirs(1)), Key::Name("x"), Action::Set)], &[]), "fits");
    assert_eq!(judge(&[op(Some(theirs(2)), Key::Head, Action::Set)], &[]), "fits");
    assert_eq!(judge(&[op(Some(theirs(2)), Key::Element(theirs(3)), MAP)], &[]), "fits");
    assert_eq!(judge(&[op(Some(theirs(2)), Key::Name("x"), Action::Set)], &[]), "unfit_reference");
    assert_eq!(judge(&[op(Some(theirs(1)), Key::Head, Action::Set)], &[]), "unfit_reference");
    assert_eq!(judge(&[op(Some(theirs(3)), Key::Name("x"), Action::Set)], &[]), "unfit_reference");
    assert_eq!(judge(&[op(Some(theirs(4)), Key::Head, Action::Set)], &[]), "unfit_reference");
    // Elements of other sequences, and what is no element.
    assert_eq!(judge(&[op(Some(theirs(4)), Key::Element(theirs(3)), Action::Set)], &[]), "unfit_reference");
    assert_eq!(judge(&[op(Some(theirs(2)), Key::Element(theirs(1)), Action::Set)], &[]), "unfit_reference");
    // Replacing what is elsewhere, and what is no value.
    assert_eq!(judge(&[replacing(op(None, Key::Name("m"), Action::Delete))], &[theirs(1)]), "fits");
    assert_eq!(judge(&[replacing(op(None, Key::Name("l"), Action::Delete))], &[theirs(1)]), "unfit_reference");
    assert_eq!(judge(&[replacing(op(None, Key::Name("s"), Action::Set))], &[theirs(6)]), "unfit_reference");
    let item = Key::Element(theirs(3));
    assert_eq!(judge(&[replacing(op(Some(theirs(2)), item, Action::Set))], &[theirs(3)]), "fits");
    assert_eq!(judge(&[replacing(op(Some(theirs(2)), item, Action::Set))], &[theirs(2)]), "unfit_reference");
}

#[test]
fn what_is_not_in_the_past_is_unknown() {
    let base = base();
    let set = [op(Some(theirs(1)), Key::Name("x"), Action::Set)];
    let second = later(&base, 7, &set, &[]);
    assert_eq!(follows(&[&base], &second), Ok(()));
    for start_op in [8, 100, 1 << 29] {
        let chunk = later(&base, start_op, &set, &[]);
        assert_eq!(follows(&[&base], &chunk), Err(Error::StartOp { got: start_op, expected: 7 }));
    }
    // Pointing at a change one does not depend on, though it is there.
    let aside = Draft {
        dependencies: &[base.hash()],
        start_op: 8,
        others: &[second.actor()],
        ops: &[op(Some(theirs(7)), Key::Name("x"), Action::Set)],
        replaced: &[],
    };
    let aside = Chunk::check(aside.write(&author(), Some(&document())), &author(), Some(&document())).unwrap();
    assert_eq!(follows(&[&base, &second], &aside).unwrap_err().name(), "start_op");
    let beyond = later(&base, 7, &[op(Some(theirs(6)), Key::Name("x"), Action::Set)], &[]);
    assert_eq!(follows(&[&base], &beyond).unwrap_err().name(), "unfit_reference");
    assert_eq!(follows(&[&base], &aside).unwrap_err().name(), "start_op");
}

#[test]
fn only_its_own_past_decides() {
    let base = base();
    let good = later(&base, 7, &[op(Some(theirs(1)), Key::Name("x"), Action::Set)], &[]);
    let bad = later(&base, 7, &[op(Some(theirs(2)), Key::Name("x"), Action::Set)], &[]);
    // Another beginning, a change whose past is not there, changes that do not fit: none of it matters.
    let stranger = first(&[op(None, Key::Name("z"), MAP)], &[]);
    let orphan = later(&good, 8, &[op(None, Key::Name("y"), MAP), op(Some(theirs(7)), Key::Name("y"), MAP)], &[]);
    let elsewhere = later(&stranger, 2, &[op(Some(theirs(1)), Key::Name("x"), Action::Set)], &[]);
    for more in [vec![], vec![&stranger], vec![&orphan], vec![&stranger, &elsewhere, &bad, &orphan]] {
        let history: Vec<&Chunk> = more.into_iter().chain([&base]).collect();
        assert_eq!(follows(&history, &good), Ok(()));
        assert_eq!(follows(&history, &bad).unwrap_err().name(), "unfit_reference");
    }
    // What is missing is no verdict, and always called missing.
    for history in [vec![], vec![&stranger], vec![&good], vec![&bad, &stranger]] {
        assert_eq!(follows(&history, &good).unwrap_err().name(), "missing_dependency");
        assert_eq!(follows(&history, &bad).unwrap_err().name(), "missing_dependency");
    }
}

#[test]
fn nesting_adds_up_over_changes() {
    let chain = |start: u32, count: u32, parent: Option<OpId>| -> Vec<Op<&'static str>> {
        let parent = |index| if index == 0 { parent } else { Some(OpId::own(start + index - 1)) };
        (0..count).map(|index| op(parent(index), Key::Name("m"), MAP)).collect()
    };
    let base = first(&chain(1, 10, None), &[]);
    assert_eq!(base.depth().below_root, 10);
    let fits = later(&base, 11, &chain(11, 6, Some(theirs(10))), &[]);
    assert_eq!(fits.depth().beneath, [((base.actor(), 10), 6)]);
    assert_eq!(follows(&[&base], &fits), Ok(()));
    assert!(read(&[&base, &fits]).is_ok());
    let deep = later(&base, 11, &chain(11, 7, Some(theirs(10))), &[]);
    assert_eq!(follows(&[&base], &deep), Err(Error::Nesting { got: 17, max: 16 }));
    assert_eq!(read(&[&base, &deep]).map_err(|error| error.name()), Err("nesting"));
}

#[test]
fn text_typed_letter_by_letter_is_scanned_as_one_piece() {
    let mut ops = vec![op(None, Key::Name("t"), Action::Make(Object::Text))];
    let mut key = Key::Head;
    for (index, letter) in ["0", "1", "0", "1", "A"].into_iter().enumerate() {
        ops.push(Op { value: Scalar::Text(letter), ..op(Some(OpId::own(1)), key, Action::Set) });
        key = Key::Element(OpId::own(index as u32 + 2));
    }
    let chunk = first(&ops, &[]);
    assert_eq!(chunk.texts().collect::<Vec<_>>(), ["t", "0101A"]);
    assert_eq!(read(&[&chunk]).unwrap().fields["t"].value, Value::from("0101A"));
    // Items of a list stay apart.
    ops[0].action = LIST;
    assert_eq!(first(&ops, &[]).texts().count(), 6);
}

/// The dearest changes the guard admits cost a bounded time to read and save; generous, for a debug build on a busy machine.
#[test]
fn the_dearest_changes_are_bearable() {
    let count = OPS_MAX;
    let own = OpId::own;
    let chained = |index: u32| Op { replaces: Span::new(0, 0), ..op(None, Key::Name("k"), Action::Set) }.at(index);
    let cases: [(&str, Vec<_>, Vec<_>); 5] = [
        ("one key, all standing", vec![op(None, Key::Name("k"), Action::Set); count as usize], vec![]),
        ("one key, each replacing the one before", (0..count).map(chained).collect(), (1..count).map(own).collect()),
        (
            "a list, each in front",
            std::iter::once(op(None, Key::Name("l"), LIST))
                .chain((1..count).map(|_| op(Some(own(1)), Key::Head, Action::Set)))
                .collect(),
            vec![],
        ),
        ("ten thousand maps", (0..count).map(|_| op(None, Key::Name("k"), MAP)).collect(), vec![]),
        (
            "one element set again and again",
            std::iter::once(op(None, Key::Name("l"), LIST))
                .chain(std::iter::once(op(Some(own(1)), Key::Head, Action::Set)))
                .chain((2..count).map(|index| {
                    let mut op = op(Some(own(1)), Key::Element(own(2)), Action::Set);
                    op.insert = false;
                    op.replaces = Span::new(index as usize - 2, index as usize - 1);
                    op
                }))
                .collect(),
            (2..count).map(|_| own(2)).collect(),
        ),
    ];
    for (name, ops, replaced) in cases {
        let start = Instant::now();
        let chunk = first(&ops, &replaced);
        let checked = start.elapsed();
        read(&[&chunk]).unwrap();
        let read = start.elapsed();
        let saved = save(&[&chunk]).unwrap();
        automerge::Automerge::load(&saved).unwrap();
        let all = start.elapsed();
        assert!(all < Duration::from_secs(10), "{name}: checked {checked:?}, read {read:?}, all {all:?}");
    }
}

trait At {
    fn at(self, index: u32) -> Self;
}

impl At for Op<&'static str> {
    /// Replaces the operation just before it.
    fn at(mut self, index: u32) -> Self {
        if index > 0 {
            self.replaces = Span::new(index as usize - 1, index as usize);
        }
        self
    }
}
