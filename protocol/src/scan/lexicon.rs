//! Words that say what stands beside them: that a number is an identity code, a plate or a file's number, that a name follows, that
//! somebody is old, ill, foreign or has many children. Finnish, Swedish, English; whole words with their inflections, never
//! bare substrings.

use std::sync::LazyLock;

use super::inflect;

/// What a word announces; any of [`Tags`]' constants together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tags(u32);

impl Tags {
    /// A personal identity code or a date of birth.
    pub(super) const IDENTITY: Self = Self(1);
    /// An electronic client identifier.
    pub(super) const FINUID: Self = Self(1 << 1);
    /// That somebody was born: a date right after it is a date of birth.
    pub(super) const BORN: Self = Self(1 << 2);
    /// A vehicle: what looks like a licence plate is one.
    pub(super) const VEHICLE: Self = Self(1 << 3);
    /// A passport, an identity card or a residence permit.
    pub(super) const DOCUMENT: Self = Self(1 << 4);
    /// A case, a file, a client's number in some system.
    pub(super) const CASE: Self = Self(1 << 5);
    /// A role in which one person appears; a name may follow: client, patient, pupil.
    pub(super) const ROLE: Self = Self(1 << 6);
    /// Kin: mother, son, aunt. A capitalised word after it is a name.
    pub(super) const KIN: Self = Self(1 << 7);
    /// A title that only stands before names: Mr, rouva, fru.
    pub(super) const TITLE: Self = Self(1 << 8);
    /// One person, in the singular.
    pub(super) const PERSON: Self = Self(1 << 9);
    /// Years of age, of one person.
    pub(super) const AGED: Self = Self(1 << 10);
    /// Not exactly: a number beside it is a limit.
    pub(super) const LIMIT: Self = Self(1 << 11);
    /// A school, a care home or another unit.
    pub(super) const UNIT: Self = Self(1 << 12);
    /// An illness, a disability, a nationality: few people share it.
    pub(super) const GROUP: Self = Self(1 << 13);
    /// Children of one family, when a number stands before it.
    pub(super) const CHILDREN: Self = Self(1 << 14);
    /// A month.
    pub(super) const MONTH: Self = Self(1 << 15);
    /// A dwelling in a house: the number after it is that of a flat.
    pub(super) const FLAT: Self = Self(1 << 16);
    /// An organisation: a capitalised word before it names that, not a person.
    pub(super) const ORGANISATION: Self = Self(1 << 17);
    /// A number of children from three on, in words.
    pub(super) const SEVERAL: Self = Self(1 << 18);

    /// Tells whether one of `other` is among them.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns these and `other`.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// How much of a word the entry must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    /// All of it.
    Whole,
    /// All but an ending of a case.
    Inflected,
    /// All but a few letters.
    Stem,
}

/// Letters that may follow a [`Match::Stem`]: the longest usual Finnish case ending with a possessive suffix.
const ENDING_CHARS_MAX: usize = 7;
/// Longer words are none of ours.
const WORD_BYTES_MAX: usize = 60;

const PERSON_IN_ROLE: Tags = Tags::ROLE.or(Tags::PERSON);
const PERSON_OF_KIN: Tags = Tags::KIN.or(Tags::PERSON);

