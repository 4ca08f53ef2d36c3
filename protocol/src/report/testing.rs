//! Reports for tests: a realistic one of each variant, and arbitrary ones.

use std::collections::BTreeSet;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::area::{Area, AreaCode};
use super::attachment::Attachment;
use super::code::{Code, CodeSet};
use super::codes::*;
use super::period::{HalfYear, Period};
use super::schema::{Cause, Coded, Evidence, Extent, FormId, Proposal, Report, TargetGroup};
use crate::id::AttachmentHash;

/// Holds a code set to what is asked of each: keys and labels that tell codes apart, and a reader that reads what is written.
pub(crate) fn is_sound<T: CodeSet + Serialize + DeserializeOwned>() {
    let keys: BTreeSet<_> = T::all().iter().map(|code| code.key()).collect();
    assert_eq!(keys.len(), T::all().len(), "keys are unique");
    for &code in T::all() {
        assert_eq!(T::from_key(code.key()), Some(code));
        let json = serde_json::to_string(&code).unwrap();
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), code);
        assert!(Language::all().iter().all(|&language| !code.label(language).is_empty()));
    }
    for language in [Language::Fi, Language::Sv, Language::En] {
        let labels: BTreeSet<_> = T::all().iter().map(|code| code.label(language)).collect();
        assert_eq!(labels.len(), T::all().len(), "labels are unique in {language}");
    }
}

/// A report that passes every check of its variant.
pub(crate) fn sample(variant: Variant) -> Report {
    let resident = variant == Variant::Resident;
    let ngo = variant == Variant::Ngo;
    let mut report = Report {
        title: "Vuokravelka johtaa häätöön ennen kuin apu ehtii".into(),
        kind: Some(Kind::Phenomenon.into()),
        valence: Some(Valence::Negative.into()),
        description: "Häädöistä kuullaan vasta, kun päätös on jo tehty; vuokranantajan ilmoitus ei tavoita ketään."
            .into(),
        support_need: vec![SupportNeed::Housing.into(), SupportNeed::Finances.into()],
        target_group: vec![TargetGroup { group: Group::Unemployed.into(), age: AgeBand::Adult.into() }],
        extent: Some(Extent { spread: Spread::Many.into(), trend: Some(Trend::Growing.into()) }),
        area: vec![Area::new(AreaScheme::Municipality, "564").unwrap()],
        sector: vec![Sector::Housing.into(), Sector::Kela.into()],
        done_so_far: Some("Talousneuvonta on jalkautunut kahteen taloyhtiöön.".into()),
        effect: Some(Effect::Hinders.into()),
        proposal: vec![Proposal {
            text: "Vuokranantaja ilmoittaa häätöuhasta; neuvonta ottaa yhteyttä viikossa.".into(),
            addressee: "Kunnan vuokrataloyhtiö".into(),
            level: Some(Level::Municipality.into()),
        }],
        evidence: vec![Evidence {
            code: EvidenceCode::Statistic.into(),
            text: Some("Häätöjen määrä kasvoi.".into()),
            link: Some("https://example.org/tilasto".into()),
        }],
        observed_period: "2026-05".parse().ok(),
        author_role: Some(AuthorRole::SocialWorker.into()),
        want_feedback: true,
        language: Some(Language::Fi.into()),
        variant: variant.into(),
        ..Report::default()
    };
    if !resident {
        report.service_task = vec![ServiceTask::WorkingAge.into()];
        report.affected_estimate = Some(AffectedEstimate::UpTo99.into());
        report.level = Some(Level::Municipality.into());
        report.cause = Some(Cause { code: CauseCode::Cooperation.into(), text: None });
        report.client_involved = Some(ClientInvolved::Heard.into());
    }
    if ngo {
        report.org_activity = Some("Asumisneuvonta".into());
        report.funding_dependency = Some(false);
        report.seen_through = Some(SeenThrough::MeetingPlace.into());
    }
    report
}

/// A text that holds what CSV, spreadsheets and lists in a cell trip over; marked with "¤" so that it can be looked for.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let nasty = proptest::sample::select(vec![
        "; ", ";", ":", "|", "\"", "'", "=", "-", "@", "\n", "\r\n", "\t", ",", " ", "ä😀", "1-4",
    ]);
    (vec(nasty, 0..6), "\\PC{0,8}", any::<bool>()).prop_map(|(parts, tail, first)| {
        let parts = parts.concat();
        if first { format!("¤{parts}{tail}") } else { format!("{parts}¤{tail}{parts}") }
    })
}

