//! The organisation's own time. Times travel and are kept in UTC; people read them by the clock on their wall. The rules of zones are
//! built in (the IANA time zone database), so a node says the same whatever its machine is set to.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use talkoot_protocol::date::Date;
use talkoot_protocol::time::Timestamp;

use super::texts::Texts;

/// A clock that shows the time of one zone.
#[derive(Debug, Clone)]
pub(crate) struct Clock(TimeZone);

impl Clock {
    /// The clock of a zone; `None` if no zone has this name.
    pub(crate) fn of(zone: &str) -> Option<Self> {
        TimeZone::get(zone).ok().map(Self)
    }

    /// The clock of UTC.
    #[cfg(test)]
    pub(crate) fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Returns the day of a time.
    pub(crate) fn day(&self, time: Timestamp) -> Date {
        self.read(time).0
    }

    /// Returns a time as people read it: the day and the minute. For programs it says UTC.
    pub(crate) fn when(&self, texts: Texts, time: Timestamp) -> Markup {
        let (day, clock) = self.read(time);
        let (date, utc) = in_utc(time);
        html! { time datetime={ (date) "T" (utc) "Z" } { (texts.day(day)) " " (clock) } }
    }

    /// Returns the day and the minute; by UTC if the time is beyond what calendars hold, as only a false clock is.
    fn read(&self, time: Timestamp) -> (Date, String) {
        let known =
            i64::try_from(time.as_millis()).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
        let local = known.map(|known| self.0.to_datetime(known));
        let read = local.and_then(|local| {
            let day = local.date().to_string().parse().ok()?;
            Some((day, format!("{:02}:{:02}", local.hour(), local.minute())))
        });
        read.unwrap_or_else(|| in_utc(time))
    }
}

fn in_utc(time: Timestamp) -> (Date, String) {
    let minutes = time.as_millis() / 60_000 % (24 * 60);
    (Date::of(time), format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::Language;

    use super::*;

    /// 21 November 2026, 22:30 UTC.
    const WINTER: Timestamp = Timestamp::from_millis(1_795_300_200_000);
    /// Half a year before, as many hours and minutes.
    const SUMMER: Timestamp = Timestamp::from_millis(1_795_300_200_000 - 183 * 86_400_000);

    #[test]
    fn the_clock_of_the_wall_is_shown_and_utc_is_told_to_programs() {
        let helsinki = Clock::of("Europe/Helsinki").unwrap();
        let texts = Texts::new(Language::Fi);
        let said = helsinki.when(texts, WINTER).into_string();
        assert_eq!(said, "<time datetime=\"2026-11-21T22:30Z\">22.11.2026 00:30</time>");
        assert_eq!(helsinki.read(SUMMER).1, "01:30", "summer time");
        assert_eq!(Clock::utc().read(WINTER).1, "22:30");
        assert_eq!(helsinki.day(WINTER).to_string(), "2026-11-22");
        assert!(Clock::of("Europe/Mikkeli").is_none());
    }

    #[test]
    fn a_false_clock_breaks_nothing() {
        let helsinki = Clock::of("Europe/Helsinki").unwrap();
        for millis in [0, u64::MAX, i64::MAX as u64, 253_402_300_799_999] {
            let time = Timestamp::from_millis(millis);
            assert!(helsinki.when(Texts::new(Language::En), time).into_string().contains(':'));
        }
    }
}
