//! `talkoot proposal support`, `escalate` and `outcome`.

use talkoot_protocol::date::Date;
use talkoot_protocol::proposal::Word;
use talkoot_protocol::proposal::codes::Effect;
use talkoot_protocol::proposal::words::{Escalation, Outcome, Parts, Support};

use super::desk::{self, Day, Signature, To};
use super::labels::code;
use crate::commands::report::organisations::Organisations;
use crate::error::{Error, Result};
use crate::global::Global;
use talkoot_protocol::report::codes::Language;

/// What to support.
#[derive(Debug, clap::Args)]
pub(super) struct SupportArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Says that one finds a proposal right.
pub(super) fn support(global: &Global, args: &SupportArgs) -> Result<()> {
    let mut desk = args.signature.desk(global)?;
    let state = desk::find(&mut desk.client, &args.id)?;
    let word = Word::Support(Support { note: args.note.clone().unwrap_or_default(), other: Parts::new() });
    desk::write(global, &mut desk, &state.document, &word)?;
    desk.close()
}

const ESCALATE_EXAMPLE: &str = "Example:
  talkoot proposal escalate 3fa9c1 --to Kainuu --deadline 2027-03-31 \\
    --reason \"The city has not answered.\"

Who was asked before still is. An answer of who is asked later goes before theirs.";

/// Whom else to ask.
#[derive(Debug, clap::Args)]
#[command(after_help = ESCALATE_EXAMPLE)]
pub(super) struct EscalateArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    #[command(flatten)]
    to: To,
    /// Why they are asked.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The last day on which their answer is in time.
    #[arg(long, value_name = "YYYY-MM-DD")]
    deadline: Date,
}

/// Asks somebody else, too.
pub(super) fn escalate(global: &Global, args: &EscalateArgs) -> Result<()> {
    let mut desk = args.signature.desk(global)?;
    let organisations = Organisations::ask(&mut desk.client)?;
    let state = desk::find(&mut desk.client, &args.id)?;
    if state.owner != desk.organisation() {
        let name = organisations.name(&state.owner, Language::En);
        return Err(Error::refused(format!("the proposal is {name}'s; only they turn to somebody else"))
            .hint("Nothing was signed. Ask them, or begin a proposal of your own."));
    }
    let nobody = || Error::refused("nobody is asked").hint("Say who should act, with --to or --body.");
    let addressee = args.to.addressee(&organisations)?.ok_or_else(nobody)?;
    let escalation =
        Escalation { addressee, reason: args.reason.clone(), deadline: args.deadline, other: Parts::new() };
    desk::write(global, &mut desk, &state.document, &Word::Escalated(desk::tag()?, escalation))?;
    desk.close()
}

const OUTCOME_EXAMPLE: &str = "Example:
  talkoot proposal outcome 3fa9c1 --effect partly --text \"Five of ten flats are let.\"

Six and twelve months after a promise the outcome is asked for, until it is done or without effect.";

/// What came of it.
#[derive(Debug, clap::Args)]
#[command(after_help = OUTCOME_EXAMPLE)]
pub(super) struct OutcomeArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    /// What came of it: done, partly, none or unknown.
    #[arg(long, value_name = "EFFECT", value_parser = code::<Effect>)]
    effect: Effect,
    /// The same in words.
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// Where it can be seen: a link.
    #[arg(long, value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    day: Day,
}

/// Says what came of it.
pub(super) fn outcome(global: &Global, args: &OutcomeArgs) -> Result<()> {
    let mut desk = args.signature.desk(global)?;
    let date = args.day.get();
    let (state, _) = desk::ask(&mut desk.client, &args.id, date)?;
    let outcome = Outcome {
        date,
        effect: args.effect.into(),
        text: args.text.clone(),
        link: args.link.clone(),
        other: Parts::new(),
    };
    desk::write(global, &mut desk, &state.document, &Word::Outcome(desk::tag()?, outcome))?;
    desk.close()
}
