//! What pages of joint documents show: words of people stay words, and each role is offered what it may do.

use maud::Markup;
use serde_json::{Map, json};
use talkoot_protocol::api::{Hit, Organisation, Pair, Report, Suggestion};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::{ChangeId, DocumentId, OrganisationId, WorkerId};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::proposal::State;
use talkoot_protocol::proposal::state::Via;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::{Names, Role, Roles};

use crate::web::clock::Clock;
use crate::web::session::Session;
use crate::web::texts::{LANGUAGES, Texts};
use crate::web::visit::{Member, Visit};

use super::form::Paper;
use super::people::People;
use super::proposal_forms::{self, Origin};
use super::word_forms::{self, About};
use super::{Shown, card, hand, phenomena, proposal, proposals};

const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>";

fn organisation(number: u8) -> OrganisationId {
    OrganisationId::from_bytes([number; 32])
}

fn document(number: u8) -> DocumentId {
    DocumentId::from_bytes([number; 32])
}

fn day() -> Date {
    "2026-11-22".parse().unwrap()
}

fn member(language: Language, roles: &[Role]) -> Member {
    let session = Session {
        worker: WorkerId::from_bytes([1; 32]),
        key: SecretKey::from_seed(&[2; 32]).public(),
        certificate: ChangeId::from_bytes([3; 32]),
        roles: roles.iter().copied().collect::<Roles>(),
        csrf: "c".into(),
    };
    let visit = Visit { texts: Texts::new(language), session: Some(session.clone()), address: "/x".into() };
    Member { visit, session }
}

/// The own organisation is number 1, another one number 2; both have hostile names.
fn people(texts: Texts) -> People {
    let known = |number: u8| -> Organisation {
        let names = Names { fi: HOSTILE.into(), sv: HOSTILE.into(), en: HOSTILE.into() };
        serde_json::from_value(json!({
            "id": organisation(number), "names": names, "kind": "ngo", "counties": [12], "contact": HOSTILE,
            "own": number == 1, "member": true, "founder": true, "recognised_by": [], "reports": 0,
        }))
        .unwrap()
    };
    People::new(texts, Clock::utc(), vec![known(1), known(2)])
}

fn word(organisation_number: u8, path: &str, said: serde_json::Value) -> serde_json::Value {
    let by = json!({ "organisation": organisation(organisation_number), "worker": WorkerId::from_bytes([9; 32]), "claimed": u64::MAX });
    json!({ "said": said, "by": by, "document": document(5), "path": path })
}

/// A card on which every text is hostile, with an open contradiction.
fn hostile_card() -> Card {
    let facet = |number: u8, value: &str| {
        word(
            number,
            "facet/0a1b2c3d",
            json!({ "aspect": HOSTILE, "value": value, "text": HOSTILE, "reports": [document(7)] }),
        )
    };
    let settlement = word(2, "settle/x", json!({ "value": HOSTILE, "reason": HOSTILE, "considered": [HOSTILE] }));
    let contradiction = json!({ "state": "reopened", "settled": null, "unweighed": [HOSTILE], "values": [
        { "value": HOSTILE, "organisations": [organisation(1)] }, { "value": "b", "organisations": [organisation(2)] } ] });
    serde_json::from_value(json!({
        "id": document(5), "title": HOSTILE, "status": null, "open": 1,
        "documents": [{ "document": document(5), "scope": "network", "owner": organisation(2), "begun": u64::MAX }],
        "titles": [word(2, "title", json!({ "text": HOSTILE, "language": "sv" })), word(1, "title", json!({ "text": format!("{HOSTILE}2"), "language": HOSTILE }))],
        "summaries": [word(2, "summary", json!({ "text": HOSTILE }))],
        "statuses": [word(2, "status", json!({ "code": HOSTILE, "reason": HOSTILE })), word(1, "status", json!({ "code": "observed" }))],
        "aspects": [{
            "key": "x", "name": HOSTILE, "facets": [facet(1, HOSTILE), facet(2, "b")], "settlements": [settlement],
            "agreements": [{ "value": HOSTILE, "organisations": [organisation(1), organisation(2)] }], "contradiction": contradiction,
        }],
        "links": [{
            "report": document(7), "standing": "linked", "contested": true, "title": HOSTILE, "organisation": organisation(2), "period": "2026-H1",
            "words": [word(2, "link/7", json!({ "state": "unlinked", "reason": HOSTILE, "similarity": 640 }))],
        }],
        "course": {
            "periods": [{ "period": "2026-H1", "reports": u64::MAX, "words": [word(2, "period/2026-H1", json!({ "spread": HOSTILE, "trend": "new", "note": HOSTILE }))] }],
            "undated": 2, "by_reports": { "trend": "too_few", "periods": 1, "needed": 3 }, "by_words": { "trend": "growing" },
        },
        "merges": [{ "one": document(5), "other": document(6), "joined": true, "missing": false,
            "words": [word(2, "merge/6", json!({ "state": "joined", "reason": HOSTILE }))] }],
        "unread": [word(2, HOSTILE, json!({ "value": HOSTILE, "bytes": 80 }))],
    }))
    .unwrap()
}

