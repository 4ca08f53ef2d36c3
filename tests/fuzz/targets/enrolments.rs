//! See `talkoot_tests::fuzzing::enrolments`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| talkoot_tests::fuzzing::enrolments(bytes));
