//! The code sets of proposals, each with its keys and its names in Finnish, Swedish and English.
//!
//! Keys are part of every stored proposal: add codes, never rename or reuse one.

use std::fmt;
use std::str::FromStr;

use crate::report::code::{CodeSet, UnknownCodeError};
use crate::report::codes::Language;

/// Defines code sets: `Name { Variant = key: fi, sv, en; … }`, in the order people are shown them.
macro_rules! code_sets {
    ($($(#[$doc:meta])* $set:ident { $($variant:ident = $key:literal: $fi:literal, $sv:literal, $en:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $set {
            $(
                #[doc = concat!("`", $key, "`: ", $en, ".")]
                $variant,
            )*
        }

        impl CodeSet for $set {
            fn all() -> &'static [Self] {
                &[$(Self::$variant),*]
            }

            fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)*
                }
            }

            fn label(self, language: Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$variant, Language::Fi | Language::Se) => $fi,
                        (Self::$variant, Language::Sv) => $sv,
                        (Self::$variant, Language::En) => $en,
                    )*
                }
            }
        }

        impl fmt::Display for $set {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.key())
            }
        }

        impl FromStr for $set {
            type Err = UnknownCodeError;

            fn from_str(key: &str) -> Result<Self, UnknownCodeError> {
                CodeSet::from_key(key).ok_or_else(|| UnknownCodeError { got: key.chars().take(80).collect() })
            }
        }
    )*};
}

code_sets! {
    /// What an addressee answers.
    AnswerCode {
        Accepted = "accepted": "Hyväksytty", "Godkänt", "Accepted";
        Partly = "partly": "Hyväksytty osittain", "Delvis godkänt", "Accepted partly";
        Forwarded = "forwarded": "Siirretty eteenpäin", "Vidarebefordrat", "Forwarded";
        Rejected = "rejected": "Hylätty", "Avslaget", "Rejected";
        InProgress = "in_progress": "Jo käynnissä", "Pågår redan", "Already in progress";
        NotOurs = "not_ours": "Ei kuulu meille", "Hör inte till oss", "Not ours";
    }

    /// What came of an answer.
    Effect {
        Done = "done": "Toteutunut", "Genomfört", "Done";
        Partly = "partly": "Toteutunut osittain", "Delvis genomfört", "Done partly";
        None = "none": "Ei vaikutusta", "Ingen effekt", "No effect";
        Unknown = "unknown": "Ei tiedossa", "Okänt", "Not known";
    }

    /// What a repair coordinator did with a proposal.
    RepairState {
        Taken = "taken": "Otettu hoidettavaksi", "Tagen för handläggning", "Taken";
        Handed = "handed": "Luovutettu", "Överlämnad", "Handed over";
        Closed = "closed": "Suljettu", "Stängd", "Closed";
    }
}

impl AnswerCode {
    /// Returns whether the answer says what happens with the proposal, so that nobody else need be waited for.
    pub const fn settles(self) -> bool {
        !matches!(self, Self::Forwarded | Self::NotOurs)
    }

    /// Returns whether something is to be done, so that there is an outcome to be asked for.
    pub const fn promises(self) -> bool {
        matches!(self, Self::Accepted | Self::Partly | Self::InProgress)
    }
}
