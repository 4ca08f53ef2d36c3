//! How a phenomenon goes: a chart of its linked reports over half-years, and the table behind it with what organisations say.

use maud::{Markup, html};
use talkoot_protocol::api::Written;
use talkoot_protocol::phenomenon::trend::{Course, InPeriod, Trend};
use talkoot_protocol::report::period::{HalfYear, Period};

use crate::web::parts;
use crate::web::texts::Texts;

use super::people::{People, period};

/// Most bars of the chart: six years. The table has all.
const BARS_MAX: usize = 12;
/// Width of a bar with its gap, in units of the picture.
const STEP: usize = 56;
/// Height of the highest bar, in the same units.
const HEIGHT: u64 = 120;

/// Returns where something goes, in words.
pub(super) fn trend(texts: Texts, trend: Trend) -> String {
    match trend {
        Trend::TooFew { periods, needed } => {
            texts.say_with("joint-trend-too-few", &[("periods", periods.into()), ("needed", needed.into())])
        }
        Trend::Growing => texts.say("joint-trend-growing"),
        Trend::Stable => texts.say("joint-trend-stable"),
        Trend::Declining => texts.say("joint-trend-declining"),
        Trend::Varying => texts.say("joint-trend-varying"),
    }
}

/// Returns the whole section without its heading.
pub(super) fn section(people: &People, course: &Course, history: &[Written]) -> Markup {
    let texts = people.texts;
    html! {
        (parts::facts(&[
            (texts.say("joint-trend-by-reports"), html! { (trend(texts, course.by_reports)) }),
            (texts.say("joint-trend-by-words"), html! { (trend(texts, course.by_words)) }),
        ]))
        @if !course.periods.is_empty() {
            (chart(texts, &course.periods))
            (table(people, &course.periods, history))
        }
        @if course.undated > 0 {
            p .soft { (texts.say_with("joint-trend-undated", &[("count", course.undated.into())])) }
        }
    }
}

fn table(people: &People, periods: &[InPeriod], history: &[Written]) -> Markup {
    let texts = people.texts;
    let columns = [
        (texts.say("joint-period"), false),
        (texts.say("joint-reports"), true),
        (texts.say("joint-judgements"), false),
    ];
    let row = |one: &InPeriod| {
        let words = html! {
            @for word in &one.words {
                @let spread = word.said.spread.as_ref().map(|code| code.label(texts.language()));
                @let trend = word.said.trend.as_ref().map(|code| code.label(texts.language()));
                div {
                    (spread.into_iter().chain(trend).collect::<Vec<_>>().join(", "))
                    @if let Some(note) = &word.said.note { p .quote { (note) } }
                    (people.by(word, history))
                }
            }
        };
        vec![html! { (period(texts, one.period)) }, html! { (one.reports) }, words]
    };
    let rows: Vec<_> = periods.iter().map(row).collect();
    parts::table(&texts.say("joint-trend-table"), &columns, &rows)
}

/// Returns bars of reports over half-years; those without any between the first and the last are there as gaps.
fn chart(texts: Texts, periods: &[InPeriod]) -> Markup {
    let bars = bars(periods);
    let most = bars.iter().map(|(_, reports)| *reports).max().unwrap_or_default().max(1);
    let width = bars.len().saturating_mul(STEP).max(STEP);
    html! {
        svg .chart role="img" aria-label=(texts.say("joint-trend-chart")) viewBox={ "0 0 " (width) " " (HEIGHT + 44) }
            width=(width) height=(HEIGHT + 44) {
            @for (at, (half, reports)) in bars.iter().enumerate() {
                @let height = reports.saturating_mul(HEIGHT) / most;
                @let (left, top) = (at.saturating_mul(STEP), 20 + HEIGHT.saturating_sub(height));
                rect .chart-bar x=(left + 8) y=(top) width=(STEP - 16) height=(height) {}
                text .chart-label x=(left + STEP / 2) y=(top.saturating_sub(6)) { (reports) }
                text .chart-label x=(left + STEP / 2) y=(HEIGHT + 38) { (half.half()) "/" (half.year()) }
            }
        }
    }
}

fn bars(periods: &[InPeriod]) -> Vec<(HalfYear, u64)> {
    let count = |half: HalfYear| {
        let of = periods.iter().filter(|one| one.period.half_year() == half);
        of.fold(0u64, |sum, one| sum.saturating_add(one.reports))
    };
    let halves = || periods.iter().map(|one: &InPeriod| one.period.half_year());
    let (Some(first), Some(last)) = (halves().min(), halves().max()) else { return Vec::new() };
    let back = std::iter::successors(Some(last), |half| before(*half));
    let mut bars: Vec<_> =
        back.take_while(|half| *half >= first).take(BARS_MAX).map(|half| (half, count(half))).collect();
    bars.reverse();
    bars
}

/// Returns the half-year before another.
pub(super) fn before(half: HalfYear) -> Option<HalfYear> {
    match half.half() {
        2 => HalfYear::new(half.year(), 1),
        _ => HalfYear::new(half.year().checked_sub(1)?, 2),
    }
}

/// Returns the latest half-years up to one, the latest first, as choices of a form.
pub(super) fn choices(texts: Texts, latest: Option<HalfYear>, count: usize) -> Vec<(String, String)> {
    let halves = std::iter::successors(latest, |half| before(*half)).take(count);
    halves.map(|half| (half.to_string(), period(texts, Period::from(half)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(period: &str, reports: u64) -> InPeriod {
        let half: HalfYear = period.parse().unwrap();
        InPeriod { period: Period::from(half), reports, words: Vec::new() }
    }

    #[test]
    fn a_half_year_without_reports_is_a_gap() {
        let bars = bars(&[one("2025-H1", 3), one("2026-H2", 1)]);
        let told: Vec<_> = bars.iter().map(|(half, reports)| (half.to_string(), *reports)).collect();
        let expected = [("2025-H1", 3), ("2025-H2", 0), ("2026-H1", 0), ("2026-H2", 1)];
        assert_eq!(told, expected.map(|(half, reports)| (half.to_owned(), reports)));
    }

    #[test]
    fn the_picture_stays_small_however_far_the_reports_are_apart() {
        assert_eq!(bars(&[one("1900-H1", u64::MAX), one("2199-H2", 1)]).len(), BARS_MAX);
        let drawn = chart(Texts::new(talkoot_protocol::report::codes::Language::Fi), &[one("2026-H1", u64::MAX)]);
        assert!(drawn.into_string().contains("role=\"img\""));
    }
}
