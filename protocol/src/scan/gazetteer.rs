//! Names of people and places by which the names in a text are recognised, each with the stems that endings are put on.
//!
//! Names of people: Digital and Population Data Services Agency, CC BY 4.0; municipalities: Statistics Finland, CC BY 4.0
//! (protocol/data/README.md). Which names are ordinary words or places as well is our own judgement: such a name alone says
//! nothing. The table is made once, on first use, in a few milliseconds.

use std::sync::LazyLock;

use super::inflect;
use crate::report::area::table::municipalities;
use crate::report::codes::Language;

const NAMES: &str = include_str!("../../data/fi_names.txt");
const SURNAMES: &str = "[surnames]";

/// So many of the commonest first names are known even at the beginning of a sentence.
const FREQUENT: usize = 900;

/// Letters of inflected first names that say nothing where a sentence begins.
const SHORT_CHARS_MAX: usize = 4;
/// Shortest name that a Swedish or English genitive is read on: *this* is none.
const GENITIVE_BYTES_MIN: usize = 4;

/// The urban-rural group of rural municipalities.
const RURAL: &str = "3";

/// First names that are ordinary words as well, in one of three languages, or names of things that reports speak of.
#[rustfmt::skip] // one name a line otherwise
const GIVEN_WORDS: &[&str] = &[
    "aamu", "aarre", "aate", "aatto", "aava", "alan", "ali", "alla", "alli", "alma", "ano", "apollo", "arina", "armas", "art", "arvo",
    "atlas", "aura", "aurinko", "aurora", "ava", "dan", "elo", "ella", "enne", "ensi", "estelle", "eva", "faith", "gun", "hali", "halla",
    "hans", "helle", "helmi", "hemmo", "hertta", "hilja", "hilla", "hope", "iida", "ilma", "ilmi", "ilo", "ilta", "impi", "inari", "inka",
    "into", "isla", "jade", "jalo", "jan", "joel", "jonne", "joy", "junior", "kai", "kaino", "kaisla", "kaneli", "kanerva", "kare",
    "kari", "kastanja", "kata", "kent", "kielo", "kim", "kirsikka", "kosti", "kukka", "kunto", "kustaa", "kuura", "kuutti", "lahja",
    "laina", "lari", "lauha", "lempi", "lilja", "linn", "liv", "lotta", "luna", "lumi", "maja", "mai", "mainio", "man", "maria", "marina",
    "marja", "marjan", "mark", "matinpoika", "max", "may", "meri", "merituuli", "mina", "miska", "muisto", "my", "myrsky", "myy", "neo",
    "ninja", "nova", "nuppu", "oiva", "oma", "onni", "orvokki", "otso", "otto", "ove", "paju", "per", "perla", "pilvi", "rauha", "raita",
    "rose", "runo", "ruska", "ruusu", "sade", "saaga", "salama", "salme", "sam", "sampo", "satu", "sini", "sirkka", "sisko", "sissi",
    "sisu", "sofi", "sohvi", "sointu", "sol", "star", "stella", "stig", "sulo", "suoma", "suvi", "säde", "taika", "taiga", "taimi",
    "taisto", "taito", "tarmo", "taru", "teo", "tenho", "terho", "toimi", "toivo", "tor", "touko", "tuike", "tuisku", "tuuli", "turo",
    "tyyne", "tyyni", "ukko", "uljas", "unelma", "unto", "urho", "usko", "usva", "valio", "valo", "valto", "van", "vappu", "varma",
    "varpu", "vega", "veli", "vera", "vesa", "vieno", "vilja", "vilma", "visa", "voitto", "vuokko", "wilma", "will", "hely", "aina", "aino",
    "aaro", "elli", "eine", "eino", "iris", "lea", "tove", "melody", "sara", "rita", "ada", "eira", "paula", "laura", "saana", "eir",
    "bo", "bror", "dag", "inga", "sanna", "sten", "tom", "ville",
];

/// First names that say nothing alone even in the middle of a sentence: months, particles, and what projects, systems and houses
/// are called.
#[rustfmt::skip] // one name a line otherwise
const NEVER_ALONE: &[&str] = &[
    "maria", "aurora", "emma", "vilma", "wilma", "may", "mai", "maj", "will", "mark", "per", "hans", "van", "art", "hope", "joy", "star",
    "nova", "atlas", "luna", "vega", "sampo", "otso", "tor", "junior", "max", "dan", "jan", "oma", "melody", "sisu", "valio", "apollo",
    "ali", "eva", "kata", "sol", "linn", "liv", "man", "mina", "my", "sam", "april", "june", "august", "helmi", "touko", "elo", "vappu",
    "malla", "miina", "helena", "kent", "faith", "rose", "grace", "jade", "stella", "kim", "alma", "isla", "runo", "taito", "arvo", "valo",
];

