//! See `talkoot_tests::fuzzing::address`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| talkoot_tests::fuzzing::address(bytes));
