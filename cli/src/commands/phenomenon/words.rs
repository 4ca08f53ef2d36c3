//! Headings and short words around phenomena, in Finnish, Swedish and English.

use talkoot_protocol::phenomenon::aspect::State;
use talkoot_protocol::phenomenon::link::Standing;
use talkoot_protocol::phenomenon::trend::Trend;
use talkoot_protocol::report::codes::Language;

/// A heading or a short word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heading {
    Title,
    Organisations,
    Facets,
    Reports,
    Open,
    Status,
    Begun,
    MergedFrom,
    Contradictions,
    Sides,
    Agreements,
    OtherTitles,
    Summaries,
    Course,
    ByReports,
    ByWords,
    Merges,
    Unread,
    History,
    Settles,
    Reason,
    Unweighed,
    Contested,
    NotHere,
    RestsOn,
    TakenBack,
    Joined,
    Parted,
    Notes,
    Questions,
}

impl Heading {
    /// Returns it in a language.
    pub(crate) const fn say(self, language: Language) -> &'static str {
        pick(
            match self {
                Self::Title => ["Otsikko", "Rubrik", "Title"],
                Self::Organisations => ["Organisaatioita", "Organisationer", "Organisations"],
                Self::Facets => ["Piirteitä", "Drag", "Facets"],
                Self::Reports => ["Raportit", "Rapporter", "Reports"],
                Self::Open => ["Avoinna", "Öppna", "Open"],
                Self::Status => ["Tila", "Läge", "Status"],
                Self::Begun => ["Aloittanut", "Påbörjat av", "Begun by"],
                Self::MergedFrom => ["Yhdistetty näistä", "Sammanfört av", "Merged from"],
                Self::Contradictions => ["Ristiriidat", "Motsägelser", "Contradictions"],
                Self::Sides => ["Piirteet", "Drag", "Facets"],
                Self::Agreements => ["Yksimielisesti", "Eniga om", "Agreements"],
                Self::OtherTitles => ["Muut nimet", "Andra namn", "Other names"],
                Self::Summaries => ["Kuvaukset", "Beskrivningar", "Summaries"],
                Self::Course => ["Kehitys", "Utveckling", "Trend"],
                Self::ByReports => ["raporttien mukaan", "enligt rapporterna", "by reports"],
                Self::ByWords => ["arvioiden mukaan", "enligt bedömningar", "by judgement"],
                Self::Merges => ["Yhdistämiset", "Sammanföringar", "Merging"],
                Self::Unread => ["Ei ymmärretty tässä versiossa", "Förstås inte i denna version", "Not understood"],
                Self::History => ["Historia", "Historia", "History"],
                Self::Settles => ["ratkaisee", "avgör", "settles"],
                Self::Reason => ["syy", "skäl", "reason"],
                Self::Unweighed => ["punnitsematta", "inte övervägt", "not weighed yet"],
                Self::Contested => ["kiistanalainen", "omstridd", "contested"],
                Self::NotHere => ["ei täällä", "finns inte här", "not here"],
                Self::RestsOn => ["perustuu", "grundar sig på", "rests on"],
                Self::TakenBack => ["otettu takaisin", "återtaget", "taken back"],
                Self::Joined => ["yhdistetty", "sammanförda", "joined"],
                Self::Parted => ["erillään", "åtskilda", "apart"],
                Self::Notes => ["Muistiinpanot", "Anteckningar", "Notes"],
                Self::Questions => ["Kysymyksiä", "Frågor", "Questions"],
            },
            language,
        )
    }
}

/// Returns how a contradiction stands.
pub(super) const fn state(state: State, language: Language) -> &'static str {
    pick(
        match state {
            State::Open => ["AVOIN", "ÖPPEN", "OPEN"],
            State::Reopened => ["AVATTU UUDELLEEN", "ÖPPNAD PÅ NYTT", "OPEN AGAIN"],
            State::SettledDifferently => {
                ["AVOIN, ratkaistu eri tavoin", "ÖPPEN, avgjord olika", "OPEN, settled differently"]
            }
            State::Settled => ["ratkaistu", "avgjord", "settled"],
        },
        language,
    )
}

/// Returns whether a report belongs to it.
pub(super) const fn standing(standing: Standing, language: Language) -> &'static str {
    pick(
        match standing {
            Standing::Linked => ["liitetty", "kopplad", "linked"],
            Standing::Unlinked => ["irrotettu", "lösgjord", "unlinked"],
            Standing::Vetoed => ["kirjoittaja kieltää", "skribenten nekar", "denied by its organisation"],
        },
        language,
    )
}

/// Returns where something goes.
pub(super) fn trend(trend: Trend, language: Language) -> String {
    let words = match trend {
        Trend::TooFew { periods, needed } => {
            let few = pick(["puolivuosia liian vähän", "för få halvår", "too few half-years"], language);
            return format!("{few} ({periods} / {needed})");
        }
        Trend::Growing => ["lisääntyy", "ökar", "growing"],
        Trend::Stable => ["ennallaan", "oförändrat", "stable"],
        Trend::Declining => ["vähenee", "minskar", "declining"],
        Trend::Varying => ["vaihtelee", "varierar", "varying"],
    };
    pick(words, language).to_owned()
}

/// Sámi falls back to Finnish until it is translated.
const fn pick(words: [&'static str; 3], language: Language) -> &'static str {
    let [fi, sv, en] = words;
    match language {
        Language::Fi | Language::Se => fi,
        Language::Sv => sv,
        Language::En => en,
    }
}
