//! Views that are asked for again and again, by name, with the share that matters in them. Says what is asked and what the share is of;
//! what either is called where people read it, the program that shows it says.

use super::facet::Facet;
use super::merged::{MergedView, Slice};
use super::share::Share;

/// A view by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
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
    /// Returns all of them, in the order in which they are offered.
    pub const fn all() -> &'static [Self] {
        &[Self::Balance, Self::Voice, Self::Met, Self::Trend, Self::Top]
    }

    /// Returns the name on command lines and in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Voice => "voice",
            Self::Met => "met",
            Self::Trend => "trend",
            Self::Top => "top",
        }
    }

    /// Returns the view with this name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::all().iter().copied().find(|preset| preset.key() == key)
    }

    /// Returns what the rows are, unless somebody says otherwise.
    pub const fn rows(self) -> Facet {
        match self {
            Self::Top => Facet::Phenomenon,
            Self::Balance | Self::Voice | Self::Met | Self::Trend => Facet::Theme,
        }
    }

    /// Returns what the columns are.
    pub const fn columns(self) -> Facet {
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

    /// Returns the share of each row of a table; none if this view shows no shares.
    pub fn shares(self, view: &MergedView, slice: &Slice) -> Option<Vec<Option<Share>>> {
        (!self.parts().is_empty()).then(|| view.shares(slice, self.parts()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_values_of_their_facet_and_names_are_found() {
        for preset in Preset::all() {
            assert!(preset.parts().iter().all(|key| preset.columns().value(key).is_ok()), "{preset:?}");
            assert!(preset.parts().is_empty() || preset.columns().adds_up());
            assert_eq!(Preset::from_key(preset.key()), Some(*preset));
        }
        assert_eq!(Preset::from_key("sums"), None);
    }
}
