//! What the node knows of its peers and of itself, in sentences: nothing is said that it does not know, and what is wrong comes with what
//! to do.

use talkoot_protocol::api::{Organisation, Peer, Status};

use super::{Figures, Known};
use crate::web::texts::{Given, Texts};

/// Places of what may be wrong, in the order in which they are told.
pub(super) const TROUBLES: [&str; 6] = ["damaged", "parked", "forks", "unreadable", "refused", "fine"];

/// Says in one sentence with whom the node is connected, and how far it is in step with them.
pub(in crate::web) fn summary(known: &Known, texts: Texts) -> String {
    let connected = known.peers.iter().filter(|peer| peer.connected && peer.member).count();
    let in_step = known.peers.iter().filter(|peer| peer.connected && peer.member && peer.in_step).count();
    if !known.status.running {
        return texts.say("network-is-resting");
    }
    match (connected, in_step) {
        (0, _) => texts.say("network-is-alone"),
        (connected, in_step) if connected == in_step => {
            texts.say_with("network-is-in-step", &[("count", connected.into())])
        }
        (connected, in_step) => {
            texts.say_with("network-is-catching-up", &[("count", connected.into()), ("step", in_step.into())])
        }
    }
}

/// Returns every text that changes, by its place.
pub(super) fn figures(known: &Known, texts: Texts) -> Figures {
    let mut figures = held(&known.status, texts);
    figures.insert("summary".into(), summary(known, texts));
    for (at, peer) in known.peers.iter().enumerate() {
        for (what, text) in of_peer(peer, &known.organisations, texts) {
            figures.insert(format!("peer-{at}-{what}"), text);
        }
    }
    figures
}

