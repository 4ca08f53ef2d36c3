//! What a service path must hold before it may be signed. For people who write one; the door asks less ([`super::coded`]), since
//! codes of later versions must pass it.

use super::codes::{PathOutcome, StepEnd};
use super::schema::{STEPS_MAX, ServicePath, ServiceType, Step};
use crate::report::area::{self, Area};
use crate::report::code::{Code, CodeSet};
use crate::report::codes::{AreaScheme, Group};

/// Most needs for support of one path.
pub const NEEDS_MAX: usize = 3;

/// What keeps a path from being signed. Steps are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no step, or there are too many.
    #[error("a path has 1 to {STEPS_MAX} steps, this one {got}")]
    Steps {
        /// How many there are.
        got: usize,
    },
    /// A code that no set has.
    #[error("{}: there is no code {got:?} for it", place(*step, field))]
    UnknownCode {
        /// The step; 0 for the path itself.
        step: usize,
        /// The field.
        field: &'static str,
        /// What was given.
        got: String,
    },
    /// Who was left waiting waited for some time.
    #[error("step {step}: say how long somebody waited")]
    NoWait {
        /// The step.
        step: usize,
    },
    /// The first step runs beside nothing.
    #[error("step 1 has no step before it to run alongside of")]
    AlongsideNothing,
    /// Only what runs beside something can share a goal with it.
    #[error("step {step}: a shared goal is said of a step that runs alongside the one before")]
    GoalAlone {
        /// The step.
        step: usize,
    },
    /// Something that has to be said is not.
    #[error("say the {field}")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// The area is not one of the lists.
    #[error("area: {0}")]
    Area(area::Error),
    /// Too many needs for support.
    #[error("a path names at most {NEEDS_MAX} needs for support, this one {got}")]
    Needs {
        /// How many there are.
        got: usize,
    },
    /// A small place and a narrow group may point at somebody.
    #[error(
        "a municipality together with the group {group:?} may point at somebody: give the county, or the group everyone"
    )]
    Narrow {
        /// The group.
        group: String,
    },
}

fn place(step: usize, field: &str) -> String {
    if step == 0 { field.to_owned() } else { format!("step {step}, {field}") }
}

/// Says what keeps a path from being signed; nothing if it may be. `is_listed` says whether a code of an official list is in the list
/// as loaded here (system, code).
pub fn check(path: &ServicePath, is_listed: impl Fn(&str, &str) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !(1..=STEPS_MAX).contains(&path.steps.len()) {
        faults.push(Fault::Steps { got: path.steps.len() });
    }
    for (number, step) in (1..).zip(&path.steps) {
        check_step(number, step, &is_listed, &mut faults);
    }
    known(0, "outcome", &path.outcome, &mut faults);
    if path.half_year.is_none() {
        faults.push(Fault::Missing { field: "half_year" });
    }
    if path.support_need.len() > NEEDS_MAX {
        faults.push(Fault::Needs { got: path.support_need.len() });
    }
    path.support_need.iter().for_each(|need| known(0, "support_need", need, &mut faults));
    check_area(path, &mut faults);
    faults
}

fn check_step(number: usize, step: &Step, is_listed: &impl Fn(&str, &str) -> bool, faults: &mut Vec<Fault>) {
    match &step.service {
        ServiceType::Local(code) => known(number, "service", code, faults),
        ServiceType::Listed { system, code } if !is_listed(system, code) => {
            faults.push(Fault::UnknownCode { step: number, field: "service", got: step.service.key() });
        }
        ServiceType::Listed { .. } => {}
    }
    known(number, "actor", &step.actor, faults);
    known(number, "ended", &step.ended, faults);
    step.wait.iter().for_each(|wait| known(number, "wait", wait, faults));
    step.shared_goal.iter().for_each(|goal| known(number, "shared_goal", goal, faults));
    if step.ended == StepEnd::Waited && step.wait.is_none() {
        faults.push(Fault::NoWait { step: number });
    }
    if step.alongside && number == 1 {
        faults.push(Fault::AlongsideNothing);
    }
    if step.shared_goal.is_some() && !step.alongside {
        faults.push(Fault::GoalAlone { step: number });
    }
}

fn known<T: CodeSet>(step: usize, field: &'static str, code: &Code<T>, faults: &mut Vec<Fault>) {
    if let Some(got) = code.unknown() {
        faults.push(Fault::UnknownCode { step, field, got: got.chars().take(80).collect() });
    }
}

fn check_area(path: &ServicePath, faults: &mut Vec<Fault>) {
    let Some(area) = &path.area else { return faults.push(Fault::Missing { field: "area" }) };
    if let Err(error) = area.verify() {
        return faults.push(Fault::Area(error));
    }
    let Some(target) = &path.target_group else { return };
    known(0, "target_group", &target.group, faults);
    known(0, "target_group_age", &target.age, faults);
    let narrow = target.group.known().is_some_and(is_narrow);
    if narrow && is_municipality(area) {
        faults.push(Fault::Narrow { group: target.group.key().to_owned() });
    }
}

fn is_municipality(area: &Area) -> bool {
    area.scheme == AreaScheme::Municipality
}

/// Groups that are small in most municipalities.
const fn is_narrow(group: Group) -> bool {
    matches!(group, Group::Roma | Group::Sami | Group::Prisoners | Group::Homeless)
}

impl ServicePath {
    /// Returns whether the path is over, with or without help.
    pub(super) fn is_over(&self) -> bool {
        self.outcome != PathOutcome::Ongoing
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(change: impl FnOnce(&mut serde_json::Value)) -> Vec<String> {
        let mut json = json!({
            "steps": [{"service": "basic_social_assistance", "actor": "kela", "ended": "waited", "wait": "3-5"},
                {"service": "food_aid", "actor": "parish", "ended": "received", "alongside": true, "shared_goal": "no"}],
            "outcome": "partly", "half_year": "2026-H1", "support_need": [3],
            "area": {"scheme": "municipality", "year": 2026, "code": "491"},
            "target_group": {"group": "young", "age": "18-24"},
        });
        change(&mut json);
        let path: ServicePath = serde_json::from_value(json).unwrap();
        check(&path, |system, code| (system, code) == ("urn:x", "1")).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_whole_path_has_no_faults() {
        assert!(faults(|_| {}).is_empty());
        assert!(faults(|json| json["steps"][0]["service"] = json!({"system": "urn:x", "code": "1"})).is_empty());
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        let one = |change: &dyn Fn(&mut serde_json::Value), wanted: &str| {
            let found = faults(change);
            assert!(found.len() == 1 && found[0].contains(wanted), "{wanted}: {found:?}");
        };
        one(&|json| json["steps"][1]["service"] = json!("soup"), "step 2, service");
        one(&|json| json["steps"][1]["service"] = json!({"system": "urn:x", "code": "2"}), "urn:x|2");
        one(&|json| json["steps"][0]["wait"] = json!(null), "how long");
        one(&|json| json["steps"][1]["alongside"] = json!(false), "shared goal");
        one(&|json| json["steps"][0]["alongside"] = json!(true), "step 1 has no step before");
        one(&|json| json["outcome"] = json!("fine"), "outcome");
        one(&|json| json["half_year"] = json!(null), "half_year");
        one(&|json| json["area"] = json!(null), "area");
        one(&|json| json["area"]["code"] = json!("999"), "999");
        one(&|json| json["support_need"] = json!([1, 2, 3, 4]), "at most 3");
        one(&|json| json["target_group"]["group"] = json!("roma"), "may point at somebody");
    }
}
