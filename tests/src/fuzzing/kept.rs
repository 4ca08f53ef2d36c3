//! Small files of an installation, after whatever happened to them: what can be read can be changed and read again, and what cannot be
//! read stays as it is.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};
use talkoot_node::enrolments::{self, Enrolments};
use talkoot_node::intake::Intake;
use talkoot_node::intake::campaign::{self, Campaign, CampaignCode, Campaigns};
use talkoot_node::intake::slip::{Reason, SetAside, Slip, SlipId, Words, Written};
use talkoot_node::peers::{self, Peers};
use talkoot_node::prefills::{self, Origin, PrefillId, Prefills};
use talkoot_node::tokens::{self, Access, Tokens};
use talkoot_protocol::date::Date;
use talkoot_protocol::enrolment::EnrolmentId;
use talkoot_protocol::form::Trilingual;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::time::Timestamp;

/// When all of this happens.
const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);
/// A while later.
const LATER: Timestamp = Timestamp::from_millis(1_795_000_060_000);
/// The slip of which there is a file.
pub(super) const SLIP: &str = "0123456789abcdef";

/// A directory, in memory where there is such a thing: what is written here is synced.
pub(super) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory")
}

fn put(dir: &Path, name: &str, bytes: &[u8]) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    std::fs::write(path, bytes).expect("a file");
}

fn holds(dir: &Path, name: &str, bytes: &[u8]) -> bool {
    std::fs::read(dir.join(name)).is_ok_and(|held| held == bytes)
}

/// The file of codes that were given out.
pub fn enrolments(bytes: &[u8]) {
    let dir = scratch();
    put(dir.path(), enrolments::FILE_NAME, bytes);
    let Ok(mut known) = Enrolments::open(dir.path()) else {
        return assert!(holds(dir.path(), enrolments::FILE_NAME, bytes), "what is damaged stays");
    };
    let before: Vec<_> = known.iter(NOW).collect();
    let id = EnrolmentId::from_bytes([0xAB; 32]);
    if known.invite(id, LATER, NOW).is_ok() {
        let again = Enrolments::open(dir.path()).expect("what was written can be read");
        assert!(again.find(&id, NOW).is_ok());
        assert!(before.iter().all(|(id, kept)| again.find(id, NOW).is_ok_and(|found| found == *kept)));
    }
}

/// The file of one prefilled report.
pub fn prefills(bytes: &[u8]) {
    let dir = scratch();
    let id = PrefillId::from_entropy([7; 16]);
    let name = format!("{}/{id}.json", prefills::DIR);
    put(dir.path(), &name, bytes);
    let mut prefills = Prefills::open(dir.path()).expect("a directory that can be listed");
    let read = prefills.read(&id, NOW).expect("a disk that works");
    if read.is_some() {
        assert_eq!(prefills.take(&id, NOW).expect("a disk that works"), read);
        let left: Value =
            serde_json::from_slice(&std::fs::read(dir.path().join(&name)).expect("a trace")).expect("JSON");
        assert!(left["fields"].is_null(), "whoever took the words has them alone");
    }
    assert_eq!(prefills.take(&id, NOW).expect("a disk that works"), None);
    let (other, fields) = (PrefillId::from_entropy([8; 16]), Map::from_iter([("title".to_owned(), json!("Jono"))]));
    prefills.add(other, Origin::new("desk", None, b"x"), fields.clone(), NOW).expect("there is room");
    let mut again = Prefills::open(dir.path()).expect("a directory that can be listed");
    assert_eq!(again.read(&other, NOW).expect("a disk that works"), Some(fields));
}

