//! When two aspects, or two values, are the same: however they were typed. Capital letters, blanks, and forms of one character
//! make no difference (Unicode NFKC, UAX #15); another word does.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Returns what two texts that mean the same have in common: NFKC, lower case, inner white space as one blank, trimmed.
/// The key of a key is the key itself.
pub fn key(text: &str) -> String {
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    // Lower case may take characters apart, so they are composed again.
    let lower = nfkc.normalize(text).to_lowercase();
    let whole = nfkc.normalize(&lower);
    let mut key = String::with_capacity(whole.len());
    for word in whole.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(key("  Talon\u{a0}\n väri "), "talon väri");
        assert_eq!(key("va\u{308}ri"), key("VÄRI"));
        assert_eq!(key("ｖäri ②"), "väri 2");
        assert_ne!(key("punainen"), key("puinen"));
        assert_eq!(key(" \u{2003} "), "");
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_itself(text in any::<String>()) {
            let once = key(&text);
            prop_assert_eq!(key(&once), once);
        }
    }
}
