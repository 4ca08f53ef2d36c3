//! E-mail addresses. An address made of two names tells who somebody is; that of a desk does not.

use super::{Action, Finding, Rule};

/// Bytes before the @ (RFC 5321 §4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// Bytes after the @ (RFC 5321 §4.5.3.1.2).
const DOMAIN_BYTES_MAX: usize = 255;

/// Beginnings of words in addresses of desks, and of the placeholders by which organisations explain their addresses.
#[rustfmt::skip] // one word a line otherwise
const DESKS: &[&str] = &[
    "aikuis", "aluehallinto", "asiakas", "asiointi", "contact", "customer", "diakonia", "efternamn", "etunimi", "ekonomi",
    "first", "fornamn", "förnamn", "hallinto", "hello", "help", "hyvinvointi", "ikaihmis", "info", "jarjesto", "kaupun",
    "kehitt", "kirjaamo", "kirjasto", "kunta", "lapsi", "laskut", "last", "lasten", "neuvo", "nuoriso", "office", "palaute",
    "palvelu", "perhe", "posti", "press", "päivyst", "paivyst", "rådgivning", "registr", "rekry", "service", "social",
    "sosiaali", "sote", "sukunimi", "support", "talous", "terveys", "tieto", "toimisto", "tuki", "tyollisyys", "vammais",
    "vanhus", "velkaneuvonta", "viestinta", "yhteys",
];

/// Returns all addresses; those that look like `first.last` are to be blocked.
pub(super) fn addresses(text: &str) -> Vec<Finding> {
    let signs = ["@", "(at)", "[at]", "＠"].into_iter();
    signs.flat_map(|sign| text.match_indices(sign)).filter_map(|(at, sign)| address(text, at, sign)).collect()
}

/// Reads the address around the @, or what stands for it, at byte `at`.
fn address(text: &str, at: usize, sign: &str) -> Option<Finding> {
    let before = text.get(..at)?.char_indices().rev().take_while(|(_, char)| is_local(*char));
    let start = before.map(|(start, _)| start).take_while(|start| at - start <= LOCAL_BYTES_MAX).last()?;
    let local = text.get(start..at)?.trim_start_matches(['.', '-', '_', '\'']);
    let after = text.get(at + sign.len()..)?;
    let length = after.char_indices().find(|(_, char)| !is_domain(*char)).map_or(after.len(), |(end, _)| end);
    let domain = after.get(..length.min(DOMAIN_BYTES_MAX))?.trim_end_matches(['.', '-']);
    if local.is_empty() || !has_top_level(domain) {
        return None;
    }
    let span = at - local.len()..at + sign.len() + domain.len();
    Some(if names_a_person(local) {
        Finding::new(Rule::PersonalEmail, Action::Block, span)
    } else {
        Finding::new(Rule::Email, Action::Warn, span)
    })
}

/// Tells whether a domain has two labels or more and a last one of letters.
fn has_top_level(domain: &str) -> bool {
    domain.rsplit_once('.').is_some_and(|(rest, top)| {
        !rest.is_empty() && !rest.contains("..") && top.chars().count() >= 2 && top.chars().all(char::is_alphabetic)
    })
}

/// Tells whether a local part is made of names: two or three parts of letters, none of them a word of a desk.
fn names_a_person(local: &str) -> bool {
    let local = local.split('+').next().unwrap_or(local).to_lowercase();
    let local = local.trim_end_matches(|char: char| char.is_ascii_digit());
    let parts: Vec<_> = local.split(['.', '_']).collect();
    let is_name = |part: &&str| !part.is_empty() && part.chars().all(|char| char.is_alphabetic() || char == '-');
    (2..=3).contains(&parts.len())
        && parts.iter().all(is_name)
        && parts.last().is_some_and(|last| last.chars().count() >= 2)
        && !parts.iter().any(|part| DESKS.iter().any(|desk| part.starts_with(desk)))
}

/// Tells whether a character may stand before the @.
fn is_local(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '_' | '-' | '+' | '%' | '\'' | '&')
}

/// Tells whether a character may stand after the @.
fn is_domain(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '-')
}
