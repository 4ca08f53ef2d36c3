//! Batches and logs: what is written reads back, nothing else is read, and what a log refuses it refuses by name.

use proptest::prelude::*;

use super::log::{Completeness, Error as Refusal, Learnt, Log, Receipted};
use super::*;
use crate::fork::{self, ForkProof};
use crate::id::{OrganisationId, sha256};
use crate::time::Timestamp;

const OURS: OrganisationId = OrganisationId::from_bytes([1; 32]);
const NETWORK: NetworkId = NetworkId::from_bytes([9; 32]);

fn id(number: u32) -> ChangeId {
    ChangeId::from_bytes(sha256(&[&number.to_be_bytes()]))
}

fn ids(numbers: impl IntoIterator<Item = u32>) -> Ids {
    numbers.into_iter().map(id).collect()
}

fn moment(number: u8) -> Moment {
    Moment { claimed: Timestamp::from_millis(1_790_000_000_000), salt: [number; 16] }
}

fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn clerk(key: &SecretKey) -> Clerk<'_> {
    Clerk { key, certificate: ChangeId::from_bytes([8; 32]), network: NETWORK }
}

fn read(change: &Verified) -> Receipt {
    Receipt::read(change).unwrap()
}

/// A log that lists 1, then 2 and 3.
fn two() -> (Verified, Verified) {
    let key = key();
    let open = clerk(&key).open(Scope::Network, &Batch::new(1, 1, ids([1])).unwrap(), moment(1)).unwrap();
    let next = clerk(&key).append(&read(&open), &Batch::new(1, 2, ids([2, 3])).unwrap(), moment(2)).unwrap();
    (open, next)
}

#[test]
fn a_log_knows_where_each_id_stands() {
    let (open, next) = two();
    let mut log = Log::open(OURS, &read(&open)).unwrap();
    assert_eq!(log.append(OURS, &read(&next)), Ok(Learnt::Extends));
    assert_eq!(log.append(OURS, &read(&next)), Ok(Learnt::Known));
    let mut positions = [log.positions(&id(2)), log.positions(&id(3))].concat();
    positions.sort_unstable();
    assert_eq!((log.positions(&id(1)), positions, log.positions(&id(4))), (vec![1], vec![2, 3], vec![]));
    let (first, last) = (read(&open).checkpoint(), read(&next).checkpoint());
    assert_eq!((log.checkpoint(), last.size), (last, 3));
    assert_eq!(log.receipted(&id(1), &first), Receipted::Before);
    assert_eq!(log.receipted(&id(2), &first), Receipted::After);
    assert_eq!(log.receipted(&id(4), &first), Receipted::Not);
    assert_eq!(log.receipted(&id(1), &Checkpoint { batch: id(5), ..first }), Receipted::Unknown);
    assert_eq!(
        log.receipted(&id(1), &Checkpoint { size: 2, ..first }),
        Receipted::After,
        "a size that is not the batch's"
    );
}

#[test]
fn completeness_says_through_where_and_what_is_lacking() {
    let (open, next) = two();
    let mut log = Log::open(OURS, &read(&open)).unwrap();
    log.append(OURS, &read(&next)).unwrap();
    assert_eq!(log.completeness(|_| true).through, 3);
    let lacks_last = *read(&next).batch.ids().as_slice().last().unwrap();
    let said = log.completeness(|held| *held != lacks_last);
    let shown = vec![(3, lacks_last)];
    assert_eq!(said, Completeness { size: 3, through: 2, lacking: 1, shown, is_forked: false });
    assert_eq!(log.completeness(|_| false).lacking, 3);
}

