//! Keys of Finnish word forms: forms of one word get a key in common, as far as rules can tell without a dictionary.
//!
//! A form loses its particle, possessive and case ending; the stem that is left is brought back to what its nominative shares
//! with it (`ilmoitukse-` to `ilmoitus`, `naise-` to `nais`, `puhelime-` to `puhel`), loses its last vowels, and its last
//! consonants are made those of one grade (`asunno-`, `asunto` to `asunt`). Where an ending can be read in two ways both keys
//! come out: `palvelusta` is from *palvelu* or from *palvelus*. A few words that follow no rule stand in a table.
//!
//! The rules follow the description of nominal inflection in any grammar (for one, Karlsson, *Suomen peruskielioppi*). Letters
//! are bytes here, `ä` as `A` and `ö` as `O`: no index is ever in the middle of a letter, and endings are compared without
//! regard to vowel harmony.

mod irregular;

/// Longest word that is taken apart, in letters; a longer one is its own key.
const LETTERS_MAX: usize = 64;
/// Fewest letters a stem keeps when vowels are taken off.
const STEM_MIN: usize = 3;

/// Keys of one form: at least one, the likeliest first, none twice.
pub(super) type Keys = Vec<String>;

/// Returns the keys of a word form in lower case.
pub(super) fn keys(word: &str) -> Keys {
    let Some(letters) = letters(word) else { return vec![word.to_owned()] };
    let mut keys = Keys::new();
    for stem in stems(&letters) {
        let key: String = key(stem).into_iter().map(char::from).collect();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Writes a word in one byte a letter; `None` if it holds anything but letters that occur in Finnish.
fn letters(word: &str) -> Option<Vec<u8>> {
    let letter = |letter| match letter {
        'a'..='z' => Some(letter as u8),
        'ä' => Some(b'A'),
        'ö' => Some(b'O'),
        'å' => Some(b'o'),
        'š' => Some(b's'),
        'ž' => Some(b'z'),
        'é' => Some(b'e'),
        'ü' => Some(b'y'),
        _ => None,
    };
    let letters: Option<Vec<u8>> = word.chars().map(letter).collect();
    letters.filter(|letters| (2..=LETTERS_MAX).contains(&letters.len()))
}

/// A stem as far as endings are off, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stem {
    letters: Vec<u8>,
    /// It already is a key.
    done: bool,
}

impl Stem {
    fn open(letters: &[u8]) -> Self {
        Self { letters: letters.to_vec(), done: false }
    }
}

/// Forgets vowel harmony.
fn flat(letter: u8) -> u8 {
    match letter {
        b'A' => b'a',
        b'O' => b'o',
        b'y' => b'u',
        other => other,
    }
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'A' | b'O')
}

fn ends_in_vowel(word: &[u8]) -> bool {
    word.last().is_some_and(|letter| is_vowel(*letter))
}

/// Returns whether a word ends so; `a`, `o` and `u` in the ending stand for `ä`, `ö` and `y` too.
fn ends(word: &[u8], ending: &str) -> bool {
    let ending = ending.as_bytes();
    word.len() >= ending.len()
        && word.iter().rev().zip(ending.iter().rev()).all(|(letter, wanted)| flat(*letter) == *wanted)
}

/// Takes an ending off if so many letters are left.
fn strip<'a>(word: &'a [u8], ending: &str, left_min: usize) -> Option<&'a [u8]> {
    let left = word.len().checked_sub(ending.len()).filter(|left| *left >= left_min)?;
    if ends(word, ending) { word.get(..left) } else { None }
}

/// Takes an ending off if what is left ends in a vowel.
fn strip_after_vowel<'a>(word: &'a [u8], ending: &str, left_min: usize) -> Option<&'a [u8]> {
    strip(word, ending, left_min).filter(|left| ends_in_vowel(left))
}

