//! What operations take in an address or a body.

use schemars::JsonSchema;
use serde::Deserialize;
use talkoot_protocol::api::ProposalList;
use talkoot_protocol::date::Date;
use talkoot_protocol::enrolment::EnrolmentId;
use talkoot_protocol::id::{AttachmentHash, OrganisationId, WorkerId};
use talkoot_protocol::report::codes::AttachmentKind;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::service_path::{By, Facet as PathFacet, Of};
use talkoot_protocol::time::Timestamp;
use talkoot_protocol::view::Facet;

use super::values::{FilterText, FormName, HalfYear, IdBeginning, Limit, PeerAddress, Skip, Words};

/// A document.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::http) struct One {
    /// The id of a document, or its first digits if no other id begins so.
    pub(in crate::http) id: IdBeginning,
}

/// An attachment of a report.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::http) struct Attached {
    /// The id of the report, or its first digits if no other id begins so.
    pub(in crate::http) id: IdBeginning,
    /// The attachment's hash or the beginning of it, or its number in the list, counted from 1.
    pub(in crate::http) attachment: IdBeginning,
}

/// What a report will say of a picture or document; how many bytes it has, is counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct About {
    /// SHA-256 of its bytes.
    pub(in crate::http) hash: AttachmentHash,
    /// What its bytes are.
    pub(in crate::http) kind: AttachmentKind,
    /// Of a picture: its width in pixels.
    #[schemars(extend("maximum" = u32::MAX))]
    pub(in crate::http) width: Option<u32>,
    /// Of a picture: its height in pixels.
    #[schemars(extend("maximum" = u32::MAX))]
    pub(in crate::http) height: Option<u32>,
    /// Of a document: its pages.
    #[schemars(extend("maximum" = u32::MAX))]
    pub(in crate::http) pages: Option<u32>,
}

/// A code that was given out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Invited {
    /// What the code is known by: its hash.
    pub(in crate::http) id: EnrolmentId,
    /// From when on it is worth nothing.
    pub(in crate::http) expires: Timestamp,
}

/// A form.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::http) struct FormAt {
    /// A form's id, such as talkoot/report/1, or the id of its document or the beginning of that.
    pub(in crate::http) id: FormName,
}

/// Which part of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PageOf {
    /// Skip so many entries.
    #[serde(default)]
    pub(in crate::http) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
}

/// Which reports or service paths.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct OfOrganisation {
    /// Only of this organisation.
    pub(in crate::http) organisation: Option<OrganisationId>,
    /// Skip so many entries.
    #[serde(default)]
    pub(in crate::http) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
}

/// Which table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct View {
    /// The facet of the rows.
    #[serde(default = "theme")]
    pub(in crate::http) rows: Facet,
    /// The facet of the columns; none gives a list of rows.
    pub(in crate::http) columns: Option<Facet>,
    /// Which reports count: each facet with its values, such as `theme=2,5;county=12`.
    #[serde(default)]
    pub(in crate::http) filter: FilterText,
}

fn theme() -> Facet {
    Facet::Theme
}

/// Which reports stand behind a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ViewReports {
    /// Which reports: each facet with its values, such as `theme=2,5;county=12`.
    #[serde(default)]
    pub(in crate::http) filter: FilterText,
    /// Only of this organisation.
    pub(in crate::http) organisation: Option<OrganisationId>,
    /// Skip so many entries.
    #[serde(default)]
    pub(in crate::http) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
}

/// Which count of service paths.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PathView {
    /// What is counted.
    #[serde(default = "flow")]
    pub(in crate::http) by: By,
    /// By what steps are told apart.
    #[serde(default)]
    pub(in crate::http) of: Of,
    /// The facet whose values stand side by side, if any.
    pub(in crate::http) across: Option<PathFacet>,
    /// Only paths that have these values, one for each facet, such as `county=12;half_year=2026-H1`.
    #[serde(default)]
    pub(in crate::http) filter: FilterText,
}

fn flow() -> By {
    By::Flow
}

/// Which phenomena.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Phenomena {
    /// Only those with a contradiction that is not settled.
    #[serde(default)]
    pub(in crate::http) open: bool,
    /// Skip so many entries.
    #[serde(default)]
    pub(in crate::http) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
}

/// How a joint document is shown.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct History {
    /// Tell also of every entry that was ever written or taken back.
    #[serde(default)]
    pub(in crate::http) history: bool,
}

/// Which proposals.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Proposals {
    /// Of which list.
    #[serde(default)]
    pub(in crate::http) list: ProposalList,
    /// In the inbox: whose, one's own without it. Elsewhere: only what this organisation asks.
    pub(in crate::http) organisation: Option<OrganisationId>,
    /// In the queue: only what this worker holds.
    pub(in crate::http) holder: Option<WorkerId>,
    /// Only those overdue.
    #[serde(default)]
    pub(in crate::http) overdue: bool,
    /// Skip so many entries.
    #[serde(default)]
    pub(in crate::http) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
    /// As it stands on this day; today without it.
    today: Option<Date>,
}

/// On which day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Day {
    /// As it stands on this day; today without it.
    today: Option<Date>,
}

/// Which words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Search {
    /// Words that are looked for.
    pub(in crate::http) words: Words,
    /// Only reports of this organisation.
    pub(in crate::http) organisation: Option<OrganisationId>,
    /// Only of this half-year.
    pub(in crate::http) half_year: Option<HalfYear>,
    /// At most so many entries; no more than a hundred are found.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
}

/// How many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Similar {
    /// At most so many entries; no more than a hundred are found.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
}

/// Suggestions for what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Suggestions {
    /// The id of a phenomenon or its beginning; without it those begun last are looked at.
    pub(in crate::http) phenomenon: Option<IdBeginning>,
    /// At most so many entries of each sort.
    #[serde(default)]
    pub(in crate::http) limit: Limit,
}

/// An address of a peer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Address {
    /// host:port or a multiaddress.
    pub(in crate::http) address: PeerAddress,
}

/// Who a request for a bundle is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Reader {
    /// Tell also of what this organisation may receive besides what all members may.
    pub(in crate::http) organisation: Option<OrganisationId>,
}

/// What belongs into a bundle. With the body of a request: of this, only what it lacks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Bundle {
    /// Only what this organisation may receive; without it, and without a request, what every member may.
    pub(in crate::http) organisation: Option<OrganisationId>,
    /// Only of this scope.
    pub(in crate::http) scope: Option<Scope>,
    /// Only what came here after this number, as the last bundle said.
    #[schemars(extend("maximum" = i64::MAX))]
    pub(in crate::http) since: Option<u64>,
}

impl Proposals {
    /// Returns the day on which it is asked.
    pub(in crate::http) fn day(&self, now: Timestamp) -> Date {
        self.today.unwrap_or_else(|| Date::of(now))
    }
}

impl Day {
    /// Returns the day on which it is asked.
    pub(in crate::http) fn day(&self, now: Timestamp) -> Date {
        self.today.unwrap_or_else(|| Date::of(now))
    }
}
