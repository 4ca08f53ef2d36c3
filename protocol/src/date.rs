//! A day of the calendar, as deadlines and answers name it. No clock and no time zone: whoever asks says what day it is.
//!
//! Days are those of the proleptic Gregorian calendar, within the years that a [`crate::report::period::Period`] may name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Earliest year of a date.
pub const YEAR_MIN: u16 = 1900;
/// Latest year of a date.
pub const YEAR_MAX: u16 = 2199;

/// Text that names no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a day such as 2026-12-01, got {got:?}")]
pub struct ParseDateError {
    /// What was given, cut to 80 characters.
    pub got: String,
}

/// A day, as text `2026-12-01` on the wire. Orders by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Takes a year ([`YEAR_MIN`] to [`YEAR_MAX`]), a month from 1 and a day of that month from 1.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let within = (YEAR_MIN..=YEAR_MAX).contains(&year) && (1..=12).contains(&month);
        (within && (1..=days_in(year, month)).contains(&day)).then_some(Self { year, month, day })
    }

    /// Returns the day of a time by UTC; the nearest day of the calendar if the time is beyond it.
    pub fn of(time: Timestamp) -> Self {
        let (year, month, day) = time.date();
        match u16::try_from(year) {
            Ok(year) if year < YEAR_MIN => Self { year: YEAR_MIN, month: 1, day: 1 },
            Ok(year) if year <= YEAR_MAX => Self { year, month, day },
            _ => Self { year: YEAR_MAX, month: 12, day: 31 },
        }
    }

    /// Returns the year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Returns the day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Returns the day so many months later; the last day of that month where it has no such day. Stays within the calendar.
    pub fn plus_months(self, months: u16) -> Self {
        let total = u32::from(self.year) * 12 + u32::from(self.month - 1) + u32::from(months);
        let year = u16::try_from(total / 12).unwrap_or(u16::MAX);
        if year > YEAR_MAX {
            return Self { year: YEAR_MAX, month: 12, day: 31 };
        }
        let month = (total % 12) as u8 + 1;
        Self { year, month, day: self.day.min(days_in(year, month)) }
    }

    /// Returns how many days it is from this day to a later one; negative to an earlier one.
    pub fn days_to(self, other: Self) -> i32 {
        other.number() - self.number()
    }

    /// Returns the number of the day, counted from a fixed one.
    fn number(self) -> i32 {
        // Years begin in March here, so that the leap day is the last of its year.
        let (year, month) = match self.month {
            month @ 3.. => (i32::from(self.year), i32::from(month) - 3),
            month => (i32::from(self.year) - 1, i32::from(month) + 9),
        };
        year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + i32::from(self.day)
    }
}

/// Returns how many days a month has.
const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Reads exactly `digits` decimal digits.
fn number(text: &str, digits: usize) -> Option<u16> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn parse(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let small = |text| u8::try_from(number(text, 2)?).ok();
    Date::new(number(year, 4)?, small(month)?, small(day)?)
}

impl FromStr for Date {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        parse(text).ok_or_else(|| ParseDateError { got: text.chars().take(80).collect() })
    }
}

impl TryFrom<String> for Date {
    type Error = ParseDateError;

    fn try_from(text: String) -> Result<Self, ParseDateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_later_is_the_same_day_or_the_last_there_is() {
        for (from, months, to) in [
            ("2026-08-31", 6, "2027-02-28"),
            ("2027-08-31", 6, "2028-02-29"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2026-12-01", 6, "2027-06-01"),
            ("2026-03-31", 1, "2026-04-30"),
            ("2026-12-31", 12, "2027-12-31"),
            ("2199-11-30", 6, "2199-12-31"),
        ] {
            assert_eq!(date(from).plus_months(months), date(to), "{from} and {months} months");
        }
    }

    #[test]
    fn only_days_of_the_calendar() {
        for bad in [
            "",
            "2026-12",
            "2026-2-01",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "1899-12-31",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
        assert!(" 2026-12-01".parse::<Date>().is_err() && "2026-12-01T00".parse::<Date>().is_err());
        assert_eq!(date("2000-02-29").to_string(), "2000-02-29");
    }

    #[test]
    fn a_time_has_a_day() {
        assert_eq!(Date::of(Timestamp::from_millis(20_779 * 86_400_000 + 5)), date("2026-11-22"));
        assert_eq!(Date::of(Timestamp::from_millis(u64::MAX)), date("2199-12-31"));
    }

    proptest! {
        #[test]
        fn days_count_as_time_does(first in 0u64..80_000, second in 0u64..80_000) {
            let day = |number: u64| Date::of(Timestamp::from_millis(number * 86_400_000));
            prop_assert_eq!(i64::from(day(first).days_to(day(second))), second as i64 - first as i64);
            prop_assert_eq!(day(first) < day(second), first < second);
            prop_assert_eq!(day(first).to_string().parse::<Date>().unwrap(), day(first));
        }

        #[test]
        fn more_months_are_never_earlier(number in 0u64..80_000, months in 0u16..500) {
            let day = Date::of(Timestamp::from_millis(number * 86_400_000));
            prop_assert!(day.plus_months(months) >= day);
            prop_assert!(day.plus_months(months + 1) >= day.plus_months(months));
        }
    }
}
