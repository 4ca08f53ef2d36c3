//! `talkoot proposal acknowledge`, `answer` and `record`.

use talkoot_protocol::date::Date;
use talkoot_protocol::proposal::codes::AnswerCode;
use talkoot_protocol::proposal::words::{Answer, Ask, Decision, Parts, Receipt, Recorded};
use talkoot_protocol::proposal::{State, Word};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::Role;

use super::desk::{self, Day, Signature, To};
use super::labels::code;
use crate::commands::joint::Desk;
use crate::commands::report::organisations::Organisations;
use crate::error::{Error, Result};
use crate::global::Global;

/// What to acknowledge.
#[derive(Debug, clap::Args)]
pub(super) struct AcknowledgeArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    #[command(flatten)]
    day: Day,
}

/// Says that a proposal was read.
pub(super) fn acknowledge(global: &Global, args: &AcknowledgeArgs) -> Result<()> {
    let mut desk = args.signature.desk(global)?;
    let state = addressed(&mut desk, &args.id, args.day.get())?;
    let word = Word::Receipt(Receipt { date: args.day.get(), other: Parts::new() });
    desk::write(global, &mut desk, &state.document, &word)?;
    desk.close()
}

const ANSWER_EXAMPLE: &str = "Example:
  talkoot proposal answer 3fa9c1 --code partly --reason \"Five flats in this year's budget.\" \\
    --decision \"Kunnanhallitus 2026-12-01 § 12\"
  talkoot proposal answer 3fa9c1 --code forwarded --to Kainuu --reason \"Decided by the county.\"

Codes: accepted, partly, forwarded, rejected, in_progress, not_ours. An answer counts if a decision maker of an organisation that is \
asked signs it, and gives a reason. Who it is forwarded to is asked from then on, until the same day. A later answer of yours stands \
before an earlier one; both are shown.

With --json: {\"document\", \"path\"}.";

/// What to answer.
#[derive(Debug, clap::Args)]
#[command(after_help = ANSWER_EXAMPLE)]
pub(super) struct AnswerArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    #[command(flatten)]
    said: Said,
}

const RECORD_EXAMPLE: &str = "Example:
  talkoot proposal record 3fa9c1 --from \"Residents' association\" --code accepted \\
    --reason \"They open their hall on Sundays.\"

Only the organisation that asked writes down answers of others, and only of bodies that it asked by name and that have no node. It is \
shown that the answer was written down.

With --json: {\"document\", \"path\"}.";

/// Which answer to write down.
#[derive(Debug, clap::Args)]
#[command(after_help = RECORD_EXAMPLE)]
pub(super) struct RecordArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    /// The body that answered, as it was named when it was asked.
    #[arg(long, value_name = "TEXT")]
    from: String,
    #[command(flatten)]
    said: Said,
}

/// An answer as typed.
#[derive(Debug, clap::Args)]
struct Said {
    /// The answer: accepted, partly, forwarded, rejected, in_progress or not_ours.
    #[arg(long, value_name = "CODE", value_parser = code::<AnswerCode>)]
    code: AnswerCode,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    to: To,
    /// Where it was decided: body, day and section, such as "Kunnanhallitus 2026-12-01 § 12".
    #[arg(long, value_name = "TEXT")]
    decision: Option<String>,
    /// Where the decision can be read: a link.
    #[arg(long, value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    day: Day,
}

impl Said {
    fn answer(&self, organisations: &Organisations, ask: Option<&Ask>) -> Result<Answer> {
        let decision = self.decision.as_deref().map(read_decision);
        let decision = match (&self.link, decision) {
            (None, decision) => decision,
            (link, decision) => Some(Decision { link: link.clone(), ..decision.unwrap_or_default() }),
        };
        let to = self.to.addressee(organisations)?;
        if to.is_some() && self.code != AnswerCode::Forwarded {
            return Err(Error::refused(format!("{} is not forwarded to anybody", self.code))
                .hint("Use --code forwarded, or leave --to and --body out."));
        }
        Ok(Answer {
            code: self.code.into(),
            reason: self.reason.clone(),
            to,
            decision,
            date: self.day.get(),
            wording: ask.map(Ask::wording),
            other: Parts::new(),
        })
    }
}

