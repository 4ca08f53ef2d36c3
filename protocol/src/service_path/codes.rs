//! The code sets of service paths, each with its keys and its names in Finnish, Swedish and English.
//!
//! Keys are part of every stored path, and the order is part of what the index keeps (`row`): add codes at the end of a set, never
//! rename, reuse or move one. The national code service has a list of social services
//! ([`SYSTEM_SOCIAL_SERVICE`](crate::report::codes::SYSTEM_SOCIAL_SERVICE)); where a node has loaded it, a step may name a service by
//! that list instead of one of these.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::report::code::{Code, CodeSet, UnknownCodeError, serialize_key};
use crate::report::codes::{Language, code_sets};

code_sets! {
    /// A type of service, by a local key.
    ServiceCode {
        BasicAssistance = "basic_social_assistance": "Perustoimeentulotuki", "Grundläggande utkomststöd",
            "Basic social assistance";
        SupplementaryAssistance = "supplementary_social_assistance": "Täydentävä ja ehkäisevä toimeentulotuki",
            "Kompletterande och förebyggande utkomststöd", "Supplementary and preventive social assistance";
        OtherBenefit = "other_benefit": "Muu etuus", "Annan förmån", "Other benefit";
        SocialWork = "social_work": "Sosiaalityö", "Socialt arbete", "Social work";
        SocialGuidance = "social_guidance": "Sosiaaliohjaus", "Social handledning", "Social guidance";
        SocialRehabilitation = "social_rehabilitation": "Sosiaalinen kuntoutus", "Social rehabilitering",
            "Social rehabilitation";
        FamilyWork = "family_work": "Perhetyö", "Familjearbete", "Family work";
        FamilyHomeService = "family_home_service": "Lapsiperheiden kotipalvelu", "Hemservice för barnfamiljer",
            "Home service for families";
        ChildWelfare = "child_welfare": "Lastensuojelu", "Barnskydd", "Child welfare";
        FamilyLaw = "family_law": "Perheoikeudelliset palvelut", "Familjerättsliga tjänster", "Family law services";
        HomeCare = "home_care": "Kotihoito", "Hemvård", "Home care";
        HousingService = "housing_service": "Asumispalvelut", "Boendeservice", "Supported housing";
        RentalHousing = "rental_housing": "Vuokra-asunto", "Hyresbostad", "Rental housing";
        HousingGuidance = "housing_guidance": "Asumisneuvonta", "Boenderådgivning", "Housing advice";
        DebtCounselling = "debt_counselling": "Talous- ja velkaneuvonta", "Ekonomi- och skuldrådgivning",
            "Financial and debt counselling";
        FoodAid = "food_aid": "Ruoka-apu", "Mathjälp", "Food aid";
        Substance = "substance": "Päihde- ja riippuvuuspalvelut", "Missbruks- och beroendetjänster",
            "Substance and addiction services";
        MentalHealth = "mental_health": "Mielenterveyspalvelut", "Mentalvårdstjänster", "Mental health services";
        PrimaryCare = "primary_care": "Terveysasema", "Hälsostation", "Primary health care";
        SpecialisedCare = "specialised_care": "Erikoissairaanhoito", "Specialiserad sjukvård", "Specialised health care";
        Disability = "disability": "Vammaispalvelut", "Tjänster för personer med funktionsnedsättning",
            "Disability services";
        InformalCare = "informal_care": "Omaishoidon tuki", "Stöd för närståendevård", "Support for informal care";
        Rehabilitation = "rehabilitation": "Kuntoutus", "Rehabilitering", "Rehabilitation";
        Employment = "employment": "Työllisyyspalvelut", "Sysselsättningstjänster", "Employment services";
        RehabilitativeWork = "rehabilitative_work": "Kuntouttava työtoiminta",
            "Arbetsverksamhet i rehabiliteringssyfte", "Rehabilitative work";
        StudentWelfare = "student_welfare": "Opiskeluhuolto", "Elev- och studerandevård", "Student welfare";
        EarlyEducation = "early_education": "Varhaiskasvatus", "Småbarnspedagogik", "Early childhood education";
        Integration = "integration": "Kotoutumispalvelut", "Integrationstjänster", "Integration services";
        CrisisHelp = "crisis_help": "Kriisiapu", "Krishjälp", "Crisis help";
        Shelter = "shelter": "Turvakoti", "Skyddshem", "Shelter";
        Outreach = "outreach": "Etsivä työ", "Uppsökande arbete", "Outreach work";
        PeerSupport = "peer_support": "Vertaistuki", "Kamratstöd", "Peer support";
        LegalAid = "legal_aid": "Oikeusapu", "Rättshjälp", "Legal aid";
        Other = "other": "Muu palvelu", "Annan tjänst", "Other service";
    }

    /// Who gave a service, or should have.
    ActorKind {
        CountySocial = "county_social": "Hyvinvointialueen sosiaalihuolto", "Välfärdsområdets socialvård",
            "County social services";
        CountyHealth = "county_health": "Hyvinvointialueen terveydenhuolto", "Välfärdsområdets hälso- och sjukvård",
            "County health services";
        Municipality = "municipality": "Kunta", "Kommun", "Municipality";
        Kela = "kela": "Kela", "FPA", "Kela (social insurance)";
        Employment = "employment": "Työllisyysalue", "Sysselsättningsområde", "Employment area";
        Ngo = "ngo": "Järjestö", "Organisation", "Non-governmental organisation";
        Parish = "parish": "Seurakunta", "Församling", "Parish";
        Police = "police": "Poliisi", "Polis", "Police";
        Housing = "housing": "Vuokranantaja tai asuntotoimi", "Hyresvärd eller bostadsväsende", "Housing provider";
        School = "school": "Koulu tai oppilaitos", "Skola eller läroanstalt", "School";
        Other = "other": "Muu", "Annan", "Other";
    }

    /// How a step ended.
    StepEnd {
        Received = "received": "Sai palvelun", "Fick tjänsten", "Received the service";
        Waited = "waited": "Jäi odottamaan", "Väntade", "Was left waiting";
        TurnedAway = "turned_away": "Käännytettiin pois", "Avvisades", "Turned away";
        ReferredOn = "referred_on": "Ohjattiin eteenpäin", "Hänvisades vidare", "Referred on";
        Stopped = "stopped": "Keskeytyi", "Avbröts", "Stopped midway";
    }

    /// How long somebody waited, in bands of months.
    WaitBand {
        UnderOne = "0-1": "Alle kuukauden", "Under en månad", "Less than a month";
        UpTo2 = "1-2": "1–2 kuukautta", "1–2 månader", "1–2 months";
        UpTo5 = "3-5": "3–5 kuukautta", "3–5 månader", "3–5 months";
        UpTo11 = "6-11": "6–11 kuukautta", "6–11 månader", "6–11 months";
        From12 = "12+": "Vuoden tai kauemmin", "Ett år eller längre", "A year or longer";
    }

    /// Whether two services side by side have a goal in common.
    SharedGoal {
        Yes = "yes": "Yhteinen tavoite", "Gemensamt mål", "Shared goal";
        No = "no": "Ei yhteistä tavoitetta", "Inget gemensamt mål", "No shared goal";
        Unknown = "unknown": "Ei tiedossa, onko yhteistä tavoitetta", "Okänt om gemensamt mål",
            "Not known whether there is a shared goal";
    }

    /// How a path ended.
    PathOutcome {
        Helped = "helped": "Sai avun", "Fick hjälp", "Helped";
        Partly = "partly": "Sai osan avusta", "Fick delvis hjälp", "Helped partly";
        LeftWithout = "left_without": "Jäi ilman", "Blev utan", "Left without";
        Unknown = "unknown": "Ei tiedossa", "Okänt", "Not known";
        Ongoing = "ongoing": "Jatkuu yhä", "Pågår", "Still going on";
    }

    /// Where a path did not go on.
    Gap {
        TurnedAway = "turned_away": "Käännytettiin pois", "Avvisades", "Turned away";
        LongWait = "long_wait": "Pitkä odotus", "Lång väntan", "Long wait";
        Nowhere = "nowhere": "Ohjattiin eikä päästy mihinkään", "Hänvisades vidare till ingenting",
            "Referred on to nothing";
    }
}

impl WaitBand {
    /// Returns whether somebody waited long: three months or more, within which the Social Welfare Act (1301/2014, section 45) wants a
    /// decision to be carried out.
    pub const fn is_long(self) -> bool {
        matches!(self, Self::UpTo5 | Self::UpTo11 | Self::From12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::is_sound;

    fn is_sound_path_set<T: CodeSet + Serialize + serde::de::DeserializeOwned>(count: usize) {
        is_sound::<T>();
        assert_eq!(T::all().len(), count, "added at the end? then change the number here");
        let keys: Vec<_> = T::all().iter().map(|code| code.key()).collect();
        assert!(keys.iter().all(|key| super::super::coded::is_code(key)), "the door takes them: {keys:?}");
    }

    #[test]
    fn every_set_has_unique_keys_and_labels_that_the_door_takes() {
        is_sound_path_set::<ServiceCode>(34);
        is_sound_path_set::<ActorKind>(11);
        is_sound_path_set::<StepEnd>(5);
        is_sound_path_set::<WaitBand>(5);
        is_sound_path_set::<SharedGoal>(3);
        is_sound_path_set::<PathOutcome>(5);
        is_sound_path_set::<Gap>(3);
    }
}
