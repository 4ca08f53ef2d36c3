//! Words of phenomena and proposals to begin with, one of each sort, and documents in which several organisations contradict, merge,
//! forward and escalate.

use serde_json::{Value, json};
use talkoot_protocol::entry::Prefix;

use super::Basket;
use crate::fuzzing::joint::{document, organisation};

/// What can be said in a phenomenon.
fn of_phenomenon() -> Vec<(String, Value)> {
    let (report, other) = (document(9), document(1));
    let area = json!({"scheme": "municipality", "year": 2026, "code": "491"});
    let facet = json!({"aspect": "Odotusaika", "value": "puoli vuotta", "area": area, "period": "2026-H1", "reports": [report]});
    [
        ("title".to_owned(), json!({"text": "Jono", "language": "fi", "new": [1]})),
        ("summary".to_owned(), json!({"text": "Nuoret asuvat sohvilla."})),
        ("status".to_owned(), json!({"code": "in_work", "reason": "Kokeilu alkoi."})),
        ("facet/0a0b0c0d".to_owned(), facet),
        ("facet/0a0b0c0e".to_owned(), json!({"aspect": " odotusaika", "value": "viikko"})),
        (format!("link/{report}"), json!({"state": "linked", "similarity": 870})),
        (format!("link/{}", document(8)), json!({"state": "unlinked", "reason": "Toinen kunta."})),
        (format!("merge/{other}"), json!({"state": "joined"})),
        (
            "settle/odotusaika".to_owned(),
            json!({"value": "viikko", "reason": "Mitattu.", "considered": ["puoli vuotta", "viikko"]}),
        ),
        ("period/2026-H1".to_owned(), json!({"spread": "many", "trend": "growing", "note": "Kevät."})),
    ]
    .to_vec()
}

/// What can be said in a proposal.
fn of_proposal() -> Vec<(String, Value)> {
    let (to, other) = (organisation(1), organisation(2));
    let answer = |code: &str| {
        json!({"code": code, "reason": "Talousarvio.", "date": "2026-09-15", "to": {"organisation": other},
        "decision": {"body": "Hallitus", "date": "2026-09-14", "section": "§ 12", "link": "https://example.com/12"}})
    };
    let mut recorded = answer("partly");
    recorded["from"] = json!("Vuokrayhtiö");
    let ask = json!({"title": "Varoitusaika", "text": "Yhteinen aika.", "addressee": {"organisation": to, "body": "Lautakunta"},
        "level": "municipality", "deadline": "2026-09-30", "phenomena": [document(0)], "reports": [document(9)], "language": "fi"});
    [
        ("ask".to_owned(), ask),
        ("receipt".to_owned(), json!({"date": "2026-08-20"})),
        ("support".to_owned(), json!({"note": "Oikein."})),
        ("answer/00000001".to_owned(), answer("forwarded")),
        ("answer/00000002".to_owned(), answer("accepted")),
        ("recorded/00000003".to_owned(), recorded),
        (
            "escalated/00000004".to_owned(),
            json!({"addressee": {"body": "Vuokrayhtiö"}, "reason": "Ei vastausta.", "deadline": "2027-01-31"}),
        ),
        (
            "outcome/00000005".to_owned(),
            json!({"date": "2026-10-20", "effect": "partly", "text": "Alkoi.", "link": "https://example.com"}),
        ),
        (
            "repair".to_owned(),
            json!({"state": "handed", "holder": "05".repeat(32), "to": {"organisation": to}, "note": "Lomalla."}),
        ),
    ]
    .to_vec()
}

/// Puts all of them.
pub(super) fn put(basket: &mut Basket) {
    let one = |(path, value): &(String, Value)| format!("{path}\n{value}");
    for (target, words) in [("phenomenon_word", of_phenomenon()), ("proposal_word", of_proposal())] {
        for (at, entry) in words.iter().enumerate() {
            let name = entry.0.split('/').next().unwrap_or_default();
            basket.put(target, &format!("{at} {name}"), one(entry).into());
        }
    }
    // Digits: kind, document, organisation, role.
    let line = |digits: &str, (path, value): &(String, Value)| format!("{digits} {path} {value}\n");
    let said =
        |digits: &str, words: &[(String, Value)]| words.iter().map(|word| line(digits, word)).collect::<String>();
    let (phenomenon, proposal) = (of_phenomenon(), of_proposal());
    basket.put("joint", "phenomenon", said("0000", &phenomenon).into());
    let three = ["0000", "0010", "0020", "0113"].map(|digits| said(digits, &phenomenon[..4])).concat();
    basket.put("joint", "three houses", three.into());
    let merged = said("0000", &phenomenon) + &said("0110", &phenomenon[..1]) + &said("0320", &phenomenon[7..8]);
    basket.put("joint", "merged", merged.into());
    let asked = said("1000", &proposal[..1]) + &said("1011", &proposal[1..5]) + &said("1000", &proposal[5..]);
    basket.put("joint", "proposal", asked.into());
    let twice = said("1000", &proposal[..1]) + &said("1002", &proposal[..1]) + &said("1021", &proposal[4..5]);
    basket.put("joint", "at the same time", twice.into());
    let odd = format!("0000 {} {{}}\n0000 title 7\n1000 ask []\n1019 answer/zz null\n", Prefix::of(&organisation(0)));
    basket.put("joint", "odd", odd.into());
}
