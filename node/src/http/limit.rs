//! How much each bearer may ask. Whoever asks more is told to wait (RFC 6585, 429), and the others go on being answered.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::network::Bucket;

use super::bundles::{IMPORT_PATH, INSPECTION_PATH, PAGE_PATH};
use super::problem::Problem;

/// Requests of one bearer in a second, on average.
const PER_SECOND: NonZeroU64 = NonZeroU64::new(50).expect("not zero");
/// Pages and forms without a session in a second, of all visitors together.
const VISITS_PER_SECOND: NonZeroU64 = NonZeroU64::new(100).expect("not zero");
/// How much time's worth of them may come at once.
const AHEAD_MAX: Duration = Duration::from_secs(4);
/// Requests without a valid token in a second, of all askers together: each takes a hash.
const STRANGERS_PER_SECOND: NonZeroU64 = NonZeroU64::new(20).expect("not zero");
/// How long a request may take until its answer begins, its body included.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// The same of a bundle that is handed in, whose body is long by nature and is gone through before the answer.
const BUNDLE_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Bearers remembered at one time, tokens and keys of workers; those that asked nothing for a while are forgotten first.
const BEARERS_MAX: usize = 4 * crate::tokens::TOKENS_MAX;

/// What each has asked lately.
#[derive(Debug)]
pub(crate) struct Limits {
    bearers: BTreeMap<String, Bucket>,
    strangers: Bucket,
    visitors: Bucket,
}

impl Default for Limits {
    fn default() -> Self {
        let strangers = Bucket::new(STRANGERS_PER_SECOND, AHEAD_MAX);
        let visitors = Bucket::new(VISITS_PER_SECOND, AHEAD_MAX);
        Self { bearers: BTreeMap::new(), strangers, visitors }
    }
}

impl Limits {
    /// Notes a request of a bearer.
    pub(crate) fn bearer(&mut self, name: &str, now: Instant) -> Result<(), Problem> {
        if self.bearers.len() >= BEARERS_MAX && !self.bearers.contains_key(name) {
            self.bearers.retain(|_, bucket| !bucket.is_rested(now));
        }
        let bucket = self.bearers.entry(name.to_owned()).or_insert_with(|| Bucket::new(PER_SECOND, AHEAD_MAX));
        spend(bucket, "with this token", now)
    }

    /// Notes a request of somebody without a valid token.
    pub(super) fn stranger(&mut self, now: Instant) -> Result<(), Problem> {
        spend(&mut self.strangers, "without a valid token", now)
    }

    /// Notes a visit to a page without a session.
    pub(crate) fn visitor(&mut self, now: Instant) -> Result<(), Problem> {
        spend(&mut self.visitors, "to pages without a session", now)
    }
}

/// Ends what takes too long, such as a body that comes drop by drop.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    let is_bundle = matches!(request.uri().path(), IMPORT_PATH | INSPECTION_PATH | PAGE_PATH);
    let within = if is_bundle { BUNDLE_WITHIN } else { ANSWER_WITHIN };
    let answer = tokio::time::timeout(within, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let detail = "The request took too long. What was stored before that is kept; ask again.";
        Problem::of("too_slow", detail).into_response()
    })
}

fn spend(bucket: &mut Bucket, whose: &str, now: Instant) -> Result<(), Problem> {
    let wait = bucket.wait(now);
    if !wait.is_zero() {
        let seconds = wait.as_secs() + 1;
        let detail = format!("Too many requests came {whose}. Nothing was done; wait {seconds} s and ask again.");
        return Err(Problem::of("too_many_requests", detail));
    }
    bucket.spend(1, now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_asks_too_much_waits_alone() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        let answered = (0..1_000).take_while(|_| limits.bearer("busy", now).is_ok()).count();
        assert_eq!(answered, 201);
        assert_eq!(limits.bearer("busy", now).unwrap_err().status(), 429);
        limits.bearer("calm", now).unwrap();
        limits.bearer("busy", now + Duration::from_millis(21)).unwrap();
        assert!((0..200).any(|_| limits.stranger(now).is_err()));
    }
}
