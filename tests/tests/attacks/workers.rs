//! What a certified worker may try: Mallory's, with a program of their own, or with a key they found.

use serde_json::json;
use talkoot_protocol::chunk::Chunk;
use talkoot_protocol::header::{Place, Position};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::Author;
use talkoot_protocol::signed::Verified;
use talkoot_protocol::sync::check::{Checked, Content};
use talkoot_tests::cast::{entry, fields, moment};
use talkoot_tests::hostile;

use super::stage::{Attack, Stage, fields_with};

pub(crate) fn attacks() -> Vec<Attack> {
    let attack = |what, named, run| Attack { what, named, run };
    vec![
        attack("a report under somebody else's certificate", "certificate_of_other_key", borrowed_certificate),
        attack("a report under what is no certificate", "not_a_certificate", no_certificate),
        attack("a report with the key of a node", "role", node_reports),
        attack("an edit of another organisation's report", "other_organisation", foreign_edit),
        attack("a report that is scoped to another organisation", "foreign_scope", planted),
        attack("words under another organisation's prefix in a phenomenon", "foreign_entry", foreign_words),
        attack("writing into what another organisation's change made", "foreign_entry", into_object),
        attack("plain text in a service path", "not_coded", path_of_words),
        attack("a personal identity code in a report", "identifier", identity_code),
        attack("a million operations in a hundred bytes", "too_many_operations", operations),
        attack("three hundred nested maps", "too_deep", nested),
        attack("operation numbers beyond 32 bits", "operation_number", operation_numbers),
        attack("a compressed chunk that inflates", "compressed_chunk", compressed),
        attack("an automerge change in somebody else's name", "wrong_actor", wrong_actor),
        attack("a history that hangs from a header of another document", "chain", grafted),
        attack("a dependency on a change of another document", "foreign_dependency", foreign_dependency),
        attack("an edit, with a colleague's help, of a change that was refused", "depends_on_refused", on_refused),
        attack("a body that builds on other changes than its header says", "dependencies_differ", two_pasts),
        attack("a later change that builds on nothing", "past_presence", without_past),
    ]
}

fn borrowed_certificate(stage: &mut Stage) {
    let posing = Author { certificate: stage.alice.worker.certificate.id(), ..stage.mallory.worker.author() };
    let change = posing.begin(Kind::Report, Scope::Network, &fields(50), moment(50)).unwrap();
    stage.push_forbidden(&change);
}

fn no_certificate(stage: &mut Stage) {
    let posing = Author { certificate: stage.report.id(), ..stage.mallory.worker.author() };
    let change = posing.begin(Kind::Report, Scope::Network, &fields(50), moment(50)).unwrap();
    stage.push_forbidden(&change);
}

fn node_reports(stage: &mut Stage) {
    let change =
        stage.mallory.organisation.node().begin(Kind::Report, Scope::Network, &fields(50), moment(50)).unwrap();
    stage.push_forbidden(&change);
}

fn foreign_edit(stage: &mut Stage) {
    let edit = stage.mallory.worker.set(&[&stage.report], &fields_with(50, "title", "Minun"), 50);
    stage.push_forbidden(&edit);
}

fn planted(stage: &mut Stage) {
    // In a network's report the author names Alice's own scope: whoever is asked refuses, Alice's own node included.
    let change = stage.mallory.worker.report_in(Scope::Organisation(stage.alice.organisation.id), 50);
    stage.push_forbidden(&change);
}

fn foreign_words(stage: &mut Stage) {
    let foreign = entry(&stage.alice.organisation.id, "title", &json!({"text": "Minun"}));
    let change = stage.mallory.worker.set(&[&stage.phenomenon], &foreign, 50);
    stage.push_forbidden(&change);
}

fn chunk_of(stage: &Stage, change: &Verified) -> Chunk {
    match Checked::sealed(&stage.charter.network(), change.clone()).unwrap().content() {
        Content::Chunk(chunk) => chunk.clone(),
        other => panic!("no chunk: {other:?}"),
    }
}

fn into_object(stage: &mut Stage) {
    let (document, worker) = (stage.phenomenon.document(), &stage.mallory.worker);
    let first = chunk_of(stage, &stage.phenomenon);
    let content = hostile::into_object_of(&worker.key.public(), &document, &first);
    let place = Place::Continues(document);
    let change = hostile::sign_at(worker, place, Position::First, vec![stage.phenomenon.id()], &content, 50);
    stage.push_forbidden(&change);
}