fn hit() -> Hit {
    serde_json::from_value(json!({ "document": document(8), "organisation": organisation(2), "score": 0.7, "title": HOSTILE, "title_marks": [],
        "field": "title", "excerpt": HOSTILE, "marks": [], "shared": [HOSTILE] }))
    .unwrap()
}

/// A proposal on which every text is hostile; the own organisation owes an answer.
fn hostile_proposal() -> State {
    let by = json!({ "organisation": organisation(2), "worker": WorkerId::from_bytes([9; 32]), "claimed": 5 });
    let answer = json!({ "code": HOSTILE, "reason": HOSTILE, "to": { "body": HOSTILE }, "date": "2026-11-01",
        "decision": { "body": HOSTILE, "section": HOSTILE, "link": "javascript:alert(3)" } });
    serde_json::from_value(json!({
        "document": document(4), "scope": "region:12", "owner": organisation(2), "today": "2026-11-22", "phase": "overdue", "overdue_days": 21,
        "ask": { "title": HOSTILE, "text": HOSTILE, "addressee": { "organisation": organisation(1), "body": HOSTILE },
            "deadline": "2026-11-01", "language": "sv", "level": HOSTILE },
        "asked_by": by,
        "addressees": [
            { "addressee": { "organisation": organisation(1) }, "via": { "forwarded": { "body": HOSTILE } }, "turn": 0,
              "deadline": "2026-11-01", "acknowledged": null, "answer": null, "owes": true, "overdue": true },
            { "addressee": { "body": HOSTILE }, "via": "escalated", "turn": 1, "deadline": "2026-11-01", "acknowledged": "2026-10-01",
              "answer": HOSTILE, "owes": false, "overdue": false },
        ],
        "escalations": [],
        "answers": [{ "path": HOSTILE, "by": by, "recorded_from": HOSTILE, "answer": answer, "not_counted": "not_addressed",
            "standing": false, "earlier_wording": true }],
        "verdict": null,
        "outcomes": [{ "path": HOSTILE, "by": by, "word": { "date": "2026-11-01", "effect": HOSTILE, "text": HOSTILE, "link": "javascript:alert(4)" } }],
        "outcome_due": { "since": "2026-11-01", "months": 6 },
        "support": [{ "path": "support", "by": by, "word": { "note": HOSTILE } }],
        "repair": [{ "path": "repair", "by": by, "word": { "state": HOSTILE, "holder": WorkerId::from_bytes([9; 32]), "note": HOSTILE } }],
        "holders": [{ "organisation": organisation(2), "worker": null }],
        "closed": false,
        "other": [{ "path": HOSTILE, "by": by, "value": HOSTILE, "bytes": 80 }],
    }))
    .unwrap()
}

fn card_sheet<'a>(visit: &'a Visit) -> card::Sheet<'a> {
    let suggestion = Suggestion { phenomenon: document(5), title: Some(HOSTILE.into()), similarity: 700, hit: hit() };
    let pair = Pair {
        one: document(5),
        other: document(6),
        titles: [Some(HOSTILE.into()), Some(HOSTILE.into())],
        similarity: 700,
        shared: vec![HOSTILE.into()],
    };
    card::Sheet {
        visit,
        people: people(visit.texts),
        shown: Shown { document: document(5), card: hostile_card(), history: Vec::new() },
        proposals: vec![hostile_proposal()],
        suggestions: (vec![suggestion], vec![pair]),
        skip: 0,
    }
}