/// Returns the stems a form may have.
fn stems(word: &[u8]) -> Vec<Stem> {
    if let Some(key) = irregular::whole(word) {
        return vec![Stem { letters: key.to_vec(), done: true }];
    }
    let word = without_possessive(without_particle(word));
    if let Some(key) = irregular::whole(word) {
        return vec![Stem { letters: key.to_vec(), done: true }];
    }
    if let Some((before, end)) = irregular::ending(word) {
        return vec![Stem { letters: [before, end].concat(), done: true }];
    }
    let mut stems = Vec::new();
    nominatives(word, &mut stems);
    cases(word, &mut stems);
    if stems.is_empty() {
        stems.push(Stem::open(word));
    }
    stems
}

/// `-kin`, where it cannot be mistaken for the genitive of a word in `-kki`.
fn without_particle(word: &[u8]) -> &[u8] {
    let stripped = strip(word, "kin", 5);
    let sound = |left: &&[u8]| {
        left.last().is_some_and(|last| is_vowel(*last) || matches!(last, b't' | b's')) && !ends(left, "ii")
    };
    stripped.filter(sound).unwrap_or(word)
}

/// Whose it is: `-nsa -mme -nne`, and the others where a case ending stands before them.
fn without_possessive(word: &[u8]) -> &[u8] {
    for ending in ["nsa", "mme"] {
        if let Some(left) = strip_after_vowel(word, ending, 4) {
            return left;
        }
    }
    if let Some(left) = strip_after_vowel(word, "nne", 4).filter(|left| ends_long(left)) {
        return left; // asiakkaanne, but not tilanne
    }
    for (ending, case) in [("ssaan", 3), ("staan", 3), ("llaan", 3), ("ltaan", 3), ("lleen", 3), ("kseen", 3)] {
        if let Some(left) = strip_after_vowel(word, ending, 3) {
            return word.get(..left.len() + case).unwrap_or(word);
        }
    }
    for ending in ["ssani", "stani", "llani", "ltani", "lleni", "kseni", "ssasi", "llasi"] {
        if let Some(left) = strip_after_vowel(word, ending, 3) {
            return word.get(..left.len() + 3).unwrap_or(word);
        }
    }
    word
}

/// Words whose bare form ends in a consonant.
fn nominatives(word: &[u8], stems: &mut Vec<Stem>) {
    if let Some(left) = strip(word, "nen", 2) {
        stems.push(Stem { letters: [left, b"s"].concat(), done: true });
    } else if let Some(left) = strip_after_vowel(word, "ton", 3) {
        stems.push(without(left));
    } else if ends(word, "us") || ends(word, "os") {
        stems.push(Stem { letters: word.to_vec(), done: true });
    }
}

/// The key of a word in *-ton* with this before its ending: being without something.
fn without(stem: &[u8]) -> Stem {
    Stem { letters: [&weak(stem), &b"TON"[..]].concat(), done: true }
}

/// Takes case endings off, in every way that makes sense.
fn cases(word: &[u8], stems: &mut Vec<Stem>) {
    let before = stems.len();
    plural_genitives(word, stems);
    if stems.len() == before {
        illatives(word, stems);
    }
    if stems.len() == before {
        local_cases(word, stems);
    }
    if stems.len() == before {
        partitives(word, stems);
    }
    if stems.len() > before || ends(word, "nen") {
        return;
    }
    let left = strip_after_vowel(word, "n", 2).or_else(|| strip_after_vowel(word, "t", 3));
    if let Some(left) = left {
        stems.push(Stem::open(left));
    } else if before == 0 {
        stems.push(Stem::open(word));
    }
}

fn plural_genitives(word: &[u8], stems: &mut Vec<Stem>) {
    for ending in ["iden", "itten", "jen"] {
        if let Some(left) = strip_after_vowel(word, ending, 2) {
            return stems.push(Stem::open(left));
        }
    }
    if strip(word, "ien", 3).is_some() {
        return stems.push(Stem::open(word.get(..word.len() - 2).unwrap_or(word)));
    }
    let left = strip(word, "ten", 3).filter(|left| matches!(left.last(), Some(b's' | b'r' | b'l' | b'n')));
    if let Some(left) = left {
        stems.push(consonant_stem(left));
    }
}

/// A stem in a consonant, from before `-ta` or `-ten`.
fn consonant_stem(stem: &[u8]) -> Stem {
    // naista, sosiaalista; päätöstä, ilmoitusta
    let done = ends(stem, "is") || ends(stem, "us") || ends(stem, "os");
    Stem { letters: stem.to_vec(), done }
}

