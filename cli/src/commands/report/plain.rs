//! Text from others on its way to a terminal: nothing in it may move the cursor, change colours or turn the reading direction.

/// What stands for a character that is not printed.
const UNPRINTED: char = '\u{fffd}';
/// Columns a paragraph is wrapped at.
const WIDTH: usize = 96;

/// Returns the text on one line: line breaks and tabs become blanks.
pub(crate) fn one_line(text: &str) -> String {
    text.trim().chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { printed(c) }).collect()
}

/// Returns the text on one line, cut to `chars` characters.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= chars {
        return line;
    }
    line.chars().take(chars.saturating_sub(1)).chain(['…']).collect()
}

/// Returns the text as lines of a paragraph, each with `indent` blanks before it. Its own line breaks are kept.
pub(crate) fn paragraph(text: &str, indent: usize) -> Vec<String> {
    text.trim_end().lines().flat_map(|line| wrap(line, indent)).collect()
}

fn wrap(line: &str, indent: usize) -> Vec<String> {
    let blanks = " ".repeat(indent);
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split_whitespace() {
        let word: String = word.chars().map(printed).collect();
        let room = WIDTH.saturating_sub(indent + current.chars().count() + 1);
        if !current.is_empty() && word.chars().count() > room {
            lines.push(format!("{blanks}{current}"));
            current.clear();
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(&word);
    }
    lines.push(format!("{blanks}{current}"));
    lines
}

/// Replaces control characters, and those that turn the reading direction of what follows.
fn printed(character: char) -> char {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if character.is_control() || turns { UNPRINTED } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(one_line("a\n\u{1b}[31mb\u{202e}c "), "a \u{fffd}[31mb\u{fffd}c");
        assert_eq!(cut("ääkköset", 4), "ääk…");
        assert_eq!(paragraph("one two\n\nthree\u{7}", 2), ["  one two", "  ", "  three\u{fffd}"]);
    }

    #[test]
    fn wraps_at_words() {
        let lines = paragraph(&"sana ".repeat(60), 4);
        assert!(lines.len() > 3 && lines.iter().all(|line| line.chars().count() <= WIDTH && line.starts_with("    ")));
    }
}
