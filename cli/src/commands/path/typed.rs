//! From texts to a path that may be signed: what was typed as options, answered to questions or read from a table are the same cells.

use std::str::FromStr as _;

use talkoot_protocol::report::area::Area;
use talkoot_protocol::report::code::{Code, CodeSet};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::period::Period;
use talkoot_protocol::report::schema::TargetGroup;
use talkoot_protocol::service_path::{ServicePath, ServiceType, Step, check};

use super::names::Names;
use crate::commands::report::fields;
use crate::error::{Error, Result};

/// Words for yes in the three languages.
const YES: [&str; 5] = ["yes", "kyllä", "ja", "x", "1"];
/// Words for no.
const NO: [&str; 5] = ["no", "ei", "nej", "0", ""];

/// A step as texts; empty where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StepCells {
    pub(super) service: String,
    pub(super) actor: String,
    pub(super) ended: String,
    pub(super) wait: String,
    pub(super) alongside: String,
    pub(super) shared_goal: String,
}

/// A path as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PathCells {
    pub(super) steps: Vec<StepCells>,
    pub(super) outcome: String,
    pub(super) area: String,
    pub(super) period: String,
    /// Divided by semicolons.
    pub(super) support_need: String,
    pub(super) group: String,
    pub(super) age: String,
}

impl StepCells {
    /// Reads `[+]SERVICE,ACTOR,END[,WAIT][,goal=yes|no|unknown]`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (alongside, rest) = text.trim().strip_prefix('+').map_or(("", text.trim()), |rest| ("yes", rest));
        let mut parts = rest.split(',').map(str::trim);
        let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let (service, actor, ended) = (next(), next(), next());
        let (Some(service), Some(actor), Some(ended)) = (service, actor, ended) else {
            return Err(Error::refused(format!("{text:?} is no step"))
                .hint("A step is SERVICE,ACTOR,END: --step food_aid,parish,received. See: talkoot path codes"));
        };
        let mut step = Self { service, actor, ended, alongside: alongside.to_owned(), ..Self::default() };
        for part in parts {
            match part.strip_prefix("goal=") {
                Some(goal) => goal.clone_into(&mut step.shared_goal),
                None => part.clone_into(&mut step.wait),
            }
        }
        Ok(step)
    }

    fn read(&self, number: usize, faults: &mut Vec<String>) -> Step {
        let alongside = self.alongside.trim().to_lowercase();
        if !YES.contains(&alongside.as_str()) && !NO.contains(&alongside.as_str()) {
            faults.push(format!("step {number}, alongside: say yes or no"));
        }
        Step {
            service: service(&self.service),
            actor: code(&self.actor),
            ended: code(&self.ended),
            wait: maybe(&self.wait),
            alongside: YES.contains(&alongside.as_str()),
            shared_goal: maybe(&self.shared_goal),
        }
    }
}

impl PathCells {
    /// Returns the path, or everything that keeps it from being signed.
    pub(super) fn read(&self, names: &Names) -> std::result::Result<ServicePath, Vec<String>> {
        let mut faults = Vec::new();
        let steps = (1..).zip(&self.steps).map(|(number, step)| step.read(number, &mut faults)).collect();
        let period = self.period.trim();
        let half_year = match Period::from_str(period) {
            Ok(period) => Some(period.half_year()),
            Err(_) if period.is_empty() => None,
            Err(error) => {
                faults.push(format!("half_year: {error}"));
                None
            }
        };
        let area = area(self.area.trim());
        if area.is_none() && !self.area.trim().is_empty() {
            faults.push(
                "area: no municipality or county is called so; 'talkoot report codes area' lists them".to_owned(),
            );
        }
        let needs = self.support_need.split(';').map(str::trim).filter(|need| !need.is_empty());
        let path = ServicePath {
            steps,
            outcome: code(&self.outcome),
            area,
            half_year,
            support_need: needs.map(code).collect(),
            target_group: self.target_group(),
        };
        // What could not be read is named once.
        let known =
            check(&path, |system, code| names.is_listed(system, code)).into_iter().map(|fault| fault.to_string());
        let told = |fault: &String| {
            ["half_year", "area"]
                .iter()
                .any(|field| *fault == format!("say the {field}") && faults.iter().any(|told| told.starts_with(field)))
        };
        let more: Vec<String> = known.filter(|fault| !told(fault)).collect();
        faults.extend(more);
        if faults.is_empty() { Ok(path) } else { Err(faults) }
    }

