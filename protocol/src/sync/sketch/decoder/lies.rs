//! Whatever a peer sends, the decoder ends within its bounds.

use proptest::prelude::*;

use super::super::prefix::Prefix;
use super::super::tests::{id, key};
use super::*;

/// Gives all cells to a decoder in blocks, with the empty set on our side, and checks the bounds after each of them.
fn within_bounds(cells: &[Cell], block: usize) -> (Decoder, Option<Error>) {
    let mut decoder = Decoder::new(key(1));
    for theirs in cells.chunks(block) {
        let result = decoder.add(theirs, &vec![Cell::default(); theirs.len()]);
        assert!(decoder.found.len() <= decoder.cells.len());
        assert!(decoder.steps <= decoder.cells.len() * STEPS_PER_CELL_MAX + 1);
        assert_eq!(decoder.nonzero, decoder.cells.iter().filter(|cell| !cell.is_zero()).count());
        assert!(decoder.wanted(CELLS_MAX) <= CELLS_MAX - decoder.seen());
        if result.is_err() {
            return (decoder, result.err());
        }
    }
    (decoder, None)
}

/// Returns a cell that holds one id.
fn single(count: i64, n: u64) -> Cell {
    Cell { count, sum: u128::from_be_bytes(*id(n).as_bytes()), check: key(1).hash(&id(n)) }
}

/// Returns the cells of one id below 64.
fn cells_of(n: u64) -> Vec<usize> {
    let mut mapping = Mapping::new(key(1).hash(&id(n)));
    std::iter::from_fn(|| mapping.next_below(64)).collect()
}

proptest! {
    #[test]
    fn garbage(
        raw in prop::collection::vec((-2i64..3, any::<i64>(), any::<u128>(), any::<u64>()), 1..200),
        block in 1usize..50,
    ) {
        let small = raw.iter().map(|&(count, _, sum, check)| Cell { count, sum, check }).collect::<Vec<_>>();
        let large = raw.iter().map(|&(_, count, sum, check)| Cell { count, sum, check }).collect::<Vec<_>>();
        within_bounds(&small, block);
        within_bounds(&large, block);
    }

    #[test]
    fn single_ids_wherever_the_liar_likes(raw in prop::collection::vec((0u64..30, -1i64..2), 1..200), block in 1usize..50) {
        let cells: Vec<_> = raw.iter().map(|&(n, count)| single(count, n)).collect();
        let (decoder, _) = within_bounds(&cells, block);
        let found = decoder.found.len();
        let difference = decoder.finish();
        let ids: BTreeSet<_> = difference.only_theirs.iter().chain(&difference.only_ours).collect();
        prop_assert_eq!(ids.len(), found);
    }

    #[test]
    fn honest_cells_bent_a_little(
        bends in prop::collection::vec((0usize..200, 0u64..40, -1i64..2), 1..20), block in 1usize..300,
    ) {
        let mut cells = Prefix::of(key(1), 200, (0..40).map(id)).snapshot().cells(0..200).to_vec();
        for (at, n, count) in bends {
            let other = single(count, n);
            cells[at].add(other.count, other.sum, other.check);
        }
        within_bounds(&cells, block);
    }
}

#[test]
fn cells_of_another_key_decode_to_nothing() {
    let theirs = Prefix::of(key(2), 512, (0..100).map(id)).snapshot();
    let (decoder, result) = within_bounds(theirs.cells(0..512), 64);
    assert_eq!((result, decoder.is_complete(), decoder.found.len()), (None, false, 0));
}

#[test]
fn one_cell_again_and_again() {
    let (decoder, result) = within_bounds(&vec![single(1, 7); CELLS_MAX], 1_000);
    assert!(matches!(result, Some(Error::Contradiction { .. })));
    assert_eq!(decoder.found.len(), 1);
}

#[test]
fn an_id_that_makes_itself_anew() {
    // It is in one of its cells and not in the others: taken out of this one it appears in those, with the other sign.
    let at = cells_of(3)[1];
    let mut cells = vec![Cell::default(); 64];
    cells[at] = single(1, 3);
    let (_, result) = within_bounds(&cells, 64);
    assert!(matches!(result, Some(Error::Contradiction { .. })));
}

#[test]
fn an_id_in_a_cell_that_is_not_its_own() {
    let foreign = (0..64).find(|at| !cells_of(3).contains(at)).unwrap();
    let mut cells = vec![Cell::default(); 64];
    cells[foreign] = single(1, 3);
    assert_eq!(within_bounds(&cells, 64).1, Some(Error::Contradiction { index: foreign }));
}

#[test]
fn a_different_id_in_every_cell() {
    let cells = (0..CELLS_MAX as u64).map(|at| {
        let mine = |n: &u64| at >= 256 || cells_of(*n).contains(&((at % 64) as usize));
        single(1, (at << 20..).find(mine).unwrap())
    });
    let cells: Vec<_> = cells.collect();
    for block in [1, 4_096, CELLS_MAX] {
        assert!(within_bounds(&cells[..if block == 1 { 300 } else { CELLS_MAX }], block).1.is_some());
    }
}

#[test]
fn too_many_and_uneven_cells() {
    let mut decoder = Decoder::new(key(1));
    assert_eq!(decoder.add(&[Cell::default()], &[]), Err(Error::Uneven { theirs: 1, ours: 0 }));
    let cells = vec![Cell::default(); CELLS_MAX];
    assert!(!decoder.is_complete());
    assert_eq!(decoder.add(&cells, &cells), Ok(()));
    assert!(decoder.is_complete());
    let end = CELLS_MAX + 1;
    assert_eq!(decoder.add(&cells[..1], &cells[..1]), Err(Error::TooMany { end, max: CELLS_MAX }));
    assert_eq!(Decoder::new(key(1)).wanted(CELLS_MAX), 24);
}
