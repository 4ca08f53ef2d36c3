//! Guesses what a misspelt word was meant to be.

/// Longest word we guess about, in bytes: the work grows with its square.
const WORD_BYTES_MAX: usize = 64;
/// Shortest beginning of a word that counts as meaning it.
const BEGINNING_BYTES_MIN: usize = 4;

/// Returns the candidate nearest to the word, if any is near enough: a third of its letters may be wrong, and a key
/// may lack its ending (`segment` for `segment_mib`). Letter case and `-` for `_` do not count. Among equals the
/// first wins.
pub(super) fn nearest<T: Copy>(word: &str, candidates: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    let word = word.to_lowercase().replace('-', "_");
    candidates
        .filter_map(|(candidate, meant)| {
            let steps = distance(word.as_bytes(), candidate.as_bytes());
            let near = steps <= (candidate.len() / 3).max(1);
            let begun = word.len() >= BEGINNING_BYTES_MIN && candidate.starts_with(&word);
            (near || begun).then_some((steps, meant))
        })
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, meant)| meant)
}

/// Returns how many letters must be put in, taken out, changed or swapped with their neighbour to make one word the
/// other (optimal string alignment).
fn distance(a: &[u8], b: &[u8]) -> usize {
    // Three rows of the usual table: two steps back for swaps, one step back, and the one being filled.
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &to) in b.iter().enumerate() {
            let mut steps = (last[j] + usize::from(from != to)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to {
                steps = steps.min(older[j - 1] + 1);
            }
            row.push(steps);
        }
        older = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_steps() {
        for (a, b, steps) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("mdns", "mdns", 0),
            ("mdsn", "mdns", 1),
            ("mnds", "mdns", 1),
            ("peer", "peers", 1),
            ("listem", "listen", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), steps, "{a} {b}");
            assert_eq!(distance(b.as_bytes(), a.as_bytes()), steps, "{b} {a}");
        }
    }

    #[test]
    fn guesses_what_is_near_and_nothing_else() {
        let guess =
            |word: &str| nearest(word, ["listen", "mdns", "connections_max"].map(|word| (word, word)).into_iter());
        for (word, meant) in [
            ("Listen", Some("listen")),
            ("lisen", Some("listen")),
            ("connections-max", Some("connections_max")),
            ("connections", Some("connections_max")),
            ("con", None),
            ("port", None),
            ("", None),
            ("ääkköset", None),
        ] {
            assert_eq!(guess(word), meant, "{word}");
        }
        assert_eq!(guess(&"l".repeat(1_000_000)), None);
    }
}