/// Forms of first names that are forms of ordinary words as well.
#[rustfmt::skip] // one form a line otherwise
const WORD_FORMS: &[&str] = &[
    "aidan", "aidat", "aidalla", "aidassa", "ainoa", "ainoan", "ainoin", "aion", "akun", "akut", "akulla", "anna", "annan", "annat",
    "annetaan", "annetta", "annella", "anti", "antia", "antina", "antoa", "antaa", "arin", "arista", "arina", "arvin", "avaa", "avain",
    "ellen", "ellei", "ehdin", "emme", "enkä", "hiljaa", "hiljan", "ilman", "johan", "joelta", "joella", "joukko", "joukon", "joukolle",
    "joukolla", "joukolta", "joukossa", "joukosta", "joukot", "jyrkin", "kallein", "katin", "katilla", "kenen", "kentin", "kimmoa",
    "linna", "linnan", "lounaan", "lounasta", "maja", "majan", "main", "maissa", "maista", "maina", "maita", "markan", "marista", "marina",
    "milla", "millan", "millä", "minna", "mikä", "miten", "niko", "oven", "ovea", "ovelle", "ovella", "ovet", "ovessa", "ovesta", "paula", "perin", "periä",
    "periksi", "perille", "perillä", "periltä", "pian", "petraa", "päivin", "päiviä", "päiville", "päivillä", "päiviltä", "päivissä",
    "päivistä", "päivinä", "päivien", "päiviin", "päivi", "ruutia", "sama", "saman", "samaa", "samalla", "samassa", "samasta", "samoin", "sannan",
    "siriä", "sen", "tein", "teon", "teolla", "teosta", "teossa", "teoksi", "teot", "topin", "torin", "toria", "torille", "torilla",
    "torilta", "villein", "viljan", "villan", "hannan", "kun", "jos", "eikö", "tukin", "erin", "erilla", "sinikan", "alinta", "alisteta",
    "unelman", "emilian", "leenä", "miksi", "tiina", "tiinan", "timon", "raikon",
];

/// Family names that are taken for a name even alone, by how they end.
const FAMILY_ENDINGS: &[&str] = &[
    "nen", "ström", "qvist", "kvist", "sson", "lund", "gren", "holm", "blom", "ius", "strand", "stedt", "felt",
    "lander", "lin",
];

/// Family names of that kind that are ordinary words or places as well.
#[rustfmt::skip] // one name a line otherwise
const FAMILY_WORDS: &[&str] = &[
    "karjalainen", "savolainen", "hämäläinen", "lappalainen", "ruotsalainen", "suomalainen", "venäläinen", "virolainen", "pohjalainen",
    "turkulainen", "keskinen", "kivinen", "pikkarainen", "ylinen", "alanen", "kaksonen", "kakkonen", "kolmonen", "rikkonen", "kyyhkynen",
    "heininen", "savinen", "suvinen", "talvinen", "kuivanen", "iltanen", "alhainen", "ylhäinen", "kyynäräinen", "pakkanen", "lintunen",
    "kuparinen", "tähtinen", "järveläinen", "pohjolainen", "hollantilainen", "lempinen", "sininen", "punainen", "nainen", "ihminen",
    "suominen", "uusinen", "kupiainen", "berlin", "pietiläinen", "lin", "malin", "toivonen", "nousiainen", "siikainen", "uurainen", "jokioinen",
    "kaustinen", "joroinen", "kauniainen", "helsinkiläinen", "inkeroinen", "kemiläinen", "tapiolainen", "mikkeliläinen", "tukiainen",
    "mustonen", "lohmander", "kankainen", "kallioinen", "saarelainen", "koskelainen", "kuusinen", "katajainen", "varonen", "taivainen",
];

