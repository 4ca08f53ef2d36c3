//! What a node answers to the programs of its own organisation: request and response shapes, and nothing else. The command
//! line speaks them over a local socket to a running node, or directly to a store when none runs.
//!
//! A call is one JSON request and any number of binary attachments (encoded changes); so is the answer.

mod attachment;
mod bundle;
mod enrolment;
mod node;
mod path;
mod proposal;
mod report;
mod words;
mod writing;

pub use attachment::HeldAttachment;
pub use bundle::{BundleFilter, BundlePlan};
pub use enrolment::{Enrolment, EnrolmentState};
pub use node::{Identity, Organisation, Peer, ScopeStatus, Status, Worker};
pub use path::ServicePath;
pub use proposal::{ProposalFilter, ProposalList, ProposalSource};
pub use report::{FormEntry, HistoryEntry, Outcome, Report, Written};
pub use words::{
    HITS_MAX, Hit, Mark, Pair, QUESTION_BYTES_MAX, SIMILARITY_SHOWN, SIMILARITY_SUGGESTED, Suggestion, WordsStatus,
};
pub use writing::{Preparation, Remark, Weight, Writing};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::date::Date;
use crate::enrolment::{EnrolmentId, Proof};
use crate::id::{ChangeId, DocumentId, NodeId, OrganisationId};
use crate::key::PublicKey;
use crate::phenomenon::{Brief, Card};
use crate::proposal::{State, Trace};
use crate::report::Attachment;
use crate::saved::{self, Saved};
use crate::scope::Kind;
use crate::service_path::{PathView, Query as PathQuery};
use crate::time::Timestamp;
use crate::view::{Filters, MergedView, Query, Together};

