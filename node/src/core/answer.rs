//! Requests and their answers, as far as engine, store and columns can give them. What needs the network or time (submitting,
//! peers) the driver answers itself, or [`Core::call`] where there is no network.

use std::collections::{BTreeMap, BTreeSet};

use talkoot_protocol::api::{self, Failure, Request, Response};
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::policy;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::statement::{Bearer, Record};
use talkoot_protocol::sync::admit::Missing;
use talkoot_protocol::sync::check::Content;
use talkoot_protocol::sync::effect::Outcome;

use crate::control::{Call, Reply};
use crate::peers;
use crate::words::Question;

use super::{Core, read};

/// Most reports on one page.
pub const PAGE_MAX: usize = 1_000;

impl From<read::Error> for Failure {
    fn from(error: read::Error) -> Self {
        let name = match error {
            read::Error::Unknown { .. } => "unknown_document",
            read::Error::Ambiguous { .. } => "ambiguous_document",
            read::Error::Damaged { .. } => "damaged_record",
            read::Error::Overgrown { .. } => "overgrown_document",
            read::Error::Document(_) | read::Error::Path(_) => "unreadable_document",
        };
        Self::new(name, error.to_string())
    }
}

impl From<peers::Error> for Failure {
    fn from(error: peers::Error) -> Self {
        let name = match error {
            peers::Error::Full => "too_many_peers",
            peers::Error::File(_) => "not_stored",
        };
        Self::new(name, error.to_string())
    }
}

impl Core {
    /// Answers a call when no network runs.
    pub fn call(&mut self, call: Call) -> Reply {
        self.prepare_words(&call.request);
        self.prepare_links(&call.request);
        match call.request {
            Request::Submit => {
                let outcomes = self.submit(call.attachments).iter().map(outcome).collect();
                Response::Submitted { outcomes }.into()
            }
            Request::Peers => Response::Peers { peers: self.kept_peers().into_iter().map(kept_peer).collect() }.into(),
            Request::AddPeer { address } => done(self.keep_peer(&address)),
            Request::RemovePeer { address } => done(self.forget_peer(&address)),
            Request::KeepAttachment { attachment } => {
                self.keep_attachment(&attachment, &call.attachments).map_or_else(Reply::from, Reply::from)
            }
            Request::Attachment { document, attachment } => {
                self.attachment_here(&document, &attachment).unwrap_or_else(Reply::from)
            }
            request => self.answer(request, &call.attachments, false, &[]),
        }
    }

    /// Answers what needs neither network nor writing.
    pub fn answer(&self, request: Request, attached: &[Vec<u8>], running: bool, listening: &[String]) -> Reply {
        match self.answer_or_fail(request, attached, running, listening) {
            Ok(reply) => reply,
            Err(failure) => failure.into(),
        }
    }

