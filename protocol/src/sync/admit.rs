//! The door: what can be judged of a change only beside its past. One door for what workers submit here and what peers deliver.
//!
//! The verdict depends on the change, the signed changes it names, and membership; never on a clock, on who delivered it,
//! or on what else has arrived. What it names and is not here yet makes it wait; the verdict comes with the last of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, ChunkFacts, Index, NewEntry, NewPlace};
use crate::chunk::{Actor, Chunk};
use crate::entry::Prefix;
use crate::header::{Act, Header, Place, Position};
use crate::id::{ChangeId, DocumentId, OrganisationId};
use crate::limits::{DEPTH_MAX, DOCUMENT_CHANGES_MAX};
use crate::membership::{Membership, Speaker};
use crate::scope::{Kind, Scope};
use crate::service_path::coded::is_coded;
use crate::statement::{Bearer, Certificate, Role, Statement};

use super::check::{Checked, Content};
use super::refusal::Refusal;

/// What a change waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Another change: a certificate, a dependency, the previous header, the document's first change.
    Change(ChangeId),
    /// That its organisation is recognised.
    Recognition(OrganisationId),
}

/// What the door says.
#[derive(Debug)]
pub enum Verdict {
    /// It may enter; this is how.
    Admit(Box<Admission>),
    /// It is in already.
    Known,
    /// It waits for this, among perhaps other things.
    Wait(Missing),
    /// It stays out, here and everywhere.
    Refuse(Refusal),
}

/// What is to be written into catalog and membership when a change enters.
#[derive(Debug)]
pub struct Admission {
    /// The catalog's entry.
    pub entry: NewEntry,
    /// Who says it, if it is a statement.
    pub speaker: Option<Speaker>,
}

/// All that the door looks at.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    /// What is in.
    pub catalog: &'a Catalog,
    /// Who is who.
    pub membership: &'a Membership,
    /// What was refused before: what builds on it is refused too.
    pub refused: &'a BTreeSet<ChangeId>,
}