/// Places, organisations and products beside municipalities that look like names of people in a sentence.
#[rustfmt::skip] // one name a line otherwise
const PLACES: &[&str] = &[
    "suomi", "ruotsi", "venäjä", "viro", "ukraina", "somalia", "irak", "syyria", "afganistan", "eurooppa", "uusimaa", "pirkanmaa", "lappi",
    "kainuu", "savo", "karjala", "häme", "satakunta", "pohjanmaa", "kymenlaakso", "ahvenanmaa", "finland", "sverige", "nyland", "österbotten",
    "åland", "egentliga", "kela", "fpa", "kanta", "apotti", "lifecare", "mediatri", "effica", "omaolo", "teams", "maisa", "wilma", "vilma",
    "abitti", "helmet", "vamos", "ohjaamo", "valvira", "fimea", "traficom", "motiva", "posti", "prisma", "lidl", "alko", "tokmanni",
    "kallio", "hervanta", "malmi", "kontula", "vuosaari", "itäkeskus", "tapiola", "tikkurila", "pasila", "töölö", "meilahti", "laakso",
    "jorvi", "peijas", "herttoniemi", "koskela", "kumpula", "mellunmäki", "myyrmäki", "korso", "matinkylä", "leppävaara", "kaukajärvi",
    "varissuo", "pansio", "rajakylä", "kaukovainio", "petonen", "neulamäki", "haukilahti", "hovila", "linnankoski", "jesus", "jeesus",
    "marttaliitto", "diakonia", "facebook", "instagram", "tiktok", "whatsapp", "zoom", "google", "excel", "word", "webropol", "sinetti", "hermanni", "otaniemi", "arabia", "vallila", "lauttasaari", "munkkiniemi", "kannelmäki", "maunula", "oulunkylä", "pihlajamäki", "puotila", "roihuvuori", "viikki", "espoonlahti", "soukka", "nekala", "tesoma", "lielahti", "halinen", "runosmäki", "lauste", "tuira", "puolivälinkangas", "toppila",
    "monika", "setlementti", "folkhälsan", "martha", "martat", "miina", "sillanpään", "emma", "aurora",
];

/// What is known of a word as a name; any of the constants together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Known(u16);

impl Known {
    /// A first name.
    pub(super) const GIVEN: Self = Self(1);
    /// A family name.
    pub(super) const FAMILY: Self = Self(1 << 1);
    /// A first name that many bear.
    pub(super) const FREQUENT: Self = Self(1 << 2);
    /// A first name that is an ordinary word as well, or a form of one.
    pub(super) const WORD: Self = Self(1 << 3);
    /// A family name that is known as one when it stands alone.
    pub(super) const PLAIN: Self = Self(1 << 4);
    /// A place or an organisation.
    pub(super) const PLACE: Self = Self(1 << 5);
    /// A rural municipality.
    pub(super) const RURAL: Self = Self(1 << 6);
    /// Not inflected.
    pub(super) const BARE: Self = Self(1 << 7);
    /// A first name that says nothing alone.
    pub(super) const NEVER_ALONE: Self = Self(1 << 8);
    /// Only a stem; of itself no word.
    const STEM: Self = Self(1 << 9);

    /// Tells whether all of `other` are among them.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns these and `other`.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns these without `other`.
    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// One name or stem: where it stands in [`Table::letters`], what it is bare, and what it is with an ending.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    bytes: u8,
    bare: Known,
    inflected: Known,
}

/// All names and stems in one run of letters, sorted.
struct Table {
    letters: String,
    entries: Vec<Entry>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::make);

/// Returns what a word in lower case is known as, inflected or not.
pub(super) fn known(word: &str) -> Known {
    let mut known = Known::default();
    for (stem, ending) in inflect::readings(word) {
        let Some(entry) = TABLE.find(stem).filter(|_| ending != "s" || stem.len() >= GENITIVE_BYTES_MIN) else {
            continue;
        };
        known = known.and(match ending {
            "" => entry.bare,
            "s" => entry.bare.without(Known::BARE),
            _ => entry.inflected,
        });
    }
    if known.has(Known::GIVEN) && (WORD_FORMS.contains(&word) || is_short_form(word, known)) {
        known.and(Known::WORD)
    } else {
        known
    }
}

/// Tells whether a word is so short that its reading as an inflected first name may be chance: *mean*, *them*.
fn is_short_form(word: &str, known: Known) -> bool {
    !known.has(Known::BARE) && word.chars().count() <= SHORT_CHARS_MAX
}

/// Returns what a word in lower case is known as, as it stands.
pub(super) fn known_bare(word: &str) -> Known {
    TABLE.find(word).map_or_else(Known::default, |entry| entry.bare)
}