#[test]
fn what_a_log_refuses_has_a_name() {
    let (open, next) = two();
    let mut log = Log::open(OURS, &read(&open)).unwrap();
    let key = key();
    let bad = |epoch, first, numbers: &[u32]| {
        let batch = Batch::new(epoch, first, ids(numbers.iter().copied())).unwrap();
        read(&clerk(&key).append(&read(&open), &batch, moment(3)).unwrap())
    };
    let after_next = bad(1, 2, &[9]).after();
    let gap = Receipt { position: after_next.1, ..read(&next) };
    let skipped = match read(&next).position {
        Position::After { previous, .. } => {
            Receipt { position: Position::After { sequence: 3, previous }, ..read(&next) }
        }
        Position::First => unreachable!(),
    };
    let cases = [
        (gap, "gap"),
        (skipped, "chain"),
        (bad(2, 2, &[9]), "epoch"),
        (bad(1, 3, &[9]), "position"),
        (bad(1, 2, &[9, 1]), "repeated"),
        (Receipt { node: PublicKey::from_bytes([3; 32]), ..read(&next) }, "foreign_node"),
        (Receipt { log: DocumentId::from_bytes([3; 32]), ..read(&next) }, "foreign_log"),
    ];
    for (receipt, name) in cases {
        let refused = log.append(OURS, &receipt).unwrap_err();
        assert_eq!((refused.name(), refused.is_final()), (name, name != "gap"));
    }
    let other = OrganisationId::from_bytes([2; 32]);
    assert_eq!(log.append(other, &read(&next)), Err(Refusal::ForeignNode));
    let scoped = Receipt { opens: Some(Scope::Organisation(other)), ..read(&open) };
    assert_eq!(Log::open(OURS, &scoped).unwrap_err(), Refusal::ForeignScope);
    assert_eq!(log.append(OURS, &read(&next)), Ok(Learnt::Extends), "nothing of it stuck");
}

#[test]
fn a_receipt_is_one_by_its_signed_bytes() {
    let (open, next) = two();
    let key = key();
    let intent = |act, kind, certificate, position| Intent {
        network: NETWORK,
        act,
        place: Place::Begins { kind, scope: Scope::Network },
        certificate,
        position,
        dependencies: Vec::new(),
        claimed: Timestamp::from_millis(0),
    };
    let body = |first| Body::new([0; 16], &Batch::new(1, first, ids([1])).unwrap().encode()).unwrap();
    let certificate = Some(id(1));
    let later = Position::After { sequence: 2, previous: id(1) };
    let cases = [
        (intent(Act::Address, Kind::Node, certificate, Position::First), 1, Error::Act),
        (intent(Act::Receipt, Kind::Node, None, Position::First), 1, Error::CertificatePresence),
        (intent(Act::Receipt, Kind::Report, certificate, Position::First), 1, Error::OutOfPlace),
        (intent(Act::Receipt, Kind::Node, certificate, later), 1, Error::OutOfPlace),
        (intent(Act::Receipt, Kind::Node, certificate, Position::First), 2, Error::First),
    ];
    for (intent, first, error) in cases {
        assert_eq!(Receipt::read(&intent.seal(body(first), &key)), Err(error));
    }
    assert_eq!(Receipt::read(&open.without_body()), Err(Error::BodyMissing));
    assert_eq!(read(&next).after().1.sequence(), 3);
}

