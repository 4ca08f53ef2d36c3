//! The committed test vectors are what this version makes, and mean what they say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::Path;

use talkoot_protocol::sync::check::check;
use talkoot_tests::vectors::{
    ACCEPTED, ReceiptVectors, SOUND, UnsignedVectors, Vectors, admission, content, envelope, joint, judge_again, paths,
    receipts, unhex, unsigned, valid,
};

fn committed(name: &str) -> Vectors {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_committed_vectors_are_the_ones_this_version_makes() {
    let files = [
        ("valid.json", valid()),
        ("envelope.json", envelope()),
        ("content.json", content()),
        ("admission.json", admission()),
        ("joint.json", joint()),
        ("paths.json", paths()),
    ];
    for (name, made) in files {
        assert_eq!(
            committed(name),
            made,
            "{name}: run 'cargo run -p talkoot-tests --bin vectors' and look at the difference"
        );
    }
}

#[test]
fn the_committed_vectors_of_unsigned_changes_are_the_ones_this_version_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors/unsigned.json");
    let committed: UnsignedVectors = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(committed, unsigned(), "run 'cargo run -p talkoot-tests --bin vectors' and look at the difference");
}

#[test]
fn the_committed_vectors_of_receipts_are_the_ones_this_version_makes_and_reads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors/receipts.json");
    let committed: ReceiptVectors = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(committed, receipts(), "run 'cargo run -p talkoot-tests --bin vectors' and look at the difference");
    for vector in &committed.vectors {
        assert_eq!(vector.read_again(), *vector);
    }
    let sound = committed.vectors.iter().filter(|vector| vector.verdict == SOUND).count();
    assert!(sound >= 10 && committed.vectors.len() - sound >= 15, "{sound} of {}", committed.vectors.len());
}

#[test]
fn every_vector_gets_its_verdict() {
    for name in ["valid.json", "envelope.json", "content.json"] {
        let vectors = committed(name);
        let network = vectors.network.parse().unwrap();
        for vector in &vectors.vectors {
            let verdict = check(&network, unhex(&vector.change));
            let verdict = verdict.as_ref().map_or_else(|refused| refused.refusal.name(), |_| ACCEPTED);
            assert_eq!(verdict, vector.verdict, "{name}: {}", vector.name);
            assert_eq!(verdict == ACCEPTED, name == "valid.json", "{name}: {}", vector.name);
        }
    }
}

#[test]
fn every_vector_of_admission_gets_its_verdict_beside_its_past() {
    let addresses: &[&str] =
        &["accepted", "waits", "role", "foreign_node", "other_organisation", "certificate_presence", "chain"];
    let joint: &[&str] = &["accepted", "role", "foreign_entry", "other_organisation", "reserved_kind"];
    let paths: &[&str] = &["accepted", "role", "not_coded", "other_organisation"];
    for (name, wanted) in [("admission.json", addresses), ("joint.json", joint), ("paths.json", paths)] {
        let vectors = committed(name);
        let expected: Vec<_> = vectors.vectors.iter().map(|vector| vector.verdict.clone()).collect();
        assert_eq!(judge_again(&vectors), expected, "{name}");
        let names: std::collections::BTreeSet<_> = expected.iter().map(String::as_str).collect();
        for wanted in wanted {
            assert!(names.contains(wanted), "{name}: {wanted} is not among {names:?}");
        }
    }
}

#[test]
fn no_two_refusals_of_the_envelope_are_the_same_by_accident() {
    let vectors = committed("envelope.json").vectors;
    let names: std::collections::BTreeSet<_> = vectors.iter().map(|vector| vector.verdict.as_str()).collect();
    assert!(names.len() >= 9, "{names:?}");
}