fn proposal_sheet<'a>(visit: &'a Visit) -> proposal::Sheet<'a> {
    let sources = vec![
        serde_json::from_value(json!({ "document": document(5), "kind": "phenomenon", "title": HOSTILE })).unwrap(),
    ];
    proposal::Sheet { visit, people: people(visit.texts), state: hostile_proposal(), sources, today: day() }
}

fn list_sheet<'a>(visit: &'a Visit) -> proposals::Sheet<'a> {
    let which = proposals::Which::default();
    proposals::Sheet {
        visit,
        people: people(visit.texts),
        which,
        states: vec![hostile_proposal()],
        total: 60,
        today: day(),
    }
}

fn paper(visit: &Visit) -> Paper<'_> {
    Paper { visit, people: people(visit.texts), tag: "0a1b2c3d".into() }
}

fn desk<'a>(visit: &'a Visit) -> word_forms::Desk<'a> {
    let about =
        About { aspect: "x".into(), value: HOSTILE.into(), path: format!("facet/{HOSTILE}"), ..About::default() };
    let shown = Shown { document: document(5), card: hostile_card(), history: Vec::new() };
    word_forms::Desk { paper: paper(visit), shown, about }
}

fn proposal_desk<'a>(visit: &'a Visit, owner: u8) -> proposal_forms::Desk<'a> {
    let state = State { owner: organisation(owner), ..hostile_proposal() };
    let worker = WorkerId::from_bytes([1; 32]);
    let workers = vec![WorkerId::from_bytes([8; 32])];
    proposal_forms::Desk { paper: paper(visit), state, today: day(), worker, workers }
}

fn held<'a>(visit: &'a Visit) -> hand::Held<'a> {
    let colleagues = vec![WorkerId::from_bytes([8; 32])];
    let (people, worker) = (people(visit.texts), WorkerId::from_bytes([1; 32]));
    hand::Held { visit, people, worker, colleagues, states: vec![hostile_proposal()], total: 300 }
}

fn report() -> Report {
    let mut fields = Map::new();
    fields.insert("title".into(), HOSTILE.into());
    serde_json::from_value(
        json!({ "document": document(7), "organisation": organisation(2), "author": null, "scope": "network",
        "claimed": 5, "changes": 1, "fields": fields }),
    )
    .unwrap()
}

/// Everything that is drawn here from what people wrote.
fn everything(member: &Member) -> Vec<Markup> {
    let visit = &member.visit;
    let (words, other) = (desk(visit), Shown { document: document(6), card: hostile_card(), history: Vec::new() });
    let (asks, asked) = (proposal_desk(visit, 1), proposal_desk(visit, 2));
    let link = phenomena::link(visit, &other);
    let origin = Origin { folder: "phenomena", document: document(5), link, scope: "network".parse().unwrap() };
    vec![
        card_sheet(visit).content(),
        proposal_sheet(visit).content(),
        list_sheet(visit).inbox(),
        list_sheet(visit).repair(member, 3),
        held(visit).content(),
        words.facet(),
        words.settle(),
        words.status(),
        words.period(),
        words.describe(),
        words.withdraw(),
        words.linking(&report(), true, Some(640)),
        words.linking(&report(), false, None),
        words.merging(&other, true),
        word_forms::beginning(&paper(visit), Some(&report())),
        proposal_forms::beginning(&paper(visit), Some(&origin), day()),
        asked.answer(false),
        asked.answer(true),
        asked.outcome(),
        asked.support(),
        asked.repair(),
        asks.escalate(),
        asks.record(),
        asks.close(),
    ]
}

#[test]
fn what_people_wrote_is_inert() {
    for language in LANGUAGES {
        let member = member(language, &[Role::Coordinator, Role::DecisionMaker]);
        for markup in everything(&member) {
            let text = markup.into_string();
            assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
            assert!(!text.contains("href=\"javascript:"), "{text}");
            assert!(!text.contains("joint-"), "a text is missing in {language}: {text}");
        }
    }
}

