//! What stands in one cell: entries divided by `;`, their parts by another mark, and quotes around what holds either.
//!
//! ```text
//! cell  = [entry *(";" entry)]      blanks around an entry and empty entries do not count
//! entry = part *(mark part)         mark is ":" or "|"
//! part  = bare / DQUOTE *(any but DQUOTE / 2DQUOTE) DQUOTE
//! ```

/// Between entries, as written; reading does without the blank.
const BETWEEN: &str = "; ";

/// What a spreadsheet takes for the start of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Longest whole number a spreadsheet keeps exactly, in digits.
const EXACT_DIGITS_MAX: usize = 15;

/// A cell that opens a quote and does not close it, or goes on after closing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a double quote is not closed or not followed by a dividing mark")]
pub(super) struct QuoteError;

/// Writes entries, each a list of parts.
pub(super) fn write<'a>(entries: impl IntoIterator<Item = Vec<&'a str>>, mark: char) -> String {
    let entry = |parts: Vec<&str>| {
        let parts: Vec<String> = parts.into_iter().map(|part| quote(part, mark)).collect();
        parts.join(&mark.to_string())
    };
    entries.into_iter().map(entry).collect::<Vec<_>>().join(BETWEEN)
}

fn quote(part: &str, mark: char) -> String {
    if part.is_empty() || part.trim() != part || part.contains([';', '"', mark]) {
        return format!("\"{}\"", part.replace('"', "\"\""));
    }
    part.to_owned()
}

/// Reads entries, each a list of at least one part.
///
/// # Errors
/// [`QuoteError`] if a quoted part does not end as it should.
pub(super) fn read(cell: &str, mark: char) -> Result<Vec<Vec<String>>, QuoteError> {
    let mut entries = Vec::new();
    let mut parts = Vec::new();
    let mut rest = cell;
    loop {
        let (part, quoted, after) = next_part(rest.trim_start(), mark)?;
        // Nothing between two semicolons is no entry; an empty part beside another, or in quotes, is one.
        let ends_empty = part.is_empty() && !quoted && parts.is_empty();
        let mut following = after.chars();
        match following.next() {
            Some(';') | None => {
                if !ends_empty {
                    parts.push(part);
                    entries.push(std::mem::take(&mut parts));
                }
                if after.is_empty() {
                    return Ok(entries);
                }
            }
            Some(_) => parts.push(part),
        }
        rest = following.as_str();
    }
}

/// Returns the part at the start of `text`, whether it was quoted, and what follows, beginning with a dividing mark if anything.
fn next_part(text: &str, mark: char) -> Result<(String, bool, &str), QuoteError> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([';', mark]).unwrap_or(text.len());
        let (part, after) = text.split_at(end);
        return Ok((part.trim_end().to_owned(), false, after));
    };
    let mut part = String::new();
    loop {
        let (inside, after) = rest.split_once('"').ok_or(QuoteError)?;
        part.push_str(inside);
        if let Some(more) = after.strip_prefix('"') {
            part.push('"');
            rest = more;
            continue;
        }
        let after = after.trim_start();
        let closed = after.is_empty() || after.starts_with([';', mark]);
        return if closed { Ok((part, true, after)) } else { Err(QuoteError) };
    }
}

/// Puts an apostrophe before what a spreadsheet would run or rewrite, and before what would otherwise lose one on reading.
pub(super) fn guard(cell: String) -> String {
    if is_unsafe(cell.trim_start_matches('\'')) { format!("'{cell}") } else { cell }
}

/// Returns a cell without the apostrophe that guards it against spreadsheets; for files in which texts are texts.
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_unsafe(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn is_unsafe(cell: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number_like = cell.starts_with(|first: char| first.is_ascii_digit())
        && cell.chars().all(|character| character.is_ascii_digit() || "-/.,:+eE ".contains(character));
    let plain_number = digits(cell) && cell.len() <= EXACT_DIGITS_MAX && (cell == "0" || !cell.starts_with('0'));
    cell.starts_with(FORMULA) || (number_like && !plain_number)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_what_it_writes(entries in vec(vec("[a-c;:|\" '\\n]{0,4}", 1..4), 0..4)) {
            let cell = write(entries.iter().map(|parts| parts.iter().map(String::as_str).collect()), ':');
            prop_assert_eq!(read(&cell, ':'), Ok(entries));
        }

        #[test]
        fn a_guard_comes_off_again(cell in "'{0,2}[=+@-]?[0-9e;a./]{0,4}") {
            let guarded = guard(cell.clone());
            prop_assert_eq!(unguard(&guarded), cell);
        }

        #[test]
        fn reads_or_refuses_anything(cell in "[a;:\" \\n]{0,12}") {
            let _ = read(&cell, ':');
        }
    }

    #[test]
    fn is_readable() {
        assert_eq!(write([vec!["young", "18-24"], vec!["a;b", "all"]], ':'), "young:18-24; \"a;b\":all");
        assert_eq!(read(" a ;; b:c ; ", ':'), Ok(vec![vec!["a".into()], vec!["b".into(), "c".into()]]));
        assert_eq!(read("", ':'), Ok(vec![]));
        assert_eq!(read("\"a", ':'), Err(QuoteError));
        assert_eq!(read("\"a\"b", ':'), Err(QuoteError));
    }

    #[test]
    fn guards_what_a_spreadsheet_would_change() {
        for cell in
            ["=1+1", "-", "@x", "2026-05", "1-4", "100+", "091", "1e5", "3/2026", "1234567890123456", "'2026-05"]
        {
            assert_eq!(guard(cell.to_owned()), format!("'{cell}"));
        }
        for cell in ["", "2", "2; 3", "0", "2026-H1", "fi", "3 lasta", "'text"] {
            assert_eq!(guard(cell.to_owned()), cell);
        }
    }
}
