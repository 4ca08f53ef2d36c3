//! The catalogue of what pages say, in Finnish, Swedish and English: Fluent files (projectfluent.org), one a language and area of
//! pages, built into the program. A test holds the three languages to the same messages and the pages to those messages.

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use talkoot_protocol::date::Date;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::Names;
use unic_langid::LanguageIdentifier;

/// Names of the areas and their files: one for each area of pages, the same in each language.
macro_rules! areas {
    ($($area:literal),* $(,)?) => {
        const FI: &[&str] = &[$(include_str!(concat!("locales/fi/", $area, ".ftl"))),*];
        const SV: &[&str] = &[$(include_str!(concat!("locales/sv/", $area, ".ftl"))),*];
        const EN: &[&str] = &[$(include_str!(concat!("locales/en/", $area, ".ftl"))),*];
    };
}

areas![
    "frame", "problems", "write", "custody", "remarks", "joint", "resident", "views", "about", "attach", "carry",
    "scripts"
];

/// The languages of pages, in the order in which they are offered.
pub(crate) const LANGUAGES: [Language; 3] = [Language::Fi, Language::Sv, Language::En];

/// Returns what a language calls itself.
pub(crate) const fn own_name(language: Language) -> &'static str {
    match language {
        Language::Sv => "Svenska",
        Language::En => "English",
        Language::Fi | Language::Se => "Suomi",
    }
}

/// Names of months, for the one language that writes them.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Longest tag of a language, in characters (RFC 5646, 4.4.1).
const TAG_CHARS_MAX: usize = 35;

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 3]> = LazyLock::new(|| [bundle("fi", FI), bundle("sv", SV), bundle("en", EN)]);

fn bundle(tag: &str, sources: &[&str]) -> Bundle {
    let locale: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    bundle.set_use_isolating(false);
    for source in sources {
        // What cannot be read is left out; the test of the catalogue fails on it.
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(read, _)| read);
        let _doubles_keep_the_first = bundle.add_resource(resource);
    }
    bundle
}

/// The texts in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Texts {
    language: Language,
}

/// What a text has a place for.
#[derive(Debug, Clone)]
pub(crate) enum Given<'a> {
    /// Words.
    Words(&'a str),
    /// A number, by which a text may choose its form.
    Number(u64),
}

impl<'a> From<&'a str> for Given<'a> {
    fn from(words: &'a str) -> Self {
        Self::Words(words)
    }
}

impl<'a> From<&'a String> for Given<'a> {
    fn from(words: &'a String) -> Self {
        Self::Words(words)
    }
}

impl From<u64> for Given<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Given<'_> {
    fn from(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

impl Texts {
    /// The texts in a language; Finnish where there are none.
    pub(crate) fn new(language: Language) -> Self {
        let language = if LANGUAGES.contains(&language) { language } else { Language::Fi };
        Self { language }
    }

    /// Chooses by the tags of a browser (RFC 9110, 12.5.4), the most wanted first; Finnish if none fits.
    pub(crate) fn wanted(accept_language: &str) -> Self {
        let mut tags: Vec<_> = accept_language.split(',').take(16).filter_map(weighed).collect();
        tags.sort_by(|one, two| two.0.total_cmp(&one.0));
        let of = |tag: &str| LANGUAGES.into_iter().find(|language| tag == language.key());
        Self::new(tags.into_iter().find_map(|(_, tag)| of(&tag)).unwrap_or(Language::Fi))
    }

    /// Returns the language.
    pub(crate) fn language(self) -> Language {
        self.language
    }

    /// Returns the tag of a language in which somebody wrote, for assistive programs, if it is another than the page's. It is what
    /// they said it is, so only what has the form of a tag is one (RFC 5646, 2.1).
    pub(crate) fn other(self, tag: &str) -> Option<&str> {
        let is_tag = (1..=TAG_CHARS_MAX).contains(&tag.len())
            && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (is_tag && tag != self.language.key()).then_some(tag)
    }

    /// Returns a text.
    pub(crate) fn say(self, key: &str) -> String {
        self.formatted(key, None)
    }

    /// Returns a text with words or numbers in its places.
    pub(crate) fn say_with(self, key: &str, given: &[(&str, Given<'_>)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in given {
            let value: FluentValue<'_> = match value {
                Given::Words(words) => (*words).into(),
                Given::Number(number) => (*number).into(),
            };
            args.set((*name).to_owned(), value);
        }
        self.formatted(key, Some(&args))
    }

    /// Returns the text of one of a family, such as the roles; `None` if the family has none for this one.
    pub(crate) fn one_of(self, family: &str, member: &str) -> Option<String> {
        let key = format!("{family}-{}", member.replace(['_', '.'], "-"));
        self.bundle().has_message(&key).then(|| self.say(&key))
    }

    /// Returns an organisation's name in this language; where it has none, the one it has.
    pub(crate) fn name(self, names: &Names) -> &str {
        let wanted = match self.language {
            Language::Sv => &names.sv,
            Language::En => &names.en,
            Language::Fi | Language::Se => &names.fi,
        };
        [wanted, &names.fi, &names.sv, &names.en].into_iter().find(|name| !name.is_empty()).unwrap_or(wanted)
    }

    /// Returns a day as it is written in this language.
    pub(crate) fn day(self, day: Date) -> String {
        let text = day.to_string();
        let parts: Vec<u32> = text.split('-').filter_map(|part| part.parse().ok()).collect();
        let [year, month, day] = parts[..] else { return text };
        match (self.language, MONTHS.get(month.saturating_sub(1) as usize)) {
            (Language::En, Some(month)) => format!("{day} {month} {year}"),
            _ => format!("{day}.{month}.{year}"),
        }
    }

    fn bundle(self) -> &'static Bundle {
        let [fi, sv, en] = &*BUNDLES;
        match self.language {
            Language::Sv => sv,
            Language::En => en,
            Language::Fi | Language::Se => fi,
        }
    }

    fn formatted(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, language = self.language.key(), "a text is missing");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, language = self.language.key(), "a text could not be put together");
        }
        text
    }
}