#[test]
fn no_two_things_on_a_page_have_one_id() {
    let member = member(Language::Fi, &[Role::Coordinator, Role::DecisionMaker]);
    for markup in everything(&member) {
        let text = markup.into_string();
        let ids: Vec<_> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{ids:?}");
    }
}

#[test]
fn each_role_is_offered_what_it_may_do() {
    let shown = |roles: &[Role]| {
        let member = member(Language::En, roles);
        [card_sheet(&member.visit).content().into_string(), proposal_sheet(&member.visit).content().into_string()]
    };
    let [card, proposal] = shown(&[Role::Reporter]);
    assert!(!card.contains("/settle?") && !card.contains("/link?") && !card.contains("<form"), "{card}");
    assert!(!proposal.contains("/answer\"") && !proposal.contains("<form"), "{proposal}");
    assert!(card.contains("open again") && proposal.contains("Overdue by 21 days"), "everybody reads all of it");
    let [card, proposal] = shown(&[Role::Coordinator]);
    assert!(card.contains("/settle?aspect=x") && card.contains("/unlink?report="), "{card}");
    assert!(!proposal.contains("/answer\"") && proposal.contains("/repair\"") && !proposal.contains("/close\""));
    let [card, proposal] = shown(&[Role::DecisionMaker]);
    assert!(!card.contains("/settle?") && proposal.contains("/answer\"") && proposal.contains("receipt.date"));
    assert!(!proposal.contains("/repair\""));
}

#[test]
fn why_somebody_was_asked_later_stands_where_they_answer() {
    let member = member(Language::En, &[Role::DecisionMaker]);
    let mut state = hostile_proposal();
    let word = json!({ "addressee": { "organisation": organisation(1) }, "reason": "Nobody answered.", "deadline": "2026-12-01" });
    let by = json!({ "organisation": organisation(2), "worker": WorkerId::from_bytes([9; 32]), "claimed": 5 });
    let turn = json!({ "path": "escalated/1", "by": by, "word": word });
    state.escalations = vec![serde_json::from_value(turn).unwrap()];
    (state.addressees[0].via, state.addressees[0].turn) = (Via::Escalated, 1);
    let inbox = proposals::Sheet { states: vec![state.clone()], ..list_sheet(&member.visit) }.inbox().into_string();
    let page = proposal::Sheet { state, ..proposal_sheet(&member.visit) }.content().into_string();
    for text in [inbox, page] {
        assert!(text.contains("asked later, because: Nobody answered."), "{text}");
    }
}

#[test]
fn a_title_in_another_language_is_marked_so() {
    let marked = |language| {
        let member = member(language, &[Role::Coordinator]);
        let lists = [list_sheet(&member.visit).inbox(), held(&member.visit).content()];
        lists.map(|markup| markup.into_string().contains(" lang=\"sv\""))
    };
    assert_eq!((marked(Language::Fi), marked(Language::Sv)), ([true, true], [false, false]));
}

#[test]
fn what_is_signed_is_named_by_its_entry() {
    let member = member(Language::En, &[Role::Coordinator, Role::DecisionMaker]);
    let visit = &member.visit;
    let answer = proposal_desk(visit, 2).answer(false).into_string();
    for name in [
        "answer/0a1b2c3d.code",
        "answer/0a1b2c3d.reason",
        "answer/0a1b2c3d.decision.section",
        "answer/0a1b2c3d.wording",
    ] {
        assert!(answer.contains(&format!("name=\"{name}\"")), "{name}: {answer}");
    }
    assert!(answer.contains("name=\"answer/0a1b2c3d.date\" value=\"2026-11-22\""));
    assert!(answer.contains(&format!("data-document=\"{}\"", document(4))));
    let settled = desk(visit).settle().into_string();
    assert_eq!(settled.matches("name=\"considered[]\"").count(), 2, "every value that stands is weighed");
    assert!(settled.contains("data-entry=\"settle/x\""), "{settled}");
}

#[test]
fn an_own_document_is_named_only_where_its_readers_are() {
    let member = member(Language::En, &[Role::Coordinator]);
    let own = Report { scope: format!("organisation:{}", organisation(1)).parse().unwrap(), ..report() };
    let form = word_forms::beginning(&paper(&member.visit), Some(&own)).into_string();
    assert!(!form.contains("value=\"network\"") && form.contains("value=\"organisation:"), "{form}");
}
