//! Hostile but certified authors: each attack is refused by its name, and costs little memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::check;
use talkoot_tests::cast::Organisation;
use talkoot_tests::hostile::corpus;

#[global_allocator]
static MEMORY: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

#[test]
fn each_attack_is_refused_by_name_within_its_memory() {
    let charter = Charter::commons();
    let eve = Organisation::found("eve", &charter).employ("eve", &[Role::Reporter]);
    for hostile in corpus(&eve) {
        let kilobytes = hostile.change.len().div_ceil(1024);
        let region = Region::new(MEMORY);
        let verdict = check(&charter.network(), hostile.change.clone());
        let allocated = region.change().bytes_allocated;
        let refused = verdict.expect_err(hostile.what);
        assert_eq!(refused.refusal.name(), hostile.refusal, "{}: {}", hostile.what, refused.refusal);
        assert!(allocated <= kilobytes * 1024 * 1024, "{}: {allocated} bytes for {kilobytes} KB", hostile.what);
    }
}
