//! See `talkoot_tests::fuzzing::list`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| talkoot_tests::fuzzing::list(bytes));
