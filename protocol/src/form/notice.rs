//! Where danger to one person belongs: not in a report, which helps nobody in time. Every form shows it, none can leave a channel out.

use serde::{Deserialize, Serialize};

use super::text::Trilingual;

/// The statutory channels that every form names: the emergency number; child-welfare notification (Child Welfare Act 417/2007, 25 §);
/// notice of a need for social care (Social Welfare Act 1301/2014, 35 §); the staff's duty to report faults (741/2023, 29 §); reminder
/// and complaint (812/2000, 23 §).
pub const CHANNELS: [&str; 5] = ["emergency", "child_welfare", "social_care", "staff_duty", "complaint"];

/// The notice before the first text field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// What a report is not for.
    pub text: Trilingual,
    /// Where to turn instead.
    pub channels: Vec<Channel>,
}

/// A place to turn to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Which: one of [`CHANNELS`], or another of one's own.
    pub id: String,
    /// Its name.
    pub label: Trilingual,
    /// When to use it.
    pub text: Trilingual,
    /// Where it is: an https address in each language.
    pub link: Trilingual,
}