    fn answer_or_fail(
        &self,
        request: Request,
        attached: &[Vec<u8>],
        running: bool,
        listening: &[String],
    ) -> Result<Reply, Failure> {
        let response = match request {
            Request::Status => Response::Status(Box::new(self.status(running))),
            Request::Identity => Response::Identity(Box::new(self.identity(listening)?)),
            Request::Document { document } => return self.document(&document),
            Request::Prepare(wanted) => return self.prepare(*wanted),
            Request::Examine { kind, fields } => self.examine(kind, fields)?,
            Request::Invite { id, expires } => self.invite(id, expires)?,
            Request::Enrol { id, key, proof } => self.enrol(id, key, proof)?,
            Request::Enrolment { id } => self.enrolment(&id)?,
            Request::Enrolments => self.enrolments()?,
            Request::Reports { organisation, skip, limit } => self.page(organisation, skip, limit),
            Request::Report { document } => Response::Report(Box::new(self.report(&self.find_report(&document)?)?)),
            Request::History { document } => self.history_of(&document)?,
            Request::View { query, own } => self.view(&query, own)?,
            Request::Together => Response::Together { cells: self.columns.together(&self.rules) },
            Request::ViewReports { filters, organisation, skip, limit } => {
                self.reports_behind(&filters, organisation, (skip, limit))
            }
            Request::SavedViews { skip, limit } => self.saved_views(skip, limit),
            Request::SavedView { document, history } => self.saved_view(&document, history)?,
            Request::Forms => Response::Forms { forms: self.forms() },
            Request::Form { form } => self.form(&form)?,
            Request::Phenomena { open, skip, limit } => self.phenomena(open, skip, limit),
            Request::Phenomenon { document, history } => self.phenomenon(&document, history)?,
            Request::Proposals { filter, today } => self.proposals(&filter, today),
            Request::Proposal { document, today } => self.proposal(&document, today)?,
            Request::Trace { document, today } => self.trace(&document, today)?,
            Request::Authored { author, today, skip, limit } => self.authored(author, today, skip, limit),
            Request::Paths { organisation, skip, limit } => self.path_page(organisation, skip, limit),
            Request::Path { document } => self.path(&document)?,
            Request::PathView { query } => self.path_view(&query)?,
            Request::Search { words, organisation, half_year, limit } => {
                self.search(&Question { words, organisation, half_year }, limit)?
            }
            Request::Attachments { document } => self.attachments(&document)?,
            Request::Similar { document, fields, least, limit } => {
                self.similar(document.as_deref(), fields, least, limit)?
            }
            Request::Suggestions { document, limit } => self.suggestions(document.as_deref(), limit)?,
            Request::Organisations => Response::Organisations { organisations: self.organisations() },
            Request::Workers => Response::Workers { workers: self.workers() },
            Request::BundleRequest { reader } => return self.bundle_request(reader),
            Request::BundlePlan { filter } => return self.bundle_plan(&filter, attached),
            Request::BundlePage { filter, after, until, number } => {
                return self.bundle_page(&filter, attached, after, until, number);
            }
            Request::Submit
            | Request::Peers
            | Request::AddPeer { .. }
            | Request::RemovePeer { .. }
            | Request::KeepAttachment { .. }
            | Request::Attachment { .. } => {
                return Err(Failure::new("internal", "this request went to the wrong place"));
            }
        };
        Ok(response.into())
    }

    pub(super) fn find_report(&self, asked: &str) -> Result<DocumentId, Failure> {
        let id = self.find(asked)?;
        let kind = self.engine.catalog().document(&id).map(|document| document.kind);
        match kind {
            Some(Kind::Report) => Ok(id),
            _ => Err(read::Error::Unknown { asked: asked.to_owned() }.into()),
        }
    }

    fn document(&self, asked: &str) -> Result<Reply, Failure> {
        let document = self.find(asked)?;
        let history = self.history(&document)?;
        let attachments = history.changes().iter().map(|change| change.bytes().to_vec()).collect();
        Ok(Reply { response: Response::Document { document }, attachments })
    }

    fn page(&self, organisation: Option<OrganisationId>, skip: usize, limit: usize) -> Response {
        let wanted = |id: &OrganisationId| organisation.is_none_or(|organisation| organisation == *id);
        let page = self.reports().filter(|known| wanted(&known.organisation)).skip(skip).take(limit.min(PAGE_MAX));
        let reports = page.filter_map(|known| self.report(&known.id).ok()).collect();
        let total = self.report_counts().filter(|(id, _)| wanted(id)).map(|(_, reports)| reports).sum();
        Response::Reports { reports, total }
    }

    fn history_of(&self, asked: &str) -> Result<Response, Failure> {
        let document = self.find_report(asked)?;
        let history = self.history(&document)?;
        let changes = history
            .changes()
            .iter()
            .map(|change| {
                let header = change.change().header();
                let fields = match change.content() {
                    Content::Chunk(chunk) => chunk.root_keys().into_iter().map(str::to_owned).collect(),
                    _ => BTreeSet::new(),
                };
                api::HistoryEntry {
                    id: change.id(),
                    author: header.author,
                    worker: self.worker_of(change),
                    sequence: header.position.sequence(),
                    dependencies: header.dependencies.clone(),
                    claimed: header.claimed,
                    fields: fields.into_iter().collect(),
                }
            })
            .collect();
        Ok(Response::History { document, changes })
    }

