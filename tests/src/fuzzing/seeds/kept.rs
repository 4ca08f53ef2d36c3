//! Small files of an installation, and what strangers send: sound ones, and such as an attacker or a failing disk would make.

use serde_json::{Value, json};

use super::Basket;
use crate::fuzzing::kept::SLIP;
use crate::fuzzing::strangers::CODE;
use crate::vectors::{Vector, valid};

/// Puts all of them.
pub(super) fn put(basket: &mut Basket) {
    files(basket);
    lists(basket);
    submissions(basket);
    scripts(basket);
    forms(basket);
}

/// Each as it is, cut short, and of another form.
fn three(basket: &mut Basket, target: &'static str, before: &[u8], name: &str, value: &Value) {
    let whole = [before, value.to_string().as_bytes()].concat();
    basket.put(target, &format!("{name} cut"), whole[..whole.len() * 2 / 3].to_vec());
    basket.put(target, &format!("{name} in a list"), [before, b"[", &whole[before.len()..], b"]"].concat());
    basket.put(target, name, whole);
}

fn files(basket: &mut Basket) {
    let open = json!({ "expires": 1_795_472_844_409_u64, "brought": null });
    let brought = json!({ "expires": 1_795_472_844_409_u64, "brought": ["01".repeat(32), "02".repeat(32)] });
    let codes =
        json!({ "53".repeat(32): open, "54".repeat(32): brought, "55".repeat(32): { "expires": 1, "brought": null } });
    three(basket, "enrolments", &[], "codes", &codes);
    let digits = "ab".repeat(32);
    let prefill = |opened: bool, fields: Value| json!({ "made": 1_794_900_000_000_u64, "maker": digits, "key": null, "body": digits, "opened": opened, "fields": fields });
    three(basket, "prefills", &[], "waits", &prefill(false, json!({ "title": "Jono", "support_need": [2, 3] })));
    three(basket, "prefills", &[], "taken", &prefill(true, Value::Null));
    let mut old = prefill(true, json!({ "title": "Jono" }));
    old["made"] = json!(1_790_000_000_000_u64);
    three(basket, "prefills", &[], "old", &old);
    let words = json!({ "text": "Bussi ei kulje.", "valence": "negative", "place": "638", "group": "young", "proposal": "Vuoro lisää." });
    let slip = |fate: Value, words: Value| {
        json!({ "id": SLIP, "received": "2026-11-02", "language": "fi", "campaign": "0A1B2C3D", "code": digits,
            "heap": "Iltavuorot", "words": words, "fate": fate })
    };
    three(basket, "slips", &[], "waits", &slip(json!("waiting"), words.clone()));
    let aside = json!({ "set_aside": { "reason": "known", "words": "Kirjattu jo.", "on": "2026-11-03" } });
    three(basket, "slips", &[], "set aside", &slip(aside, words));
    let published = json!({ "published": { "document": "07".repeat(32), "on": "2026-11-03" } });
    three(basket, "slips", &[], "published", &slip(published, Value::Null));
}

fn lists(basket: &mut Basket) {
    let token = json!([{ "name": "statistics", "hash": "0c".repeat(32), "access": ["read", "submit"], "made": 1, "expires": 9 }]);
    three(basket, "list", &[0], "tokens", &token);
    three(basket, "list", &[1], "peers", &json!(["/ip4/127.0.0.1/tcp/40827", "node.example:7474"]));
    let text = json!({ "fi": "Mikä pännii?", "sv": "", "en": "" });
    let campaign = json!([{ "code": "0A1B2C3D", "name": text, "question": text, "municipality": "638", "from": "2026-11-02", "to": "2026-11-04" }]);
    three(basket, "list", &[2], "campaigns", &campaign);
}

