//! Words that stand in every text and say nothing about it.

use std::collections::HashSet;

use super::Language;

const FINNISH: &str = "ja on ei ole että kun se mutta koska eikä kuin joka siitä oli ovat jotka tai vain eivät osa sen ettei myös jo \
jos mitä sitä vaikka meille itse jota olemme siihen nyt ne oma jonka mikä johon vaan milloin me meitä meillä meidän minä minun \
sinä hän hänen häntä he heidän heille heitä tämä tätä tämän nämä niiden niitä niille niissä näitä näiden tuo nuo joita joiden \
jolla joilla joille joista jolle jossa joissa sekä vielä aina usein niin näin siellä täällä siinä tässä kaikki kaikille muu muut \
muuta muita emme en et ette olla olen olet olivat ollut olisi olisivat voi voidaan pitää pitäisi tulee saa ovatko onko kanssa ilman \
ennen jälkeen mukaan vastaan noin hyvin enemmän vähän aivan juuri kuka ketä kenen miksi miten missä mistä mihin kuinka koko eri \
sama samaa saman samassa toisen toinen toista yksi kaksi kolme yhden kahden joku jotain jokin jonkin mitään kukaan ilman yli alle";

const SWEDISH: &str = "och i att det som en ett på är av för med den till de inte om har var så men vi kan när från ut än blir då nu \
eller efter upp ska skulle också där utan vara hade bara här alla ha mer sig sin sina sitt hur vad vid man mot hon han dem deras denna \
detta dessa du dig ditt er era ni oss vår vårt våra jag mig min mitt mina någon något några ingen inget inga vilken vilket vilka \
mycket många redan ännu sedan samma under över mellan genom innan varje vill får måste bli blev blivit varit finns ur åt ju även";

const ENGLISH: &str = "a an and are as at be been but by can cannot could did do does for from had has have he her him his how i if in into \
is it its just may me more most my no nor not of off on one or other our out over own same she should so some such than that the \
their them then there these they this those through to too under until up very was we were what when where which while who whom why \
will with would you your about after again all also any because before being between both each few only them us";

/// Returns the words of a language.
pub(super) fn words(language: Language) -> HashSet<&'static str> {
    let words = match language {
        Language::Finnish => FINNISH,
        Language::Swedish => SWEDISH,
        Language::English => ENGLISH,
        Language::Other => "",
    };
    words.split_whitespace().collect()
}
