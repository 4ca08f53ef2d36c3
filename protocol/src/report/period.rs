//! When something was observed: a month or a half-year, never a day, since a day can point at a person.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Earliest year a period may name.
pub const YEAR_MIN: u16 = 1900;
/// Latest year a period may name.
pub const YEAR_MAX: u16 = 2199;

/// Text that names no month and no half-year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a month such as 2026-05 or a half-year such as 2026-H1, got {got:?}")]
pub struct ParsePeriodError {
    /// What was given, cut to 80 characters.
    pub got: String,
}

/// A month (`2026-05`) or a half-year (`2026-H1`), as text on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    year: u16,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Month(u8),
    Half(u8),
}

/// A half-year: the period compilations are made of. Orders by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfYear {
    year: u16,
    half: u8,
}

fn is_year(year: u16) -> bool {
    (YEAR_MIN..=YEAR_MAX).contains(&year)
}

impl HalfYear {
    /// Takes a year ([`YEAR_MIN`] to [`YEAR_MAX`]) and its half, 1 or 2.
    pub fn new(year: u16, half: u8) -> Option<Self> {
        (is_year(year) && (1..=2).contains(&half)).then_some(Self { year, half })
    }

    /// Returns the year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Returns 1 (January to June) or 2 (July to December).
    pub const fn half(self) -> u8 {
        self.half
    }
}

impl Period {
    /// Takes a year ([`YEAR_MIN`] to [`YEAR_MAX`]) and a month, 1 to 12.
    pub fn from_month(year: u16, month: u8) -> Option<Self> {
        (is_year(year) && (1..=12).contains(&month)).then_some(Self { year, part: Part::Month(month) })
    }

    /// Returns the year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12, if the period is that precise.
    pub const fn month(self) -> Option<u8> {
        match self.part {
            Part::Month(month) => Some(month),
            Part::Half(_) => None,
        }
    }

    /// Returns the half-year the period lies in.
    pub const fn half_year(self) -> HalfYear {
        let half = match self.part {
            Part::Month(month) => {
                if month <= 6 {
                    1
                } else {
                    2
                }
            }
            Part::Half(half) => half,
        };
        HalfYear { year: self.year, half }
    }
}

impl From<HalfYear> for Period {
    fn from(half_year: HalfYear) -> Self {
        Self { year: half_year.year, part: Part::Half(half_year.half) }
    }
}

impl fmt::Display for HalfYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-H{}", self.year, self.half)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Month(month) => write!(f, "{:04}-{month:02}", self.year),
            Part::Half(_) => self.half_year().fmt(f),
        }
    }
}

/// Reads exactly `digits` decimal digits.
fn number(text: &str, digits: usize) -> Option<u16> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn parse(text: &str) -> Option<Period> {
    let (year, part) = text.split_once('-')?;
    let year = number(year, 4)?;
    match part.strip_prefix('H') {
        Some(half) => HalfYear::new(year, u8::try_from(number(half, 1)?).ok()?).map(Period::from),
        None => Period::from_month(year, u8::try_from(number(part, 2)?).ok()?),
    }
}

impl FromStr for Period {
    type Err = ParsePeriodError;

    fn from_str(text: &str) -> Result<Self, ParsePeriodError> {
        parse(text).ok_or_else(|| ParsePeriodError { got: text.chars().take(80).collect() })
    }
}

impl FromStr for HalfYear {
    type Err = ParsePeriodError;

    fn from_str(text: &str) -> Result<Self, ParsePeriodError> {
        let period: Period = text.parse()?;
        match period.part {
            Part::Half(_) => Ok(period.half_year()),
            Part::Month(_) => Err(ParsePeriodError { got: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = ParsePeriodError;

    fn try_from(text: String) -> Result<Self, ParsePeriodError> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_months_and_half_years() {
        for (text, half) in
            [("2026-01", "2026-H1"), ("2026-06", "2026-H1"), ("2026-07", "2026-H2"), ("2026-12", "2026-H2")]
        {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.half_year(), half.parse().unwrap());
        }
        let half: Period = "2026-H2".parse().unwrap();
        assert_eq!((half.month(), half.to_string().as_str()), (None, "2026-H2"));
        assert!(HalfYear::new(2025, 2) < HalfYear::new(2026, 1));
    }

    #[test]
    fn refuses_days_and_nonsense() {
        for bad in [
            "",
            "2026",
            "2026-5",
            "2026-13",
            "2026-00",
            "2026-H3",
            "2026-H",
            "2026-05-03",
            "0026-05",
            "2026-h1",
            "+026-05",
            "２０２６-05",
        ] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
        assert!("2026-05".parse::<HalfYear>().is_err());
    }
}
