//! Names of files: words without spaces, joined by underscores, dots, hyphens or capitals, in which a person's name is as much a
//! name in small letters, and an identity code one however it is parted.

use std::ops::Range;

use super::{Action, Finding, Rule, findings, frozen_v1, scan, strongest};

/// Returns every identifier in the name of a file: what [`scan`] finds in it as it stands, and with `_`, `-`, `.` and the borders of
/// camel case read as spaces.
///
/// Shape: as of [`scan`]; spans are those of `name`. What reads as a valid personal identity code, parted or not, is blocked.
pub fn scan_file_name(name: &str) -> Vec<Finding> {
    let mut found = scan(name);
    for camel in [false, true] {
        let spaced = Spaced::read(name, camel);
        found.extend(findings(&spaced.text, true).into_iter().filter_map(|finding| {
            let span = spaced.origin(&finding.span)?;
            Some(Finding { span, ..finding })
        }));
    }
    found.iter_mut().for_each(|finding| harden(name, finding));
    strongest(found)
}

/// Blocks what is a valid identity code once it is put together.
fn harden(name: &str, finding: &mut Finding) {
    if finding.rule != Rule::PersonalIdentityCodeSuspect {
        return;
    }
    let written = name.get(finding.span.clone()).unwrap_or_default();
    let mut code: String = written.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    if code.len() == 10 {
        code.insert(6, '-');
    }
    if frozen_v1(&code) == Some(Rule::PersonalIdentityCode) {
        *finding = Finding::new(Rule::PersonalIdentityCode, Action::Block, finding.span.clone());
    }
}

/// A name with spaces in it, and where each character stood.
struct Spaced {
    text: String,
    /// For each character of `text`: its first byte there, and its bytes in the name; nothing for a space put in.
    places: Vec<(usize, Range<usize>)>,
}

impl Spaced {
    fn read(name: &str, camel: bool) -> Self {
        let mut spaced = Self { text: String::with_capacity(name.len() * 2), places: Vec::with_capacity(name.len()) };
        let mut before = ' ';
        for (at, char) in name.char_indices() {
            if camel && is_border(before, char) {
                spaced.push(' ', at..at);
            }
            let written = if matches!(char, '_' | '-' | '.' | '–' | '—' | '+') { ' ' } else { char };
            spaced.push(written, at..at + char.len_utf8());
            before = char;
        }
        spaced
    }

    fn push(&mut self, char: char, origin: Range<usize>) {
        self.places.push((self.text.len(), origin));
        self.text.push(char);
    }

    /// Returns the bytes in the name of a span in the text.
    fn origin(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let first = self.places.partition_point(|(at, _)| *at < span.start);
        let after = self.places.partition_point(|(at, _)| *at < span.end);
        let (start, end) = (self.places.get(first)?.1.start, self.places.get(after.checked_sub(1)?)?.1.end);
        (start < end).then_some(start..end)
    }
}

/// Tells whether a word may begin between two characters: a capital after a small letter, a number after a letter or before one.
fn is_border(before: char, char: char) -> bool {
    before.is_lowercase() && char.is_uppercase()
        || before.is_alphabetic() && char.is_numeric()
        || before.is_numeric() && char.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Vec<(Rule, Action, &str)> {
        scan_file_name(name).into_iter().map(|finding| (finding.rule, finding.action, &name[finding.span])).collect()
    }

    #[test]
    fn identity_codes_are_blocked_however_they_are_parted() {
        for (name, code) in [
            ("IMG_010101A900R.jpg", "010101A900R"),
            ("kuva010101A900R.jpg", "010101A900R"),
            ("010101A900R_lausunto.png", "010101A900R"),
            ("skannaus-131052_308T.jpeg", "131052_308T"),
            ("hetu.131052-308T.HEIC", "131052-308T"),
            ("131052308T.jpg", "131052308T"),
            ("photo_131052-308t.png", "131052-308t"),
            ("010101_A900R.jpg", "010101_A900R"),
        ] {
            assert_eq!(found(name), [(Rule::PersonalIdentityCode, Action::Block, code)], "{name}");
        }
    }

    #[test]
    fn names_of_people_are_found_in_small_letters_and_camel_case() {
        for (name, person) in [
            ("matti_virtanen_lausunto.pdf", "matti_virtanen"),
            ("LausuntoMattiVirtanen.pdf", "MattiVirtanen"),
            ("virtanen-matti.docx", "virtanen-matti"),
            ("Päätös Liisa Korhonen 2.pdf", "Liisa Korhonen"),
        ] {
            assert!(
                found(name).iter().any(|hit| hit.0 == Rule::PersonName && hit.2 == person),
                "{name}: {:?}",
                found(name)
            );
        }
    }

    #[test]
    fn ordinary_names_stay_clean() {
        for name in [
            "IMG_20240131_120000.jpg",
            "PXL_20240131_103015123.jpg",
            "Screenshot 2024-01-31 at 12.00.00.png",
            "kooste_2025_kevat.xlsx",
            "WhatsApp Image 2024-01-31 at 12.00.00.jpeg",
            "DSC00123.JPG",
            "raportti-v2.final.docx",
            "VID_20250101.mp4",
            "scan0001.pdf",
        ] {
            assert_eq!(found(name), [], "{name}");
        }
    }
}