impl fmt::Display for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.language.key())
    }
}

/// Reads one language tag with its weight, without its region.
fn weighed(part: &str) -> Option<(f32, String)> {
    let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
    let weight = rest.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse().ok())?;
    let tag = tag.trim().split('-').next()?.to_ascii_lowercase();
    Some((weight, tag))
}

/// Returns the texts of scripts (`scripts.ftl`) as one JSON object; places are left as `{name}`.
pub(crate) fn of_scripts(language: Language) -> String {
    use listing::keys;
    let texts = Texts::new(language);
    let source = match texts.language {
        Language::Sv => SV,
        Language::En => EN,
        Language::Fi | Language::Se => FI,
    };
    let last = source.last().copied().unwrap_or_default();
    let object: serde_json::Map<_, _> = keys(last)
        .map(|(key, places)| {
            let marks: Vec<_> = places.iter().map(|place| (*place, format!("{{{place}}}"))).collect();
            let given: Vec<_> = marks.iter().map(|(place, mark)| (*place, Given::from(mark))).collect();
            (key.to_owned(), texts.say_with(key, &given).into())
        })
        .collect();
    serde_json::Value::Object(object).to_string()
}

/// The little of the syntax of Fluent files that is needed to list what is in one.
mod listing {
    use std::collections::BTreeSet;

    /// Returns each message's key, with the names of its places. A message begins at the beginning of a line.
    pub(super) fn keys(source: &str) -> impl Iterator<Item = (&str, BTreeSet<&str>)> {
        let lines: Vec<_> = source.lines().collect();
        let begins: Vec<_> = (0..lines.len()).filter(|at| key_of(lines[*at]).is_some()).collect();
        let ends = begins.iter().skip(1).copied().chain([lines.len()]).collect::<Vec<_>>();
        let found: Vec<_> = begins
            .iter()
            .zip(ends)
            .filter_map(|(begin, end)| {
                let body = lines.get(*begin..end)?;
                Some((key_of(lines.get(*begin)?)?, body.iter().flat_map(|line| places(line)).collect()))
            })
            .collect();
        found.into_iter()
    }

    fn key_of(line: &str) -> Option<&str> {
        let key = line.split_once('=')?.0.trim_end();
        let sound = line.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        sound.then_some(key)
    }

