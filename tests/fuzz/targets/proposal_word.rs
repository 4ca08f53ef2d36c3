//! See `talkoot_tests::fuzzing::proposal_word`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| talkoot_tests::fuzzing::proposal_word(bytes));
