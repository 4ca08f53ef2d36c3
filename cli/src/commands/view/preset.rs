//! Views by name on the command line: what each is, and what its share is called.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::view::{Preset, Share, WHOLE_MIN};

/// Reads a view's name; help lists all of them.
pub(super) fn parser() -> impl TypedValueParser<Value = Preset> {
    let named = Preset::all().iter().map(|preset| PossibleValue::new(preset.key()).help(about(*preset)));
    PossibleValuesParser::new(named).try_map(|key| Preset::from_key(&key).ok_or("no view has this name"))
}

/// Says in a line what a view shows.
const fn about(preset: Preset) -> &'static str {
    match preset {
        Preset::Balance => "Positive beside negative",
        Preset::Voice => "What part clients had",
        Preset::Met => "What was needed beside whether help met it",
        Preset::Trend => "How it goes from half-year to half-year",
        Preset::Top => "The phenomena with most reports",
    }
}

/// Returns the heading of the share.
pub(super) const fn heading(preset: Preset, language: Language) -> &'static str {
    let words = match preset {
        Preset::Balance => ["Myönteisten osuus", "Andel positiva", "Share of positive"],
        Preset::Voice => ["Asiakkaiden ääni", "Klienternas röst", "Voice of clients"],
        Preset::Met => ["Tarpeeseen vastattu", "Behovet motsvarat", "Need met"],
        Preset::Trend | Preset::Top => ["", "", ""],
    };
    match language {
        Language::Fi | Language::Se => words[0],
        Language::Sv => words[1],
        Language::En => words[2],
    }
}

/// Says what the share is; none if there is none.
pub(super) fn in_words(preset: Preset) -> Option<String> {
    let what = match preset {
        Preset::Balance => "reports of something good",
        Preset::Voice => "reports in which clients were heard, or that were written together with them",
        Preset::Met => "reports in which the services that were offered met the need",
        Preset::Trend | Preset::Top => return None,
    };
    Some(format!(
        "Shares are of {what}, among those that say. They are computed from the rounded numbers shown here, so they may be off \
         by about as many points as stand after ±; ≥ stands where a part of them is hidden. None is given of fewer than \
         {WHOLE_MIN} reports."
    ))
}

/// Returns a share as people read it.
pub(super) fn share_text(share: Option<Share>) -> String {
    share.map_or_else(String::new, |share| share.with_space(' '))
}