impl Table {
    fn make() -> Self {
        let mut all: Vec<(String, Known)> = Vec::new();
        let lines = |text: &'static str| {
            text.lines().filter(|line| !line.starts_with(['#', '['])).flat_map(str::split_whitespace)
        };
        let (first, family) = NAMES.split_once(SURNAMES).unwrap_or((NAMES, ""));
        for (rank, name) in lines(first).enumerate() {
            add(&mut all, name, given(name, rank), false);
        }
        for name in lines(family) {
            add(&mut all, name, family_name(name), true);
        }
        for place in PLACES {
            add(&mut all, place, Known::PLACE, true);
        }
        add_municipalities(&mut all);
        Self::sorted(all)
    }

    fn sorted(mut all: Vec<(String, Known)>) -> Self {
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let mut table = Self { letters: String::new(), entries: Vec::with_capacity(all.len()) };
        let mut last = String::new();
        for (letters, known) in all {
            let (Ok(start), Ok(bytes)) = (u32::try_from(table.letters.len()), u8::try_from(letters.len())) else {
                continue;
            };
            if table.entries.is_empty() || letters != last {
                table.letters.push_str(&letters);
                table.entries.push(Entry { start, bytes, bare: Known::default(), inflected: Known::default() });
                last = letters;
            }
            let Some(entry) = table.entries.last_mut() else { continue };
            let meant = known.without(Known::STEM);
            if known.has(Known::STEM) {
                entry.inflected = entry.inflected.and(meant);
            } else {
                entry.bare = entry.bare.and(meant).and(Known::BARE);
            }
        }
        table
    }

    fn find(&self, word: &str) -> Option<&Entry> {
        let letters = |entry: &Entry| {
            let start = entry.start as usize;
            self.letters.get(start..start + usize::from(entry.bytes)).unwrap_or_default()
        };
        let at = self.entries.binary_search_by(|entry| letters(entry).cmp(word)).ok()?;
        self.entries.get(at)
    }
}

/// Notes a name and its stems.
fn add(all: &mut Vec<(String, Known)>, name: &str, known: Known, family: bool) {
    all.push((name.to_owned(), known));
    inflect::stems(name, family, |stem| all.push((stem.to_owned(), known.and(Known::STEM))));
}

fn add_municipalities(all: &mut Vec<(String, Known)>) {
    for municipality in municipalities() {
        let rural = if municipality.urban_rural_group == RURAL { Known::RURAL } else { Known::default() };
        for language in [Language::Fi, Language::Sv] {
            let name = municipality.names.get(language).to_lowercase();
            if let Some(name) = name.split_whitespace().next() {
                add(all, name, Known::PLACE.and(rural), true);
            }
        }
    }
}

fn given(name: &str, rank: usize) -> Known {
    let frequent = if rank < FREQUENT { Known::FREQUENT } else { Known::default() };
    let word = if GIVEN_WORDS.contains(&name) { Known::WORD } else { Known::default() };
    let never = if NEVER_ALONE.contains(&name) { Known::NEVER_ALONE } else { Known::default() };
    Known::GIVEN.and(frequent).and(word).and(never)
}

fn family_name(name: &str) -> Known {
    let plain = FAMILY_ENDINGS.iter().any(|ending| name.len() > ending.len() + 2 && name.ends_with(ending));
    let plain = plain && !FAMILY_WORDS.contains(&name);
    Known::FAMILY.and(if plain { Known::PLAIN } else { Known::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_names_bare_and_inflected() {
        for word in ["matti", "matille", "liisaa", "fatimalta", "mikaelin", "annas", "sergein", "ahmedille"] {
            assert!(known(word).has(Known::GIVEN), "{word}");
        }
        for word in ["virtanen", "virtasen", "virtaselle", "lindströmin", "mäkisestä", "korhosta", "johanssons"] {
            assert!(known(word).has(Known::FAMILY.and(Known::PLAIN)), "{word}");
        }
        for word in ["kosken", "mäen", "lahdelle", "laineen"] {
            assert!(known(word).has(Known::FAMILY) && !known(word).has(Known::PLAIN), "{word}");
        }
        assert!(known_bare("matti").has(Known::GIVEN.and(Known::FREQUENT).and(Known::BARE)));
        assert!(!known("matille").has(Known::BARE) && known_bare("matille") == Known::default());
    }

    #[test]
    fn knows_what_is_a_word_or_a_place_as_well() {
        for word in ["onni", "onnella", "toivo", "pian", "ilman", "ainoa", "päivin"] {
            let known = known(word);
            assert!(!known.has(Known::GIVEN) || known.has(Known::WORD), "{word}");
        }
        for word in ["kaustisella", "puolangalta", "rautavaaran"] {
            assert!(known(word).has(Known::PLACE.and(Known::RURAL)), "{word}");
        }
        assert!(known("helsingissä").has(Known::PLACE) && !known("helsingissä").has(Known::RURAL));
        for word in ["asunto", "palvelu", "ja", "kotihoito", "lapsi"] {
            assert_eq!(known(word), Known::default(), "{word}");
        }
    }

    #[test]
    fn lists_are_whole() {
        let (first, family) = NAMES.split_once(SURNAMES).unwrap();
        let count = |text: &str| {
            text.lines().filter(|line| !line.starts_with(['#', '['])).flat_map(str::split_whitespace).count()
        };
        assert_eq!((count(first), count(family)), (2_000, 3_500));
    }
}