fn submissions(basket: &mut Basket) {
    let coded = json!({ "system": "talkoot/kind", "code": "phenomenon", "display": "Ilmiö" });
    let good =
        json!({ "title": "Nuorten asuntojono", "description": "Jono kasvaa.", "kind": coded, "support_need": [2] });
    let uuid = "idempotency-key: \"8e03978e-40d5-43dd-bc93-6894a57f9324\"\nuser-agent: desk/1\n\n";
    basket.put("submission", "good", format!("\n{uuid}{good}").into());
    basket.put("submission", "no key", format!("\n\n{good}").into());
    for (name, before) in [
        ("query", format!("client={CODE}\n{uuid}")),
        ("query in percents", format!("client={}\n{uuid}", CODE.replace('-', "%2D"))),
        ("key", format!("\nidempotency-key: {CODE}\n\n")),
        ("two keys", "\nidempotency-key: a\nidempotency-key: b\n\n".to_owned()),
        ("odd key", "\nidempotency-key: \"\n\n".to_owned()),
        ("head", format!("\nx-client: {CODE}\n\n")),
        ("name in the head", format!("\nx-{CODE}: 1\n\n")),
    ] {
        basket.put("submission", name, format!("{before}{good}").into());
    }
    for (name, body) in [
        ("in a text", json!({ "title": format!("Asiakas {CODE}") })),
        ("in a name", json!({ CODE: 1 })),
        ("deep", json!({ "proposal": [{}, { "text": CODE }] })),
        ("unknown field", json!({ "client": "x" })),
        ("no field", json!({})),
        ("a list", json!([1])),
    ] {
        basket.put("submission", name, format!("\n\n{body}").into());
    }
    basket.put("submission", "very deep", format!("\n\n{}", "[".repeat(4_000)).into());
}

fn scripts(basket: &mut Basket) {
    let digits = "ab".repeat(32);
    let shown = json!({ "challenge": digits, "certificate": digits, "signature": "cd".repeat(64) });
    let fields = json!({ "title": "Jono", "area": [{ "scheme": "municipality", "year": 2026, "code": "491" }] });
    let draft = json!({ "kind": "report", "fields": fields });
    let wanted =
        |writing: Value| json!({ "writing": writing, "claimed": 1, "salt": "00".repeat(16), "confirmed": true });
    let begin = json!({ "does": "begin", "kind": "report", "scope": "network", "fields": fields });
    let change = json!({ "does": "change", "document": digits, "edits": { "title": "Jonot", "other": null } });
    let brought = json!({ "id": digits, "key": digits, "proof": digits });
    three(basket, "script", &[0], "session", &shown);
    three(basket, "script", &[1], "draft", &draft);
    three(basket, "script", &[2], "begin", &wanted(begin));
    three(basket, "script", &[2], "change", &wanted(change));
    three(basket, "script", &[4], "enrolment", &brought);
    let short = |vector: &&Vector| vector.change.len() < 3_000;
    for (at, vector) in valid().vectors.iter().filter(short).take(4).enumerate() {
        basket.put(
            "script",
            &format!("signed {at}"),
            [b"\x03", json!({ "change": vector.change }).to_string().as_bytes()].concat(),
        );
    }
    basket.put("script", "no digits", b"\x03{\"change\":\"+a\xc3\xa4\"}".to_vec());
}

fn forms(basket: &mut Basket) {
    let seed = "0123456789abcdef0123456789abcdef";
    let good = format!(
        "seed={seed}&text=Bussi+ei%0D%0Akulje.&valence=negative&place=638&group=young&proposal=Vuoro&follow=yes&website="
    );
    basket.put("resident", "trapped", format!("{good}x").into());
    basket.put("resident", "an identifier", format!("text=Tunnus+{CODE}&confirm=yes").into());
    basket.put("resident", "a doubt", b"text=Matti+Virtanen+ei+saanut+aikaa.&confirm=yes".to_vec());
    basket.put("resident", "odd bytes", b"text=%ff%00%E2%80%AE%0B&text=b&place=999&seed=zz&group=%20".to_vec());
    basket.put("resident", "long", format!("text={}", "%C3%A4".repeat(1_000)).into());
    basket.put("resident", "good", good.into());
}
