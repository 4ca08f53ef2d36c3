//! See `talkoot_tests::fuzzing::sealed`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| talkoot_tests::fuzzing::sealed(bytes));
