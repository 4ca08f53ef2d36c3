//! Views that are asked for again and again, by name, with the share that matters in them.

use talkoot_protocol::view::{Facet, MergedView, Share, Slice};

/// A view by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// All of them, in the order in which they are offered.
    pub(super) const ALL: [Self; 5] = [Self::Balance, Self::Voice, Self::Met, Self::Trend, Self::Top];

    /// Returns the name in addresses.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Voice => "voice",
            Self::Met => "met",
            Self::Trend => "trend",
            Self::Top => "top",
        }
    }

    /// Returns the view with this name.
    pub(super) fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.key() == key)
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

    /// Returns the columns whose share is shown; none if there is no share.
    const fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Balance => &["positive"],
            Self::Voice => &["heard", "co_written"],
            Self::Met => &["met"],
            Self::Trend | Self::Top => &[],
        }
    }

    /// Returns the share of each row of a table; none if this view shows no shares.
    pub(super) fn shares(self, view: &MergedView, slice: &Slice) -> Option<Vec<Option<Share>>> {
        (!self.parts().is_empty()).then(|| view.shares(slice, self.parts()))
    }
}

/// Returns a share as people read it.
pub(super) fn share_text(share: Option<Share>) -> String {
    share.map_or_else(String::new, |Share { percent, margin, at_least }| {
        format!("{}{percent}\u{a0}% (±{margin})", if at_least { "≥\u{a0}" } else { "" })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_values_of_their_facet_and_names_are_found() {
        for preset in Preset::ALL {
            assert!(preset.parts().iter().all(|key| preset.columns().value(key).is_ok()), "{preset:?}");
            assert!(preset.parts().is_empty() || preset.columns().adds_up());
            assert_eq!(Preset::of(preset.key()), Some(preset));
        }
        assert_eq!(Preset::of("sums"), None);
    }
}
