use proptest::prelude::*;
use serde_json::json;

use super::error::Wrong;
use super::*;
use crate::document::{self, read_first};
use crate::key::SecretKey;
use crate::report::Report;
use crate::scan;

fn parsed(change: impl Fn(&mut Value)) -> Result<Form, Error> {
    let mut json: Value = serde_json::from_str(BUILT_IN).unwrap();
    change(&mut json);
    Form::parse(json.to_string().as_bytes())
}

fn wrongs(change: impl Fn(&mut Value)) -> Vec<(String, Wrong)> {
    match parsed(change) {
        Err(Error::Unsound(faults)) => faults.into_iter().map(|fault| (fault.place, fault.wrong)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_built_in_form_is_whole_in_three_languages() {
    let form = Form::built_in();
    let ids: Vec<_> = form.fields.iter().map(|field| field.id.as_str()).collect();
    assert_eq!(ids, Report::FIELDS);
    for field in &form.fields {
        for texts in [&field.label, &field.help] {
            assert!(texts.all().iter().all(|(_, text)| !text.trim().is_empty()), "{}", field.id);
        }
    }
    for language in [Language::Fi, Language::Sv, Language::En] {
        let labels: std::collections::BTreeSet<_> = ids.iter().map(|id| form.label(id, language)).collect();
        assert_eq!(labels.len(), ids.len(), "labels are unique in {language}");
    }
    assert_eq!(form.form, FormId::default());
    let channels: Vec<_> = form.notice.channels.iter().map(|channel| channel.id.as_str()).collect();
    assert_eq!(channels, notice::CHANNELS);
}

#[test]
fn no_text_of_the_built_in_form_is_taken_for_an_identifier() {
    fn texts(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Value::Object(members) => members.values().for_each(|member| texts(member, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    texts(&Value::Object(Form::built_in().to_fields()), &mut found);
    assert!(found.len() > 200);
    for text in found {
        assert_eq!(scan::frozen_v1(&text), None, "{text}");
    }
}

#[test]
fn layout_and_key_order_do_not_change_the_hash() {
    let form = Form::built_in();
    let again = Form::parse(&form.canonical()).unwrap();
    assert_eq!((&again, again.hash()), (form, form.hash()));
    let mut other = form.clone();
    other.fields[0].help.fi.push('.');
    assert_ne!(other.hash(), form.hash());
    let text = String::from_utf8(form.canonical()).unwrap();
    assert!(text.starts_with(r#"{"code_lists":[{"name":{"en":"#) && !text.contains('\n'));
}

#[test]
fn a_document_carries_it_unharmed() {
    let form = Form::built_in();
    let chunk = document::create(&SecretKey::from_seed(&[7; 32]).public(), &form.to_fields()).unwrap();
    assert_eq!(Form::read(read_first(&chunk).unwrap()).as_ref(), Ok(form));
}

#[test]
fn unknown_and_repeated_keys_are_refused() {
    let strange = parsed(|json| json["mood"] = json!(1));
    assert!(matches!(strange, Err(Error::NotAForm { reason }) if reason.contains("mood")));
    let inner = parsed(|json| json["fields"][0]["needs"]["client"] = json!("optional"));
    assert!(matches!(inner, Err(Error::NotAForm { .. })));
    let yes_no = parsed(|json| {
        json["questions"] = json!([{"id": "local.a", "label": {"fi": "a", "sv": "a", "en": "a"},
            "answer": {"type": "yes_no", "codes": []}, "needs": json["fields"][0]["needs"]}]);
    });
    assert!(matches!(yes_no, Err(Error::NotAForm { .. })), "{yes_no:?}");
    let twice = BUILT_IN.replacen("\"form\":", "\"form\": \"x/1\", \"form\":", 1);
    assert!(matches!(Form::parse(twice.as_bytes()), Err(Error::NotAForm { .. })));
    let long = vec![b' '; FORM_BYTES_MAX + 1];
    assert!(matches!(Form::parse(&long), Err(Error::TooLarge { .. })));
}

#[test]
fn every_fault_is_named_at_its_place() {
    let place = |place: &str| place.to_owned();
    assert_eq!(
        wrongs(|json| json["fields"][3]["help"]["sv"] = json!(" ")),
        [(place("fields[3].help"), Wrong::Untranslated(Language::Sv))]
    );
    assert_eq!(
        wrongs(|json| json["fields"][0]["needs"]["ngo"] = json!("optional")),
        [(place("fields"), Wrong::CoreField("title"))]
    );
    assert_eq!(
        wrongs(|json| {
            json["notice"]["channels"].as_array_mut().unwrap().remove(0);
        }),
        [(place("notice.channels"), Wrong::Channel("emergency"))]
    );
    assert_eq!(
        wrongs(|json| json["notice"]["channels"][0]["link"]["fi"] = json!("javascript:x")),
        [(place("notice.channels[0].link"), Wrong::NotALink)]
    );
    assert_eq!(
        wrongs(|json| json["code_lists"][0]["system"] = json!("urn:oid:1.02")),
        [(place("code_lists[0].system"), Wrong::NotAnOid)]
    );
    assert_eq!(wrongs(|json| json["form"] = json!("Talkoot/report/1")), [(place("form"), Wrong::BadId)]);
    let twice = wrongs(|json| {
        let first = json["fields"][0].clone();
        json["fields"].as_array_mut().unwrap().push(first);
    });
    assert_eq!(twice, [(place(&format!("fields[{}]", Report::FIELDS.len())), Wrong::Twice)]);
    let many = wrongs(|json| {
        let field = json["fields"][20].clone();
        let fields = json["fields"].as_array_mut().unwrap();
        for number in 0..limits::FIELDS_MAX {
            let mut new = field.clone();
            new["id"] = json!(format!("new_{number}"));
            fields.push(new);
        }
    });
    assert_eq!(many, [(place("fields"), Wrong::TooMany { limit: limits::FIELDS_MAX })]);
}

#[test]
fn questions_need_a_local_name_and_something_to_choose() {
    let question = |id: &str, answer: Value| {
        let id = id.to_owned();
        move |json: &mut Value| {
            let needs = json["fields"][0]["needs"].clone();
            let label = json["name"].clone();
            json["questions"] = json!([{"id": id, "label": label, "answer": answer, "needs": needs}]);
        }
    };
    assert!(parsed(question("local.stairs", json!({"type": "yes_no"}))).is_ok());
    for id in ["stairs", "local.", "local.Stairs", "local.a.b", "title"] {
        let found = wrongs(question(id, json!({"type": "text"})));
        assert_eq!(found, [("questions[0].id".to_owned(), Wrong::BadId)], "{id}");
    }
    let system = "urn:oid:1.2.246.537.6.1222";
    for (answer, wrong) in [
        (json!({"type": "choice"}), Wrong::NoCodes),
        (json!({"type": "choice", "system": system}), Wrong::NoCodes),
        (json!({"type": "number", "min": 2, "max": 1}), Wrong::EmptyRange),
    ] {
        assert_eq!(wrongs(question("local.a", answer)), [("questions[0].answer".to_owned(), wrong)]);
    }
}

#[test]
fn forms_have_a_name_and_a_version() {
    for (id, good) in [
        ("etela-savo/report/12", true),
        ("x/1", true),
        ("x", false),
        ("x/0", false),
        ("x/01", false),
        ("x//1", false),
        ("x/1/", false),
        ("x/y", false),
        ("X/1", false),
    ] {
        assert_eq!(parsed(|json| json["form"] = json!(id)).is_ok(), good, "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_json_is_read_or_refused(cut in 0usize..20_000, byte in any::<u8>()) {
        let mut bytes = BUILT_IN.as_bytes().to_vec();
        let at = cut % bytes.len();
        bytes[at] = byte;
        if let Ok(form) = Form::parse(&bytes) {
            prop_assert_eq!(Form::read(form.to_fields()), Ok(form));
        }
        bytes.truncate(at);
        prop_assert!(Form::parse(&bytes).is_err());
    }

    #[test]
    fn typed_answers_fit_or_are_named(text in ".{0,20}", min in -5i64..5) {
        let question: Question = serde_json::from_value(json!({
            "id": "local.a", "label": {}, "answer": {"type": "number", "min": min},
            "needs": {"professional": "optional", "ngo": "optional", "resident": "optional"},
        })).unwrap();
        let value = question.typed(&text);
        let fits = text.trim().parse::<i64>().is_ok_and(|number| number >= min);
        prop_assert_eq!(question.judge(&value, Form::built_in()) == question::Verdict::Good, fits);
    }
}
