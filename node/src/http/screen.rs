//! Looks for identifiers of people in everything that a submission brings: headers, address, and each text and name of the body, known
//! or not. What is found is named by its place and its rule; the text is repeated in no answer, kept nowhere and never logged.

use axum::http::HeaderMap;
use serde_json::Value;
use talkoot_protocol::scan::{Action, Finding, Rule, frozen_v1, scan};

use super::problem::Problem;

/// Headers that programs fill in by themselves, and that names of products, hosts and languages stand in: only what is certainly an
/// identifier is refused there. A token is looked at by nobody but the list of tokens.
const OWN_OF_PROGRAMS: [&str; 22] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "origin",
    "pragma",
    "referer",
    "te",
    "traceparent",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-forwarded-for",
];
/// Header that is never looked at: the token.
const TOKEN: &str = "authorization";
/// Longest part of a place that is shown, in bytes.
const NAME_BYTES_MAX: usize = 40;
/// What stands for a name that is not shown.
const UNNAMED: &str = "*";

/// Looks at the headers.
pub(super) fn headers(headers: &HeaderMap) -> Result<(), Problem> {
    for (name, value) in headers.iter().filter(|(name, _)| name.as_str() != TOKEN) {
        let value = String::from_utf8_lossy(value.as_bytes());
        if OWN_OF_PROGRAMS.contains(&name.as_str()) {
            frozen_v1(&value).map_or(Ok(()), |rule| Err(found(rule).at(name.as_str())))?;
        } else {
            let place = shown(name.as_str());
            text(place, &value)?;
            text(UNNAMED, name.as_str())?;
        }
    }
    Ok(())
}

/// Looks at what stands behind the question mark of an address, as it is and decoded.
pub(super) fn query(text: &str) -> Result<(), Problem> {
    let refused = |rule: Rule| Err(found(rule).at("query"));
    [objection(text), objection(&decoded(text))].into_iter().flatten().next().map_or(Ok(()), refused)
}

/// Looks at the value of one header.
pub(super) fn text(header: &str, text: &str) -> Result<(), Problem> {
    objection(text).map_or(Ok(()), |rule| Err(found(rule).at(header)))
}

