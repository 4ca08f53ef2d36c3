//! For tests: paths of small worlds, so that cells are crowded and sparse by turns.

use proptest::prelude::*;
use proptest::sample::select;

use super::codes::{ActorKind, PathOutcome, ServiceCode, SharedGoal, StepEnd, WaitBand};
use super::row::Row;
use super::schema::{ServicePath, ServiceType, Step, TargetGroup};
use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::report::area::Area;
use crate::report::code::{Code, CodeSet};
use crate::report::codes::{AgeBand, AreaScheme, Group, SupportNeed};
use crate::report::period::HalfYear;

/// Bytes of an id with this number.
pub(super) fn id(number: u16) -> [u8; 32] {
    let mut bytes = [9; 32];
    bytes[30..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// A path's row: document, organisation and worker by number.
pub(super) fn row(number: u16, organisation: u16, worker: u16, path: ServicePath) -> Row {
    Row {
        document: DocumentId::from_bytes(id(number)),
        organisation: OrganisationId::from_bytes(id(organisation)),
        author: WorkerId::from_bytes(id(worker)),
        path,
    }
}

/// A step that was received.
pub(super) fn step(service: ServiceCode, actor: ActorKind) -> Step {
    Step {
        service: ServiceType::Local(service.into()),
        actor: actor.into(),
        ended: StepEnd::Received.into(),
        wait: None,
        alongside: false,
        shared_goal: None,
    }
}

/// A path of Mikkeli in the first half of 2026.
pub(super) fn path(steps: Vec<Step>, outcome: PathOutcome) -> ServicePath {
    ServicePath {
        steps,
        outcome: outcome.into(),
        area: Area::new(AreaScheme::Municipality, "491").ok(),
        half_year: HalfYear::new(2026, 1),
        support_need: vec![SupportNeed::Finances.into()],
        target_group: None,
    }
}

fn code<T: CodeSet>() -> impl Strategy<Value = Code<T>> {
    prop_oneof![9 => select(T::all()).prop_map(Code::from), 1 => Just(Code::from_key("of_later"))]
}

fn any_service() -> impl Strategy<Value = ServiceType> {
    let listed = (0..300u16).prop_map(|code| ServiceType::from_key(&format!("urn:oid:1.2.246.537.6.1222|{code}")));
    prop_oneof![4 => code().prop_map(ServiceType::Local), 1 => listed]
}

fn any_step() -> impl Strategy<Value = Step> {
    let parts = (
        any_service(),
        code(),
        code(),
        proptest::option::of(code::<WaitBand>()),
        any::<bool>(),
        proptest::option::of(code::<SharedGoal>()),
    );
    parts.prop_map(|(service, actor, ended, wait, alongside, shared_goal)| Step {
        service,
        actor,
        ended,
        wait,
        alongside,
        shared_goal,
    })
}

fn any_area() -> impl Strategy<Value = Area> {
    let named = |scheme: AreaScheme, year, code: &str| Area { scheme: scheme.into(), year, code: code.into() };
    select(vec![
        named(AreaScheme::Municipality, 2026, "491"),
        named(AreaScheme::County, 2026, "12"),
        named(AreaScheme::County, 2019, "1"),
        Area { scheme: Code::from_key("village"), year: 2026, code: "x7".into() },
        Area::country(),
    ])
}

/// Any path that the door takes.
pub(super) fn any_path() -> impl Strategy<Value = ServicePath> {
    let target = (code::<Group>(), code::<AgeBand>()).prop_map(|(group, age)| TargetGroup { group, age });
    let needs = prop_oneof![9 => select(SupportNeed::all()).prop_map(Code::from), 1 => Just(Code::from_key("11"))];
    let half_year = (1900..2200u16, 1..3u8).prop_map(|(year, half)| HalfYear::new(year, half).unwrap());
    let all = (
        proptest::collection::vec(any_step(), 1..=super::STEPS_MAX),
        code(),
        proptest::option::of(any_area()),
        proptest::option::of(half_year),
        proptest::collection::vec(needs, 0..4),
        proptest::option::of(target),
    );
    all.prop_map(|(steps, outcome, area, half_year, support_need, target_group)| ServicePath {
        steps,
        outcome,
        area,
        half_year,
        support_need,
        target_group,
    })
}

/// A row of a world with few organisations and workers.
pub(super) fn any_row() -> impl Strategy<Value = Row> {
    (0..60u16, 0..4u16, 0..6u16, any_path())
        .prop_map(|(number, organisation, worker, path)| row(number, organisation, worker, path))
}
