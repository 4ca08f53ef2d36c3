//! `talkoot phenomenon settle`: weighs every value that stands and says what holds, and why.

use talkoot_protocol::phenomenon::aspect::Aspect;
use talkoot_protocol::phenomenon::key::key;
use talkoot_protocol::phenomenon::word::{Others, Settlement, Word};
use talkoot_protocol::phenomenon::{Attributed, Card};

use super::table::{self, Shown, Signing};
use crate::commands::joint::{Desk, Edits, signing};
use crate::commands::report::plain;
use crate::error::{Error, Result};
use crate::global::Global;

const EXAMPLE: &str = "Examples:
  talkoot phenomenon settle 1a2b3c --aspect colour --value red --reason \"We went there together and looked.\"
  talkoot phenomenon settle 1a2b3c --aspect colour --withdraw

It is settled on every node once your word has reached it. A value that comes later opens it again, and so does another \
organisation that settles it differently.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to settle.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The phenomenon's id or its beginning.
    id: String,
    /// The aspect whose values contradict each other.
    #[arg(long, value_name = "TEXT")]
    aspect: String,
    /// What holds; it may be none of the values.
    #[arg(long, value_name = "TEXT", required_unless_present = "withdraw", requires = "reason")]
    value: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT", requires = "value")]
    reason: Option<String>,
    /// Take back what your organisation said about it.
    #[arg(long, conflicts_with_all = ["value", "reason"])]
    withdraw: bool,
    #[command(flatten)]
    signing: Signing,
}

/// Settles a contradiction, or takes that back.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut desk = args.signing.desk(global)?;
    let shown = table::fetch(&mut desk.client, &args.id, false)?;
    let (document, edits) = if args.withdraw { withdrawn(&shown, &desk, args)? } else { settled(&shown, args)? };
    table::sign(global, &mut desk, &document, &edits)?;
    let after = table::fetch(&mut desk.client, &args.id, false)?;
    if let Some(state) = find(&after.card, &args.aspect).and_then(|aspect| aspect.contradiction.as_ref()) {
        signing::tell_state(state.state, "Everything");
    }
    desk.close()
}

fn find<'c>(card: &'c Card, aspect: &str) -> Option<&'c Aspect> {
    let key = key(aspect);
    card.aspects.iter().find(|known| known.key == key)
}

fn settled(shown: &Shown, args: &Args) -> Result<(talkoot_protocol::id::DocumentId, Edits)> {
    let contradiction = find(&shown.card, &args.aspect).and_then(|aspect| aspect.contradiction.as_ref());
    let Some(contradiction) = contradiction else {
        let open = shown.card.aspects.iter().filter(|aspect| aspect.is_open());
        let open: Vec<_> = open.map(|aspect| format!("{:?}", plain::cut(&aspect.name, 60))).collect();
        let message = format!("nothing contradicts anything in the aspect {:?}", args.aspect);
        let hint =
            if open.is_empty() { "No contradiction is open.".into() } else { format!("Open: {}", open.join(", ")) };
        return Err(Error::refused(message).hint(hint));
    };
    let settlement = Settlement {
        value: args.value.clone().unwrap_or_default(),
        reason: args.reason.clone().unwrap_or_default(),
        considered: contradiction.values.iter().map(|held| held.value.clone()).collect(),
        others: Others::new(),
    };
    Ok((shown.document, table::edits(&[Word::settle(&args.aspect, settlement)])?))
}

fn withdrawn(shown: &Shown, desk: &Desk<'_>, args: &Args) -> Result<(talkoot_protocol::id::DocumentId, Edits)> {
    let settlements = find(&shown.card, &args.aspect).map(|aspect| &aspect.settlements[..]).unwrap_or_default();
    let own: Option<&Attributed<Settlement>> = table::own(settlements, &desk.organisation()).next();
    let none = || Error::refused(format!("your organisation has not settled {:?}", args.aspect));
    let own = own.ok_or_else(none)?;
    Ok((own.document, Edits::from([(own.path.clone(), None)])))
}