/// The file of what one resident wrote.
pub fn slips(bytes: &[u8]) {
    let dir = scratch();
    let name = format!("intake/{SLIP}.json");
    put(dir.path(), &name, bytes);
    let open = || Intake::open(dir.path()).expect("a directory that can be listed");
    let mut intake = open();
    let id = SlipId::parse(SLIP).expect("a name");
    match intake.get(&id).map(Slip::is_waiting) {
        None => assert!(holds(dir.path(), &name, bytes), "what is damaged stays"),
        Some(waits) => {
            let ids = [id.clone()];
            assert_eq!(intake.sort(&ids, " Iltavuorot\npuuttuvat ").is_ok(), waits);
            assert_eq!(open().get(&id), intake.get(&id));
            let aside = SetAside { reason: Reason::Known, words: "Kirjattu jo.".into(), on: Date::of(NOW) };
            assert_eq!(intake.set_aside(&ids, &aside).is_ok(), waits);
            assert_eq!(open().get(&id), intake.get(&id));
            assert!(!waits || intake.put_back(&id).is_ok());
        }
    }
    intake.sweep(Date::of(NOW)).expect("a disk that works");
    let words = Words { text: "Bussi ei kulje.".into(), ..Words::default() };
    let written = Written { words, language: Language::Fi, campaign: None, follow: true, received: Date::of(NOW) };
    let received = intake.put(written, [1; 16], [2; 16], Instant::now()).expect("there is room");
    assert_eq!(open().of_code(&received.code), intake.get(&received.id));
    assert_eq!(open().get(&id), intake.get(&id));
}

/// One of the other lists; the first byte says which.
pub fn list(bytes: &[u8]) {
    let [kind, rest @ ..] = bytes else { return };
    let dir = scratch();
    match kind % 3 {
        0 => of_tokens(dir.path(), rest),
        1 => of_peers(dir.path(), rest),
        _ => of_campaigns(dir.path(), rest),
    }
}

fn of_tokens(dir: &Path, bytes: &[u8]) {
    put(dir, tokens::FILE_NAME, bytes);
    let Ok(mut tokens) = Tokens::open(dir) else {
        return assert!(holds(dir, tokens::FILE_NAME, bytes), "what is damaged stays");
    };
    let before: Vec<_> = tokens.iter().cloned().collect();
    if let Ok(secret) = tokens.add("fresh", BTreeSet::from([Access::Read]), NOW, LATER, [9; 32]) {
        let again = Tokens::open(dir).expect("what was written can be read");
        assert!(again.bearer(secret.reveal(), NOW).is_some_and(|token| token.name == "fresh"));
        assert!(again.iter().take(before.len()).eq(&before));
    }
}

fn of_peers(dir: &Path, bytes: &[u8]) {
    put(dir, peers::FILE_NAME, bytes);
    let mut peers = Peers::open(dir);
    assert!(holds(dir, peers::FILE_NAME, bytes), "reading changes nothing");
    let before: BTreeSet<String> = peers.addresses().map(str::to_owned).collect();
    if !before.contains("fresh.example:7474") && peers.add("fresh.example:7474").is_ok() {
        let again = Peers::open(dir);
        assert!(again.addresses().eq(peers.addresses()) && again.addresses().count() == before.len() + 1);
        let lost = before.is_empty() && serde_json::from_slice::<BTreeSet<String>>(bytes).is_err();
        assert_eq!(holds(dir, "peers.json.damaged", bytes), lost, "what is damaged is moved aside");
    }
}

fn of_campaigns(dir: &Path, bytes: &[u8]) {
    put(dir, campaign::FILE_NAME, bytes);
    let Ok(mut campaigns) = Campaigns::open(dir) else {
        return assert!(holds(dir, campaign::FILE_NAME, bytes), "what is damaged stays");
    };
    let text = Trilingual { fi: "Mikä pännii?".into(), ..Trilingual::default() };
    let [from, to] = [NOW, LATER].map(Date::of);
    let code = CampaignCode::new([200; 5]);
    let fresh =
        Campaign { code: code.clone(), name: text.clone(), question: text, municipality: "638".into(), from, to };
    if campaigns.add(fresh.clone()).is_ok() {
        let again = Campaigns::open(dir).expect("what was written can be read");
        assert_eq!(again.get(&code), Some(&fresh));
        assert!(again.iter().eq(campaigns.iter()));
    }
}