    fn target_group(&self) -> Option<TargetGroup> {
        let (group, age) = (self.group.trim(), self.age.trim());
        let or = |text: &str, all: &str| if text.is_empty() { all.to_owned() } else { text.to_owned() };
        (!group.is_empty() || !age.is_empty())
            .then(|| TargetGroup { group: code(&or(group, "everyone")), age: code(&or(age, "all")) })
    }
}

/// Refuses a path with everything that has to be mended.
pub(super) fn refuse(faults: &[String]) -> Error {
    let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
    Error::refused(format!("the path cannot be signed yet:\n{}", lines.join("\n")))
        .hint("Nothing was signed or stored. Codes are listed by: talkoot path codes")
}

/// Reads a code by its key, or by its name in any language.
fn code<T: CodeSet>(text: &str) -> Code<T> {
    let (text, lower) = (text.trim(), text.trim().to_lowercase());
    let named = |code: &&T| Language::all().iter().any(|language| code.label(*language).to_lowercase() == lower);
    let by_name = || T::all().iter().find(named).copied();
    T::from_key(text).or_else(by_name).map_or_else(|| Code::from_key(text), Code::from)
}

fn maybe<T: CodeSet>(text: &str) -> Option<Code<T>> {
    (!text.trim().is_empty()).then(|| code(text))
}

fn service(text: &str) -> ServiceType {
    match ServiceType::from_key(text.trim()) {
        ServiceType::Local(_) => ServiceType::Local(code(text)),
        listed => listed,
    }
}

/// Reads an area by its name or code, as reports take it.
fn area(text: &str) -> Option<Area> {
    let named = fields::area(text);
    let mut parts = named.splitn(3, ':');
    let (scheme, year, code) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Area { scheme: Code::from_key(scheme), year: year.parse().ok()?, code: code.into() })
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::service_path::codes::{ServiceCode, SharedGoal, StepEnd};

    use super::*;

    fn names() -> Names {
        Names::without_lists(Language::En)
    }

    fn cells(steps: &[&str]) -> PathCells {
        PathCells {
            steps: steps.iter().map(|step| StepCells::parse(step).unwrap()).collect(),
            outcome: "left_without".into(),
            area: "Mikkeli".into(),
            period: "2026-05".into(),
            support_need: "3; 2".into(),
            group: "young".into(),
            age: String::new(),
        }
    }

    #[test]
    fn steps_are_typed_by_code_or_by_name() {
        let path =
            cells(&["Ruoka-apu,parish,waited,3-5", "+social_work, County social services, Sai palvelun, goal=no"]);
        let path = path.read(&names()).unwrap();
        assert_eq!(path.steps[0].service, ServiceType::Local(ServiceCode::FoodAid.into()));
        assert_eq!(path.steps[1].ended, StepEnd::Received);
        assert_eq!((path.steps[1].alongside, path.steps[1].shared_goal.clone()), (true, Some(SharedGoal::No.into())));
        assert_eq!(path.half_year.map(|half_year| half_year.to_string()).as_deref(), Some("2026-H1"));
        assert_eq!(path.area.map(|area| area.to_string()).as_deref(), Some("municipality:2026:491"));
    }

    #[test]
    fn everything_that_is_wrong_is_named_once() {
        let mut wrong = cells(&["soup,parish,received"]);
        (wrong.area, wrong.period, wrong.steps[0].alongside) = ("Kuu".into(), "last year".into(), "maybe".into());
        let faults = wrong.read(&names()).unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(StepCells::parse("food_aid").is_err());
        assert!(cells(&["urn:oid:1.2|7,parish,received"]).read(&names()).is_err(), "the list is not loaded");
    }
}