    /// Returns how this node is.
    pub fn status(&self, running: bool) -> api::Status {
        let engine = &self.engine;
        let stats = self.store.stats();
        let counts = |counts: &BTreeMap<&'static str, u64>| {
            counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<BTreeMap<_, _>>()
        };
        let digests: BTreeMap<Scope, _> = engine.digests().collect();
        api::Status {
            node: self.node,
            organisation: self.own,
            running,
            changes: engine.catalog().durable_len() as u64,
            reports: engine.catalog().documents_len(Kind::Report) as u64,
            fingerprint: digests.get(&Scope::Network).copied().unwrap_or_default().fingerprint(),
            scopes: digests
                .iter()
                .map(|(scope, digest)| {
                    let status = api::ScopeStatus { changes: digest.count(), fingerprint: digest.fingerprint() };
                    (scope.to_string(), status)
                })
                .collect(),
            log_bytes: stats.bytes,
            damaged: stats.damaged,
            parked: engine.parked().len() as u64,
            forks: engine.forks(),
            refusals: counts(engine.refusals()),
            offences: counts(engine.offences()).into_iter().chain(counts(&self.offences)).collect(),
            quarantined: self
                .quarantined
                .clone()
                .into_iter()
                .chain(self.joints.unreadable())
                .map(|(id, reason)| (id.to_string(), reason))
                .collect(),
            words: self.words_status(),
            socket_bytes_sent: 0, // The driver knows.
            socket_bytes_received: 0,
            connected: engine.sessions().count() as u64,
        }
    }

    fn identity(&self, listening: &[String]) -> Result<api::Identity, Failure> {
        let lost = || Failure::new("damaged_record", "this organisation's own record is damaged; run 'talkoot verify'");
        let membership = self.engine.membership();
        let record = membership.record(&self.own).ok_or_else(lost)?;
        let documents = self.engine.catalog().documents();
        let mut own = documents.filter(|known| known.kind == Kind::Organisation && known.organisation == self.own);
        let document = own.next().ok_or_else(lost)?.id;
        let tip = self.engine.catalog().tip(&document, &record.inception.root).ok_or_else(lost)?;
        Ok(api::Identity {
            node: self.node,
            organisation: self.own,
            names: record.names.clone(),
            kind: record.kind,
            counties: record.counties.iter().copied().collect(),
            network: self.engine.network(),
            charter: membership.charter().clone(),
            document,
            tip,
            listening: listening.to_vec(),
        })
    }

    fn organisations(&self) -> Vec<api::Organisation> {
        let mut reports: BTreeMap<OrganisationId, u64> = BTreeMap::new();
        for (organisation, count) in self.report_counts() {
            *reports.entry(organisation).or_default() += count as u64;
        }
        let membership = self.engine.membership();
        let describe = |(id, record): (OrganisationId, &Record)| api::Organisation {
            id,
            names: record.names.clone(),
            kind: record.kind,
            counties: record.counties.iter().copied().collect(),
            contact: record.contact.clone(),
            own: id == self.own,
            member: membership.is_member(&id),
            founder: membership.charter().founders.contains(&id),
            recognised_by: membership.endorsers(&id).collect(),
            reports: reports.get(&id).copied().unwrap_or_default(),
        };
        membership.records().chain(self.engine.seen()).map(describe).collect()
    }

    fn workers(&self) -> Vec<api::Worker> {
        let certificates = self.engine.membership().certificates();
        certificates
            .filter(|(_, certificate)| certificate.organisation == self.own)
            .filter_map(|(id, certificate)| match certificate.bearer {
                Bearer::Worker { worker, roles } => Some(api::Worker {
                    certificate: id,
                    worker,
                    key: certificate.subject,
                    roles: roles.iter().collect(),
                }),
                Bearer::Node => None,
            })
            .collect()
    }

    /// Returns the peers the engine knows of, with what went over each session.
    pub fn connected_peers(&self) -> Vec<api::Peer> {
        let now = self.now().since_origin();
        let engine = &self.engine;
        let describe = |(node, session): (_, &talkoot_protocol::sync::session::Session)| {
            let organisation = session.organisation();
            let counters = &session.counters;
            let lacking = engine.lacking(&node);
            let member = organisation.is_some_and(|id| policy::may_receive(&Scope::Network, &id, engine.membership()));
            api::Peer {
                address: None,
                node: Some(node),
                connected: true,
                organisation,
                member,
                in_step: member && engine.in_step_with(&node),
                lacking_here: lacking.map(|lacking| lacking.here),
                lacking_there: lacking.map(|lacking| lacking.there),
                announced: counters.announced,
                sent: counters.sent,
                stored_there: counters.stored_there,
                received: counters.received,
                known: counters.known,
                stored: counters.stored,
                refused: counters.refused.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
                comparisons: counters.comparisons,
                rounds: counters.rounds,
                bytes_sent: 0, // The driver knows.
                bytes_received: counters.bytes_received,
                silent_seconds: Some(now.saturating_sub(session.heard.since_origin()).as_secs()),
                trouble: None,
            }
        };
        engine.sessions().map(describe).collect()
    }

    /// Returns the addresses this node keeps connections to.
    pub fn kept_peers(&self) -> Vec<String> {
        self.peers.addresses().map(str::to_owned).collect()
    }

    /// Keeps an address.
    ///
    /// # Errors
    /// `bad_address`, `too_many_peers`, `not_stored`.
    pub fn keep_peer(&mut self, address: &str) -> Result<(), Failure> {
        crate::network::address::parse(address).map_err(|error| Failure::new("bad_address", error.to_string()))?;
        Ok(self.peers.add(address.trim())?)
    }

    /// Forgets an address.
    ///
    /// # Errors
    /// `unknown_peer`, `not_stored`.
    pub fn forget_peer(&mut self, address: &str) -> Result<(), Failure> {
        let address = address.trim();
        if !self.peers.remove(address)? {
            let message = format!("{address} is not among the addresses kept; 'talkoot peer list' shows them");
            return Err(Failure::new("unknown_peer", message));
        }
        Ok(())
    }
}