    fn places(line: &str) -> impl Iterator<Item = &str> {
        line.split('$').skip(1).filter_map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
            rest.get(..end).filter(|name| !name.is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    fn catalogue(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let sources = match language {
            Language::Sv => SV,
            Language::En => EN,
            _ => FI,
        };
        let mut all = BTreeMap::new();
        for source in sources {
            FluentResource::try_new((*source).to_owned()).map_err(|(_, errors)| errors).unwrap();
            for (key, places) in listing::keys(source) {
                let places = places.into_iter().map(str::to_owned).collect();
                assert!(all.insert(key.to_owned(), places).is_none(), "{key} is there twice in {language}");
            }
        }
        all
    }

    /// All sources of pages and scripts, without this file.
    fn sources(dir: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let is_source = path.extension().is_some_and(|kind| kind == "rs" || kind == "js");
            if path.is_dir() {
                sources(&path, found);
            } else if is_source && !path.ends_with("texts.rs") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// Returns the literals that directly follow a call, where that is not the end of a longer name.
    fn literals<'a>(source: &'a str, call: &'a str) -> impl Iterator<Item = &'a str> {
        let is_whole = |at: usize| !source[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        source.match_indices(call).filter(move |(at, _)| is_whole(*at)).filter_map(|(at, call)| {
            let rest = &source[at + call.len()..];
            let rest = rest.trim_start().strip_prefix(['"', '\''])?;
            rest.split(['"', '\'']).next()
        })
    }

    #[test]
    fn the_three_languages_say_the_same_things() {
        let [fi, sv, en] = LANGUAGES.map(catalogue);
        for (other, name) in [(&sv, "sv"), (&en, "en")] {
            let missing: Vec<_> = fi.keys().filter(|key| !other.contains_key(*key)).collect();
            let more: Vec<_> = other.keys().filter(|key| !fi.contains_key(*key)).collect();
            assert!(missing.is_empty() && more.is_empty(), "{name}: missing {missing:?}, only there {more:?}");
            for (key, places) in &fi {
                assert_eq!(places, &other[key], "{key} has the same places in fi and {name}");
            }
        }
    }

    #[test]
    fn nothing_is_missing_and_nothing_unused() {
        let known = catalogue(Language::Fi);
        let mut files = Vec::new();
        sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web")), &mut files);
        let (mut used, mut families) = (BTreeSet::new(), BTreeSet::new());
        for file in &files {
            for call in ["say(", "say_with(", "text("] {
                used.extend(literals(file, call));
            }
            for call in ["one_of(", "oneOf("] {
                families.extend(literals(file, call).map(|family| format!("{family}-")));
            }
        }
        let missing: Vec<_> = used.iter().filter(|key| !known.contains_key(**key)).collect();
        assert!(missing.is_empty(), "asked for, but in no catalogue: {missing:?}");
        let is_used =
            |key: &String| used.contains(key.as_str()) || families.iter().any(|family| key.starts_with(family));
        let unused: Vec<_> = known.keys().filter(|key| !is_used(key)).collect();
        assert!(unused.is_empty(), "in the catalogue, but asked for by nobody: {unused:?}");
    }

    #[test]
    fn the_most_wanted_language_is_taken() {
        for (header, expected) in [
            ("sv-FI,sv;q=0.9,en;q=0.8", Language::Sv),
            ("de, en;q=0.5, fi;q=0.7", Language::Fi),
            ("EN", Language::En),
            ("", Language::Fi),
            ("xx;q=oops", Language::Fi),
        ] {
            assert_eq!(Texts::wanted(header).language(), expected, "{header}");
        }
    }

    #[test]
    fn a_language_is_named_where_it_is_another() {
        let texts = Texts::new(Language::Fi);
        for (tag, expected) in [("sv", Some("sv")), ("ti-ER", Some("ti-ER")), ("fi", None), ("", None), ("\"><b", None)]
        {
            assert_eq!(texts.other(tag), expected, "{tag}");
        }
        assert_eq!(texts.other(&"x".repeat(TAG_CHARS_MAX + 1)), None);
    }

    #[test]
    fn days_are_written_as_people_do() {
        let day: Date = "2026-11-02".parse().unwrap();
        assert_eq!(LANGUAGES.map(|language| Texts::new(language).day(day)), ["2.11.2026", "2.11.2026", "2 Nov 2026"]);
    }

    #[test]
    fn scripts_get_their_texts_with_places() {
        let object: serde_json::Value = serde_json::from_str(&of_scripts(Language::En)).unwrap();
        assert!(object.as_object().unwrap().values().all(|text| text.is_string()));
    }
}
