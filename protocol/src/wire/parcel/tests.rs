//! Parcels: round trips, lies, and what is made to cost the reader more than the sender.

use proptest::prelude::*;
use zstd::zstd_safe::get_dict_id_from_dict;

use super::*;
use crate::id::sha256;

/// Returns a frame of bytes as a hostile sender may make one: with or without our dictionary, its magic taken off.
fn frame(changes: &[u8], dictionary: &[u8]) -> Vec<u8> {
    let frame = Compressor::with_dictionary(LEVEL, dictionary).unwrap().compress(changes).unwrap();
    frame.strip_prefix(&MAGIC).unwrap().to_vec()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    [&[Codec::Zstd1 as u8], content].concat()
}

fn plain(changes: &[(u32, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![Codec::Plain as u8];
    for (length, change) in changes {
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(change);
    }
    bytes
}

fn sample(number: usize) -> Vec<u8> {
    format!("{number} Asukkaat eivät löydä neuvontaa, koska palvelupisteen aukioloa on supistettu.").into_bytes()
}

#[test]
fn the_dictionary_of_codec_1_never_changes() {
    let hash: String = sha256(&[DICTIONARY_1]).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((DICTIONARY_1.len(), hash.as_str()), (DICTIONARY_BYTES, DICTIONARY_SHA256));
    assert!(get_dict_id_from_dict(DICTIONARY_1).is_some(), "a trained dictionary and no raw prefix");
}

/// Length of the dictionary of codec 1 in bytes.
const DICTIONARY_BYTES: usize = 65_536;
/// SHA-256 of the dictionary of codec 1, as in docs/protocol.md.
const DICTIONARY_SHA256: &str = "949f9beef9087f35afb6107ceb1c381509d736c9d55e9183111cc47bc867c51c";

#[test]
fn packs_smaller_and_brings_everything_back() {
    let changes: Vec<_> = (0..100).map(sample).collect();
    let parcel = pack(Codec::Zstd1, &changes);
    assert_eq!(parcel.raw as usize, changes.iter().map(Vec::len).sum::<usize>());
    assert_eq!(parcel.bytes[0], Codec::Zstd1 as u8);
    assert!(parcel.bytes.len() * 5 < parcel.raw as usize, "{}", parcel.bytes.len());
    assert_eq!(unpack(&parcel.bytes, parcel.raw), Ok(changes));
}

#[test]
fn the_dictionary_helps_one_change_alone() {
    let change = sample(1);
    let parcel = pack(Codec::Zstd1, [&change]);
    assert!(parcel.bytes.len() < frame(&change, &[]).len() * 4 / 5, "{}", parcel.bytes.len());
    assert_eq!(unpack(&parcel.bytes, parcel.raw), Ok(vec![change]));
}

#[test]
fn what_does_not_become_smaller_travels_plain() {
    let noise: Vec<u8> = (0..64u32).flat_map(|number| sha256(&[&number.to_be_bytes()])).collect();
    let parcel = pack(Codec::Zstd1, [&noise]);
    assert_eq!(parcel, pack(Codec::Plain, [&noise]));
    assert_eq!((parcel.bytes.len(), parcel.bytes[0]), (1 + 4 + noise.len(), Codec::Plain as u8));
    assert_eq!(unpack(&parcel.bytes, parcel.raw), Ok(vec![noise]));
}

#[test]
fn no_change_at_all_is_a_parcel() {
    for codec in [Codec::Plain, Codec::Zstd1] {
        let parcel = pack(codec, [[]; 0]);
        assert_eq!(parcel, Parcel { raw: 0, bytes: vec![0] });
    }
    assert_eq!(unpack(&[0], 0), Ok(vec![]));
    assert_eq!(unpack(&[], 0), Err(Error::Empty));
}

#[test]
fn the_largest_parcel_fits_and_no_larger_one() {
    let (full, longest) = (vec![b'a'; CHANGE_BYTES_MAX], vec![b'b'; PARCEL_RAW_MAX % CHANGE_BYTES_MAX]);
    let mut changes = vec![full; PARCEL_RAW_MAX / CHANGE_BYTES_MAX];
    changes.push(longest);
    for codec in [Codec::Plain, Codec::Zstd1] {
        let parcel = pack(codec, &changes);
        assert_eq!(parcel.raw as usize, PARCEL_RAW_MAX);
        assert_eq!(unpack(&parcel.bytes, parcel.raw).unwrap(), changes);
        assert_eq!(unpack(&parcel.bytes, parcel.raw + 1), Err(Error::Raw { got: parcel.raw + 1 }));
    }
}

#[test]
fn a_512th_change_fits_and_no_513th() {
    for codec in [Codec::Plain, Codec::Zstd1] {
        let parcel = pack(codec, vec![b"x"; DELIVERY_CHANGES_MAX]);
        assert_eq!(unpack(&parcel.bytes, parcel.raw).unwrap().len(), DELIVERY_CHANGES_MAX);
    }
    let parcel = pack(Codec::Plain, vec![b"x"; DELIVERY_CHANGES_MAX + 1]);
    assert_eq!(unpack(&parcel.bytes, parcel.raw), Err(Error::Count));
    // Inflated, there is no room for the length of the 513th.
    let parcel = pack(Codec::Zstd1, vec![b"x"; DELIVERY_CHANGES_MAX + 1]);
    assert_eq!(unpack(&parcel.bytes, parcel.raw), Err(Error::Frame { raw: parcel.raw }));
}

#[test]
fn lengths_are_held_to_their_bounds() {
    let long = vec![0; CHANGE_BYTES_MAX + 1];
    let length = long.len() as u32;
    for codec in [Codec::Plain, Codec::Zstd1] {
        let parcel = pack(codec, [&long]);
        assert_eq!(unpack(&parcel.bytes, parcel.raw), Err(Error::Length { got: length }));
    }
    assert_eq!(unpack(&plain(&[(0, b"")]), 0), Err(Error::Length { got: 0 }), "it would cost no credit");
    assert_eq!(unpack(&plain(&[(u32::MAX, b"abc")]), 3), Err(Error::Length { got: u32::MAX }));
    assert_eq!(unpack(&plain(&[(4, b"abc")]), 4), Err(Error::Cut));
    assert_eq!(unpack(&[0, 0, 0, 0], 0), Err(Error::Cut));
    assert_eq!(unpack(&[&plain(&[(3, b"abc")])[..], &[0]].concat(), 3), Err(Error::Cut));
}

#[test]
fn a_wrong_sum_is_refused_both_ways() {
    let changes: Vec<_> = (0..20).map(sample).collect();
    for codec in [Codec::Plain, Codec::Zstd1] {
        let Parcel { raw, bytes } = pack(codec, &changes);
        for wrong in [raw - 1, raw + 1, 0, PARCEL_RAW_MAX as u32] {
            let refused = unpack(&bytes, wrong).unwrap_err();
            assert!(matches!(refused, Error::Sum { .. } | Error::Frame { .. }), "{codec:?} {wrong}: {refused}");
        }
        assert_eq!(unpack(&bytes, u32::MAX), Err(Error::Raw { got: u32::MAX }));
    }
}

#[test]
fn an_unknown_codec_is_refused() {
    for got in 2..=u8::MAX {
        assert_eq!(unpack(&[got, 0, 0, 0, 1, 7], 1), Err(Error::Codec { got }));
    }
}

#[test]
fn packed_bytes_longer_than_the_changes_are_not_looked_at() {
    let got = 7 + LENGTHS_BYTES_MAX + 1;
    assert_eq!(unpack(&zstd(&vec![0; got]), 7), Err(Error::Swollen { got, raw: 7 }));
}

/// A frame of 1 GiB of zeros in blocks of one repeated byte (RFC 8878 §3.1.1.2.2), and what it says of its size and window.
fn bomb(descriptor: u8, head: &[u8]) -> Vec<u8> {
    let block = |last: u32| ((128 * 1024) << 3 | 1 << 1 | last).to_le_bytes();
    let mut frame = [&[descriptor], head].concat();
    for at in 0..8_192 {
        frame.extend_from_slice(&block(u32::from(at == 8_191))[..3]);
        frame.push(0);
    }
    frame
}

#[test]
fn a_bomb_stops_at_what_was_declared() {
    let huge = (1u64 << 30).to_le_bytes();
    // Window of 1 MiB, 2 GiB and 3.75 TiB, a true size without and with one, a size that lies.
    let bombs = [
        bomb(0, &[0x50]),
        bomb(0, &[0xa8]),
        bomb(0, &[0xff]),
        bomb(0xe0, &huge),
        bomb(0xc0, &[&[0x50], &huge[..]].concat()),
        bomb(0xe0, &100u64.to_le_bytes()),
    ];
    for bomb in bombs {
        for raw in [100_000, PARCEL_RAW_MAX as u32] {
            assert_eq!(unpack(&zstd(&bomb), raw), Err(Error::Frame { raw }));
            let room = raw as usize + LENGTHS_BYTES_MAX;
            let mut written = Vec::with_capacity(room);
            let whole = [&MAGIC, &bomb[..]].concat();
            assert!(Decompressor::new().unwrap().decompress_to_buffer(&whole, &mut written).is_err());
            assert_eq!((written.len(), written.capacity()), (0, room));
        }
    }
}

#[test]
fn a_window_of_any_size_costs_nothing() {
    // One block as it is, under a header that asks for a window of 1 KiB, 1 MiB, 2 GiB and of 3.75 TiB.
    let changes = &plain(&[(3, b"abc")])[1..];
    for (window, good) in [(0x00, true), (0x50, true), (0xa8, true), (0xff, false)] {
        let block = ((changes.len() as u32) << 3 | 1).to_le_bytes();
        let frame = [&[0, window], &block[..3], changes].concat();
        let expected = if good { Ok(vec![b"abc".to_vec()]) } else { Err(Error::Frame { raw: 3 }) };
        assert_eq!(unpack(&zstd(&frame), 3), expected);
    }
}

#[test]
fn sizes_in_the_frame_may_not_lie() {
    let changes = &plain(&[(100, &[b'a'; 100])])[1..];
    let block = ((changes.len() as u32) << 3 | 1).to_le_bytes();
    for (stated, good) in [(104, true), (103, false), (105, false), (0, false), (255, false)] {
        let frame = [&[0x20, stated], &block[..3], changes].concat();
        assert_eq!(unpack(&zstd(&frame), 100).is_ok(), good, "{stated}");
    }
}

#[test]
fn one_frame_and_nothing_else() {
    let changes = plain(&[(3, b"abc")])[1..].to_vec();
    let one = frame(&changes, DICTIONARY_1);
    let skippable = [&0x184d_2a50u32.to_le_bytes()[..], &2u32.to_le_bytes(), b"hi"].concat();
    let empty = [&MAGIC, &frame(&[], &[])[..]].concat();
    let again = [&MAGIC, &one[..]].concat();
    assert_eq!(unpack(&zstd(&one), 3), Ok(vec![b"abc".to_vec()]));
    for after in [&skippable, &empty, &again, &vec![0]] {
        assert_eq!(unpack(&zstd(&[&one, &after[..]].concat()), 6), Err(Error::Frame { raw: 6 }));
        assert_eq!(unpack(&zstd(&[&one, &after[..]].concat()), 3), Err(Error::Frame { raw: 3 }));
    }
    for before in [&skippable, &again] {
        assert_eq!(unpack(&zstd(&[before, &again[..]].concat()), 3), Err(Error::Frame { raw: 3 }));
    }
    assert_eq!(unpack(&zstd(&one[..one.len() - 1]), 3), Err(Error::Frame { raw: 3 }));
    assert_eq!(unpack(&zstd(&[]), 0), Err(Error::Frame { raw: 0 }));
}

#[test]
fn another_dictionary_is_refused() {
    // Its number in the frame header is not ours.
    let changes = plain(&[(3, b"abc")])[1..].to_vec();
    let mut frame = frame(&changes, DICTIONARY_1);
    assert_eq!(frame[0] & 3, 3, "four bytes of dictionary number");
    let at = if frame[0] & 0x20 == 0 { 2 } else { 1 };
    frame[at] ^= 1;
    assert_eq!(unpack(&zstd(&frame), 3), Err(Error::Frame { raw: 3 }));
}

#[test]
fn a_thread_packs_on_after_a_refusal() {
    let parcel = pack(Codec::Zstd1, (0..9).map(sample));
    for cut in 1..parcel.bytes.len() {
        assert!(unpack(&parcel.bytes[..cut], parcel.raw).is_err());
        assert_eq!(pack(Codec::Zstd1, (0..9).map(sample)), parcel);
        assert!(unpack(&parcel.bytes, parcel.raw).is_ok());
    }
}

/// Changes between noise and text.
fn changes() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let noise = prop::collection::vec(any::<u8>(), 1..300);
    let text = (any::<u16>(), 1..9usize).prop_map(|(number, times)| sample(number.into()).repeat(times));
    prop::collection::vec(prop_oneof![noise, text], 0..40)
}

/// Checks what holds of everything that is unpacked.
fn in_bounds(bytes: &[u8], raw: u32) -> Result<(), TestCaseError> {
    if let Ok(changes) = unpack(bytes, raw) {
        prop_assert_eq!(changes.iter().map(Vec::len).sum::<usize>(), raw as usize);
        prop_assert!(raw as usize <= PARCEL_RAW_MAX && changes.len() <= DELIVERY_CHANGES_MAX);
        prop_assert!(changes.iter().all(|change| (1..=CHANGE_BYTES_MAX).contains(&change.len())));
    }
    Ok(())
}

proptest! {
    #[test]
    fn everything_packed_comes_back(changes in changes()) {
        for codec in [Codec::Plain, Codec::Zstd1] {
            let parcel = pack(codec, &changes);
            prop_assert!(parcel.bytes.len() <= 1 + parcel.raw as usize + LENGTH_BYTES * changes.len());
            prop_assert_eq!(unpack(&parcel.bytes, parcel.raw), Ok(changes.clone()));
        }
    }

    #[test]
    fn any_bytes_are_within_bounds(codec in 0u8..3, content in prop::collection::vec(any::<u8>(), 0..400), raw in any::<u32>()) {
        let bytes = [&[codec], &content[..]].concat();
        in_bounds(&bytes, raw)?;
        in_bounds(&bytes, raw % 1_000)?;
    }

    #[test]
    fn any_content_of_a_sound_frame_is_within_bounds(content in prop::collection::vec(any::<u8>(), 0..400), raw in 0u32..500) {
        in_bounds(&zstd(&frame(&content, DICTIONARY_1)), raw)?;
    }

    #[test]
    fn a_damaged_parcel_is_within_bounds(
        changes in changes(), damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let Parcel { raw, mut bytes } = pack(Codec::Zstd1, &changes);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        in_bounds(&bytes, raw)?;
    }
}
