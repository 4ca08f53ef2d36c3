//! Reads a text as the plain characters it looks like, and remembers where each stood.
//!
//! What a word processor, a phone keyboard or a PDF makes of a code (dashes, soft hyphens, wide digits, invisible
//! joiners) looks the same to a reader; rules for authors work on what is seen. Far from full NFKC, on purpose: only
//! forms that stand for ASCII are folded. Never used at admission.

use std::ops::Range;

/// Stands for a soft hyphen, which is a dash in one program and invisible in another.
pub(super) const SOFT_HYPHEN: char = '\u{AD}';

/// One visible character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// ASCII upper case where it looks like ASCII; ' ' for any white space, '-' for any dash; else as written.
    pub(super) char: char,
    /// Written as an ASCII or wide lower-case letter.
    pub(super) lower: bool,
    /// Its first byte in the text.
    pub(super) start: usize,
    /// The byte after it.
    pub(super) end: usize,
}

impl Glyph {
    /// Tells whether it is part of a word or number.
    pub(super) fn is_word(&self) -> bool {
        self.char.is_alphanumeric()
    }
}

/// Returns the visible characters of `text`, in order; invisible ones are left out.
pub(super) fn fold(text: &str) -> Vec<Glyph> {
    text.char_indices()
        .filter_map(|(start, char)| {
            let ascii = look_alike(char)?;
            let lower = ascii.is_ascii_lowercase();
            Some(Glyph { char: ascii.to_ascii_uppercase(), lower, start, end: start + char.len_utf8() })
        })
        .collect()
}

/// Returns the ASCII character that `char` looks like, else itself; `None` if it is invisible.
fn look_alike(char: char) -> Option<char> {
    Some(match char {
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' => {
            return None;
        }
        '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{34F}' => return None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{2D7}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{FF01}'..='\u{FF5E}' => shifted(char, '\u{FF01}', '!', u32::MAX),
        '\u{1D7CE}'..='\u{1D7FF}' => shifted(char, '\u{1D7CE}', '0', 10),
        '\u{1D400}'..='\u{1D6A3}' => shifted(char, '\u{1D400}', 'A', 26),
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'Р' | 'Ρ' => 'P',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' => 'Y',
        _ if char.is_whitespace() => ' ',
        _ => char,
    })
}

/// Returns the plain form of a wide character, else itself.
pub(super) fn narrow(char: char) -> char {
    match char {
        '\u{FF01}'..='\u{FF5E}' => shifted(char, '\u{FF01}', '!', u32::MAX),
        _ => char,
    }
}

/// Moves `char` from the block that begins at `from` to the one at `to`, which repeats every `period`.
fn shifted(char: char, from: char, to: char, period: u32) -> char {
    let offset = u32::from(char).saturating_sub(u32::from(from)) % period;
    char::from_u32(u32::from(to) + offset).unwrap_or(char)
}

/// Returns the bytes of `glyphs[from..to]`.
pub(super) fn span(glyphs: &[Glyph], from: usize, to: usize) -> Option<Range<usize>> {
    let (first, last) = (glyphs.get(from)?, glyphs.get(to.checked_sub(1)?)?);
    Some(first.start..last.end)
}

/// Returns the character at `at`.
pub(super) fn char_at(glyphs: &[Glyph], at: usize) -> Option<char> {
    glyphs.get(at).map(|glyph| glyph.char)
}

/// Returns the value of the ASCII (or folded) digit at `at`.
pub(super) fn digit_at(glyphs: &[Glyph], at: usize) -> Option<u32> {
    char_at(glyphs, at)?.to_digit(10)
}

/// Returns the value of the digit that the letter at `at` looks like: an O of any alphabet for 0; a capital I, a small L or a bar for
/// 1. Only where everything around it says that a digit belongs there.
pub(super) fn letter_for_digit_at(glyphs: &[Glyph], at: usize) -> Option<u32> {
    let glyph = glyphs.get(at)?;
    match (glyph.char, glyph.lower) {
        ('O' | 'О' | 'о' | 'Ο' | 'ο', _) => Some(0),
        ('I' | '|', false) | ('L', true) => Some(1),
        _ => None,
    }
}

/// Tells whether no word or number ends at `at`.
pub(super) fn border_before(glyphs: &[Glyph], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| glyphs.get(before)).is_none_or(|glyph| !glyph.is_word())
}

/// Tells whether no word or number begins at `at`.
pub(super) fn border_after(glyphs: &[Glyph], at: usize) -> bool {
    glyphs.get(at).is_none_or(|glyph| !glyph.is_word())
}

/// White space that may stand at one place inside an identifier: a line break and some indentation.
const GAP_MAX: usize = 8;

/// Returns where reading goes on behind white space, single dashes and soft hyphens at `at`.
pub(super) fn skip_gap(glyphs: &[Glyph], mut at: usize) -> usize {
    for _ in 0..GAP_MAX {
        match char_at(glyphs, at) {
            Some(' ' | '-' | SOFT_HYPHEN) => at += 1,
            _ => break,
        }
    }
    at
}

/// Returns the starts of all runs of digits that begin at a border.
pub(super) fn numbers(glyphs: &[Glyph]) -> impl Iterator<Item = usize> {
    (0..glyphs.len()).filter(|at| digit_at(glyphs, *at).is_some() && border_before(glyphs, *at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).iter().map(|glyph| glyph.char).collect()
    }

    #[test]
    fn sees_through_look_alikes_and_keeps_the_rest() {
        assert_eq!(folded("１３１０５２－３０８ｔ"), "131052-308T");
        assert_eq!(folded("𝟙𝟛𝟏𝟎𝟱𝟤−𝟑𝟎𝟖𝐓"), "131052-308T");
        assert_eq!(folded("13\u{200B}10\u{2060}52\u{2011}308Т"), "131052-308T");
        assert_eq!(folded("a\u{A0}ä\n–"), "A ä -");
    }

    #[test]
    fn remembers_where_each_stood() {
        let glyphs = fold("ä１");
        assert_eq!(span(&glyphs, 1, 2), Some(2..5));
        assert_eq!(span(&glyphs, 1, 1), Some(2..2));
        assert_eq!(span(&glyphs, 0, 0), None);
    }
}