#[test]
fn a_rewritten_past_is_proven_to_a_stranger() {
    let (open, next) = two();
    let key = key();
    let other = clerk(&key).append(&read(&open), &Batch::new(1, 2, ids([4])).unwrap(), moment(3)).unwrap();
    let later = clerk(&key).append(&read(&next), &Batch::new(1, 4, ids([5])).unwrap(), moment(4)).unwrap();
    let mut orders = [vec![&next, &other, &later], vec![&other, &next, &later], vec![&next, &later, &other]];
    for order in &mut orders {
        let mut log = Log::open(OURS, &read(&open)).unwrap();
        let learnt: Vec<_> = order.iter().map(|change| log.append(OURS, &read(change)).unwrap()).collect();
        assert_eq!(learnt.iter().filter(|learnt| matches!(learnt, Learnt::Forks { .. })).count(), 1);
        let mut both = vec![next.id(), other.id()];
        both.sort_unstable();
        assert_eq!(log.forks(), vec![(2, both)]);
        assert_eq!(log.checkpoint(), read(&open).checkpoint(), "one history reaches to where the fork begins");
        assert_eq!((log.completeness(|_| true).through, log.completeness(|_| true).is_forked), (1, true));
        assert_eq!(
            log.receipted(&id(4), &read(&later).checkpoint()),
            Receipted::After,
            "a checkpoint picks its branch"
        );
        assert_eq!(log.receipted(&id(2), &read(&later).checkpoint()), Receipted::Before);
    }
    let proof = ForkProof::of(&next, &other).unwrap();
    let bytes = proof.encode();
    assert_eq!(bytes, ForkProof::of(&other, &next).unwrap().encode());
    let checked = ForkProof::decode(&bytes).unwrap();
    assert_eq!(
        (checked.proven().key, checked.proven().document, checked.proven().sequence),
        (key.public(), open.id().into(), 2)
    );
    println!("fork proof: {} bytes", bytes.len());
    assert_eq!(ForkProof::of(&next, &later), Err(fork::Error::NoFork));
    assert_eq!(ForkProof::of(&next, &next), Err(fork::Error::NoFork));
    for at in 0..bytes.len() {
        let mut bent = bytes.clone();
        bent[at] ^= 1;
        assert!(ForkProof::decode(&bent).is_err(), "byte {at}");
    }
}

#[test]
fn deep_forks_are_walked_rightly() {
    // A comb: each batch of the trunk has a tooth. Beside it a plain walk.
    let receipt = |number: u32, before: Option<&Receipt>| Receipt {
        id: id(number),
        log: id(0).into(),
        opens: before.is_none().then_some(Scope::Network),
        node: PublicKey::from_bytes([1; 32]),
        certificate: id(1),
        position: before.map_or(Position::First, |before| before.after().1),
        batch: Batch::new(1, before.map_or(1, |before| before.batch.last() + 1), ids([number])).unwrap(),
    };
    let open = receipt(0, None);
    let mut log = Log::open(OURS, &open).unwrap();
    let (mut trunk, mut teeth) = (vec![open], Vec::new());
    for number in 1..200 {
        let before = trunk.last().unwrap().clone();
        let (next, tooth) = (receipt(2 * number, Some(&before)), receipt(2 * number + 1, Some(&before)));
        log.append(OURS, &next).unwrap();
        assert!(matches!(log.append(OURS, &tooth), Ok(Learnt::Forks { .. })));
        trunk.push(next);
        teeth.push(tooth);
    }
    for (at, batch) in trunk.iter().enumerate() {
        for (other, last) in trunk.iter().enumerate() {
            let listed = batch.batch.ids().as_slice()[0];
            let expected = if at <= other { Receipted::Before } else { Receipted::After };
            assert_eq!(log.receipted(&listed, &last.checkpoint()), expected);
        }
        for tooth in &teeth {
            let expected =
                if at < tooth.position.sequence() as usize - 1 { Receipted::Before } else { Receipted::After };
            assert_eq!(log.receipted(&batch.batch.ids().as_slice()[0], &tooth.checkpoint()), expected);
        }
    }
    assert_eq!(log.forks().len(), 199);
}

/// Fills a log with so many ids in batches of so many; returns it.
fn filled(count: u32, a_batch: u32) -> Log {
    let number = |number: u32| {
        // Scattered as hashes are, and quicker.
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
        ChangeId::from_bytes(bytes)
    };
    let mut log: Option<(Log, Receipt)> = None;
    for first in (1..=count).step_by(a_batch as usize) {
        let batch = Batch::new(1, first, (first..first + a_batch).map(number).collect()).unwrap();
        let mut receipt = Receipt {
            id: number(first.wrapping_add(0x8000_0000)),
            log: id(0).into(),
            opens: Some(Scope::Network),
            node: PublicKey::from_bytes([1; 32]),
            certificate: id(1),
            position: Position::First,
            batch,
        };
        log = Some(match log {
            None => (Log::open(OURS, &receipt).unwrap(), receipt),
            Some((mut log, before)) => {
                receipt = Receipt { opens: None, position: before.after().1, ..receipt };
                log.append(OURS, &receipt).unwrap();
                (log, receipt)
            }
        });
    }
    log.unwrap().0
}

