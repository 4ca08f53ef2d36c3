//! The code sets of the report form, each with its keys and its names in Finnish, Swedish and English.
//!
//! Keys are part of every stored report: add codes, never rename or reuse one. Object identifiers (OIDs) of the national
//! code service are carried as constants; its lists are not, since their terms of use are not known to us and some of their
//! numbers could not be found. Local keys stand in until a node loads the official list.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::{Code, CodeSet, UnknownCodeError, serialize_key};

/// THL: tasks of social services (*palvelutehtävä*). [`ServiceTask`] names them by local keys.
pub const SYSTEM_SERVICE_TASK: &str = "urn:oid:1.2.246.537.6.1221";
/// THL: social services (*sosiaalipalvelut*), the usual system of a report's `service`.
pub const SYSTEM_SOCIAL_SERVICE: &str = "urn:oid:1.2.246.537.6.1222";
/// THL: need for support (*tuen tarve*). Its codes need not equal the items of the law that [`SupportNeed`] counts by.
pub const SYSTEM_SUPPORT_NEED_THL: &str = "urn:oid:1.2.246.537.6.1282";
/// The version of the law whose items [`SupportNeed`] numbers: Social Welfare Act 1301/2014, section 11, as enacted.
pub const SUPPORT_NEED_VERSION: &str = "SHL 11 § (2014)";
/// THL: classification of social and health services.
pub const SYSTEM_SERVICE_CLASSES: &str = "urn:oid:1.2.246.537.6.50";
/// THL: nomenclature of services.
pub const SYSTEM_SERVICE_NAMES: &str = "urn:oid:1.2.246.537.6.49";
/// Municipality codes.
pub const SYSTEM_MUNICIPALITY: &str = "urn:oid:1.2.246.537.6.21";
/// Wellbeing services counties and the other areas responsible for arranging services.
pub const SYSTEM_COUNTY: &str = "urn:oid:1.2.246.537.6.9";
/// Register of social and health care organisations.
pub const SYSTEM_ORGANISATION: &str = "urn:oid:1.2.246.537.6.202";
/// Languages.
pub const SYSTEM_LANGUAGE: &str = "urn:oid:1.2.246.537.5.40175";

/// Defines code sets: `Name [numeric] { Variant = key: fi, sv, en; … }`, in the order forms show them.
macro_rules! code_sets {
    ($($(#[$doc:meta])* $set:ident $([$numeric:ident])? {
        $($variant:ident = $key:literal: $fi:literal, $sv:literal, $en:literal;)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $set {
            $(
                #[doc = concat!("`", $key, "`: ", $en, ".")]
                $variant,
            )*
        }

        impl $set {
            /// Returns every code of the set, in the order forms show them.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$variant),*]
            }

            /// Returns the key: what is stored and sent.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)*
                }
            }

            /// Returns the name people see. Sámi falls back to Finnish until it is translated.
            pub const fn label(self, language: Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$variant, Language::Fi | Language::Se) => $fi,
                        (Self::$variant, Language::Sv) => $sv,
                        (Self::$variant, Language::En) => $en,
                    )*
                }
            }
        }

        impl CodeSet for $set {
            $(const NUMERIC: bool = { let $numeric = true; $numeric };)?

            fn all() -> &'static [Self] {
                Self::all()
            }

            fn key(self) -> &'static str {
                self.key()
            }

            fn label(self, language: Language) -> &'static str {
                self.label(language)
            }
        }

        impl fmt::Display for $set {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.key())
            }
        }

        #[cfg(feature = "schema")]
        crate::schema::with_schema!($set);

        impl FromStr for $set {
            type Err = UnknownCodeError;

            fn from_str(key: &str) -> Result<Self, UnknownCodeError> {
                CodeSet::from_key(key).ok_or_else(|| UnknownCodeError::new(key))
            }
        }

        impl Serialize for $set {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize_key::<Self, S>(self.key(), serializer)
            }
        }

        impl<'de> Deserialize<'de> for $set {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = Code::<Self>::deserialize(deserializer)?;
                code.known().ok_or_else(|| serde::de::Error::custom(UnknownCodeError::new(code.key())))
            }
        }
    )*};
}

// Other rooms have code sets of their own.
pub(crate) use code_sets;