fn done(result: Result<(), Failure>) -> Reply {
    match result {
        Ok(()) => Response::Done.into(),
        Err(failure) => failure.into(),
    }
}

/// A kept address as long as nothing is known of who is behind it.
pub fn kept_peer(address: String) -> api::Peer {
    api::Peer {
        address: Some(address),
        node: None,
        connected: false,
        organisation: None,
        member: false,
        in_step: false,
        lacking_here: None,
        lacking_there: None,
        announced: 0,
        sent: 0,
        stored_there: 0,
        received: 0,
        known: 0,
        stored: 0,
        refused: BTreeMap::new(),
        comparisons: 0,
        rounds: 0,
        bytes_sent: 0,
        bytes_received: 0,
        silent_seconds: None,
        trouble: None,
    }
}

/// Puts an outcome into the shape that travels.
pub fn outcome(outcome: &Outcome) -> api::Outcome {
    match outcome {
        Outcome::Stored(id) => api::Outcome::Stored { id: *id },
        Outcome::Known(id) => api::Outcome::Known { id: *id },
        Outcome::Waiting(id, missing) => api::Outcome::Waiting { id: *id, missing: missing_words(missing) },
        Outcome::Refused(id, refusal) => {
            api::Outcome::Refused { id: *id, name: refusal.name().to_owned(), message: refusal.to_string() }
        }
        Outcome::NotStored(id, reason) => api::Outcome::NotStored { id: *id, message: reason.clone() },
    }
}

/// Says what a change waits for.
pub(super) fn missing_words(missing: &Missing) -> String {
    match missing {
        Missing::Change(id) => format!("it builds on change {}, which is not here yet", id.short()),
        Missing::Recognition(id) => format!("organisation {} is not recognised here", id.short()),
    }
}