#[rustfmt::skip] // one word a line otherwise
const ENTRIES: &[(Match, Tags, &[&str])] = &[
    (Match::Stem, Tags::IDENTITY, &["hetu", "sotu", "henkilötunnu", "henkilötunni", "sosiaaliturvatunnu", "personbeteckning",
        "personnummer", "syntymäaika", "syntymäajan", "syntymäpäivä", "födelsedatum", "födelsetid", "birthdate"]),
    (Match::Stem, Tags::FINUID, &["finuid", "satutunnu", "asiointitunnu"]),
    (Match::Whole, Tags::BORN, &["syntynyt", "syntyi", "synt", "dob", "född", "föddes", "born"]),
    (Match::Inflected, Tags::VEHICLE, &["auto", "bil", "bilen", "mopo", "rekkari", "rekisteri", "plate", "vehicle", "car", "traktori"]),
    (Match::Stem, Tags::VEHICLE, &["rekisteritunnu", "rekisterinumero", "rekisterikilp", "ajoneuvo", "henkilöauto", "pakettiauto",
        "moottoripyör", "registernummer", "registerskylt", "fordon"]),
    (Match::Inflected, Tags::DOCUMENT, &["passi", "pass", "passet", "passport", "henkilökortti", "henkilökorti", "ajokortti",
        "ajokorti"]),
    (Match::Stem, Tags::DOCUMENT, &["passin", "oleskelulupa", "oleskeluluva", "uppehållstillstånd", "identitetskort",
        "muukalaispass", "matkustusasiakirja", "permit", "körkort"]),
    (Match::Whole, Tags::CASE, &["dnro", "dnr", "diar", "diaarinro", "asianro", "ärendenr"]),
    (Match::Stem, Tags::CASE, &["diaarinumero", "asianumero", "päätösnumero", "hakemusnumero", "asiakasnumero", "asiakastunnu",
        "asiakastunni", "potilasnumero", "potilastunnu", "tapausnumero", "diarienummer", "ärendenummer", "klientnummer", "patientnummer",
        "kundnummer", "beslutsnummer", "casenumber"]),
    (Match::Inflected, PERSON_IN_ROLE, &["asiakas", "asiakkaa", "potilas", "potilaa", "oppilas", "oppilaa", "opiskelija", "asukas",
        "asukkaa", "hakija", "vanhus", "vanhukse", "omaishoitaja", "klient", "klienten", "patient", "patienten", "elev", "eleven",
        "client", "pupil", "resident"]),
    (Match::Inflected, Tags::ROLE, &["perhe", "perhee", "family", "familj", "familjen", "nuori", "nuore", "ohjaaja", "sosiaalityöntekijä",
        "lähihoitaja", "opettaja", "lääkäri", "naapuri", "kaveri", "ystävä", "socialarbetare", "läraren", "teacher", "neighbour",
        "edunvalvoja"]),
    (Match::Inflected, PERSON_OF_KIN, &["äiti", "äidi", "isä", "poika", "poja", "tytär", "tyttäre", "tyttö", "tytö", "vaimo", "mummo",
        "mummu", "vaari", "ukki", "isoäiti", "isoäidi", "isoisä", "täti", "tädi", "setä", "sedä", "eno", "sisko", "veli", "velje",
        "puoliso", "aviomies", "aviomiehe", "avovaimo", "tyttöystävä", "poikaystävä", "vauva", "serkku", "mamma", "mor", "far", "pappa",
        "sonen", "dottern", "syster", "systern", "bror", "brodern", "mormor", "farmor", "farfar", "morfar", "hustrun", "maken", "modern",
        "fadern", "pojken", "flickan", "mother", "father", "mum", "mom", "dad", "son", "daughter", "sister", "brother", "wife",
        "husband", "grandmother", "grandfather", "aunt", "uncle", "boyfriend", "girlfriend", "faster", "moster", "farbror"]),
    (Match::Inflected, Tags::TITLE, &["rouva", "herra", "neiti", "neidi", "fru", "herr", "fröken"]),
    (Match::Whole, Tags::TITLE, &["rva", "hra", "nti", "mr", "mrs", "ms", "mister", "tri", "dr"]),
    (Match::Whole, Tags::PERSON, &["mies", "miehen", "miehelle", "nainen", "naisen", "naiselle", "lapsen", "mannen", "kvinnan", "barnet",
        "man", "woman", "boy", "girl", "child"]),
    (Match::Whole, Tags::AGED, &["vuotias", "vuotiasta", "vuotiaan", "vuotiaalla", "vuotiaalle", "vuotiaalta", "vuotiaasta", "vuotiaassa",
        "vuotiaana", "vuotiaaksi", "kuukautinen", "kuukautisen", "åring", "åringen", "åringens", "årig", "åriga", "årige", "yearold"]),
    (Match::Whole, Tags::LIMIT, &["alle", "yli", "vähintään", "enintään", "korkeintaan", "alkaen", "noin", "under", "över", "minst", "högst",
        "ungefär", "cirka", "about", "least", "most", "aged", "keskimäärin", "täyttäneet", "täyttäneille"]),
    (Match::Inflected, Tags::UNIT, &["koulu", "peruskoulu", "alakoulu", "yläkoulu", "yhtenäiskoulu", "yläaste", "yläastee", "ala-aste", "lukio",
        "päiväkoti", "päiväkodi", "hoivakoti", "hoivakodi", "palvelutalo", "palvelukoti", "palvelukodi", "vanhainkoti", "vanhainkodi",
        "lastenkoti", "lastenkodi", "nuorisokoti", "nuorisokodi", "perhekoti", "perhekodi", "ryhmäkoti", "ryhmäkodi", "vastaanottokeskus",
        "vastaanottokeskukse", "asumisyksikkö", "asumisyksikö", "skola", "skolan", "daghem", "daghemmet", "gymnasium", "gymnasiet",
        "servicehus", "servicehuset", "school", "kindergarten", "daycare"]),
    (Match::Stem, Tags::GROUP, &["kehitysvamma", "autismi", "autisti", "asperger", "adhd", "skitsofreni", "epileps", "epilepti", "parkinson",
        "alzheimer", "downin", "diabetes", "diabeet", "psykoos", "kaksisuuntai", "näkövamma", "kuulovamma", "liikuntavamma", "viittomakiel",
        "muistisair", "leukemia", "anoreksi", "raskaana", "transsukupuoli", "intersukupuoli", "utvecklingsstör", "autism", "schizofreni",
        "psykos", "gravid", "synskad", "hörselskad", "schizophreni", "epilep", "anorexi", "deafblind", "pregnant"]),
    (Match::Inflected, Tags::GROUP, &["kuuro", "sokea", "hiv", "cp-vamma", "syöpä", "syövä", "döv", "blind", "deaf", "cancer", "romani",
        "kurdi", "afgaani", "albaani", "somali", "kurd", "rom", "saame", "roma"]),
    (Match::Stem, Tags::GROUP, &["somalialai", "irakilai", "syyrialai", "afganistanilai", "ukrainalai", "venäläi", "virolai", "thaimaalai",
        "vietnamilai", "saamelai", "turkkilai", "iranilai", "eritrealai", "etiopialai", "nigerialai", "bangladeshilai", "intialai",
        "kongolai", "kurdilai", "filippiiniläi", "romaniperhe", "somalisk", "irakisk", "syrisk", "afghansk", "ukrainsk", "thailändsk",
        "samisk", "kurdisk", "iraqi", "syrian", "afghan", "ukrainian", "kurdish", "eritrean", "ethiopian", "nigerian", "vietnamese"]),
    (Match::Whole, Tags::CHILDREN, &["lapsen", "lapsinen", "lapsisen", "lapsiseen", "lapsisessa", "barn", "barns", "barnsfamilj", "children",
        "kids"]),
    (Match::Whole, Tags::SEVERAL, &["kolmen", "neljän", "viiden", "kuuden", "seitsemän", "kahdeksan", "yhdeksän", "kymmenen", "kolmilapsinen",
        "nelilapsinen", "viisilapsinen", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "three", "four", "five", "six", "seven",
        "eight", "nine", "ten"]),
    (Match::Whole, Tags::MONTH, &["tammikuuta", "helmikuuta", "maaliskuuta", "huhtikuuta", "toukokuuta", "kesäkuuta", "heinäkuuta", "elokuuta",
        "syyskuuta", "lokakuuta", "marraskuuta", "joulukuuta", "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti",
        "september", "oktober", "november", "december", "january", "february", "march", "may", "june", "july", "august", "october"]),
    (Match::Whole, Tags::FLAT, &["as", "asunto", "huoneisto", "lgh", "bost", "bostad", "lägenhet", "apt", "apartment", "flat", "rappu"]),
    (Match::Whole, Tags::ORGANISATION, &["ry", "oy", "oyj", "ab", "rf", "rn", "ky", "tmi", "inc", "ltd", "säätiö", "stiftelsen", "akatemia",
        "opisto", "instituutti", "yliopisto", "seurakunta", "seurakunnan", "kunta", "kunnan", "kaupunki", "kaupungin", "kirkko", "kirkon",
        "sairaala", "sairaalan", "sairaalassa", "museo", "hanke", "hankkeen", "projekti", "malli", "mallin", "viikko", "päivä", "talo",
        "talon", "talossa", "laki", "lain", "keskus", "keskuksen", "hyvinvointialue", "hyvinvointialueen", "asema", "ryhmä", "kampanja"]),
];