fn illatives(word: &[u8], stems: &mut Vec<Stem>) {
    if let Some(left) = strip(word, "seen", 3).filter(|left| ends_long(left)) {
        return stems.push(Stem::open(left));
    }
    if let Some(left) = strip_after_vowel(word, "isiin", 2) {
        stems.push(Stem::open(left));
        return stems.push(Stem { letters: [left, b"is"].concat(), done: true });
    }
    if let Some(left) = strip_after_vowel(word, "ihin", 2) {
        return stems.push(Stem::open(left));
    }
    let Some(left) = word.len().checked_sub(3).filter(|left| *left >= 2).and_then(|left| word.get(..left)) else {
        return;
    };
    // maahan, työhön: the vowel before the h comes again after it. Not miehen.
    let [.., h, vowel, b'n'] = word else { return };
    if ends(word, "miehen") {
        return;
    }
    let two = left.len() >= 2 && left.iter().rev().take(2).all(|letter| is_vowel(*letter));
    if *h == b'h' && two && left.last() == Some(vowel) {
        stems.push(Stem::open(left));
    }
}

/// Returns whether a stem ends in one vowel twice.
fn ends_long(stem: &[u8]) -> bool {
    matches!(stem, [.., one, two] if one == two && is_vowel(*one))
}

/// Endings that look like a case and are the end of a word.
const NO_CASE: [&str; 8] = ["valta", "silta", "kulta", "kassa", "vasta", "pasta", "liuska", "tavalla"];

fn local_cases(word: &[u8], stems: &mut Vec<Stem>) {
    if NO_CASE.iter().any(|end| ends(word, end)) {
        return;
    }
    for ending in ["ssa", "lla", "lta", "lle", "ksi", "kse"] {
        let Some(left) = strip_after_vowel(word, ending, if ending == "kse" { 3 } else { 2 }) else { continue };
        if ending == "kse" && matches!(left.last().copied().map(flat), Some(b'u' | b'o')) {
            continue; // ilmoitukse-
        }
        if ending == "lta" && left.iter().rev().take(2).all(|letter| is_vowel(*letter)) {
            stems.push(consonant_stem(word.get(..left.len() + 1).unwrap_or(word))); // kieltä
        }
        return stems.push(Stem::open(left));
    }
    if let Some(left) = strip_after_vowel(word, "sta", 2) {
        stems.push(Stem::open(left));
        if left.last().is_some_and(|last| matches!(flat(*last), b'u' | b'i' | b'o')) {
            stems.push(consonant_stem(word.get(..left.len() + 1).unwrap_or(word)));
        }
        return;
    }
    if let Some(left) = strip_after_vowel(word, "na", 3) {
        stems.push(Stem::open(left));
        stems.push(Stem::open(word));
    }
}

fn partitives(word: &[u8], stems: &mut Vec<Stem>) {
    if let Some(left) = strip_after_vowel(word, "tta", 3) {
        // vanhuutta, terveyttä
        let long = matches!(left, [.., before, b'u' | b'y'] if is_vowel(*before));
        return stems.push(match long {
            true => Stem { letters: [left, b"s"].concat(), done: true },
            false => Stem::open(left),
        });
    }
    if let Some(left) = strip_after_vowel(word, "ita", 2).filter(|left| !left.ends_with(b"i")) {
        return stems.push(Stem::open(left));
    }
    let Some(left) = strip(word, "ta", 2) else { return };
    match left.last() {
        Some(b'n' | b'r' | b'l' | b's') => {
            if let Some(stem) = strip_after_vowel(left, "ton", 3) {
                return stems.push(without(stem));
            }
            stems.push(consonant_stem(left));
            stems.push(Stem::open(word)); // kunta, kerta
            if ends(left, "in") {
                stems.push(Stem::open(left.get(..left.len() - 1).unwrap_or(left))); // puhelinta
            }
        }
        Some(_) if left.iter().rev().take(2).all(|letter| is_vowel(*letter)) => {
            stems.push(Stem::open(left));
            stems.push(Stem::open(word)); // riita
        }
        _ => {}
    }
}

