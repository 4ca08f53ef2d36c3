//! The doors of the demonstration: where each organisation's pages are, and a code with which the visitor's own browser becomes one of
//! its workers. What the visitor writes there is a real report, signed in the browser, and the other organisations have it at once.

use std::path::Path;

use talkoot_protocol::statement::Role;

use crate::commands::worker::invite;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::house::{House, PASSPHRASE};
use crate::keys::{self, Keys};
use crate::output;

/// What the visitor may do: enough to see all pages.
const ROLES: [Role; 4] = [Role::Reporter, Role::Coordinator, Role::DecisionMaker, Role::Intake];
/// What the visitor is called in each organisation.
const NAME: &str = "visitor";

/// Says where the pages are, and certifies the visitor's browser as soon as it has shown a code.
pub(super) fn open(parent: &Path, houses: &[House]) -> Result<()> {
    let passphrase = parent.join("passphrase");
    std::fs::write(&passphrase, PASSPHRASE).map_err(Error::failed)?;
    output::say("\nIn a browser: open an address, type its code, and you work there.");
    for house in houses {
        let Some(address) = house.pages() else { continue };
        output::say(&format!("\n{}: {address}/enrol", house.plan.names.en));
        invite_visitor(Global {
            dir: house.dir.clone(),
            keys: None,
            passphrase_file: Some(passphrase.clone()),
            json: false,
        })?;
    }
    output::say("");
    Ok(())
}

/// Makes a code, and waits for the browser on a thread of its own, which ends with the process.
fn invite_visitor(global: Global) -> Result<()> {
    let keys = Keys::of(&global)?;
    let root = keys.open_root(&keys::passphrase(&global, false)?)?;
    let invitation = invite::make(&global, &keys, &invite::Args::for_a_day(NAME, &ROLES))?;
    let waiting = move || {
        if let Err(error) = invite::wait(&global, &keys, &root, &invitation) {
            error.context("the visitor's browser could not be certified").print();
        }
    };
    drop(std::thread::spawn(waiting));
    Ok(())
}