/// A question or an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// How are you?
    Status,
    /// Who are you, and in which network?
    Identity,
    /// Admit the attached changes. Answered once each is decided, and durable if it is stored.
    Submit,
    /// Make a change for a key that is elsewhere to sign. Nothing is stored.
    Prepare(Box<Preparation>),
    /// What is to be said about words before they are signed. Nothing is stored or remembered.
    Examine {
        /// What sort of document they are for.
        kind: Kind,
        /// The fields; in a joint document named by their path alone.
        fields: Map<String, Value>,
    },
    /// A code was given out: take a key under it until then.
    Invite {
        /// What the code is known by.
        id: EnrolmentId,
        /// From when on it is worth nothing.
        expires: Timestamp,
    },
    /// A browser brings its key.
    Enrol {
        /// What its code is known by.
        id: EnrolmentId,
        /// The key.
        key: PublicKey,
        /// What shows that it knows the code.
        proof: Proof,
    },
    /// How far an enrolment is.
    Enrolment {
        /// What its code is known by.
        id: EnrolmentId,
    },
    /// All enrolments that have not expired.
    Enrolments,
    /// Every change of a document, attached in causal order. The id may be shortened to its first digits.
    Document {
        /// The id or its beginning.
        document: String,
    },
    /// A page of reports, newest first.
    Reports {
        /// Only of this organisation.
        #[serde(default)]
        organisation: Option<OrganisationId>,
        /// Skip so many.
        #[serde(default)]
        skip: usize,
        /// At most so many.
        limit: usize,
    },
    /// One report whole, with every concurrent value. The id may be shortened.
    Report {
        /// The id or its beginning.
        document: String,
    },
    /// Who changed a report, when, and how. The id may be shortened.
    History {
        /// The id or its beginning.
        document: String,
    },
    /// Many reports as one picture.
    View {
        /// What to count by.
        query: Query,
        /// Exact counts of this organisation's own reports, not for publishing, instead of published counts of all.
        #[serde(default)]
        own: bool,
    },
    /// What several organisations see together and none sees alone.
    Together,
    /// A page of the reports that pass all filters, newest first: those behind a cell of a view.
    ViewReports {
        /// The values of each facet; a report has one of them.
        filters: Filters,
        /// Only of this organisation.
        #[serde(default)]
        organisation: Option<OrganisationId>,
        /// Skip so many.
        #[serde(default)]
        skip: usize,
        /// At most so many.
        limit: usize,
    },
    /// A page of saved views, those begun last first; merged ones count as one.
    SavedViews {
        /// Skip so many.
        #[serde(default)]
        skip: usize,
        /// At most so many.
        limit: usize,
    },
    /// A saved view, or the one it was merged into. The id may be shortened.
    SavedView {
        /// The id or its beginning.
        document: String,
        /// Tell also of every entry that was ever written or taken back.
        #[serde(default)]
        history: bool,
    },
    /// The forms known here.
    Forms,
    /// One form whole.
    Form {
        /// The form's id (`talkoot/report/1`), or its document's id or the beginning of that.
        form: String,
    },
    /// A page of phenomena, those begun last first; merged ones count as one.
    Phenomena {
        /// Only those with a contradiction that is not settled.
        #[serde(default)]
        open: bool,
        /// Skip so many.
        #[serde(default)]
        skip: usize,
        /// At most so many.
        limit: usize,
    },
    /// The card of a phenomenon, or of the one it was merged into. The id may be shortened.
    Phenomenon {
        /// The id or its beginning.
        document: String,
        /// Tell also of every entry that was ever written or taken back.
        #[serde(default)]
        history: bool,
    },
    /// Proposals as they stand on a day.
    Proposals {
        /// Which.
        #[serde(default)]
        filter: ProposalFilter,
        /// The day.
        today: Date,
    },
    /// One proposal as it stands on a day, and what it comes from. The id may be shortened.
    Proposal {
        /// The id or its beginning.
        document: String,
        /// The day.
        today: Date,
    },
    /// What came of a report until a day. The id may be shortened.
    Trace {
        /// The id or its beginning.
        document: String,
        /// The day.
        today: Date,
    },
    /// A page of service paths, newest first.
    Paths {
        /// Only of this organisation.
        #[serde(default)]
        organisation: Option<OrganisationId>,
        /// Skip so many.
        #[serde(default)]
        skip: usize,
        /// At most so many.
        limit: usize,
    },
    /// One service path. The id may be shortened.
    Path {
        /// The id or its beginning.
        document: String,
    },
    /// Service paths as one picture, small counts hidden.
    PathView {
        /// What to count.
        query: PathQuery,
    },
    /// Reports that hold these words, in any of the languages.
    Search {
        /// What is looked for, at most [`QUESTION_BYTES_MAX`].
        words: String,
        /// Only reports of this organisation.
        #[serde(default)]
        organisation: Option<OrganisationId>,
        /// Only of this half-year, such as 2026-H1.
        #[serde(default)]
        half_year: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Reports like one that is here, or like one that is being written.
    Similar {
        /// The id of a report or its beginning; without it the fields are looked at.
        #[serde(default)]
        document: Option<String>,
        /// The fields of a report that is not stored.
        #[serde(default)]
        fields: Map<String, Value>,
        /// Only those at least so similar, in thousandths.
        #[serde(default)]
        least: u16,
        /// At most so many.
        limit: usize,
    },
    /// Keep the attached bytes, which a report is about to name.
    KeepAttachment {
        /// What the report will say of them.
        attachment: Attachment,
    },
    /// The attachments of a report. The id may be shortened.
    Attachments {
        /// The id or its beginning.
        document: String,
    },
    /// The bytes of an attachment; fetched from a peer if they are not here and the node runs.
    Attachment {
        /// The report's id or its beginning.
        document: String,
        /// Its number in the list, from 1, or its hash or the beginning of it.
        attachment: String,
    },
    /// Reports that may belong to a phenomenon, and phenomena that may be one, as far as a program can tell.
    Suggestions {
        /// The id of a phenomenon or its beginning; without it those begun last are looked at.
        #[serde(default)]
        document: Option<String>,
        /// At most so many of each.
        limit: usize,
    },
    /// The organisations known here.
    Organisations,
    /// The workers certified by this organisation.
    Workers,
    /// The peers and how the exchange with each stands.
    Peers,
    /// Stay connected to this address.
    AddPeer {
        /// A multiaddress or host:port.
        address: String,
    },
    /// No longer stay connected to this address.
    RemovePeer {
        /// The address as it was added.
        address: String,
    },
    /// What this node has, in at most 64 KiB: the messages of a request are attached to the answer.
    BundleRequest {
        /// Tell also of what this organisation may receive besides what all members may.
        #[serde(default)]
        reader: Option<OrganisationId>,
    },
    /// What a bundle would hold. The bytes of a request may be attached.
    BundlePlan {
        /// What belongs into it.
        filter: BundleFilter,
    },
    /// A part of a bundle: its deliveries are attached to the answer. The same request as for the plan is attached.
    BundlePage {
        /// What belongs into it.
        filter: BundleFilter,
        /// The last change of the part before.
        after: Option<ChangeId>,
        /// Only up to this ordinal, as the plan named it.
        until: u64,
        /// Number of the first delivery.
        number: u32,
    },
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Response {
    /// To `status`.
    Status(Box<Status>),
    /// To `identity`.
    Identity(Box<Identity>),
    /// To `submit`: one outcome for each change, in order.
    Submitted {
        /// The outcomes.
        outcomes: Vec<Outcome>,
    },
    /// To `prepare`: the header and the body are attached.
    Prepared {
        /// The id the change will have.
        id: ChangeId,
    },
    /// To `examine`, and to `prepare` if something has to be mended or confirmed first; then nothing is attached.
    Remarks {
        /// Field by field.
        remarks: Vec<Remark>,
    },
    /// To `enrolment`.
    Enrolment {
        /// How far it is.
        state: Box<EnrolmentState>,
    },
    /// To `enrolments`.
    Enrolments {
        /// In the order of their ids.
        enrolments: Vec<Enrolment>,
    },
    /// To `document`: the changes are attached.
    Document {
        /// The document's full id.
        document: DocumentId,
    },
    /// To `reports` and `view_reports`.
    Reports {
        /// The page.
        reports: Vec<Report>,
        /// How many there are in all.
        total: usize,
    },
    /// To `report`.
    Report(Box<Report>),
    /// To `history`.
    History {
        /// The document's full id.
        document: DocumentId,
        /// Its changes in causal order.
        changes: Vec<HistoryEntry>,
    },
    /// To `view`.
    View(Box<MergedView>),
    /// To `together`.
    Together {
        /// The cells, strongest first.
        cells: Vec<Together>,
    },
    /// To `saved_views`.
    SavedViews {
        /// The page.
        views: Vec<saved::Brief>,
        /// How many there are in all.
        total: usize,
    },
    /// To `saved_view`.
    SavedView {
        /// The full id of the document asked for.
        document: DocumentId,
        /// The saved view.
        view: Box<Saved>,
        /// Everything that was ever written in its documents, each before what builds on it; only if it was asked for.
        #[serde(default)]
        history: Vec<Written>,
    },
    /// To `forms`.
    Forms {
        /// The built-in one first, then those of the own organisation, then others.
        forms: Vec<FormEntry>,
    },
    /// To `form`.
    Form {
        /// Where it is from.
        entry: Box<FormEntry>,
        /// The form package as it stands in its document.
        fields: Map<String, Value>,
    },
    /// To `phenomena`.
    Phenomena {
        /// The page.
        phenomena: Vec<Brief>,
        /// How many there are in all.
        total: usize,
    },
    /// To `phenomenon`.
    Phenomenon {
        /// The full id of the document asked for.
        document: DocumentId,
        /// The card.
        card: Box<Card>,
        /// Everything that was ever written in its documents, each before what builds on it; only if it was asked for.
        #[serde(default)]
        history: Vec<Written>,
    },
    /// To `proposals`.
    Proposals {
        /// The page, in the order of the list.
        proposals: Vec<State>,
        /// How many there are in all.
        total: usize,
    },
    /// To `proposal`.
    Proposal {
        /// The proposal.
        proposal: Box<State>,
        /// The phenomena and reports it comes from.
        sources: Vec<ProposalSource>,
    },
    /// To `trace`.
    Trace {
        /// The report.
        report: Box<Report>,
        /// What came of it.
        trace: Box<Trace>,
    },
    /// To `paths`.
    Paths {
        /// The page.
        paths: Vec<ServicePath>,
        /// How many there are in all.
        total: usize,
    },
    /// To `path`.
    Path(Box<ServicePath>),
    /// To `path_view`.
    PathView(Box<PathView>),
    /// To `search` and `similar`. Found by a program: whether it fits, a person decides.
    Found {
        /// The reports, best first.
        hits: Vec<Hit>,
        /// How far the words of this node's reports are known.
        words: WordsStatus,
    },
    /// To `attachments`.
    Attachments {
        /// The report's full id.
        document: DocumentId,
        /// In the order of the report.
        attachments: Vec<HeldAttachment>,
    },
    /// To `attachment`: the bytes are attached.
    Attachment {
        /// What the report says of it.
        attachment: Box<Attachment>,
        /// The peer it was fetched from; `None` if it was here.
        from: Option<NodeId>,
    },
    /// To `suggestions`. Made by a program: people decide.
    Suggestions {
        /// Reports, the most similar first.
        reports: Vec<Suggestion>,
        /// Phenomena, the most similar first.
        pairs: Vec<Pair>,
        /// How far the words of this node's reports are known.
        words: WordsStatus,
    },
    /// To `organisations`.
    Organisations {
        /// Members first, then those only seen.
        organisations: Vec<Organisation>,
    },
    /// To `workers`.
    Workers {
        /// One for each certified key.
        workers: Vec<Worker>,
    },
    /// To `peers`.
    Peers {
        /// Addresses kept and peers connected.
        peers: Vec<Peer>,
    },
    /// To `bundle_request`: the messages are attached.
    BundleRequest {
        /// What is told of, by the name of the scope.
        scopes: BTreeMap<String, ScopeStatus>,
    },
    /// To `bundle_plan`: the messages that stand before the deliveries are attached.
    BundlePlan(Box<BundlePlan>),
    /// To `bundle_page`: the deliveries are attached.
    BundlePage {
        /// Where the next part goes on; `None` if this was the last.
        next: Option<ChangeId>,
        /// Changes in this part.
        changes: u64,
        /// Changes that could not be read and are left out.
        damaged: u64,
    },
    /// Done; nothing more to say.
    Done,
    /// It could not be done.
    Failed(Failure),
}

/// Why something could not be done: what happened, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// A stable name for programs.
    pub name: String,
    /// A sentence for people.
    pub message: String,
    /// The field at fault, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Failure {
    /// Makes one.
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into(), field: None }
    }

    /// Names the field at fault.
    pub fn at(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }
}