fn of_peer(peer: &Peer, organisations: &[Organisation], texts: Texts) -> [(&'static str, String); 6] {
    let known = peer.organisation.and_then(|id| organisations.iter().find(|known| known.id == id));
    let who = match (known, peer.organisation) {
        (Some(known), _) => texts.name(&known.names).to_owned(),
        (None, Some(id)) => id.short(),
        (None, None) => texts.say("network-unknown"),
    };
    let pair = |key: &str, one: (&str, u64), other: (&str, u64)| {
        if !peer.connected {
            return "–".to_owned();
        }
        let given: [(&str, Given<'_>); 2] = [(one.0, one.1.into()), (other.0, other.1.into())];
        // Named here for the test of the catalogue.
        if key == "sent" {
            texts.say_with("network-peer-sent", &given)
        } else {
            texts.say_with("network-peer-received", &given)
        }
    };
    let refused: u64 = peer.refused.values().fold(0, |sum, count| sum.saturating_add(*count));
    let rules = peer.refused.keys().cloned().collect::<Vec<_>>().join(", ");
    let refused = if refused == 0 {
        texts.say("network-peer-none-refused")
    } else {
        texts.say_with("network-peer-refused", &[("count", refused.into()), ("rules", (&rules).into())])
    };
    [
        ("who", who),
        ("state", state(peer, texts)),
        ("sent", pair("sent", ("sent", peer.sent), ("there", peer.stored_there))),
        ("received", pair("received", ("received", peer.received), ("stored", peer.stored))),
        ("heard", heard(peer, texts)),
        ("refused", refused),
    ]
}

/// Says how far a peer is in step, as far as its last word tells.
fn state(peer: &Peer, texts: Texts) -> String {
    let name = match (peer.connected, peer.organisation, peer.member, peer.in_step) {
        (false, ..) => "apart",
        (true, None, ..) => "connecting",
        (true, Some(_), false, _) => "stranger",
        (true, Some(_), true, true) => "step",
        (true, Some(_), true, false) => match peer.lacking_here.zip(peer.lacking_there) {
            None => "waiting",
            Some((0, 0)) => "comparing",
            Some((here, there)) => {
                return texts.say_with("network-peer-lacking", &[("here", here.into()), ("there", there.into())]);
            }
        },
    };
    texts.one_of("network-state", name).unwrap_or_default()
}

fn heard(peer: &Peer, texts: Texts) -> String {
    match peer.silent_seconds {
        None => texts.say("network-heard-never"),
        Some(0..=59) => texts.say("network-heard-now"),
        Some(seconds @ 60..=7_199) => texts.say_with("network-heard-minutes", &[("count", (seconds / 60).into())]),
        Some(seconds) => texts.say_with("network-heard-hours", &[("count", (seconds / 3_600).into())]),
    }
}

/// Says what is held here, and what is wrong.
fn held(status: &Status, texts: Texts) -> Figures {
    let megabytes = status.log_bytes.div_ceil(1_000_000);
    let sum = |counts: &std::collections::BTreeMap<String, u64>| {
        counts.values().fold(0u64, |sum, count| sum.saturating_add(*count))
    };
    let rules = status.refusals.keys().cloned().collect::<Vec<_>>().join(", ");
    let unreadable = u64::try_from(status.quarantined.len()).unwrap_or(u64::MAX);
    let count = |count: u64| ("count", Given::from(count));
    let mut figures = Figures::new();
    let held =
        [("reports", status.reports.into()), ("changes", status.changes.into()), ("megabytes", megabytes.into())];
    figures.insert("held".into(), texts.say_with("network-held-is", &held));
    let mut tell = |place: &str, number: u64, text: String| {
        if number > 0 {
            figures.insert(place.to_owned(), text);
        }
    };
    tell("damaged", status.damaged, texts.say_with("network-damaged", &[count(status.damaged)]));
    tell("parked", status.parked, texts.say_with("network-parked", &[count(status.parked)]));
    tell("forks", status.forks, texts.say_with("network-forks", &[count(status.forks)]));
    tell("unreadable", unreadable, texts.say_with("network-unreadable", &[count(unreadable)]));
    let refused = sum(&status.refusals);
    let given = [count(refused), ("rules", (&rules).into())];
    tell("refused", refused, texts.say_with("network-refused", &given));
    if figures.len() == 1 {
        figures.insert("fine".into(), texts.say("network-fine"));
    }
    figures
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use talkoot_protocol::report::codes::Language;

    use super::*;

    fn peer(change: Value) -> Peer {
        let mut peer = json!({
            "address": null, "node": null, "connected": true, "organisation": "ab".repeat(32), "member": true, "in_step": false,
            "lacking_here": null, "lacking_there": null, "announced": 0, "sent": 7, "stored_there": 5, "received": 0, "known": 0,
            "stored": 0, "refused": {}, "comparisons": 0, "rounds": 0, "bytes_sent": 0, "bytes_received": 0,
            "silent_seconds": null, "trouble": null,
        });
        peer.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(peer).unwrap()
    }

    #[test]
    fn a_peer_is_in_step_only_if_it_is() {
        let texts = Texts::new(Language::En);
        let say = |change| state(&peer(change), texts);
        assert_eq!(say(json!({"in_step": true})), "In step");
        assert_eq!(say(json!({"connected": false, "in_step": true})), "Not connected");
        assert_eq!(say(json!({"member": false, "in_step": true})), "Not a member: nothing is exchanged");
        assert_eq!(say(json!({"lacking_here": 3, "lacking_there": 0})), "3 to come, 0 to send");
        assert_eq!(say(json!({})), "Connected, has said nothing yet");
    }

    #[test]
    fn what_was_refused_is_named() {
        let figures = of_peer(&peer(json!({"refused": {"chain": 2}})), &[], Texts::new(Language::En));
        let said = |name: &str| figures.iter().find(|(what, _)| *what == name).map(|(_, text)| text.as_str());
        assert_eq!(said("refused"), Some("2 refused (chain)"));
        assert_eq!(said("sent"), Some("7, of which 5 are safely there"));
    }
}
