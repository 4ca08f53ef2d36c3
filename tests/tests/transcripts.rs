//! Follows the transcripts in `transcripts/`: the manual, word for word. `TALKOOT_TRANSCRIPTS=write` prints each with what the
//! program really said; nothing is rewritten by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use talkoot_tests::transcript::Transcript;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

fn transcripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts")
}

fn follow(name: &str) {
    let text = std::fs::read_to_string(transcripts().join(name)).unwrap();
    let transcript = Transcript::read(name, &text).unwrap_or_else(|what| panic!("{what}"));
    let temporary = tempfile::tempdir().unwrap();
    let followed = transcript.follow(PROGRAM, &temporary.path().canonicalize().unwrap());
    if std::env::var_os("TALKOOT_TRANSCRIPTS").is_some_and(|wish| wish == "write") {
        println!("{}", followed.actual);
    }
    let differences = followed.differences.join("\n");
    assert!(differences.is_empty(), "expected (-) and printed (+) differ:\n\n{differences}");
}

/// One test for each file, so that a failure has a name; and one that no file is forgotten.
macro_rules! transcripts {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            follow($name);
        })*

        #[test]
        fn every_transcript_is_followed() {
            let entries = std::fs::read_dir(transcripts()).unwrap();
            let files: BTreeSet<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            assert_eq!(files, BTreeSet::from([$($name.to_owned()),*]));
        }
    };
}

transcripts! {
    first_steps: "01-first-steps.md",
    conflicts: "02-conflicts.md",
    import_and_export: "03-import-export.md",
    identifiers: "04-identifiers.md",
    views: "05-views.md",
    verify: "06-verify.md",
    errors: "07-errors.md",
    help: "08-help.md",
    bundles: "09-bundle.md",
    forms: "10-forms.md",
    phenomena: "12-phenomena.md",
    proposals: "11-proposals.md",
}
