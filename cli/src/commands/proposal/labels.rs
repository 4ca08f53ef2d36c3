//! The words with which proposals are shown, in three languages.

use talkoot_protocol::proposal::State;
use talkoot_protocol::proposal::state::Phase;
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes::Language;

/// Defines words: `Name: fi, sv, en;`.
macro_rules! words {
    ($($word:ident: $fi:literal, $sv:literal, $en:literal;)*) => {
        /// A word shown beside a proposal.
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum Say {
            $(#[doc = $en] $word,)*
        }

        impl Say {
            /// Returns the word in a language. Sámi falls back to Finnish until it is translated.
            pub(crate) const fn in_language(self, language: Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$word, Language::Fi | Language::Se) => $fi,
                        (Self::$word, Language::Sv) => $sv,
                        (Self::$word, Language::En) => $en,
                    )*
                }
            }
        }
    };
}

words! {
    State: "Tila", "Läge", "State";
    Asks: "Ehdottaa", "Föreslår", "Asks";
    Asked: "Kenen pitäisi toimia", "Vem borde agera", "Asked to act";
    Until: "Vastaus viimeistään", "Svar senast", "Answer by";
    Until1: "Viimeistään", "Senast", "By";
    Level: "Taso", "Nivå", "Level";
    SharedWith: "Jaetaan", "Delas med", "Shared with";
    Title: "Otsikko", "Rubrik", "Title";
    Text: "Ehdotus", "Förslag", "Proposal";
    From: "Perustuu", "Grundar sig på", "Comes from";
    Answers: "Vastaukset", "Svar", "Answers";
    Decision: "Päätös", "Beslut", "Decision";
    NotCounted: "ei lueta mukaan", "räknas inte", "not counted";
    WrittenDown: "muistiin merkitty", "antecknat", "written down by who asked";
    EarlierWording: "vastaa aiempaan sanamuotoon", "svar på tidigare formulering", "answers an earlier wording";
    Acknowledged: "vastaanotettu", "mottaget", "acknowledged";
    Owes: "ei vielä vastausta", "inget svar ännu", "no answer yet";
    Escalated: "kysytty myös", "frågad också", "asked later";
    ForwardedBy: "siirtänyt", "vidarebefordrat av", "forwarded by";
    Outcomes: "Mitä siitä seurasi", "Vad det ledde till", "What came of it";
    AskedAgain: "Seurauksia kysytään", "Utfallet efterfrågas", "The outcome is asked for";
    Support: "Kannattavat", "Understöds av", "Supported by";
    Holder: "Hoitaa", "Handläggs av", "Seen to by";
    Nobody: "ei kukaan", "ingen", "nobody";
    Other: "Muuta", "Övrigt", "What else stands there";
    Unreadable: "(ei luettavissa)", "(kan inte läsas)", "(cannot be read)";
    Report: "raportti", "rapport", "report";
    Phenomenon: "ilmiö", "fenomen", "phenomenon";
    NotHere: "ei täällä", "inte här", "not here";
    Contested: "kiistetty", "bestritt", "contested";
}

/// Returns where a proposal stands, in words.
pub(crate) fn phase(state: &State, language: Language) -> String {
    let words = match state.phase {
        Phase::Open => ["avoin", "öppen", "open"],
        Phase::Acknowledged => ["vastaanotettu", "mottagen", "acknowledged"],
        Phase::Overdue => ["myöhässä", "försenad", "overdue"],
        Phase::Declined => ["kukaan ei ota", "ingen tar emot", "declined by all"],
        Phase::Answered => ["vastattu", "besvarad", "answered"],
        Phase::OutcomeDue => ["seurauksia kysytään", "utfall efterfrågas", "outcome due"],
        Phase::FollowedUp => ["seurattu", "uppföljd", "followed up"],
        Phase::Closed => ["suljettu", "stängd", "closed"],
    };
    let at = match language {
        Language::Fi | Language::Se => 0,
        Language::Sv => 1,
        Language::En => 2,
    };
    let word = words[at];
    match state.overdue_days.filter(|_| state.phase == Phase::Overdue) {
        Some(days) => format!("{word} ({days} {})", ["pv", "dgr", "d"][at]),
        None => word.to_owned(),
    }
}

/// Reads a code of a set, and says which there are if it is none.
pub(super) fn code<T: CodeSet>(key: &str) -> Result<T, String> {
    let keys: Vec<_> = T::all().iter().map(|code| code.key()).collect();
    T::from_key(key).ok_or_else(|| format!("use one of {}", keys.join(", ")))
}