code_sets! {
    /// The form of an attachment's bytes.
    AttachmentKind {
        Jpeg = "jpeg": "Kuva (JPEG)", "Bild (JPEG)", "Picture (JPEG)";
        Png = "png": "Kuva (PNG)", "Bild (PNG)", "Picture (PNG)";
        Pdf = "pdf": "PDF-asiakirja", "PDF-dokument", "PDF document";
    }

    /// What sort of thing a report tells of.
    Kind {
        Phenomenon = "phenomenon": "Ilmiö", "Fenomen", "Phenomenon";
        GoodPractice = "good_practice": "Hyvä käytäntö", "God praxis", "Good practice";
        Wondering = "wondering": "Ihmettely", "Undran", "Wondering";
        Experiment = "experiment": "Kokeilu", "Försök", "Experiment";
    }

    /// Whether what was seen is good or bad for people.
    Valence {
        Positive = "positive": "Myönteinen", "Positivt", "Positive";
        Negative = "negative": "Kielteinen", "Negativt", "Negative";
        Mixed = "mixed": "Sekä myönteinen että kielteinen", "Både positivt och negativt", "Both positive and negative";
    }

    /// The need for support by the items of [`SUPPORT_NEED_VERSION`]; integers 1–10 and 99 on the wire.
    SupportNeed [numeric] {
        EverydayLife = "1": "Jokapäiväisestä elämästä selviytyminen", "Att klara av det dagliga livet",
            "Coping with everyday life";
        Housing = "2": "Asuminen", "Boende", "Housing";
        Finances = "3": "Taloudellisen tuen tarve", "Behov av ekonomiskt stöd", "Financial support";
        Inclusion = "4": "Sosiaalisen syrjäytymisen torjuminen ja osallisuuden edistäminen",
            "Att förebygga social utslagning och främja delaktighet",
            "Preventing social exclusion and promoting inclusion";
        Violence = "5": "Lähisuhde- ja perheväkivalta, muu väkivalta ja kaltoinkohtelu",
            "Våld i nära relationer och familjen, annat våld och annan illabehandling",
            "Violence in close relationships and families, other violence and maltreatment";
        Crisis = "6": "Äkillinen kriisitilanne", "Akut krissituation", "Sudden crisis";
        ChildDevelopment = "7": "Lapsen tasapainoinen kehitys ja hyvinvointi", "Barns balanserade utveckling och välfärd",
            "A child's balanced development and well-being";
        HealthAndAgeing = "8": "Päihteiden ongelmakäyttö, mielenterveysongelma, muu sairaus, vamma tai ikääntyminen",
            "Missbruk, psykisk ohälsa, annan sjukdom, funktionsnedsättning eller åldrande",
            "Substance use, mental health, other illness, disability or ageing";
        OtherFunctioning = "9": "Muu fyysinen, psyykkinen, sosiaalinen tai kognitiivinen toimintakyky",
            "Annan fysisk, psykisk, social eller kognitiv funktionsförmåga",
            "Other physical, mental, social or cognitive functional capacity";
        Relatives = "10": "Omaisten ja läheisten tukeminen", "Stöd till anhöriga och närstående",
            "Support for relatives and close ones";
        Other = "99": "Muu tai ei tiedossa", "Annat eller okänt", "Other or not known";
    }

    /// The task of social services that the observation belongs to ([`SYSTEM_SERVICE_TASK`], local keys).
    ServiceTask {
        ChildFamilies = "child_families": "Lapsiperheiden palvelut", "Tjänster för barnfamiljer",
            "Services for families with children";
        WorkingAge = "working_age": "Työikäisten palvelut", "Tjänster för personer i arbetsför ålder",
            "Services for people of working age";
        OlderPeople = "older_people": "Iäkkäiden palvelut", "Tjänster för äldre", "Services for older people";
        Substance = "substance": "Päihde- ja riippuvuustyön erityiset palvelut",
            "Särskilda tjänster inom missbruks- och beroendearbetet", "Substance and addiction services";
        Disability = "disability": "Vammaispalvelut", "Tjänster för personer med funktionsnedsättning",
            "Disability services";
        ChildWelfare = "child_welfare": "Lastensuojelu", "Barnskydd", "Child welfare";
        FamilyLaw = "family_law": "Perheoikeudelliset palvelut", "Familjerättsliga tjänster", "Family law services";
    }

    /// Whom the observation concerns.
    Group {
        Everyone = "everyone": "Kaikki", "Alla", "Everyone";
        ChildrenFamilies = "children_families": "Lapset ja lapsiperheet", "Barn och barnfamiljer",
            "Children and families";
        Young = "young": "Nuoret", "Unga", "Young people";
        Older = "older": "Ikääntyneet", "Äldre", "Older people";
        LongTermIll = "long_term_ill": "Pitkäaikaissairaat", "Långtidssjuka", "People with a long-term illness";
        Disabled = "disabled": "Vammaiset henkilöt", "Personer med funktionsnedsättning", "Disabled people";
        Homeless = "homeless": "Asunnottomat", "Bostadslösa", "Homeless people";
        OverIndebted = "over_indebted": "Ylivelkaantuneet", "Överskuldsatta", "Over-indebted people";
        Immigrants = "immigrants": "Maahan muuttaneet", "Invandrare", "Immigrants";
        Roma = "roma": "Romanit", "Romer", "Roma";
        Sami = "sami": "Saamelaiset", "Samer", "Sámi";
        Prisoners = "prisoners": "Vangit ja vankilasta vapautuneet", "Fångar och frigivna",
            "Prisoners and former prisoners";
        SingleParents = "single_parents": "Yksinhuoltajat", "Ensamförsörjare", "Single parents";
        InformalCarers = "informal_carers": "Omaishoitajat", "Närståendevårdare", "Informal carers";
        Unemployed = "unemployed": "Työttömät", "Arbetslösa", "Unemployed people";
        Students = "students": "Opiskelijat", "Studerande", "Students";
        SubstanceUsers = "substance_users": "Päihteitä käyttävät", "Personer som använder rusmedel",
            "People who use substances";
    }

    /// The age of those concerned: the bands of national indicators.
    AgeBand {
        All = "all": "Kaikenikäiset", "Alla åldrar", "All ages";
        Child = "0-17": "0–17 vuotta", "0–17 år", "0–17 years";
        YoungAdult = "18-24": "18–24 vuotta", "18–24 år", "18–24 years";
        Adult = "25-64": "25–64 vuotta", "25–64 år", "25–64 years";
        From65 = "65-74": "65–74 vuotta", "65–74 år", "65–74 years";
        From75 = "75-84": "75–84 vuotta", "75–84 år", "75–84 years";
        From85 = "85+": "85 vuotta täyttäneet", "85 år och äldre", "85 years and over";
    }

    /// How widespread it is.
    Spread {
        SingleRepeated = "single_repeated": "Yksittäinen, mutta toistuva", "Enstaka men återkommande",
            "Single but seen repeatedly";
        Some = "some": "Joitakin", "Några", "Some";
        Many = "many": "Monia", "Många", "Many";
        VeryCommon = "very_common": "Hyvin yleinen", "Mycket vanligt", "Very common";
    }

    /// Where it is going.
    Trend {
        New = "new": "Uusi", "Nytt", "New";
        Growing = "growing": "Lisääntyy", "Ökar", "Growing";
        Stable = "stable": "Ennallaan", "Oförändrat", "Stable";
        Declining = "declining": "Vähenee", "Minskar", "Declining";
    }

    /// How many people it concerns, in bands: an exact small number could point at a person.
    AffectedEstimate {
        UpTo4 = "1-4": "1–4 ihmistä", "1–4 personer", "1–4 people";
        UpTo19 = "5-19": "5–19 ihmistä", "5–19 personer", "5–19 people";
        UpTo99 = "20-99": "20–99 ihmistä", "20–99 personer", "20–99 people";
        From100 = "100+": "100 ihmistä tai enemmän", "100 personer eller fler", "100 people or more";
    }

    /// The level a matter belongs to.
    Level {
        Unit = "unit": "Yksikkö", "Enhet", "Unit";
        Municipality = "municipality": "Kunta", "Kommun", "Municipality";
        County = "county": "Hyvinvointialue", "Välfärdsområde", "Wellbeing services county";
        National = "national": "Valtakunta", "Riket", "National";
    }

    /// The branch of administration that could act.
    Sector {
        Social = "social": "Sosiaalihuolto", "Socialvård", "Social welfare";
        Health = "health": "Terveydenhuolto", "Hälso- och sjukvård", "Health care";
        Education = "education": "Opetus ja varhaiskasvatus", "Utbildning och småbarnspedagogik",
            "Education and early childhood education";
        Housing = "housing": "Asuntotoimi", "Boende", "Housing";
        Employment = "employment": "Työllisyyspalvelut", "Sysselsättningstjänster", "Employment services";
        Kela = "kela": "Kela", "FPA", "Kela (social insurance)";
        Police = "police": "Poliisi", "Polis", "Police";
        Culture = "culture": "Kulttuuri, liikunta ja nuorisotyö", "Kultur, idrott och ungdomsarbete",
            "Culture, sports and youth work";
        Transport = "transport": "Liikenne", "Trafik", "Transport";
        Ngo = "ngo": "Järjestöt", "Organisationer", "Non-governmental organisations";
        State = "state": "Valtio", "Staten", "State";
        Other = "other": "Muu", "Annat", "Other";
    }

    /// What in society it is linked to.
    CauseCode {
        Law = "law": "Laki tai säädös", "Lag eller författning", "Law or regulation";
        Benefit = "benefit": "Etuus", "Förmån", "Benefit";
        ServiceSupply = "service_supply": "Palvelujen saatavuus", "Tillgång till tjänster", "Supply of services";
        Guidance = "guidance": "Ohjeistus tai neuvonta", "Anvisningar eller rådgivning", "Guidance";
        Cooperation = "cooperation": "Yhteistyö", "Samarbete", "Cooperation";
        Attitude = "attitude": "Asenteet", "Attityder", "Attitudes";
        Environment = "environment": "Elinympäristö", "Livsmiljö", "Living environment";
        Other = "other": "Muu", "Annat", "Other";
    }

    /// What it does to what the client is striving for.
    Effect {
        Helps = "helps": "Auttaa", "Hjälper", "Helps";
        Hinders = "hinders": "Haittaa", "Hindrar", "Hinders";
        Mixed = "mixed": "Sekä auttaa että haittaa", "Både hjälper och hindrar", "Both helps and hinders";
        Unknown = "unknown": "Ei tiedossa", "Okänt", "Not known";
    }

    /// What the report rests on.
    EvidenceCode {
        OwnObservation = "own_observation": "Oma havainto", "Egen iakttagelse", "Own observation";
        ClientTold = "client_told": "Asiakkaan kertoma", "Klientens berättelse", "Told by a client";
        Statistic = "statistic": "Tilasto", "Statistik", "Statistic";
        Research = "research": "Tutkimus", "Forskning", "Research";
        Story = "story": "Tarina", "Berättelse", "Story";
    }

    /// What part clients had in the report.
    ClientInvolved {
        Not = "not": "Eivät ole olleet mukana", "Har inte medverkat", "Not involved";
        Heard = "heard": "Heitä on kuultu", "Har hörts", "Heard";
        CoWritten = "co_written": "Kirjoitettu yhdessä", "Skrivet tillsammans", "Written together";
    }

    /// Whether the services that were offered met the need.
    NeedMet {
        Met = "met": "Vastasi tarpeeseen", "Motsvarade behovet", "Met the need";
        Partly = "partly": "Vastasi osittain", "Motsvarade delvis", "Met it partly";
        NotMet = "not_met": "Ei vastannut tarpeeseen", "Motsvarade inte behovet", "Did not meet the need";
        NothingOffered = "nothing_offered": "Mitään ei tarjottu", "Inget erbjöds", "Nothing was offered";
    }

    /// In what role the report was written.
    AuthorRole {
        SocialWorker = "social_worker": "Sosiaalityöntekijä", "Socialarbetare", "Social worker";
        Counsellor = "counsellor": "Sosiaaliohjaaja", "Socialhandledare", "Social counsellor";
        Manager = "manager": "Esihenkilö tai johtaja", "Chef eller ledare", "Manager";
        OtherProfessional = "other_professional": "Muu ammattilainen", "Annan yrkesperson", "Other professional";
        NgoWorker = "ngo_worker": "Järjestön työntekijä", "Anställd i organisation", "NGO worker";
        Volunteer = "volunteer": "Vapaaehtoinen", "Frivillig", "Volunteer";
        Student = "student": "Opiskelija", "Studerande", "Student";
        ExpertByExperience = "expert_by_experience": "Kokemusasiantuntija", "Erfarenhetsexpert", "Expert by experience";
        Client = "client": "Asiakas", "Klient", "Client";
        Resident = "resident": "Asukas", "Invånare", "Resident";
        DecisionMaker = "decision_maker": "Päättäjä", "Beslutsfattare", "Decision-maker";
    }

    /// Through what work an NGO saw it.
    SeenThrough {
        MeetingPlace = "meeting_place": "Kohtaamispaikka", "Mötesplats", "Meeting place";
        PeerGroup = "peer_group": "Vertaisryhmä", "Kamratstödsgrupp", "Peer group";
        PhoneChat = "phone_chat": "Puhelin tai chat", "Telefon eller chatt", "Phone or chat";
        FieldWork = "field_work": "Jalkautuva työ", "Uppsökande arbete", "Field work";
    }

    /// Whether an experiment reached its aim.
    AimReached {
        Reached = "reached": "Saavutettiin", "Nåddes", "Reached";
        Partly = "partly": "Saavutettiin osittain", "Nåddes delvis", "Partly reached";
        NotReached = "not_reached": "Ei saavutettu", "Nåddes inte", "Not reached";
        TooEarly = "too_early": "Liian varhaista sanoa", "För tidigt att säga", "Too early to say";
    }

    /// How an experiment goes on.
    Continuation {
        Continue = "continue": "Jatketaan", "Fortsätter", "Goes on";
        Change = "change": "Jatketaan muutettuna", "Fortsätter i ändrad form", "Goes on in another form";
        Stop = "stop": "Lopetetaan", "Avslutas", "Stops";
        Undecided = "undecided": "Ei vielä päätetty", "Inte avgjort ännu", "Not decided yet";
    }

    /// Which view of the form was used.
    Variant {
        Professional = "professional": "Ammattilaisen lomake", "Blankett för yrkespersoner", "Form for professionals";
        Ngo = "ngo": "Järjestön lomake", "Blankett för organisationer", "Form for organisations";
        Resident = "resident": "Asukkaan tai asiakkaan lomake", "Blankett för invånare och klienter",
            "Form for residents and clients";
    }

    /// The language a report is written in, and the languages of labels.
    Language {
        Fi = "fi": "suomi", "finska", "Finnish";
        Sv = "sv": "ruotsi", "svenska", "Swedish";
        En = "en": "englanti", "engelska", "English";
        Se = "se": "pohjoissaame", "nordsamiska", "Northern Sámi";
    }

    /// The code list an area's code belongs to.
    AreaScheme {
        Municipality = "municipality": "Kunta", "Kommun", "Municipality";
        County = "county": "Hyvinvointialue", "Välfärdsområde", "Wellbeing services county";
        Country = "country": "Koko maa", "Hela landet", "Whole country";
    }
}