/// Answers a proposal.
pub(super) fn answer(global: &Global, args: &AnswerArgs) -> Result<()> {
    let mut desk = args.signature.desk(global)?;
    args.signature.require_role(global, &mut desk, &[Role::DecisionMaker], "answer")?;
    let organisations = Organisations::ask(&mut desk.client)?;
    let state = addressed(&mut desk, &args.id, args.said.day.get())?;
    let answer = args.said.answer(&organisations, state.ask.as_ref())?;
    desk::write(global, &mut desk, &state.document, &Word::Answer(desk::tag()?, Box::new(answer)))?;
    desk.close()
}

/// Writes down an answer of a body without a node.
pub(super) fn record(global: &Global, args: &RecordArgs) -> Result<()> {
    let mut desk = args.signature.desk(global)?;
    let organisations = Organisations::ask(&mut desk.client)?;
    let (state, _) = desk::ask(&mut desk.client, &args.id, args.said.day.get())?;
    if state.owner != desk.organisation() {
        let name = organisations.name(&state.owner, Language::En);
        return Err(Error::refused(format!("the proposal is {name}'s; only they write down answers of others"))
            .hint("Nothing was signed."));
    }
    if !state.addressees.iter().any(|asked| asked.addressee.organisation.is_none()) {
        return Err(Error::refused("nobody without a node is asked; those with one answer themselves")
            .hint("Nothing was signed. To ask a body without a node: talkoot proposal escalate --body TEXT"));
    }
    let answer = args.said.answer(&organisations, state.ask.as_ref())?;
    let recorded = Recorded { from: args.from.clone(), answer };
    desk::write(global, &mut desk, &state.document, &Word::Recorded(desk::tag()?, Box::new(recorded)))?;
    desk.close()
}

/// Asks for a proposal, and refuses whoever is not asked in it.
fn addressed(desk: &mut Desk<'_>, asked: &str, today: Date) -> Result<State> {
    let (state, _) = desk::ask(&mut desk.client, asked, today)?;
    match state.addressed(&desk.organisation()) {
        Some(_) => Ok(state),
        None => Err(Error::refused(format!("your organisation is not asked in proposal {}", state.document.short()))
            .hint("Nothing was signed. To say what came of it: talkoot proposal outcome; that it is right: talkoot proposal support")),
    }
}

/// Reads a decision as people write it: the section after §, the day wherever it stands, the body from the rest.
fn read_decision(text: &str) -> Decision {
    let (before, section) = match text.find('§') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let date = before.split_whitespace().find_map(read_day);
    let body: Vec<&str> = before.split_whitespace().filter(|word| read_day(word).is_none()).collect();
    let given = |text: String| (!text.is_empty()).then_some(text);
    let section = given(section.trim().to_owned());
    Decision { body: given(body.join(" ")), date, section, ..Decision::default() }
}

/// Reads a day as 2026-12-01 or 1.12.2026.
fn read_day(word: &str) -> Option<Date> {
    let word = word.trim_end_matches([',', ';', ':']);
    let in_finnish = || {
        let mut parts = word.split('.').map(str::parse::<u16>);
        let (day, month, year) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    };
    word.parse().ok().or_else(in_finnish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_read_as_people_write_them() {
        let day: Option<Date> = "2026-12-01".parse().ok();
        for text in
            ["Kunnanhallitus 2026-12-01 § 12", "Kunnanhallitus 1.12.2026, § 12", "Kunnanhallitus 01.12.2026 § 12"]
        {
            let decision = read_decision(text);
            assert_eq!(decision.body.as_deref(), Some("Kunnanhallitus"), "{text}");
            assert_eq!((decision.date, decision.section.as_deref()), (day, Some("§ 12")), "{text}");
        }
        let decision = read_decision("Johtoryhmä");
        assert_eq!((decision.body.as_deref(), decision.date, decision.section), (Some("Johtoryhmä"), None, None));
    }
}