/// What stands for *born* before a date, in Finnish and Swedish.
const BORN: &[&str] = &["s", "f"];

/// All entries, sorted, for looking up what a word begins with.
static LEXICON: LazyLock<Vec<(&'static str, Match, Tags)>> = LazyLock::new(|| {
    let entries = ENTRIES.iter().flat_map(|(kind, tags, words)| words.iter().map(|word| (*word, *kind, *tags)));
    let mut all: Vec<_> = entries.collect();
    all.sort_by_key(|(word, kind, _)| (*word, *kind));
    all
});

/// Returns what a word in lower case announces.
pub(super) fn tags(word: &str) -> Tags {
    let mut tags = Tags::default();
    if BORN.contains(&word) {
        return Tags::BORN;
    }
    if word.len() > WORD_BYTES_MAX || word.starts_with(|char: char| char.is_ascii_digit()) {
        return tags;
    }
    let after = LEXICON.partition_point(|(entry, ..)| *entry <= word);
    let shared = |entry: &str| entry.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
    // Every entry that `word` begins with sorts before it; none with less than two letters in common is one.
    for (entry, kind, meant) in LEXICON.iter().take(after).rev().take_while(|(entry, ..)| shared(entry) >= 2) {
        let fits = word.strip_prefix(entry).is_some_and(|ending| match kind {
            Match::Whole => ending.is_empty(),
            Match::Inflected => inflect::is_ending(ending),
            Match::Stem => ending.chars().count() <= ENDING_CHARS_MAX,
        });
        if fits {
            tags = tags.or(*meant);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_inflected_words_and_nothing_that_only_begins_like_one() {
        for (word, meant) in [
            ("hetussa", Tags::IDENTITY),
            ("henkilötunnuksen", Tags::IDENTITY),
            ("äidille", Tags::KIN),
            ("isänsä", Tags::KIN),
            ("asiakkaan", Tags::ROLE),
            ("rouvalle", Tags::TITLE),
            ("autossa", Tags::VEHICLE),
            ("passinumero", Tags::DOCUMENT),
            ("somalialaisen", Tags::GROUP),
            ("koululla", Tags::UNIT),
            ("familjens", Tags::ROLE),
            ("client", Tags::PERSON),
        ] {
            assert!(tags(word).has(meant), "{word}");
        }
        for word in [
            "isännöitsijä",
            "sotukkapuheluissa",
            "vihetu",
            "autoilija",
            "passiivinen",
            "romaani",
            "morgon",
            "enossa1",
            "bilaga",
        ] {
            assert_eq!(tags(word), Tags::default(), "{word}");
        }
    }

    #[test]
    fn every_entry_is_found_by_itself() {
        for (word, _, meant) in LEXICON.iter().filter(|(word, ..)| !word.contains('-')) {
            assert!(tags(word).has(*meant), "{word}");
        }
    }
}
