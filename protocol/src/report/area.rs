//! Where a report belongs: a municipality, a wellbeing services county or the whole country, by code, scheme and year.
//!
//! A code means nothing without its year: before 2023 many sources numbered the counties otherwise, and municipalities merge
//! (protocol/data/README.md). Codes of another year, or ones the lists do not have, are kept as they came and never guessed.

pub mod table;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::code::Code;
use super::codes::{AreaScheme, Language};
use crate::scope::County;

/// The year of the code lists this version carries.
pub const YEAR: u16 = 2026;
/// The only code of the scheme `country`.
pub const COUNTRY: &str = "FI";

/// Why an area is not one this version knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The scheme is of a newer form.
    #[error("the area scheme {scheme:?} is not known")]
    UnknownScheme {
        /// Its key.
        scheme: String,
    },
    /// The code is of a year whose list is not carried.
    #[error("area codes of {year} are not known, only those of {YEAR}")]
    OtherYear {
        /// The year of the code.
        year: u16,
    },
    /// The list of the year has no such code.
    #[error("there is no {scheme} {:?} in {YEAR}", code.as_str())]
    UnknownCode {
        /// The scheme.
        scheme: AreaScheme,
        /// The code.
        code: AreaCode,
    },
}

/// A code as the list writes it: text with its leading zeros. Whether a list has it, [`Area::verify`] says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct AreaCode(String);

impl AreaCode {
    /// Returns the code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AreaCode {
    fn from(code: &str) -> Self {
        Self(code.to_owned())
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place by scheme, year of the code list and code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The list the code belongs to.
    pub scheme: Code<AreaScheme>,
    /// The year of that list.
    pub year: u16,
    /// The code: three digits (municipality), two digits (county), `FI` (country).
    pub code: AreaCode,
}

impl Area {
    /// Names an area of the lists of [`YEAR`].
    ///
    /// # Errors
    /// [`Error::UnknownCode`] if the list has no such code.
    pub fn new(scheme: AreaScheme, code: &str) -> Result<Self, Error> {
        let area = Self { scheme: scheme.into(), year: YEAR, code: code.into() };
        area.verify()?;
        Ok(area)
    }

    /// Names the whole country.
    pub fn country() -> Self {
        Self { scheme: AreaScheme::Country.into(), year: YEAR, code: COUNTRY.into() }
    }

    /// Says whether the lists of this version have the area.
    ///
    /// # Errors
    /// The first of scheme, year and code that is not known.
    pub fn verify(&self) -> Result<(), Error> {
        let scheme = self.known_scheme()?;
        let code = self.code.as_str();
        let found = match scheme {
            AreaScheme::Municipality => table::municipality(code).is_some(),
            AreaScheme::County => table::county(code).is_some(),
            AreaScheme::Country => code == COUNTRY,
        };
        if found { Ok(()) } else { Err(Error::UnknownCode { scheme, code: self.code.clone() }) }
    }

    /// Returns the county the area is or lies in; none for the whole country and for what is not known.
    pub fn county(&self) -> Option<County> {
        match self.known_scheme().ok()? {
            AreaScheme::Municipality => table::municipality(self.code.as_str()).map(|entry| entry.county),
            AreaScheme::County => table::county(self.code.as_str()).map(|entry| entry.county),
            AreaScheme::Country => None,
        }
    }

    /// Returns the name of the area; what is not known shows its code.
    pub fn label(&self, language: Language) -> &str {
        let code = self.code.as_str();
        let names = match self.known_scheme() {
            Ok(AreaScheme::Municipality) => table::municipality(code).map(|entry| &entry.names),
            Ok(AreaScheme::County) => table::county(code).map(|entry| &entry.names),
            Ok(AreaScheme::Country) => return AreaScheme::Country.label(language),
            Err(_) => None,
        };
        names.map_or(code, |names| names.get(language))
    }

    fn known_scheme(&self) -> Result<AreaScheme, Error> {
        match self.scheme.known() {
            None => Err(Error::UnknownScheme { scheme: self.scheme.key().to_owned() }),
            Some(_) if self.year != YEAR => Err(Error::OtherYear { year: self.year }),
            Some(scheme) => Ok(scheme),
        }
    }
}

impl fmt::Display for Area {
    /// `municipality:2026:564`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.scheme, self.year, self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn municipality(code: &str) -> Area {
        Area::new(AreaScheme::Municipality, code).unwrap()
    }

    #[test]
    fn knows_the_county_of_a_municipality() {
        for (code, county, fi, sv) in [
            ("564", 19, "Oulu", "Uleåborg"),
            ("491", 12, "Mikkeli", "S:t Michel"),
            ("740", 12, "Savonlinna", "Nyslott"),
            ("091", 90, "Helsinki", "Helsingfors"),
        ] {
            let area = municipality(code);
            assert_eq!(area.county().map(County::code), Some(county));
            assert_eq!((area.label(Language::Fi), area.label(Language::Sv)), (fi, sv));
        }
        assert_eq!(Area::country().county(), None);
        assert_eq!(Area::country().label(Language::Sv), "Hela landet");
    }

    #[test]
    fn a_county_is_its_own_county() {
        let area = Area::new(AreaScheme::County, "12").unwrap();
        assert_eq!(area.county().map(County::code), Some(12));
        assert_eq!(area.label(Language::Fi), "Etelä-Savon hyvinvointialue");
    }

    #[test]
    fn keeps_and_reports_what_the_lists_do_not_have() {
        assert!(Area::new(AreaScheme::Municipality, "91").is_err());
        assert!(Area::new(AreaScheme::County, "22").is_err());
        assert!(Area::new(AreaScheme::Country, "SE").is_err());
        let old = Area { year: 2019, ..municipality("564") };
        assert_eq!(old.verify(), Err(Error::OtherYear { year: 2019 }));
        assert_eq!((old.county(), old.label(Language::En)), (None, "564"));
        let odd = Area { scheme: Code::from_key("village"), ..municipality("564") };
        assert!(matches!(odd.verify(), Err(Error::UnknownScheme { .. })));
    }
}
