//! A path asked step by step: each question with its codes as a numbered list. An empty answer ends the steps.

use std::io::{BufRead, Write};

use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::service_path::STEPS_MAX;
use talkoot_protocol::service_path::codes::{ActorKind, PathOutcome, ServiceCode, SharedGoal, StepEnd, WaitBand};

use super::typed::{PathCells, StepCells};
use crate::error::{Error, Result};

/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 400;

/// Somebody at a terminal.
pub(super) struct Dialogue<'a, R, W> {
    pub(super) from: &'a mut R,
    pub(super) to: &'a mut W,
    pub(super) language: Language,
}

impl<R: BufRead, W: Write> Dialogue<'_, R, W> {
    /// Asks for what is not given yet: steps if there is none, then outcome, place and time.
    pub(super) fn complete(&mut self, cells: &mut PathCells) -> Result<()> {
        if cells.steps.is_empty() {
            self.steps(&mut cells.steps)?;
        }
        if cells.outcome.is_empty() {
            cells.outcome = self.code::<PathOutcome>("How did it end?", false)?;
        }
        if cells.area.is_empty() {
            cells.area = self.text("Where? A municipality or a county, by name or code.")?;
        }
        if cells.period.is_empty() {
            cells.period = self.text("When did it end, or when was it seen? For example 2026-H1.")?;
        }
        Ok(())
    }

    fn steps(&mut self, steps: &mut Vec<StepCells>) -> Result<()> {
        while steps.len() < STEPS_MAX {
            self.say(&format!("Step {}.", steps.len() + 1))?;
            let question = "Which service? An empty answer if there was none any more.";
            let service = self.code::<ServiceCode>(question, true)?;
            if service.is_empty() {
                break;
            }
            let first = steps.is_empty();
            let step = self.step(service, first)?;
            steps.push(step);
        }
        Ok(())
    }

    fn step(&mut self, service: String, first: bool) -> Result<StepCells> {
        let mut step = StepCells { service, ..StepCells::default() };
        step.actor = self.code::<ActorKind>("By whom?", false)?;
        step.ended = self.code::<StepEnd>("How did this step end?", false)?;
        step.wait = self.code::<WaitBand>("How long was the wait? An empty answer if that is not known.", true)?;
        if !first {
            step.alongside = self.text("Did it run beside the step before? yes or no")?;
        }
        if step.alongside.trim().to_lowercase().starts_with(['y', 'k', 'j']) {
            step.alongside = "yes".to_owned();
            step.shared_goal = self.code::<SharedGoal>("Had the two a goal in common?", true)?;
        }
        Ok(step)
    }

    /// Asks for a code, by its number in the list, its key or its name; what is none is found out later.
    fn code<T: CodeSet>(&mut self, question: &str, optional: bool) -> Result<String> {
        self.say(question)?;
        for (number, code) in (1..).zip(T::all()) {
            self.say(&format!("  {number:>2}  {}", code.label(self.language)))?;
        }
        let answer = self.answer()?;
        if answer.is_empty() && !optional {
            return Err(Error::refused("nothing was answered").hint("Nothing was signed or stored."));
        }
        let numbered = answer.parse::<usize>().ok().and_then(|number| T::all().get(number.checked_sub(1)?));
        Ok(numbered.map_or(answer, |code| code.key().to_owned()))
    }

    fn text(&mut self, question: &str) -> Result<String> {
        self.say(question)?;
        self.answer()
    }

    fn say(&mut self, line: &str) -> Result<()> {
        writeln!(self.to, "{line}").map_err(Error::failed)
    }

    fn answer(&mut self) -> Result<String> {
        let mut answer = Vec::new();
        let mut limited = std::io::Read::take(&mut *self.from, ANSWER_BYTES_MAX);
        limited.read_until(b'\n', &mut answer).map_err(Error::failed)?;
        Ok(String::from_utf8_lossy(&answer).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::Names;
    use super::*;

    fn ask(answers: &str) -> Result<PathCells> {
        let (mut from, mut to) = (answers.as_bytes(), Vec::new());
        let mut cells = PathCells::default();
        Dialogue { from: &mut from, to: &mut to, language: Language::Fi }.complete(&mut cells)?;
        Ok(cells)
    }

    #[test]
    fn a_path_is_asked_step_by_step() {
        let answers = "1\nkela\nKäännytettiin pois\n\nruoka-apu\nparish\n1\n2\nkyllä\nno\n\n3\nMikkeli\n2026-H1\n";
        let cells = ask(answers).unwrap();
        let path = cells.read(&Names::without_lists(Language::Fi)).unwrap();
        assert_eq!(path.steps.len(), 2);
        assert_eq!(path.steps[0].service.key(), "basic_social_assistance");
        assert_eq!((path.steps[1].alongside, path.steps[1].wait.as_ref().unwrap().key()), (true, "1-2"));
        assert_eq!(path.outcome, PathOutcome::LeftWithout);
    }

    #[test]
    fn somebody_who_stops_signs_nothing() {
        assert!(ask("1\n").is_err());
        assert!(ask("").is_err());
    }
}
