//! Lines of expected output, with holes for what differs from run to run.

use std::collections::BTreeMap;

/// Names bound while a transcript is followed, with what they stand for.
pub(super) type Names = BTreeMap<String, String>;

/// Digits of a shortened id.
const SHORT_DIGITS: usize = 10;
/// Digits of a whole id.
const WHOLE_DIGITS: usize = 64;

/// One line of expected output.
#[derive(Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Hole { hole: Hole, name: Option<String> },
}

#[derive(Debug, Clone, Copy)]
enum Hole {
    Short,
    Whole,
    Number,
    Time,
    Rest,
}

impl Hole {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Short,
            "ID" => Self::Whole,
            "port" | "bytes" | "seconds" | "milliseconds" => Self::Number,
            "time" => Self::Time,
            "…" => Self::Rest,
            _ => return None,
        })
    }

    /// Returns how many bytes at the beginning of a text fit; `None`: it does not begin so.
    fn fits(self, text: &str) -> Option<usize> {
        match self {
            Self::Short => hex(text, SHORT_DIGITS),
            // The help texts name an argument so.
            Self::Whole => hex(text, WHOLE_DIGITS).or_else(|| text.starts_with("[ID]").then_some("[ID]".len())),
            Self::Number => number(text),
            Self::Time => time(text),
            Self::Rest => Some(text.len()),
        }
    }
}

impl Pattern {
    /// Reads a line; `[here]` and `$name` are replaced by what they stand for, and brackets of no known name are text.
    pub(super) fn read(line: &str, names: &Names) -> Self {
        let line = replace(line.trim_end(), names);
        let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), line.as_str());
        while let Some((before, after)) = rest.split_once('[') {
            text.push_str(before);
            match bracket(after) {
                Some((part, behind)) => {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(part);
                    rest = behind;
                }
                None => {
                    text.push('[');
                    rest = after;
                }
            }
        }
        parts.push(Part::Text(text + rest));
        Self { parts }
    }

    /// Returns whether a line fits, and binds the names in it. White space at the end of a line does not count.
    pub(super) fn is_met(&self, line: &str, names: &mut Names) -> bool {
        let mut rest = line.trim_end();
        for part in &self.parts {
            match part {
                Part::Text(text) => match rest.strip_prefix(text.as_str()) {
                    Some(after) => rest = after,
                    None => return false,
                },
                Part::Hole { hole, name } => {
                    let Some((found, after)) = hole.fits(rest).map(|end| rest.split_at(end)) else { return false };
                    if let Some(name) = name {
                        names.insert(name.clone(), found.to_owned());
                    }
                    rest = after;
                }
            }
        }
        rest.is_empty()
    }
}

/// Replaces `[here]` and every `$name` by what it stands for; unknown names stay.
pub(super) fn replace(text: &str, names: &Names) -> String {
    let mut replaced = text.to_owned();
    // The longest first, so that $report does not eat the beginning of $reports.
    let mut longest_first: Vec<_> = names.iter().collect();
    longest_first.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, value) in longest_first {
        let written = if name == "here" { "[here]".to_owned() } else { format!("${name}") };
        replaced = replaced.replace(&written, value);
    }
    replaced
}

/// Reads what stands behind an opening bracket.
fn bracket(after: &str) -> Option<(Part, &str)> {
    let (inside, behind) = after.split_once(']')?;
    let (hole, name) = match inside.split_once(':') {
        Some((hole, name)) => (hole, Some(name.to_owned())),
        None => (inside, None),
    };
    Hole::named(hole).map(|hole| (Part::Hole { hole, name }, behind))
}

fn hex(text: &str, digits: usize) -> Option<usize> {
    let found = text.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
    (found == digits).then_some(digits)
}

/// Digits, perhaps with a point and digits behind.
fn number(text: &str) -> Option<usize> {
    let digits = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let whole = digits(0);
    let behind = if text.as_bytes().get(whole) == Some(&b'.') { digits(whole + 1) } else { 0 };
    match (whole, behind) {
        (0, _) => None,
        (_, 0) => Some(whole),
        _ => Some(whole + 1 + behind),
    }
}

/// A moment as it is printed: `2026-01-31 12:00 UTC`.
fn time(text: &str) -> Option<usize> {
    const SHAPE: &[u8] = b"0000-00-00 00:00 UTC";
    let fits = |(byte, shape): (u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape };
    (text.len() >= SHAPE.len() && text.bytes().zip(SHAPE).all(fits)).then_some(SHAPE.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        [("here", "/tmp/x"), ("report", "0123456789")].map(|(name, value)| (name.into(), value.into())).into()
    }

    fn met(pattern: &str, line: &str) -> bool {
        Pattern::read(pattern, &names()).is_met(line, &mut names())
    }

    #[test]
    fn text_is_met_exactly_but_for_white_space_at_the_end() {
        assert!(met("Usage: talkoot [OPTIONS]", "Usage: talkoot [OPTIONS]"));
        assert!(met("", "   ") && met("a  b  ", "a  b"));
        assert!(!met("a  b", "a b") && !met("a", "ab") && !met("ab", "a") && !met("", "a"));
    }

    #[test]
    fn holes_take_what_fits_and_no_more() {
        assert!(met("by [id], [bytes] KiB", "by 00000000ff, 1.25 KiB"));
        assert!(met("[seconds]. Done", "3. Done"));
        assert!(met("[time]  x", "2026-01-31 12:00 UTC  x"));
        assert!(met("a […]", "a b [c] d") && met("a[…]", "a") && !met("a [id]", "a"));
        assert!(met("show [ID]", "show [ID]"));
        assert!(met("[ID] x", &format!("{} x", "ab".repeat(32))));
        for (pattern, line) in [
            ("[id]", "00000000f"),
            ("[id]", "[id]"),
            ("[id]", "00000000ff0"),
            ("[id]", "00000000FF"),
            ("[port]", "x"),
            ("[time]", "2026-01-31 12:00"),
            ("[here]/a", "/tmp/y/a"),
        ] {
            assert!(!met(pattern, line), "{pattern} {line}");
        }
    }

    #[test]
    fn names_are_bound_and_used() {
        let mut names = names();
        assert!(Pattern::read("new [id:other].", &names).is_met("new aaaaaaaaaa.", &mut names));
        assert_eq!(names["other"], "aaaaaaaaaa");
        assert!(Pattern::read("$other in [here], $nobody", &names).is_met("aaaaaaaaaa in /tmp/x, $nobody", &mut names));
    }
}