/// Why judging stopped.
enum Stop {
    Wait(Missing),
    Refuse(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

type Judged<T> = Result<T, Stop>;

fn require(holds: bool, refusal: Refusal) -> Judged<()> {
    if holds { Ok(()) } else { Err(refusal.into()) }
}

impl Door<'_> {
    /// Judges one change.
    pub fn judge(&self, checked: &Checked) -> Verdict {
        if self.catalog.find(&checked.id()).is_some() {
            return Verdict::Known;
        }
        let judged = match checked.content() {
            Content::Chunk(chunk) => self.judge_chunk(checked, chunk),
            Content::Statement(Statement::Address(_)) => self.judge_address(checked),
            Content::Statement(statement) => self.judge_statement(checked, statement),
            Content::Opaque => self.judge_opaque(checked),
        };
        match judged {
            Ok(admission) => Verdict::Admit(Box::new(admission)),
            Err(Stop::Wait(missing)) => Verdict::Wait(missing),
            Err(Stop::Refuse(refusal)) => Verdict::Refuse(refusal),
        }
    }

    /// Finds a change that another names.
    fn find(&self, id: &ChangeId) -> Judged<Index> {
        match self.catalog.find(id) {
            Some(index) => Ok(index),
            None if self.refused.contains(id) => Err(Refusal::DependsOnRefused.into()),
            None => Err(Stop::Wait(Missing::Change(*id))),
        }
    }

    /// Requires membership, or waits for it.
    fn require_member(&self, organisation: &OrganisationId) -> Judged<()> {
        let member = self.membership.is_member(organisation);
        if member { Ok(()) } else { Err(Stop::Wait(Missing::Recognition(*organisation))) }
    }

    /// Finds the certificate a header names and checks that it is for the header's key.
    fn certificate(&self, header: &Header) -> Judged<&Certificate> {
        let id = header.certificate.ok_or(Refusal::CertificatePresence)?;
        self.find(&id)?;
        let certificate = self.membership.certificate(&id).ok_or(Refusal::NotACertificate)?;
        require(certificate.subject == header.author, Refusal::CertificateOfOther)?;
        self.require_member(&certificate.organisation)?;
        Ok(certificate)
    }

    fn judge_chunk(&self, checked: &Checked, chunk: &Chunk) -> Judged<Admission> {
        let header = checked.change().header();
        let certificate = self.certificate(header)?;
        let (place, past, dependencies) = match header.place {
            Place::Begins { kind, scope } => {
                let foreign = matches!(scope, Scope::Organisation(owner) if owner != certificate.organisation);
                require(!foreign, Refusal::ForeignScope)?;
                require(may_begin(kind, certificate), Refusal::Role)?;
                begins_clean(header)?;
                let organisation = certificate.organisation;
                (NewPlace::Begins { kind, scope, organisation }, BTreeSet::new(), Vec::new())
            }
            Place::Continues(document) => {
                let first = self.find(&document.first_change())?;
                self.require_editor(first, &document, certificate)?;
                let dependencies = self.dependencies(header, first)?;
                let past = self.catalog.past(&dependencies);
                require(past.len() < DOCUMENT_CHANGES_MAX, Refusal::DocumentFull)?;
                self.require_chain(header, first)?;
                require_previous_in_past(self.catalog, header, &past)?;
                (NewPlace::Continues(first), past, dependencies)
            }
        };
        match self.kind_of(&place) {
            kind if kind.is_joint() => {
                require(writes_under(&Prefix::of(&certificate.organisation), chunk), Refusal::ForeignEntry)?;
            }
            Kind::ServicePath => require(is_coded(chunk), Refusal::NotCoded)?,
            _ => {}
        }
        let facts = self.judge_operations(chunk, &dependencies, &past)?;
        Ok(admission(checked, place, dependencies, Some(facts)))
    }

    /// A joint document is changed by workers of all members, unless it is one organisation's own; any other (a report, a service
    /// path, a form package) by workers of the organisation that began it, in the roles that may begin one.
    fn require_editor(&self, first: Index, document: &DocumentId, by: &Certificate) -> Judged<()> {
        let known = self.catalog.document_of(first);
        require(known.id == *document, Refusal::ForeignDependency)?;
        require(!matches!(known.kind, Kind::Organisation | Kind::Node), Refusal::ActOutOfPlace)?;
        let open_to_all = known.kind.is_joint() && !matches!(known.scope, Scope::Organisation(_));
        require(open_to_all || known.organisation == by.organisation, Refusal::OtherOrganisation)?;
        require(may_change(known.kind, by), Refusal::Role)
    }

    /// Returns the kind of the document that a change begins or continues.
    fn kind_of(&self, place: &NewPlace) -> Kind {
        match place {
            NewPlace::Begins { kind, .. } => *kind,
            NewPlace::Continues(first) => self.catalog.document_of(*first).kind,
        }
    }

    /// Finds all dependencies, in this document.
    fn dependencies(&self, header: &Header, first: Index) -> Judged<Vec<Index>> {
        require(!header.dependencies.is_empty(), Refusal::PastPresence)?;
        let document = self.catalog.document_of(first).id;
        let mut dependencies = Vec::with_capacity(header.dependencies.len());
        for id in &header.dependencies {
            let index = self.find(id)?;
            require(self.catalog.document_of(index).id == document, Refusal::ForeignDependency)?;
            dependencies.push(index);
        }
        Ok(dependencies)
    }

    /// Checks the link to the previous header of the same key in the same document.
    fn require_chain(&self, header: &Header, first: Index) -> Judged<()> {
        let Position::After { sequence, previous } = header.position else { return Ok(()) };
        let index = self.find(&previous)?;
        let entry = self.catalog.entry(index);
        let same_document = self.catalog.document_of(index).id == self.catalog.document_of(first).id;
        let follows = entry.sequence.checked_add(1) == Some(sequence);
        require(same_document && follows && self.catalog.author_of(index) == header.author, Refusal::Chain)
    }

    /// Checks what automerge relies on: same parents as the header, numbering, references into the past, nesting.
    fn judge_operations(&self, chunk: &Chunk, dependencies: &[Index], past: &BTreeSet<Index>) -> Judged<ChunkFacts> {
        let facts = |index: &Index| self.catalog.entry(*index).chunk;
        // Two changes may carry one chunk: the same author making the same edit twice. Automerge knows it once.
        let mut hashes: Vec<_> = dependencies.iter().filter_map(|index| facts(index).map(|f| f.hash)).collect();
        require(hashes.len() == dependencies.len(), Refusal::DependenciesDiffer)?;
        hashes.sort_unstable();
        hashes.dedup();
        require(hashes == chunk.deps(), Refusal::DependenciesDiffer)?;
        let greatest = dependencies.iter().filter_map(|index| facts(index).map(|f| f.max_op)).max().unwrap_or(0);
        let (expected, got) = (greatest.saturating_add(1), chunk.start_op());
        require(got == expected, Refusal::StartOp { expected, got })?;
        let by_actor: BTreeMap<Actor, ChunkFacts> = match chunk.references() {
            [] => BTreeMap::new(),
            _ => past.iter().filter_map(facts).map(|f| (f.actor, f)).collect(),
        };
        for reference in chunk.references() {
            let target = by_actor.get(&reference.actor);
            let exists = target.is_some_and(|f| (f.start_op..=f.max_op).contains(&reference.counter));
            require(exists, Refusal::ForeignReference)?;
        }
        // An object of another change is at most as deep as that change's deepest: a bound every node computes alike.
        let beneath = chunk.depth().beneath.iter().filter(|(_, levels)| *levels > 0);
        let beneath = beneath.map(|((actor, _), levels)| by_actor.get(actor).map_or(0, |f| f.depth) + levels);
        let depth = beneath.chain([chunk.depth().below_root]).max().unwrap_or(0);
        require(depth <= DEPTH_MAX, Refusal::TooDeep)?;
        Ok(ChunkFacts {
            hash: chunk.hash(),
            actor: chunk.actor(),
            start_op: chunk.start_op(),
            max_op: chunk.max_op(),
            depth,
        })
    }

    fn judge_statement(&self, checked: &Checked, statement: &Statement) -> Judged<Admission> {
        let header = checked.change().header();
        require(header.certificate.is_none(), Refusal::CertificatePresence)?;
        require(header.dependencies.is_empty(), Refusal::PastPresence)?;
        let (place, organisation) = match header.place {
            Place::Begins { kind, scope } => {
                let Statement::Record(record) = statement else { return Err(Refusal::PastPresence.into()) };
                require(kind == Kind::Organisation && scope == Scope::Network, Refusal::ActOutOfPlace)?;
                require(record.inception.root == header.author, Refusal::NotRoot)?;
                begins_clean(header)?;
                let organisation = record.inception.organisation();
                (NewPlace::Begins { kind, scope, organisation }, organisation)
            }
            Place::Continues(document) => {
                let first = self.find(&document.first_change())?;
                let known = self.catalog.document_of(first);
                require(known.id == document, Refusal::ForeignDependency)?;
                require(known.kind == Kind::Organisation, Refusal::ActOutOfPlace)?;
                require(self.catalog.author_of(first) == header.author, Refusal::NotRoot)?;
                require(header.position != Position::First, Refusal::Chain)?;
                self.require_chain(header, first)?;
                require(speaks_for(statement, &known.organisation), Refusal::OtherOrganisation)?;
                (NewPlace::Continues(first), known.organisation)
            }
        };
        self.require_member(&organisation)?;
        Ok(statement_of(organisation, checked, place))
    }

    /// A node says where it is reached, with its own key, in the document it began itself. How it may begin one was checked before.
    fn judge_address(&self, checked: &Checked) -> Judged<Admission> {
        let header = checked.change().header();
        let certificate = self.certificate(header)?;
        require(certificate.bearer == Bearer::Node, Refusal::Role)?;
        require(header.dependencies.is_empty(), Refusal::PastPresence)?;
        let organisation = certificate.organisation;
        let place = match header.place {
            Place::Begins { kind, scope } => {
                begins_clean(header)?;
                NewPlace::Begins { kind, scope, organisation }
            }
            Place::Continues(document) => {
                let first = self.find(&document.first_change())?;
                let known = self.catalog.document_of(first);
                require(known.id == document, Refusal::ForeignDependency)?;
                require(known.kind == Kind::Node, Refusal::ActOutOfPlace)?;
                require(self.catalog.author_of(first) == header.author, Refusal::ForeignNode)?;
                require(known.organisation == organisation, Refusal::OtherOrganisation)?;
                require(header.position != Position::First, Refusal::Chain)?;
                self.require_chain(header, first)?;
                NewPlace::Continues(first)
            }
        };
        Ok(statement_of(organisation, checked, place))
    }

    /// An act of a later version that need not be understood: kept and passed on if a member's key signed it in a known document.
    fn judge_opaque(&self, checked: &Checked) -> Judged<Admission> {
        let header = checked.change().header();
        self.certificate(header)?;
        let Place::Continues(document) = header.place else { return Err(Refusal::ActOutOfPlace.into()) };
        let first = self.find(&document.first_change())?;
        require(self.catalog.document_of(first).id == document, Refusal::ForeignDependency)?;
        require(header.dependencies.is_empty(), Refusal::PastPresence)?;
        self.require_chain(header, first)?;
        Ok(admission(checked, NewPlace::Continues(first), Vec::new(), None))
    }
}

/// Returns whether the certificate gives a role that may begin documents of this kind.
fn may_begin(kind: Kind, certificate: &Certificate) -> bool {
    let Bearer::Worker { roles, .. } = certificate.bearer else { return false };
    match kind {
        Kind::Report | Kind::ServicePath => roles.has(Role::Reporter) || roles.has(Role::Intake),
        Kind::Phenomenon | Kind::Proposal | Kind::View | Kind::FormPackage => roles.has(Role::Coordinator),
        _ => false,
    }
}

/// Returns whether the certificate gives a role that may change documents of this kind: proposals are also answered.
fn may_change(kind: Kind, certificate: &Certificate) -> bool {
    let Bearer::Worker { roles, .. } = certificate.bearer else { return false };
    may_begin(kind, certificate) || kind == Kind::Proposal && roles.has(Role::DecisionMaker)
}

/// Returns whether a change writes nothing but entries of this prefix, each whole.
fn writes_under(prefix: &Prefix, chunk: &Chunk) -> bool {
    chunk.depth().beneath.is_empty() && chunk.root_keys().into_iter().all(|key| prefix.path(key).is_some())
}

/// An organisation's statement speaks for the organisation whose document it stands in.
fn speaks_for(statement: &Statement, organisation: &OrganisationId) -> bool {
    match statement {
        Statement::Record(record) => record.inception.organisation() == *organisation,
        Statement::Certificate(certificate) => certificate.organisation == *organisation,
        Statement::Endorsement(endorsement) => endorsement.organisation != *organisation,
        Statement::Address(_) => false,
    }
}

/// A first change has neither position nor dependencies.
fn begins_clean(header: &Header) -> Judged<()> {
    require(header.position == Position::First && header.dependencies.is_empty(), Refusal::PastPresence)
}

/// An author has seen what it wrote before.
fn require_previous_in_past(catalog: &Catalog, header: &Header, past: &BTreeSet<Index>) -> Judged<()> {
    let seen = |id| catalog.find(&id).is_some_and(|index| past.contains(&index));
    require(header.position.previous().is_none_or(seen), Refusal::Chain)
}

fn statement_of(organisation: OrganisationId, checked: &Checked, place: NewPlace) -> Admission {
    let speaker = Speaker { organisation, key: checked.change().author() };
    Admission { speaker: Some(speaker), ..admission(checked, place, Vec::new(), None) }
}

fn admission(checked: &Checked, place: NewPlace, dependencies: Vec<Index>, chunk: Option<ChunkFacts>) -> Admission {
    let header = checked.change().header();
    let act: Act = header.act;
    let entry = NewEntry {
        id: checked.id(),
        place,
        act,
        author: header.author,
        sequence: header.position.sequence(),
        dependencies,
        chunk,
        bytes: checked.bytes().len() as u32,
    };
    Admission { entry, speaker: None }
}
