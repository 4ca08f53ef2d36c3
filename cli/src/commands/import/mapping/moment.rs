//! Dates as form tools write them, read as months. The day is checked and let go: reports say a month or half-year.

use talkoot_protocol::report::period::Period;

use super::{Precision, Slashes};

/// Reads a date, or a period as reports have it.
///
/// # Errors
/// A sentence about what was expected.
pub(super) fn period(text: &str, slashes: Option<Slashes>, precision: Precision) -> Result<Period, String> {
    let text = text.trim();
    if let Ok(period) = text.parse::<Period>() {
        return Ok(period);
    }
    let date = text.split(['T', ' ', ',']).next().unwrap_or_default();
    let (year, month, day) = split(date, slashes)?;
    let month = (1..=days(year, month)).contains(&day).then(|| Period::from_month(year, month)).flatten();
    let month = month.ok_or_else(|| "there is no such day".to_owned())?;
    Ok(match precision {
        Precision::Month => month,
        Precision::HalfYear => month.half_year().into(),
    })
}

fn split(date: &str, slashes: Option<Slashes>) -> Result<(u16, u8, u8), String> {
    const FORMS: &str = "a date such as 17.5.2026 or 2026-05-17 is needed";
    let mark = ['.', '-', '/'].into_iter().find(|mark| date.contains(*mark)).ok_or(FORMS)?;
    let parts: Vec<&str> = date.split(mark).collect();
    let [first, second, third] = parts.as_slice() else { return Err(FORMS.to_owned()) };
    let short = |part: &str| {
        let fits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<u8>().ok()).flatten().ok_or(FORMS)
    };
    let year = |part: &str| {
        let fits = part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<u16>().ok()).flatten().ok_or(FORMS)
    };
    if first.len() == 4 && mark != '.' {
        return Ok((year(first)?, short(second)?, short(third)?));
    }
    let (first, second, year) = (short(first)?, short(second)?, year(third)?);
    match (mark, slashes) {
        ('.', _) | ('/', Some(Slashes::DayMonth)) => Ok((year, second, first)),
        ('/', Some(Slashes::MonthDay)) => Ok((year, first, second)),
        ('/', None) => Err("with slashes it is not certain which is the month: \
                            write slashes = \"day/month\" or \"month/day\" in the mapping"
            .to_owned()),
        _ => Err(FORMS.to_owned()),
    }
}

/// Returns how many days a month has; none if there is no such month.
const fn days(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, slashes: Option<Slashes>) -> Option<String> {
        period(text, slashes, Precision::Month).ok().map(|period| period.to_string())
    }

    #[test]
    fn reads_what_form_tools_write() {
        for text in [
            "17.5.2026",
            "17.05.2026 10.31",
            "2026-05-17",
            "2026-05-17T10:31:00.000+03:00",
            "2026-05-17 10:31:22",
            "2026/5/17",
            "2026-05",
        ] {
            assert_eq!(read(text, None).as_deref(), Some("2026-05"), "{text}");
        }
        assert_eq!(read("5/17/2026 10:31:22", Some(Slashes::MonthDay)).as_deref(), Some("2026-05"));
        assert_eq!(read("17/5/2026", Some(Slashes::DayMonth)).as_deref(), Some("2026-05"));
        assert_eq!(period("17.8.2026", None, Precision::HalfYear).unwrap().to_string(), "2026-H2");
        assert_eq!(read("2026-H1", None).as_deref(), Some("2026-H1"));
    }

    #[test]
    fn refuses_what_is_no_day() {
        for text in
            ["31.2.2026", "29.2.2025", "0.5.2026", "17.13.2026", "5/6/2026", "17.5.26", "eilen", "", "1.1.1", "46150"]
        {
            assert_eq!(read(text, None), None, "{text}");
        }
        assert_eq!(read("29.2.2024", None).as_deref(), Some("2024-02"));
    }
}
