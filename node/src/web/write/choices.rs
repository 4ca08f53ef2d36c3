//! What can be chosen in a form: pairs of what is stored and what people see, in the language of the page.

use serde_json::{Value, json};
use talkoot_protocol::date::Date;
use talkoot_protocol::report::area::{Area, table};
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes::AreaScheme;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::County;

use crate::web::texts::Texts;

/// What is stored, and what people see.
pub(crate) type Choices = Vec<(String, String)>;

/// Months that are offered, with the one that it is now.
const MONTHS: u16 = 12;
/// Half-years that are offered.
const HALVES: u16 = 4;

/// Returns the codes of a set.
pub(crate) fn codes<T: CodeSet>(language: Language) -> Choices {
    T::all().iter().map(|code| (code.key().to_owned(), code.label(language).to_owned())).collect()
}

/// Returns an area as a control holds it.
pub(crate) fn stored(area: &Area) -> String {
    json!({ "scheme": area.scheme, "year": area.year, "code": area.code }).to_string()
}

fn pair(scheme: AreaScheme, code: &str, language: Language) -> Option<(String, String)> {
    let area = Area::new(scheme, code).ok()?;
    Some((stored(&area), area.label(language).to_owned()))
}

/// Returns the municipalities of a county by their names.
pub(crate) fn municipalities(county: County, language: Language) -> Choices {
    let within = table::municipalities().filter(|municipality| municipality.county == county);
    by_name(within.filter_map(|found| pair(AreaScheme::Municipality, &found.code, language)).collect())
}

/// Returns a county.
pub(crate) fn county(county: County, language: Language) -> Option<(String, String)> {
    pair(AreaScheme::County, &county.to_string(), language)
}

/// Returns the whole country.
pub(crate) fn country(language: Language) -> (String, String) {
    let area = Area::country();
    (stored(&area), area.label(language).to_owned())
}

/// Returns all municipalities and counties by their names: what can be chosen by typing.
pub(crate) fn places(language: Language) -> Choices {
    let municipalities =
        table::municipalities().filter_map(|found| pair(AreaScheme::Municipality, &found.code, language));
    let counties = table::counties().filter_map(|found| county(found.county, language));
    by_name(municipalities.chain(counties).collect())
}

fn by_name(mut places: Choices) -> Choices {
    places.sort_by_key(|(_, name)| name.to_lowercase());
    places
}

/// Returns the months and half-years up to a day, the latest first.
pub(crate) fn periods(today: Date, texts: Texts) -> Choices {
    let count = u32::from(today.year()) * 12 + u32::from(today.month()).saturating_sub(1);
    let months = (0..u32::from(MONTHS)).map(|back| {
        let (year, month) = (count.saturating_sub(back) / 12, count.saturating_sub(back) % 12 + 1);
        (format!("{year:04}-{month:02}"), format!("{month}/{year}"))
    });
    let half = u32::from(today.year()) * 2 + u32::from(today.month() > 6);
    let halves = (0..u32::from(HALVES)).map(|back| {
        let (year, part) = (half.saturating_sub(back) / 2, half.saturating_sub(back) % 2 + 1);
        let year_text = year.to_string();
        let given = [("year", (&year_text).into())];
        let label = match part {
            1 => texts.say_with("write-half-first", &given),
            _ => texts.say_with("write-half-second", &given),
        };
        (format!("{year:04}-H{part}"), label)
    });
    months.chain(halves).collect()
}

/// Returns the name of an area that a control holds; its code if it is none that is known.
pub(crate) fn place_name(stored: &Value, language: Language) -> String {
    let area: Option<Area> = serde_json::from_value(stored.clone()).ok();
    let code = || stored.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    area.map_or_else(code, |area| area.label(language).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use talkoot_protocol::report::period::Period;

    #[test]
    fn every_period_offered_can_be_stored() {
        let texts = Texts::new(Language::Fi);
        for day in ["2026-01-01", "2026-06-30", "2026-07-01", "2026-12-31"] {
            let today: Date = day.parse().unwrap();
            let offered = periods(today, texts);
            assert_eq!(offered.len(), usize::from(MONTHS + HALVES));
            assert!(offered.iter().all(|(key, _)| key.parse::<Period>().is_ok()), "{offered:?}");
            assert_eq!(offered[0].0, day[..7]);
            let half = if today.month() <= 6 { "2026-H1" } else { "2026-H2" };
            assert_eq!(offered[usize::from(MONTHS)].0, half);
        }
    }

    #[test]
    fn every_place_can_be_stored() {
        let all = places(Language::Sv);
        assert_eq!(all.len(), 308 + 23);
        for (stored, name) in &all {
            let area: Area = serde_json::from_str(stored).unwrap();
            assert!(area.verify().is_ok() && !name.is_empty());
        }
        let county = County::new(12).unwrap();
        assert!(municipalities(county, Language::Fi).iter().any(|(_, name)| name == "Mikkeli"));
        let stored: Value = serde_json::from_str(&country(Language::Fi).0).unwrap();
        assert_eq!(place_name(&stored, Language::En), "Whole country");
    }
}
