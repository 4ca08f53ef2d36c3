//! The names of what stands around a report, in Finnish, Swedish and English. Names of fields are the form's
//! ([`talkoot_protocol::form`]), names of codes [`talkoot_protocol::report::codes`]'s.

use talkoot_protocol::form::Form;
use talkoot_protocol::report::codes::Language;

/// Words around reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// Before values written at the same time.
    OthersSay,
    /// An organisation.
    Organisation,
    /// A worker.
    Worker,
    /// For whom a report is.
    Shared,
    /// When it was written, as the author says.
    Written,
    /// How many changes it has.
    Changes,
    /// Yes.
    Yes,
    /// No.
    No,
    /// A margin.
    Total,
    /// A count.
    Reports,
    /// A count.
    Organisations,
    /// What a report does not say.
    Unsaid,
    /// A hidden count.
    Few,
    /// How something develops.
    Trend,
    /// More and more.
    Growing,
    /// Neither more nor less.
    Stable,
    /// Less and less.
    Declining,
    /// A place of any sort.
    Place,
    /// Has to be answered.
    Required,
    /// May be answered.
    Optional,
    /// Is not asked.
    NotAsked,
    /// Before the codes a question takes.
    Takes,
    /// Before the kinds of report that are asked.
    OnlyIn,
}

impl Word {
    /// Returns the word in a language.
    pub(crate) const fn say(self, language: Language) -> &'static str {
        let words = match self {
            Self::OthersSay => ["muut sanovat myös", "andra säger också", "others also say"],
            Self::Organisation => ["Organisaatio", "Organisation", "Organisation"],
            Self::Worker => ["Kirjoittaja", "Skribent", "Author"],
            Self::Shared => ["Jaetaan", "Delas med", "Shared with"],
            Self::Written => ["Kirjoitettu", "Skriven", "Written"],
            Self::Changes => ["Muutoksia", "Ändringar", "Changes"],
            Self::Yes => ["kyllä", "ja", "yes"],
            Self::No => ["ei", "nej", "no"],
            Self::Total => ["Yhteensä", "Sammanlagt", "Total"],
            Self::Reports => ["Raportteja", "Rapporter", "Reports"],
            Self::Organisations => ["Organisaatioita", "Organisationer", "Organisations"],
            Self::Unsaid => ["Ei kerrottu", "Anges inte", "Not said"],
            Self::Few => ["muutama", "några få", "few"],
            Self::Trend => ["Suunta", "Riktning", "Trend"],
            Self::Growing => ["kasvaa", "växer", "growing"],
            Self::Stable => ["vakaa", "stabil", "stable"],
            Self::Declining => ["vähenee", "minskar", "declining"],
            Self::Place => ["Missä", "Var", "Where"],
            Self::Required => ["pakollinen", "obligatorisk", "required"],
            Self::Optional => ["vapaaehtoinen", "frivillig", "optional"],
            Self::NotAsked => ["ei kysytä", "frågas inte", "not asked"],
            Self::Takes => ["Vastaukset", "Svar", "Answers"],
            Self::OnlyIn => ["Vain lajissa", "Bara i arten", "Only in"],
        };
        words[place(language)]
    }
}

/// Returns the name of a field by the built-in form; one it does not have is its own name.
pub(crate) fn field(id: &str, language: Language) -> &str {
    Form::built_in().label(id, language).unwrap_or(id)
}

/// Sámi falls back to Finnish until it is translated.
const fn place(language: Language) -> usize {
    match language {
        Language::Fi | Language::Se => 0,
        Language::Sv => 1,
        Language::En => 2,
    }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::Report;

    use super::*;

    #[test]
    fn every_field_has_a_name() {
        assert!(Report::FIELDS.iter().all(|id| field(id, Language::En) != *id));
        assert_eq!(field("area", Language::Sv), "Område");
        assert_eq!(field("local_question", Language::Fi), "local_question");
    }
}
