//! What one path contributes to each question, as keys. Everything that is counted hangs on what stands in the path alone, so that a
//! count is that of the set of paths with a key: what is published of it can be rounded by the set (decision 0033).
//!
//! A key is a list of parts. A part is a service, an actor, or both as `service@actor`; the way ends in a part such as
//! `outcome:left_without`.

use std::collections::BTreeSet;

use super::codes::{Gap, PathOutcome, SharedGoal, StepEnd, WaitBand};
use super::query::{By, Facet, Of};
use super::schema::{ServicePath, Step};
use crate::report::area::Area;
use crate::report::code::Code;
use crate::report::codes::AreaScheme;

/// Stands for what a path does not say.
pub const NOT_SAID: &str = "none";
/// Stands for the whole country, where counties or municipalities are told apart.
pub const WHOLE_COUNTRY: &str = "fi";
/// Stands before an outcome at the end of a flow.
pub const OUTCOME_PREFIX: &str = "outcome:";
/// Stands before a step that runs beside the one before it, in a whole path.
pub(super) const ALONGSIDE_PREFIX: &str = "+";
/// Divides service and actor.
pub(super) const ACTOR_DIVIDER: char = '@';

/// The parts of a key.
pub(super) type Parts = Vec<String>;

/// Returns the keys that a path is counted under, each once.
pub(super) fn keys(path: &ServicePath, by: By, of: Of) -> BTreeSet<Parts> {
    match by {
        By::Flow => flows(path, of),
        By::Overlap => overlaps(path, of),
        By::Gap => gaps(path, of),
        By::LeftWithout => left_without(path, of),
        By::Whole => BTreeSet::from([whole(path, of)]),
    }
}

/// Returns the values a path has on a facet, each once, at least one.
pub(super) fn values(path: &ServicePath, facet: Facet) -> BTreeSet<String> {
    let one = |value: Option<String>| BTreeSet::from([value.unwrap_or_else(|| NOT_SAID.to_owned())]);
    match facet {
        Facet::County => one(path.area.as_ref().and_then(county)),
        Facet::Municipality => one(path.area.as_ref().and_then(municipality)),
        Facet::HalfYear => one(path.half_year.map(|half_year| half_year.to_string())),
        Facet::Theme if path.support_need.is_empty() => one(None),
        Facet::Theme => path.support_need.iter().map(|need| need.key().to_owned()).collect(),
        Facet::Group => one(path.target_group.as_ref().map(|target| target.group.key().to_owned())),
        Facet::Age => one(path.target_group.as_ref().map(|target| target.age.key().to_owned())),
        Facet::Outcome => one(Some(path.outcome.key().to_owned())),
    }
}

fn part(step: &Step, of: Of) -> String {
    match of {
        Of::Service => step.service.key(),
        Of::Actor => step.actor.key().to_owned(),
        Of::Both => format!("{}{ACTOR_DIVIDER}{}", step.service.key(), step.actor.key()),
    }
}

/// Returns the steps in groups: what runs side by side is one group.
fn side_by_side(path: &ServicePath) -> Vec<&[Step]> {
    path.steps.chunk_by(|_, next| next.alongside).collect()
}

/// From each step to each of those that come next, and from the last ones to the outcome.
fn flows(path: &ServicePath, of: Of) -> BTreeSet<Parts> {
    let groups = side_by_side(path);
    let mut flows = BTreeSet::new();
    for (from, to) in groups.iter().zip(groups.iter().skip(1)) {
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| vec![part(from, of), part(to, of)]));
        flows.extend(pairs);
    }
    let last = groups.last().copied().unwrap_or_default();
    flows.extend(last.iter().map(|step| vec![part(step, of), format!("{OUTCOME_PREFIX}{}", path.outcome)]));
    flows
}

/// Two services side by side, and whether they have a goal in common: only without one it is an overlap, and each is told apart.
fn overlaps(path: &ServicePath, of: Of) -> BTreeSet<Parts> {
    let pairs = path.steps.iter().zip(path.steps.iter().skip(1)).filter(|(_, next)| next.alongside);
    pairs
        .map(|(step, next)| {
            let mut parts = vec![part(step, of), part(next, of)];
            parts.sort_unstable();
            parts.push(next.shared_goal.as_ref().map_or(SharedGoal::Unknown.key(), Code::key).to_owned());
            parts
        })
        .collect()
}

/// Steps at which it did not go on, with why.
fn gaps(path: &ServicePath, of: Of) -> BTreeSet<Parts> {
    let ends_nowhere = |step: &Step| step.ended == StepEnd::ReferredOn && path.is_over();
    let mut gaps = BTreeSet::new();
    let mut note = |step: &Step, gap: Gap| gaps.insert(vec![part(step, of), gap.key().to_owned()]);
    for step in &path.steps {
        if step.ended == StepEnd::TurnedAway {
            note(step, Gap::TurnedAway);
        }
        if step.wait.as_ref().and_then(Code::known).is_some_and(WaitBand::is_long) {
            note(step, Gap::LongWait);
        }
    }
    let last = side_by_side(path).last().copied().unwrap_or_default();
    for step in last.iter().filter(|step| ends_nowhere(step)) {
        note(step, Gap::Nowhere);
    }
    gaps
}

