//! Words whose forms no rule joins: short ones, and those that change in the middle. Written as in the parent, `A` for `ä`.

/// A word: its key, and its stems or whole forms.
type Word = (&'static str, &'static [&'static str]);

/// Known as whole words only. Stems as they are when the case ending is off, the last vowel short, and forms that keep theirs.
const WHOLE: &[Word] = &[
    ("aika", &["aika", "aja", "aiko", "aikoi", "aikoja", "ajoi", "ajo", "aikoje"]),
    ("poika", &["poika", "poja", "poiki", "poikia", "poji", "poikie"]),
    ("lapsi", &["lapsi", "lapse", "las", "lasta", "lasten", "lapsia", "lapsie"]),
    ("vesi", &["vesi", "vede", "vettA", "vete", "vesiA", "vesie"]),
    ("kAsi", &["kAsi", "kAde", "kAttA", "kAte", "kAsiA", "kAsie"]),
    ("uusi", &["uusi", "uude", "uutta", "uute", "uusia", "uusie"]),
    ("vuosi", &["vuosi", "vuode", "vuotta", "vuote", "vuosia", "vuosie", "vuonna"]),
    ("mies", &["mies", "miehe", "miehi", "miehiA", "miestA", "miesten", "miehie", "miehen"]),
    (
        "tyO",
        &["tyO", "tyOtA", "tyOhOn", "tOi", "tOitA", "tOiden", "tOissA", "tOihin", "tyOt", "tOistA", "tOillA", "tOille"],
    ),
    ("yO", &["yO", "yOtA", "yOhOn", "OitA", "Oiden", "OisA", "OisiA", "yOt"]),
    ("tie", &["tie", "tietA", "tiehen", "tei", "teitA", "teiden", "teille", "teillA"]),
    ("tuki", &["tuki", "tue", "tuke", "tukea", "tui", "tukia", "tukie"]),
    ("laki", &["laki", "lai", "lakia", "lakie", "lakeja", "laei", "lakei"]),
    ("apu", &["apu", "avu", "apua", "apui", "avui"]),
    ("uhka", &["uhka", "uha", "uhi", "uhki", "uhkia", "uhkie"]),
    ("ikA", &["ikA", "iA", "iki", "ikiA", "ikie", "iAt"]),
    ("isA", &["isA", "isi", "isiA", "isie"]),
    ("Aiti", &["Aiti", "Aidi", "AitiA", "Aitei", "AitejA", "Aidei"]),
    ("koe", &["koe", "koke", "koetta", "kokei", "kokeita"]),
    ("luku", &["luku", "luvu", "lukua", "luvui", "lukui", "lukuja"]),
    ("suku", &["suku", "suvu", "sukua", "suvui", "sukuja"]),
    ("kyky", &["kyky", "kyvy", "kykyA", "kyvyi", "kykyjA"]),
    ("teko", &["teko", "teo", "tekoa", "teoi", "tekoja"]),
    ("alku", &["alku", "alu", "alkua", "alui", "alkuja"]),
    ("kulku", &["kulku", "kulkua"]),
    ("raha", &["raha", "rahoi", "rahoja", "raho"]),
    ("veli", &["veli", "velje", "veljeA", "velji", "veljiA", "veljie"]),
    ("koti", &["koti", "kodi", "kotia", "kodei", "kotei", "koteja", "kotona"]),
    ("jAsen", &["jAsen", "jAsene", "jAsentA", "jAseni", "jAseniA", "jAsenie", "jAsenet", "jAsenen", "jAsenten"]),
    ("kevAt", &["kevAt", "kevA", "kevAttA", "kevAi", "kevAitA"]),
    ("kuu", &["kuu", "kuuta", "kuuhun", "kui"]),
    ("pAA", &["pAA", "pAAtA", "pAAhAn", "pAi", "pAitA"]),
    ("maa", &["maa", "maata", "maahan", "mai", "maita"]),
    ("sosiaalis", &["sosiaali"]),
    ("vAki", &["vAki", "vAe", "vAkeA", "vAke"]),
];

/// Known also at the end of longer words.
const ENDINGS: &[Word] = &[
    ("kausi", &["kausi", "kaude", "kautta", "kaute", "kausia", "kausie"]),
    ("vuosi", &["vuosi", "vuode", "vuotta", "vuote", "vuosia", "vuosie"]),
    ("tuki", &["tuki", "tue", "tuke", "tukea", "tukia", "tukie", "tui"]),
    ("luku", &["luku", "luvu", "lukua", "luvui", "lukui"]),
    ("ruoka", &["ruoka", "ruoa", "ruua", "ruokia", "ruoki", "ruoi", "ruokie"]),
    ("velka", &["velka", "vela", "velkoja", "velko", "veloi", "velkoi"]),
    ("pelko", &["pelko", "pelo", "pelkoa", "pelkoja", "peloi"]),
    ("nAlkA", &["nAlkA", "nAlA"]),
    ("selkA", &["selkA", "selA", "selkiA"]),
    ("jalka", &["jalka", "jala", "jalkoja", "jalko", "jaloi"]),
    ("virka", &["virka", "vira", "virkoja", "virko", "viroi"]),
    ("korko", &["korko", "koro", "korkoa", "korkoja", "koroi"]),
    ("arki", &["arki", "arje", "arkea"]),
    ("jArki", &["jArki", "jArje", "jArkeA"]),
    ("lapsi", &["lapsi", "lapse", "lapsia", "lapsie"]),
    ("mies", &["mies", "miehe", "miehi", "miehiA", "miestA", "miesten", "miehie"]),
    ("tyO", &["tyO", "tyOtA", "tyOhOn"]),
    ("laki", &["laki", "lakia", "lakie", "lakeja", "lakei"]),
];

/// Returns the key of a form or stem that follows no rule.
pub(super) fn whole(stem: &[u8]) -> Option<&'static [u8]> {
    // Nearly all words are longer than any in the table.
    if stem.len() > 9 {
        return None;
    }
    let found = WHOLE.iter().find(|(_, stems)| stems.iter().any(|known| known.as_bytes() == stem));
    found.map(|(key, _)| key.as_bytes())
}

/// Returns what stands before an ending that follows no rule, and the ending's key.
pub(super) fn ending(stem: &[u8]) -> Option<(&[u8], &'static [u8])> {
    for (key, stems) in ENDINGS {
        for known in *stems {
            let Some(before) = stem.strip_suffix(known.as_bytes()) else { continue };
            // A month, not the first half of raskaus or rakkaus.
            let sound =
                *key != "kausi" || matches!(before.last(), Some(b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'A'));
            if sound && (before.is_empty() || before.len() >= 3) {
                return Some((before, key.as_bytes()));
            }
        }
    }
    None
}