impl Default for Variant {
    /// A report that names no variant is held to the professional form, the strictest one.
    fn default() -> Self {
        Self::Professional
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::is_sound;
    use super::*;

    #[test]
    fn every_set_has_unique_keys_and_labels_and_reads_what_it_writes() {
        is_sound::<Kind>();
        is_sound::<Valence>();
        is_sound::<SupportNeed>();
        is_sound::<ServiceTask>();
        is_sound::<Group>();
        is_sound::<AgeBand>();
        is_sound::<Spread>();
        is_sound::<Trend>();
        is_sound::<AffectedEstimate>();
        is_sound::<Level>();
        is_sound::<Sector>();
        is_sound::<CauseCode>();
        is_sound::<Effect>();
        is_sound::<EvidenceCode>();
        is_sound::<AttachmentKind>();
        is_sound::<ClientInvolved>();
        is_sound::<NeedMet>();
        is_sound::<AuthorRole>();
        is_sound::<SeenThrough>();
        is_sound::<AimReached>();
        is_sound::<Continuation>();
        is_sound::<Variant>();
        is_sound::<Language>();
        is_sound::<AreaScheme>();
    }

    #[test]
    fn support_needs_are_numbers_and_the_rest_are_texts() {
        assert_eq!(serde_json::to_string(SupportNeed::all()).unwrap(), "[1,2,3,4,5,6,7,8,9,10,99]");
        assert_eq!(serde_json::to_string(&AgeBand::From85).unwrap(), "\"85+\"");
        assert!("gold".parse::<Kind>().is_err());
    }
}