/// A code of the set, now and then one it does not have.
fn code<T: CodeSet>() -> impl Strategy<Value = Code<T>> {
    prop_oneof![
        9 => proptest::sample::select(T::all()).prop_map(Code::from),
        1 => text().prop_map(|key| Code::from_key(&key)),
    ]
}

fn area() -> impl Strategy<Value = Area> {
    (code(), any::<u16>(), prop_oneof![Just("564".to_owned()), text()]).prop_map(|(scheme, year, code)| Area {
        scheme,
        year,
        code: AreaCode::from(code.as_str()),
    })
}

fn attachment() -> impl Strategy<Value = Attachment> {
    let number = || option::of(any::<u32>());
    (any::<[u8; 32]>(), code(), any::<u32>(), number(), number(), number(), option::of(text())).prop_map(
        |(hash, kind, bytes, width, height, pages, caption)| Attachment {
            hash: AttachmentHash::from_bytes(hash),
            kind,
            bytes,
            width,
            height,
            pages,
            caption,
        },
    )
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1900u16..2200, 1u8..=12).prop_map(|(year, month)| Period::from_month(year, month).unwrap()),
        (1900u16..2200, 1u8..=2).prop_map(|(year, half)| HalfYear::new(year, half).unwrap().into()),
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Any report, sensible or not.
pub(crate) fn report() -> impl Strategy<Value = Report> {
    let subject = (
        (prop_oneof![Just(String::new()), text()], option::of(code()), option::of(code()), text()),
        (vec(code(), 0..4), vec(code(), 0..4)),
        vec(
            (text(), text(), option::of(text())).prop_map(|(system, code, display)| Coded { system, code, display }),
            0..3,
        ),
        vec((code(), code()).prop_map(|(group, age)| TargetGroup { group, age }), 0..3),
        option::of((code(), option::of(code())).prop_map(|(spread, trend)| Extent { spread, trend })),
        (option::of(code()), vec(area(), 0..3), option::of(code()), vec(code(), 0..4)),
    );
    let proposal = (text(), prop_oneof![Just(String::new()), text()], option::of(code()))
        .prop_map(|(text, addressee, level)| Proposal { text, addressee, level });
    let evidence =
        (code(), option::of(text()), option::of(text())).prop_map(|(code, text, link)| Evidence { code, text, link });
    let action = (
        option::of((code(), option::of(text())).prop_map(|(code, text)| Cause { code, text })),
        (option::of(text()), option::of(code()), option::of(code()), option::of(text())),
        (vec(proposal, 0..8), option::of(text()), vec(evidence, 0..8), vec(attachment(), 0..3)),
    );
    let background = (
        (option::of(code()), option::of(period()), option::of(code()), any::<bool>(), option::of(code())),
        (code(), prop_oneof![Just(FormId::default()), text().prop_map(FormId)]),
        (option::of(text()), option::of(any::<bool>()), option::of(code())),
        (option::of(text()), option::of(code()), option::of(text()), option::of(code())),
        btree_map(text(), json_value(), 0..3),
    );
    (subject, action, background).prop_map(|(subject, action, background)| {
        let ((title, kind, valence, description), (support_need, service_task), service, target_group, extent, place) =
            subject;
        let (affected_estimate, area, level, sector) = place;
        let (cause, (done_so_far, effect, need_met, would_have_helped), acting) = action;
        let (proposal, proposal_together, evidence, attachment) = acting;
        let (
            (client_involved, observed_period, author_role, want_feedback, language),
            (variant, form),
            ngo,
            tried,
            other,
        ) = background;
        let (org_activity, funding_dependency, seen_through) = ngo;
        let (aim, aim_reached, unforeseen_effects, continuation) = tried;
        Report {
            title,
            kind,
            valence,
            description,
            support_need,
            service_task,
            service,
            target_group,
            extent,
            affected_estimate,
            area,
            level,
            sector,
            cause,
            done_so_far,
            need_met,
            would_have_helped,
            effect,
            proposal,
            proposal_together,
            evidence,
            attachment,
            client_involved,
            observed_period,
            author_role,
            want_feedback,
            language,
            variant,
            form,
            org_activity,
            funding_dependency,
            seen_through,
            aim,
            aim_reached,
            unforeseen_effects,
            continuation,
            other,
        }
    })
}

/// A root map with arbitrary values under known and unknown names.
pub(crate) fn wild_fields() -> impl Strategy<Value = Map<String, Value>> {
    let field = prop_oneof![proptest::sample::select(Report::FIELDS).prop_map(str::to_owned), text()];
    let value = prop_oneof![json_value(), Just(json!([{}])), Just(Value::Null), Just(json!(["2"]))];
    vec((field, value), 0..12).prop_map(|fields| fields.into_iter().collect())
}
