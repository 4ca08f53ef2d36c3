//! The names of fields and of what else stands around a report, in Finnish, Swedish and English. Names of codes are
//! [`talkoot_protocol::report::codes`]'s.

use talkoot_protocol::report::codes::Language;

/// Field id, Finnish, Swedish, English.
const FIELDS: &[(&str, [&str; 3])] = &[
    ("title", ["Otsikko", "Rubrik", "Title"]),
    ("kind", ["Laji", "Art", "Kind"]),
    ("valence", ["Myönteinen vai kielteinen", "Positivt eller negativt", "Good or bad"]),
    ("description", ["Mitä on havaittu", "Vad har märkts", "What was noticed"]),
    ("support_need", ["Tuen tarve", "Stödbehov", "Need for support"]),
    ("service_task", ["Palvelutehtävä", "Serviceuppgift", "Service task"]),
    ("service", ["Palvelu", "Tjänst", "Service"]),
    ("target_group", ["Ketä koskee", "Vem det gäller", "Whom it concerns"]),
    ("extent", ["Kuinka yleinen", "Hur utbrett", "How widespread"]),
    ("affected_estimate", ["Arvio määrästä", "Uppskattat antal", "Estimated number"]),
    ("area", ["Alue", "Område", "Area"]),
    ("level", ["Taso", "Nivå", "Level"]),
    ("sector", ["Hallinnonala", "Förvaltningsområde", "Sector able to act"]),
    ("cause", ["Yhteiskunnallinen yhteys", "Samhällelig koppling", "Link to society"]),
    ("done_so_far", ["Mitä on jo tehty", "Vad har redan gjorts", "What has been done"]),
    ("effect", ["Vaikutus asiakkaan tavoitteeseen", "Effekt på klientens mål", "Effect on the client's goal"]),
    ("proposal", ["Toimenpide-ehdotus", "Åtgärdsförslag", "Proposed action"]),
    (
        "proposal_together",
        ["Ehdotus löydettävä yhdessä", "Förslag behöver hittas tillsammans", "Proposal to be found together"],
    ),
    ("evidence", ["Peruste", "Grund", "Basis"]),
    ("client_involved", ["Asiakkaiden osuus", "Klienternas medverkan", "Part of clients"]),
    ("observed_period", ["Ajankohta", "Tidpunkt", "When"]),
    ("author_role", ["Kirjoittajan rooli", "Skribentens roll", "Role of the author"]),
    ("want_feedback", ["Haluaa palautteen", "Vill ha återkoppling", "Wants feedback"]),
    ("language", ["Kieli", "Språk", "Language"]),
    ("variant", ["Lomake", "Blankett", "Form"]),
    ("form", ["Lomakkeen versio", "Blankettversion", "Form version"]),
    ("org_activity", ["Järjestön toiminta", "Organisationens verksamhet", "What the organisation does"]),
    (
        "funding_dependency",
        ["Rahoitus riippuu aiheesta", "Finansieringen beror på ämnet", "Funding depends on the subject"],
    ),
    ("seen_through", ["Minkä työn kautta nähty", "Genom vilket arbete det setts", "Seen through"]),
];

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
        };
        words[place(language)]
    }
}

/// Returns the name of a field; one this version does not know is its own name.
pub(crate) fn field(id: &str, language: Language) -> &str {
    FIELDS.iter().find(|(known, _)| *known == id).map_or(id, |(_, names)| names[place(language)])
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
        assert_eq!(FIELDS.iter().map(|(id, _)| *id).collect::<Vec<_>>(), Report::FIELDS);
        assert_eq!(field("area", Language::Sv), "Område");
        assert_eq!(field("local_question", Language::Fi), "local_question");
    }
}