/// The service at which a way began that ended without any.
fn left_without(path: &ServicePath, of: Of) -> BTreeSet<Parts> {
    let first = path.steps.first().filter(|_| path.outcome == PathOutcome::LeftWithout);
    first.map(|step| vec![part(step, of)]).into_iter().collect()
}

fn whole(path: &ServicePath, of: Of) -> Parts {
    let part = |step: &Step| {
        let beside = if step.alongside { ALONGSIDE_PREFIX } else { "" };
        format!("{beside}{}", part(step, of))
    };
    path.steps.iter().map(part).collect()
}

fn county(area: &Area) -> Option<String> {
    area.verify().ok()?;
    Some(area.county().map_or_else(|| WHOLE_COUNTRY.to_owned(), |county| county.to_string()))
}

fn municipality(area: &Area) -> Option<String> {
    area.verify().ok()?;
    match area.scheme.known()? {
        AreaScheme::Municipality => Some(area.code.as_str().to_owned()),
        AreaScheme::County => None,
        AreaScheme::Country => Some(WHOLE_COUNTRY.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::{ActorKind, ServiceCode};
    use super::super::testing::{path, step};
    use super::*;

    fn said(keys: BTreeSet<Parts>) -> Vec<String> {
        keys.into_iter().map(|parts| parts.join(" > ")).collect()
    }

    /// Kela, then social work beside food aid, then debt counselling, which refers on.
    fn sample(outcome: PathOutcome) -> ServicePath {
        let mut steps = vec![
            step(ServiceCode::BasicAssistance, ActorKind::Kela),
            step(ServiceCode::SocialWork, ActorKind::CountySocial),
            step(ServiceCode::FoodAid, ActorKind::Parish),
            step(ServiceCode::DebtCounselling, ActorKind::Other),
        ];
        (steps[2].alongside, steps[2].shared_goal) = (true, Some(SharedGoal::No.into()));
        steps[0].ended = StepEnd::TurnedAway.into();
        steps[1].wait = Some(WaitBand::UpTo5.into());
        steps[2].wait = Some(WaitBand::UpTo2.into());
        steps[3].ended = StepEnd::ReferredOn.into();
        path(steps, outcome)
    }

    #[test]
    fn what_runs_side_by_side_flows_side_by_side() {
        assert_eq!(
            said(keys(&sample(PathOutcome::Partly), By::Flow, Of::Service)),
            [
                "basic_social_assistance > food_aid",
                "basic_social_assistance > social_work",
                "debt_counselling > outcome:partly",
                "food_aid > debt_counselling",
                "social_work > debt_counselling",
            ]
        );
        assert_eq!(
            said(keys(&sample(PathOutcome::Partly), By::Whole, Of::Both)),
            ["basic_social_assistance@kela > social_work@county_social > +food_aid@parish > debt_counselling@other"]
        );
    }

    #[test]
    fn overlaps_gaps_and_left_without() {
        let path = sample(PathOutcome::LeftWithout);
        assert_eq!(said(keys(&path, By::Overlap, Of::Service)), ["food_aid > social_work > no"]);
        assert_eq!(said(keys(&path, By::Overlap, Of::Actor)), ["county_social > parish > no"]);
        assert_eq!(
            said(keys(&path, By::Gap, Of::Service)),
            ["basic_social_assistance > turned_away", "debt_counselling > nowhere", "social_work > long_wait"]
        );
        assert_eq!(said(keys(&path, By::LeftWithout, Of::Service)), ["basic_social_assistance"]);
        let ongoing = sample(PathOutcome::Ongoing);
        assert_eq!(keys(&ongoing, By::Gap, Of::Service).len(), 2, "it may still lead somewhere");
        assert!(keys(&ongoing, By::LeftWithout, Of::Service).is_empty());
    }

    #[test]
    fn a_path_has_a_value_on_each_facet() {
        let path = sample(PathOutcome::Helped);
        let of = |facet| said(values(&path, facet).into_iter().map(|value| vec![value]).collect()).join(", ");
        assert_eq!((of(Facet::County), of(Facet::Municipality)), ("12".into(), "491".into()));
        assert_eq!((of(Facet::HalfYear), of(Facet::Theme)), ("2026-H1".into(), "3".into()));
        assert_eq!((of(Facet::Group), of(Facet::Outcome)), ("none".into(), "helped".into()));
        let country = ServicePath { area: Some(Area::country()), ..path };
        assert_eq!(said(values(&country, Facet::County).into_iter().map(|value| vec![value]).collect()), ["fi"]);
    }
}