fn path_of_words(stage: &mut Stage) {
    let words = json!({"step": "Matti kävi ensin sosiaalitoimistossa"});
    let words = words.as_object().cloned().unwrap();
    let change = stage.mallory.worker.begin(Kind::ServicePath, Scope::Network, &words, 50);
    stage.push_forbidden(&change);
}

fn identity_code(stage: &mut Stage) {
    let fields = fields_with(50, "description", "Asiakas 010101A900R kertoi.");
    let change = stage.mallory.worker.begin(Kind::Report, Scope::Network, &fields, 50);
    stage.push_forbidden(&change);
}

/// Pushes the attack of these words from the corpus of hostile bodies.
fn from_corpus(stage: &mut Stage, what: &str) {
    let corpus = hostile::corpus(&stage.mallory.worker);
    let attack = corpus.into_iter().find(|attack| attack.what == what).unwrap();
    stage.push(&[attack.change]);
}

fn operations(stage: &mut Stage) {
    from_corpus(stage, "a million operations in a hundred bytes");
}

fn nested(stage: &mut Stage) {
    from_corpus(stage, "three hundred nested maps");
}

fn operation_numbers(stage: &mut Stage) {
    from_corpus(stage, "operation numbers beyond 32 bits");
}

fn compressed(stage: &mut Stage) {
    from_corpus(stage, "a compressed chunk");
}

fn wrong_actor(stage: &mut Stage) {
    from_corpus(stage, "somebody else's actor");
}

/// Two reports of Mallory's that all have.
fn own_reports(stage: &mut Stage) -> [Verified; 2] {
    let reports = [60, 61].map(|number| stage.mallory.worker.report(number));
    stage.world.submit(stage.mallory.node, &[&reports[0], &reports[1]]);
    stage.world.settle();
    reports
}

/// The body of an edit that would be sound, signed at another place.
fn displaced(stage: &mut Stage, on: &Verified, position: Position, dependencies: Vec<&Verified>) {
    let sound = stage.mallory.worker.set(&[on], &fields_with(50, "title", "Toinen"), 50);
    let content = sound.body().unwrap().content().to_vec();
    let dependencies = dependencies.into_iter().map(Verified::id).collect();
    let place = Place::Continues(on.document());
    let change = hostile::sign_at(&stage.mallory.worker, place, position, dependencies, &content, 51);
    stage.push_forbidden(&change);
}

fn grafted(stage: &mut Stage) {
    let [one, other] = own_reports(stage);
    displaced(stage, &one, Position::After { sequence: 2, previous: other.id() }, vec![&one]);
}

fn foreign_dependency(stage: &mut Stage) {
    let [one, other] = own_reports(stage);
    displaced(stage, &one, Position::After { sequence: 2, previous: one.id() }, vec![&other]);
}

fn without_past(stage: &mut Stage) {
    let [one, _] = own_reports(stage);
    displaced(stage, &one, Position::After { sequence: 2, previous: one.id() }, Vec::new());
}

fn on_refused(stage: &mut Stage) {
    let edit = stage.mallory.worker.set(&[&stage.report], &fields_with(50, "title", "Minun"), 50);
    stage.push_forbidden(&edit);
    let next = stage.alice.worker.set(&[&stage.report, &edit], &fields_with(51, "title", "Taas"), 51);
    stage.push_forbidden(&next);
}

fn two_pasts(stage: &mut Stage) {
    let [one, _] = own_reports(stage);
    let edit = stage.mallory.worker.set(&[&one], &fields_with(50, "title", "Toinen"), 50);
    let third = stage.mallory.worker.set(&[&one, &edit], &fields_with(51, "title", "Kolmas"), 51);
    stage.world.submit(stage.mallory.node, &[&edit]);
    stage.world.settle();
    // The body of the edit again, as if it built on the edit.
    let content = third.body().unwrap().content().to_vec();
    let place = Place::Continues(one.document());
    let position = Position::After { sequence: 2, previous: one.id() };
    let change = hostile::sign_at(&stage.mallory.worker, place, position, vec![one.id()], &content, 52);
    stage.push_forbidden(&change);
}