/// Makes a stem a key.
fn key(stem: Stem) -> Vec<u8> {
    if stem.done {
        return stem.letters;
    }
    let stem = single(&stem.letters);
    if let Some(key) = irregular::whole(stem) {
        return key.to_vec();
    }
    if let Some((before, end)) = irregular::ending(stem) {
        return [before, end].concat();
    }
    restored(stem).unwrap_or_else(|| weak(without_agent(stem)))
}

/// Makes a long vowel at the end short.
fn single(stem: &[u8]) -> &[u8] {
    match stem {
        [before @ .., one, two] if one == two && is_vowel(*one) && before.len() >= 2 => {
            stem.get(..stem.len() - 1).unwrap_or(stem)
        }
        _ => stem,
    }
}

/// Stems from which a nominative in a consonant can be restored.
fn restored(stem: &[u8]) -> Option<Vec<u8>> {
    for ending in ["ttoma", "ttomi", "ttomia", "ttomie"] {
        if let Some(left) = strip_after_vowel(stem, ending, 2) {
            return Some(without(left).letters);
        }
    }
    // ilmoitukse-, päätökse-; also in the plural before another ending
    for ending in ["kse", "ksi", "ksia", "ksie"] {
        let left = strip(stem, ending, 2).filter(|left| matches!(left.last().copied().map(flat), Some(b'u' | b'o')));
        if let Some(left) = left {
            return Some([left, b"s"].concat());
        }
    }
    // vanhuude-, terveyte-
    for ending in ["de", "te"] {
        let left = strip(stem, ending, 3).filter(|left| matches!(left, [.., before, b'u' | b'y'] if is_vowel(*before)));
        if let Some(left) = left {
            return Some([left, b"s"].concat());
        }
    }
    // naise-, naisi-, sosiaalisia
    for ending in ["ise", "isi", "isia", "isie"] {
        if let Some(left) = strip(stem, ending, 2) {
            return Some([left, b"is"].concat());
        }
    }
    // puhelime-
    let left = strip(stem, "ime", 3).or_else(|| strip(stem, "imi", 4)).or_else(|| strip(stem, "imia", 4))?;
    Some(weak(left))
}

/// `-ja`, who does it, in every form: *hoitaja, hoitaji-, hoitajo-*; and the plural partitive, which looks the same.
fn without_agent(stem: &[u8]) -> &[u8] {
    for ending in ["joi", "jia", "ja", "ji", "je", "jo"] {
        if let Some(left) = strip_after_vowel(stem, ending, 3) {
            return left;
        }
    }
    stem
}

/// Takes the last vowels off, and the `s` of *asiakas*, and makes the consonants before them those of one grade.
fn weak(stem: &[u8]) -> Vec<u8> {
    let mut stem = stem;
    if stem.len() > 4
        && let Some(left) = strip(stem, "as", STEM_MIN)
    {
        stem = left;
    }
    while stem.len() > STEM_MIN && ends_in_vowel(stem) {
        stem = stem.get(..stem.len() - 1).unwrap_or_default();
    }
    let vowel = if ends_in_vowel(stem) { stem.last().copied() } else { None };
    let body = if vowel.is_some() { stem.get(..stem.len() - 1).unwrap_or_default() } else { stem };
    let mut key = one_grade(body);
    key.extend(vowel);
    key
}

/// Consonant gradation: both grades, the strong one first, and what stands for both.
const GRADES: [(&str, &str); 11] = [
    ("kk", "k"),
    ("pp", "p"),
    ("tt", "t"),
    ("ng", "nk"),
    ("mm", "mp"),
    ("nn", "nt"),
    ("ll", "lt"),
    ("rr", "rt"),
    ("d", "t"),
    ("v", "p"),
    ("bb", "b"),
];

fn one_grade(stem: &[u8]) -> Vec<u8> {
    for (grade, common) in GRADES {
        if let Some(left) = stem.strip_suffix(grade.as_bytes()) {
            return [left, common.as_bytes()].concat();
        }
    }
    stem.to_vec()
}
