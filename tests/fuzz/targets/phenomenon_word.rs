//! See `talkoot_tests::fuzzing::phenomenon_word`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| talkoot_tests::fuzzing::phenomenon_word(bytes));
