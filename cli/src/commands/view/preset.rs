//! Views that are asked for again and again, laid out by name, with the share that matters in them.

use clap::ValueEnum;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::view::{Facet, MergedView, Share, Slice, WHOLE_MIN};

/// A view by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Preset {
    /// Positive beside negative.
    Balance,
    /// What part clients had.
    Voice,
    /// What was needed beside whether help met it.
    Met,
    /// How it goes from half-year to half-year.
    Trend,
    /// The phenomena with most reports.
    Top,
}

impl Preset {
    /// Returns the name.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Voice => "voice",
            Self::Met => "met",
            Self::Trend => "trend",
            Self::Top => "top",
        }
    }

    /// Returns what the rows are, unless somebody says otherwise.
    pub(super) const fn rows(self) -> Facet {
        match self {
            Self::Top => Facet::Phenomenon,
            Self::Balance | Self::Voice | Self::Met | Self::Trend => Facet::Theme,
        }
    }

    /// Returns what the columns are.
    pub(super) const fn columns(self) -> Facet {
        match self {
            Self::Balance => Facet::Valence,
            Self::Voice => Facet::Client,
            Self::Met => Facet::Met,
            Self::Trend | Self::Top => Facet::HalfYear,
        }
    }

    /// Returns the keys of the columns whose share is shown; none if there is no share.
    const fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Balance => &["positive"],
            Self::Voice => &["heard", "co_written"],
            Self::Met => &["met"],
            Self::Trend | Self::Top => &[],
        }
    }

    /// Returns the heading of the share.
    pub(super) const fn heading(self, language: Language) -> &'static str {
        let words = match self {
            Self::Balance => ["Myönteisten osuus", "Andel positiva", "Share of positive"],
            Self::Voice => ["Asiakkaiden ääni", "Klienternas röst", "Voice of clients"],
            Self::Met => ["Tarpeeseen vastattu", "Behovet motsvarat", "Need met"],
            Self::Trend | Self::Top => ["", "", ""],
        };
        match language {
            Language::Fi | Language::Se => words[0],
            Language::Sv => words[1],
            Language::En => words[2],
        }
    }

    /// Returns the share of each row of a table; none if this view shows no shares.
    pub(super) fn shares(self, view: &MergedView, slice: &Slice) -> Option<Vec<Option<Share>>> {
        (!self.parts().is_empty()).then(|| view.shares(slice, self.parts()))
    }

    /// Says what the share is; none if there is none.
    pub(super) fn in_words(self) -> Option<String> {
        let what = match self {
            Self::Balance => "reports of something good",
            Self::Voice => "reports in which clients were heard, or that were written together with them",
            Self::Met => "reports in which the services that were offered met the need",
            Self::Trend | Self::Top => return None,
        };
        Some(format!(
            "Shares are of {what}, among those that say. They are computed from the rounded numbers shown here, so they may be off \
             by about as many points as stand after ±; ≥ stands where a part of them is hidden. None is given of fewer than \
             {WHOLE_MIN} reports."
        ))
    }
}

/// Returns a share as people read it.
pub(super) fn share_text(share: Option<Share>) -> String {
    share.map_or_else(String::new, |Share { percent, margin, at_least }| {
        format!("{}{percent} % (±{margin})", if at_least { "≥ " } else { "" })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_values_of_their_facet() {
        for preset in Preset::value_variants() {
            assert!(preset.parts().iter().all(|key| preset.columns().value(key).is_ok()), "{preset:?}");
            assert!(preset.parts().is_empty() || preset.columns().adds_up());
            let name = preset.to_possible_value().map(|value| value.get_name().to_owned());
            assert_eq!(name.as_deref(), Some(preset.key()));
        }
    }

    #[test]
    fn a_share_says_how_sure_it_is() {
        let share = |at_least| Some(Share { percent: 60, margin: 5, at_least });
        assert_eq!((share_text(share(false)), share_text(share(true))), ("60 % (±5)".into(), "≥ 60 % (±5)".into()));
        assert_eq!(share_text(None), "");
    }
}
