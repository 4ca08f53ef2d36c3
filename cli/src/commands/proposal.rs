//! `talkoot proposal`: asks somebody to act, answers, and follows what comes of it. What a proposal means, the node works out; here
//! it is asked and shown.
//!
//! [`desk`] holds what signing and naming have in common; [`layout`] and [`labels`] turn a proposal into words.

mod answer;
pub(super) mod desk;
pub(super) mod labels;
pub(super) mod layout;
pub(super) mod list;
mod new;
mod say;
mod show;
mod trace;

use clap::Subcommand;

use crate::error::Result;
use crate::global::Global;

/// What can be done with proposals.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Ask an organisation or body to act.
    New(Box<new::Args>),
    /// List proposals by the day until which an answer is asked for.
    List(list::Args),
    /// Show one proposal: who is asked, what they answered, what came of it.
    Show(show::Args),
    /// Show the reports that it rests on: from the answer back to what was noticed.
    Trace(trace::Args),
    /// Say that you find it right, too.
    Support(say::SupportArgs),
    /// Ask somebody else, too, since no good answer came.
    Escalate(say::EscalateArgs),
    /// Say that your organisation has read it.
    Acknowledge(answer::AcknowledgeArgs),
    /// Answer it, as a decision maker of who is asked.
    Answer(Box<answer::AnswerArgs>),
    /// Write down the answer of a body that has no node.
    Record(Box<answer::RecordArgs>),
    /// Say what came of it.
    Outcome(say::OutcomeArgs),
}

/// Does what was asked.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::New(args) => new::run(global, &args),
        Action::List(args) => list::run(global, &args),
        Action::Show(args) => show::run(global, &args),
        Action::Trace(args) => trace::run(global, &args),
        Action::Support(args) => say::support(global, &args),
        Action::Escalate(args) => say::escalate(global, &args),
        Action::Acknowledge(args) => answer::acknowledge(global, &args),
        Action::Answer(args) => answer::answer(global, &args),
        Action::Record(args) => answer::record(global, &args),
        Action::Outcome(args) => say::outcome(global, &args),
    }
}
