//! Attachments of reports.

use serde::{Deserialize, Serialize};

use crate::report::Attachment;

/// An attachment that a report names, and whether its bytes are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldAttachment {
    /// What the report says of it.
    #[serde(flatten)]
    pub attachment: Attachment,
    /// Whether its bytes are on this node.
    pub here: bool,
}
