//! Signed changes, from the outside in: whoever reads one accepts one form only, and what a member signed is judged without
//! harm, whatever it is.

use std::sync::LazyLock;

use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::{Act, Header, Place, Position};
use talkoot_protocol::id::{ChangeId, NetworkId};
use talkoot_protocol::limits::{BODY_BYTES_MAX, CHANGE_BYTES_MAX, HEADER_BYTES_MAX, SALT_BYTES};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::{Body, Intent, Signed};
use talkoot_protocol::statement::{Role, Statement};
use talkoot_protocol::sync::check::{Checked, Refused, check};

use super::content::mended;
use crate::cast::{Organisation, Worker, moment};

/// The worker who signs what no honest program would.
static WORKER: LazyLock<Worker> =
    LazyLock::new(|| Organisation::found("eve", &Charter::commons()).employ("eve", &[Role::Reporter]));
static NETWORK: LazyLock<NetworkId> = LazyLock::new(|| Charter::commons().network());

/// Acts in the order in which the first byte of an input chooses them.
pub const ACTS: [u16; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 200];

/// An encoded change, as it comes from a peer or lies in the log.
pub fn change(bytes: &[u8]) {
    let Ok(signed) = Signed::decode(bytes) else {
        assert!(check(&NETWORK, bytes.to_vec()).is_err(), "what cannot be read is not admitted");
        return;
    };
    assert!(bytes.len() <= CHANGE_BYTES_MAX, "a change longer than any may be");
    assert_eq!(signed.encode(), bytes, "one form for one change");
    let judged = judge(bytes);
    if let Ok(checked) = &judged {
        assert_eq!(checked.id(), signed.id(), "the id is that of what was signed");
        assert!(!signed.is_header_only(), "a change without its body is not admitted");
    }
    // The same without its signature, which a fuzzer cannot guess: what lies in the log was verified before.
    let from_log = Checked::from_log(&NETWORK, bytes.to_vec());
    assert!(judged.is_err() || from_log.is_ok(), "what was admitted can be read back");
    if let Ok(checked) = from_log {
        assert_eq!(checked.bytes(), bytes, "the log gives back what was written");
    }
}

fn judge(bytes: &[u8]) -> Result<Checked, Refused> {
    let judged = check(&NETWORK, bytes.to_vec());
    if let Err(refused) = &judged
        && let Some(kept) = &refused.kept
    {
        let kept = Signed::decode(kept);
        let sound = kept.is_ok_and(|kept| kept.is_header_only() && kept.verify_signature().is_ok());
        assert!(sound, "what is kept of a refused change is its signed header alone");
    }
    judged
}

/// The body of a change that a certified worker signed: the first byte chooses the act, the second place and position.
pub fn sealed(bytes: &[u8]) {
    let [act, place, content @ ..] = bytes else { return };
    let Some(act) = Act::from_code(ACTS[usize::from(*act) % ACTS.len()]) else { return };
    if content.len() > BODY_BYTES_MAX - SALT_BYTES {
        return;
    }
    let key = WORKER.key.public();
    let (place, position) = place_of(*place);
    let document = if let Place::Continues(document) = place { Some(document) } else { None };
    let mended = mended(content, &key, document.as_ref());
    for content in std::iter::once(content).chain(mended.as_deref()) {
        let intent = Intent {
            network: *NETWORK,
            act,
            place,
            certificate: Some(WORKER.certificate.id()),
            position,
            dependencies: Vec::new(),
            claimed: moment(9).claimed,
        };
        let change = intent.seal(Body::new(moment(9).salt, content).expect("a body within bounds"), &WORKER.key);
        let encoded = change.encode();
        let sealed = Checked::sealed(&NETWORK, change).map(|checked| checked.id());
        let judged = judge(&encoded).map(|checked| checked.id());
        match (sealed, judged) {
            (Ok(here), Ok(there)) => assert_eq!(here, there, "one id everywhere"),
            (Err(here), Err(there)) => assert_eq!(here.refusal, there.refusal, "one verdict everywhere"),
            (here, there) => unreachable!("who signs and who receives must agree: {here:?}, {there:?}"),
        }
    }
}

fn place_of(byte: u8) -> (Place, Position) {
    let kind = Kind::from_code(byte >> 2 & 7).unwrap_or(Kind::Report);
    let previous = WORKER.certificate.id();
    match byte & 3 {
        0 => (Place::Begins { kind, scope: Scope::Network }, Position::First),
        1 => (Place::Begins { kind: Kind::Report, scope: Scope::Network }, Position::First),
        2 => (Place::Continues(ChangeId::from_bytes([7; 32]).into()), Position::First),
        _ => (Place::Continues(previous.into()), Position::After { sequence: 2, previous }),
    }
}

/// A header.
pub fn header(bytes: &[u8]) {
    if let Ok(header) = Header::decode(bytes) {
        assert_eq!(header.encode(), bytes, "one form for one header");
        assert!(bytes.len() <= HEADER_BYTES_MAX, "a header longer than any may be");
    }
}

/// A statement; the first byte chooses the act.
pub fn statement(bytes: &[u8]) {
    let [act, content @ ..] = bytes else { return };
    let Some(act) = Act::from_code(ACTS[usize::from(*act) % ACTS.len()]) else { return };
    if let Ok(statement) = Statement::decode(act, content) {
        assert_eq!(statement.act(), act, "the statement of that act");
        assert_eq!(statement.encode(), content, "one form for one statement");
    }
}

/// A charter, as CBOR; and as the file in which people exchange it.
pub fn charter(bytes: &[u8]) {
    if let Ok(charter) = Charter::decode(bytes) {
        assert_eq!(charter.encode(), bytes, "one form for one charter");
        assert_eq!(charter.validate(), Ok(()), "what was read can be used");
    }
    if let Ok(charter) = serde_json::from_slice::<Charter>(bytes)
        && charter.validate().is_ok()
    {
        let again = Charter::decode(&charter.encode());
        assert_eq!(again.as_ref(), Ok(&charter), "a charter from a file means the same to everybody");
        assert_eq!(again.map(|again| again.network()), Ok(charter.network()));
    }
}
