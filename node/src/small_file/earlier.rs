//! Files of a build from before there was one way to keep them (`earlier/`): each is read as what it is, and read again once something
//! was added to it.

use std::collections::BTreeSet;
use std::fs;
use std::time::Instant;

use talkoot_protocol::date::Date;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::time::Timestamp;

use crate::code_lists;
use crate::disk::trial::copy_files;
use crate::enrolments::Enrolments;
use crate::intake::Intake;
use crate::intake::campaign::{CampaignCode, Campaigns};
use crate::intake::slip::{SlipId, Words, Written};
use crate::peers::Peers;
use crate::prefills::{PrefillId, Prefills};
use crate::tokens::{Access, Tokens};

/// A day after they were written.
const NOW: Timestamp = Timestamp::from_millis(1_795_400_000_000);

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    copy_files(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/small_file/earlier"), home.path());
    home
}

#[test]
fn lists_of_an_earlier_build_are_read() {
    let home = home();
    let mut tokens = Tokens::open(home.path()).unwrap();
    let shown = "talkoot_8faf662ced36657c0add0d1635af47a5274a41a0ec410a5060bd111dcc50af67";
    let access = tokens.bearer(shown, NOW).unwrap().access.clone();
    assert_eq!(access, BTreeSet::from([Access::Read, Access::Metrics]));
    tokens.add("another", access, NOW, NOW, [1; 32]).unwrap();
    assert!(Tokens::open(home.path()).unwrap().bearer(shown, NOW).is_some());
    let mut peers = Peers::open(home.path());
    peers.add("node.example:7474").unwrap();
    assert_eq!(Peers::open(home.path()).addresses().count(), 2);
    let enrolments = Enrolments::open(home.path()).unwrap();
    assert_eq!(enrolments.iter(NOW).filter(|(_, kept)| kept.brought.is_some()).count(), 3);
    let campaigns = Campaigns::open(home.path()).unwrap();
    let code = CampaignCode::parse("4acq-d6ta").unwrap();
    assert_eq!((campaigns.iter().count(), campaigns.get(&code).unwrap().municipality.as_str()), (3, "016"));
    let lists = code_lists::load(home.path()).unwrap();
    assert_eq!(lists[0].name_of("101", Language::Fi), Some("Asumispalvelut"));
}

#[test]
fn slips_and_prefills_of_an_earlier_build_are_read() {
    let home = home();
    let mut intake = Intake::open(home.path()).unwrap();
    let id = SlipId::parse("b26f0be20641f5a9").unwrap();
    assert_eq!(intake.get(&id).unwrap().words.as_ref().unwrap().text, "Iltabussi ei kulje keskustaan.");
    intake.sort(std::slice::from_ref(&id), "Bussit").unwrap();
    let (words, received) = (Words { text: "Juna.".into(), ..Words::default() }, Date::of(NOW));
    let written = Written { words, language: Language::Fi, campaign: None, follow: false, received };
    intake.put(written, [1; 16], [2; 16], Instant::now()).unwrap();
    let again = Intake::open(home.path()).unwrap();
    assert_eq!((again.iter().count(), again.get(&id).unwrap().heap.as_deref()), (2, Some("Bussit")));
    let mut prefills = Prefills::open(home.path()).unwrap();
    let id: PrefillId = "00800a4518f8df3d205e578fce65ec4c".parse().unwrap();
    assert_eq!(prefills.take(&id, NOW).unwrap().unwrap()["title"], "Asuntojono");
    assert_eq!(prefills.take(&id, NOW).unwrap(), None);
    let file = fs::read_to_string(home.path().join("prefills").join(format!("{id}.json"))).unwrap();
    assert!(!file.contains("Asuntojono"));
}
