//! The catalogue of attacks (docs/attacks.md), each carried out against three honest nodes: the attack is named by its refusal or
//! offence, leaves nothing in any honest log that must not be there, and afterwards the honest ones still agree and still hear each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod organisations;
mod peers;
mod stage;
mod workers;

use std::collections::{BTreeMap, BTreeSet};

use stage::{Attack, Stage};

const CATALOGUE: &str = include_str!("../../../docs/attacks.md");

fn attacks() -> Vec<Attack> {
    [peers::attacks(), workers::attacks(), organisations::attacks()].concat()
}

/// Carries an attack out; returns what is wrong with how it ended.
fn tried(attack: &Attack) -> Result<(), String> {
    let mut stage = Stage::set();
    let before = stage.named();
    (attack.run)(&mut stage);
    stage.rest();
    let after = stage.named();
    let counted = |named: &BTreeMap<String, u64>| named.get(attack.named).copied().unwrap_or(0);
    if counted(&after) <= counted(&before) {
        return Err(format!("{}: {} is not counted by all, {after:?} is", attack.what, attack.named));
    }
    stage.agreement().map_err(|what| format!("{}: {what}", attack.what))
}

#[test]
fn each_attack_is_named_and_the_honest_ones_agree() {
    let failures: Vec<_> = attacks().iter().filter_map(|attack| tried(attack).err()).collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Returns what the catalogue's tables say: the attack and the name it gets, both between the second and third, third and fourth bar.
fn catalogued() -> BTreeSet<(String, String)> {
    let rows = CATALOGUE.lines().filter(|line| line.starts_with("| ") && line.contains("| `"));
    rows.map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        (cells[2].to_owned(), cells[3].trim_matches('`').to_owned())
    })
    .collect()
}

#[test]
fn the_catalogue_lists_what_is_tried() {
    let tried: BTreeSet<_> = attacks().iter().map(|attack| (attack.what.to_owned(), attack.named.to_owned())).collect();
    assert_eq!(tried.len(), attacks().len(), "each attack has words of its own");
    let listed: BTreeSet<_> = catalogued();
    let missing: Vec<_> = tried.difference(&listed).collect();
    let invented: Vec<_> = listed.difference(&tried).collect();
    assert!(missing.is_empty() && invented.is_empty(), "not in the catalogue: {missing:#?}; not tried: {invented:#?}");
}
