//! Who visits: a worker's browser that has shown that it holds the worker's key. Sessions live in memory: when the node starts
//! again, a browser shows its key again, and its worker notices nothing.
//!
//! Signing in: the browser asks for a challenge, signs `"talkoot/1 sign-in" || 0x00 || network || challenge` and sends its
//! certificate. That text can be no `Sig_structure` of a change (`docs/protocol.md`), so no node can get a change signed so.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use talkoot_protocol::id::{ChangeId, NetworkId, WorkerId, sha256};
use talkoot_protocol::key::PublicKey;
use talkoot_protocol::statement::Roles;

/// How long a session lives without a request.
const IDLE: Duration = Duration::from_secs(8 * 3600);
/// How long it lives at most.
const LIFE: Duration = Duration::from_secs(16 * 3600);
/// Most sessions; the one unused longest makes room.
const SESSIONS_MAX: usize = 4_096;
/// How long a challenge may be answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// Most challenges that wait for an answer; the oldest makes room.
const CHALLENGES_MAX: usize = 1_024;
/// Bytes of a challenge, of a cookie and of a form's token.
const SECRET_BYTES: usize = 32;
/// Set apart from everything else that is signed.
const CONTEXT: &[u8] = b"talkoot/1 sign-in\0";

/// Random bytes that only their holder knows.
type Secret = [u8; SECRET_BYTES];

/// A worker's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The worker.
    pub(crate) worker: WorkerId,
    /// The key that the browser holds.
    pub(crate) key: PublicKey,
    /// The certificate that lets it act.
    pub(crate) certificate: ChangeId,
    /// What the worker may do.
    pub(crate) roles: Roles,
    /// What every request that changes something has to name, as hexadecimal digits.
    pub(crate) csrf: String,
}

struct Held {
    session: Session,
    began: Instant,
    used: Instant,
}

/// All sessions, by the hash of their cookie.
#[derive(Default)]
pub(crate) struct Sessions {
    held: BTreeMap<Secret, Held>,
    challenges: BTreeMap<Secret, Instant>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

/// Returns what a browser signs to sign in.
pub(crate) fn message(network: &NetworkId, challenge: &[u8]) -> Vec<u8> {
    [CONTEXT, network.as_bytes().as_slice(), challenge].concat()
}

impl Sessions {
    /// Makes a challenge; hexadecimal digits.
    pub(crate) fn challenge(&mut self, random: Secret, now: Instant) -> String {
        self.challenges.retain(|_, made| now.saturating_duration_since(*made) < ANSWER_WITHIN);
        if self.challenges.len() >= CHALLENGES_MAX {
            let oldest = self.challenges.iter().min_by_key(|(_, made)| **made).map(|(secret, _)| *secret);
            oldest.map(|secret| self.challenges.remove(&secret));
        }
        self.challenges.insert(random, now);
        hex(&random)
    }

    /// Uses a challenge up; `None` if it is not one of this node's, or was answered before, or too late.
    pub(crate) fn answered(&mut self, challenge: &str, now: Instant) -> Option<Secret> {
        let secret = unhex(challenge)?;
        let made = self.challenges.remove(&secret)?;
        (now.saturating_duration_since(made) < ANSWER_WITHIN).then_some(secret)
    }

    /// Begins a session and returns its cookie's value.
    pub(crate) fn begin(&mut self, session: Session, cookie: Secret, now: Instant) -> String {
        self.held.retain(|_, held| is_alive(held, now));
        if self.held.len() >= SESSIONS_MAX {
            let unused = self.held.iter().min_by_key(|(_, held)| held.used).map(|(key, _)| *key);
            unused.map(|key| self.held.remove(&key));
        }
        self.held.insert(place(&cookie), Held { session, began: now, used: now });
        hex(&cookie)
    }

    /// Returns the session of a cookie.
    pub(crate) fn of(&mut self, cookie: &str, now: Instant) -> Option<Session> {
        let held = self.held.get_mut(&place(&unhex(cookie)?)).filter(|held| is_alive(held, now))?;
        held.used = now;
        Some(held.session.clone())
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, cookie: &str) {
        unhex(cookie).map(|cookie| self.held.remove(&place(&cookie)));
    }
}

fn is_alive(held: &Held, now: Instant) -> bool {
    now.saturating_duration_since(held.used) < IDLE && now.saturating_duration_since(held.began) < LIFE
}

/// Where a cookie's session lies: the time that looking it up takes tells nothing of the cookie.
fn place(cookie: &Secret) -> Secret {
    sha256(&[b"talkoot/1/session", cookie])
}

/// Returns bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads exactly as many bytes from hexadecimal digits.
pub(crate) fn unhex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    if digits.len() != 2 * N || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use talkoot_protocol::key::SecretKey;
    use talkoot_protocol::statement::Role;

    fn session() -> Session {
        Session {
            worker: WorkerId::from_bytes([1; 32]),
            key: SecretKey::from_seed(&[2; 32]).public(),
            certificate: ChangeId::from_bytes([3; 32]),
            roles: Roles::from_iter([Role::Reporter]),
            csrf: "c".into(),
        }
    }

    #[test]
    fn a_session_is_found_by_its_cookie_until_it_ends() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let cookie = sessions.begin(session(), [7; SECRET_BYTES], now);
        assert_eq!(sessions.of(&cookie, now), Some(session()));
        assert_eq!(sessions.of(&hex(&[8; 32]), now), None);
        assert_eq!(sessions.of("no cookie of ours", now), None);
        assert_eq!(sessions.of(&cookie, now + IDLE), None, "unused for too long");
        let cookie = sessions.begin(session(), [9; SECRET_BYTES], now);
        sessions.end(&cookie);
        assert_eq!(sessions.of(&cookie, now), None);
    }

    #[test]
    fn a_session_in_use_ends_all_the_same() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let cookie = sessions.begin(session(), [7; SECRET_BYTES], now);
        let hours: Vec<_> =
            (0..20).map(|hour| sessions.of(&cookie, now + Duration::from_secs(3600 * hour)).is_some()).collect();
        assert_eq!(hours.iter().filter(|found| **found).count(), 16);
    }

    #[test]
    fn a_challenge_is_answered_once_and_soon() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let challenge = sessions.challenge([1; SECRET_BYTES], now);
        assert_eq!(sessions.answered(&challenge, now), Some([1; SECRET_BYTES]));
        assert_eq!(sessions.answered(&challenge, now), None);
        let late = sessions.challenge([2; SECRET_BYTES], now);
        assert_eq!(sessions.answered(&late, now + ANSWER_WITHIN), None);
    }

    #[test]
    fn memory_is_bounded() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        for number in 0..2 * SESSIONS_MAX {
            let secret = sha256(&[&number.to_le_bytes()]);
            sessions.begin(session(), secret, now);
            sessions.challenge(secret, now);
        }
        assert_eq!((sessions.held.len(), sessions.challenges.len()), (SESSIONS_MAX, CHALLENGES_MAX));
    }
}