#[test]
fn an_id_costs_little_memory() {
    let count: u32 = std::env::var("TALKOOT_RECEIPTS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    for (a_batch, most) in [(1_000, 42), (10, 60)] {
        let log = filled(count, a_batch);
        assert_eq!(log.checkpoint().size, count);
        let each = log.memory_bytes() / count as usize;
        println!("{count} ids, {a_batch} a batch: {each} bytes an id");
        assert!(each <= most, "{each} bytes an id");
    }
}

#[test]
fn a_batch_costs_little_on_the_wire() {
    let key = key();
    for (count, most) in [(1, 400), (10, 700), (1_000, 33_000)] {
        let open = clerk(&key).open(Scope::Network, &Batch::new(1, 1, ids([0])).unwrap(), moment(1)).unwrap();
        let batch = Batch::new(1, 2, ids(1..=count)).unwrap();
        let bytes = clerk(&key).append(&read(&open), &batch, moment(2)).unwrap().encode().len();
        println!("{count} ids: {bytes} bytes");
        assert!(bytes <= most, "{count} ids: {bytes} bytes");
    }
}

#[test]
fn batches_that_are_none_are_not_read() {
    let good = Batch::new(1, 1, ids([1, 2])).unwrap();
    let write = |version: u8, epoch: u32, first: u32, ids: &[u8]| {
        cbor::encode(|e| e.array(4)?.u8(version)?.u32(epoch)?.u32(first)?.bytes(ids)?.ok())
    };
    let raw: Vec<u8> = good.ids().as_slice().iter().flat_map(|id| *id.as_bytes()).collect();
    assert_eq!(Batch::decode(&write(1, 1, 1, &raw)), Ok(good));
    let turned = [&raw[32..], &raw[..32]].concat();
    let twice = [&raw[..32], &raw[..32]].concat();
    let many = vec![0; ID_BYTES * (BATCH_IDS_MAX + 1)];
    for bad in [
        write(2, 1, 1, &raw),
        write(1, 0, 1, &raw),
        write(1, 1, 0, &raw),
        write(1, 1, u32::MAX, &raw),
        write(1, 1, 1, &[]),
        write(1, 1, 1, &raw[..33]),
        write(1, 1, 1, &turned),
        write(1, 1, 1, &twice),
        write(1, 1, 1, &many),
        [write(1, 1, 1, &raw), vec![0]].concat(),
    ] {
        assert!(Batch::decode(&bad).is_err());
    }
    assert!(Batch::new(1, 1, ids(0..=BATCH_IDS_MAX as u32)).is_err());
}

proptest! {
    #[test]
    fn batches_read_back(epoch in 1u32.., first in 1u32..u32::MAX - 200, numbers in proptest::collection::btree_set(any::<u32>(), 1..200)) {
        let batch = Batch::new(epoch, first, ids(numbers)).unwrap();
        prop_assert_eq!(Batch::decode(&batch.encode()).unwrap(), batch);
    }

    #[test]
    fn no_bytes_have_two_readings(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..200, good in 1u32..5) {
        let mut near = Batch::new(1, 1, ids(0..good)).unwrap().encode();
        let length = near.len();
        near[at % length] ^= bytes.first().copied().unwrap_or(1);
        for bytes in [bytes, near] {
            if let Ok(batch) = Batch::decode(&bytes) {
                prop_assert_eq!(batch.encode(), bytes.clone());
            }
            if let Ok(proof) = ForkProof::decode(&bytes) {
                prop_assert_eq!(proof.encode(), bytes);
            }
        }
    }
}