/// Looks at every text and every name of a body. A list of work to do instead of recursion: how deep it nests is the sender's choice.
pub(super) fn body(value: &Value) -> Result<(), Problem> {
    let mut waiting = vec![(String::new(), value)];
    while let Some((place, value)) = waiting.pop() {
        match value {
            Value::String(text) => {
                objection(text).map_or(Ok(()), |rule| Err(found(rule).in_field(&place)))?;
            }
            Value::Array(items) => {
                waiting.extend(items.iter().enumerate().rev().map(|(at, item)| (format!("{place}[{at}]"), item)));
            }
            Value::Object(members) => {
                for (name, member) in members.iter().rev() {
                    let inside = if place.is_empty() { UNNAMED.to_owned() } else { format!("{place}.{UNNAMED}") };
                    objection(name).map_or(Ok(()), |rule| Err(found(rule).in_field(&inside)))?;
                    let dot = if place.is_empty() { "" } else { "." };
                    waiting.push((format!("{place}{dot}{}", shown(name)), member));
                }
            }
            Value::Number(number) => {
                objection(&number.to_string()).map_or(Ok(()), |rule| Err(found(rule).in_field(&place)))?;
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
    Ok(())
}

/// Returns a name as it may be repeated: one that could be a field's.
pub(super) fn shown(name: &str) -> &str {
    let is_plain = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    if is_plain && objection(name).is_none() { name } else { UNNAMED }
}

/// Rules that only warn who writes, since that person sees what is meant. Here a program writes, and numbers of clients and cases are
/// what its own records are full of.
const ALSO_REFUSED: [Rule; 3] = [Rule::CaseNumber, Rule::DocumentNumber, Rule::BirthDate];

/// Returns the gravest rule by which a text may not be taken: one that blocks, one that a person would have to confirm (nobody is there
/// to), or one of [`ALSO_REFUSED`].
fn objection(text: &str) -> Option<Rule> {
    let is_random = is_random(text);
    let refused = |finding: &Finding| match finding.action {
        Action::Block => true,
        Action::Confirm => !is_random,
        Action::Warn => !is_random && ALSO_REFUSED.contains(&finding.rule),
    };
    scan(text).into_iter().filter(refused).map(|finding| finding.rule).min()
}

/// Hexadecimal digits and hyphens only, and many of them: a random name, in which chance makes what looks like other numbers.
fn is_random(text: &str) -> bool {
    let digits = text.trim_matches('"').bytes();
    let is_hex = digits.clone().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_hex && text.len() >= 32 && digits.filter(u8::is_ascii_alphabetic).count() >= 4
}

fn found(rule: Rule) -> Problem {
    let detail = format!("There seems to be {rule}. Nothing was kept or logged. Take it out and send again.");
    Problem::of("identifier_found", detail).by_rule(rule)
}

/// Undoes percent signs, one layer; what is no text then is passed over.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1).zip(digit(at + 2))) {
            (b'%', Some((high, low))) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (b'+', _) => {
                out.push(b' ');
                at += 1;
            }
            (byte, _) => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn told(problem: Result<(), Problem>) -> (String, String) {
        let problem = serde_json::to_value(problem.unwrap_err()).unwrap();
        assert!(!problem.to_string().contains("131052"), "{problem}");
        let place = problem.get("field").or(problem.get("parameter")).unwrap();
        (place.as_str().unwrap().to_owned(), problem["rule"].as_str().unwrap().to_owned())
    }

    fn is(place: &str) -> (String, String) {
        (place.to_owned(), "personal_identity_code".to_owned())
    }

    #[test]
    fn every_place_of_a_body_is_looked_at() {
        let code = "131052-308T";
        for (value, place) in [
            (json!({"title": format!("Asiakas {code}")}), "title"),
            (json!({"proposal": [{}, {"text": code}]}), "proposal[1].text"),
            (json!({"mood": {"a": [code]}}), "mood.a[0]"),
            (json!({code: 1}), "*"),
            (json!({"title": {code: 1}}), "title.*"),
            (json!({"Asiakkaan nimi": code}), "*"),
            (json!({"kind": {"system": "talkoot/kind", "code": "phenomenon", "display": code}}), "kind.display"),
        ] {
            assert_eq!(told(body(&value)), is(place), "{value}");
        }
        body(&json!({"title": "Nuoret jonottavat asuntoa kuukausia", "support_need": [2, 11]})).unwrap();
        assert_eq!(told(body(&json!({"description": "Hänen asiakasnumero on 987654."}))).1, "case_number");
        assert!(body(&json!({"description": "Asiakas Matti Virtanen ei saanut aikaa."})).is_err());
    }

    #[test]
    fn headers_and_addresses_are_looked_at() {
        let one = |name: &'static str, value: &str| {
            headers(&HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())]))
        };
        assert_eq!(told(one("user-agent", "desk 131052-308T")), is("user-agent"));
        assert_eq!(told(one("x-client", "131052-308T")), is("x-client"));
        assert_eq!(told(one("x-131052-308t", "1")).0, "*");
        one("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0")
            .unwrap();
        one("authorization", "Bearer 131052-308T").unwrap();
        one("host", "talkoot.example.org:8474").unwrap();
        assert_eq!(told(query("client=131052-308T")), is("query"));
        assert_eq!(told(query("client=131052%2D308T")), is("query"));
        query("prefill=1").unwrap();
    }

    #[test]
    fn random_names_are_no_identifiers() {
        let mut state = 7_u64;
        for _ in 0..2_000 {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                state >> 32
            };
            let uuid = format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:04x}{:08x}",
                next(),
                next() & 0xffff,
                next() & 0xfff,
                next() & 0xfff,
                next() & 0xffff,
                next()
            );
            text("idempotency-key", &uuid).unwrap_or_else(|problem| panic!("{uuid}: {problem:?}"));
        }
    }
}
