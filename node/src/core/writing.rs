//! Making changes for keys that are elsewhere, in browsers: the node builds what is to be signed and looks at it as the command line
//! does before it signs. Nothing is stored here, no text is logged, and whoever signs looks for itself at what it was given.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use talkoot_protocol::api::{Failure, Preparation, Remark, Response, Weight, Writing};
use talkoot_protocol::document::Fields;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::examine;
use talkoot_protocol::form::{CodeList, Form};
use talkoot_protocol::report::Report;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::sign::{self, Moment, Signatory};
use talkoot_protocol::signed::Unsigned;
use talkoot_protocol::statement::{Bearer, Certificate, Role};
use talkoot_protocol::sync::rehearse::Objection;

use crate::code_lists;
use crate::control::Reply;

use super::{Core, answer};

/// Most fields or entries that one change writes.
const FIELDS_MAX: usize = 256;

/// What a change writes, by field; nothing where one is taken away.
type Edits = BTreeMap<String, Option<Value>>;

/// Why nothing was made.
enum Stop {
    /// Something has to be mended or confirmed.
    Remarks(Vec<Remark>),
    /// It cannot be.
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<super::read::Error> for Stop {
    fn from(error: super::read::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<sign::Error> for Stop {
    fn from(error: sign::Error) -> Self {
        let name = match &error {
            sign::Error::Document(error) => error.name(),
            sign::Error::Signed(_) => "too_long",
            sign::Error::History => "unreadable_document",
        };
        Self::Failed(Failure::new(name, format!("it cannot be signed: {error}; nothing was stored")))
    }
}

impl From<code_lists::Error> for Failure {
    fn from(error: code_lists::Error) -> Self {
        Self::new("unusable_code_list", format!("{error}. {}", code_lists::REMEDY))
    }
}

impl Core {
    /// Says what there is to say about fields.
    pub(super) fn examine(&self, kind: Kind, fields: Map<String, Value>) -> Result<Response, Failure> {
        Ok(Response::Remarks { remarks: self.remarks(kind, fields, false)? })
    }

    /// Makes a change for a key that is elsewhere; header and body are attached.
    pub(super) fn prepare(&self, wanted: Preparation) -> Result<Reply, Failure> {
        match self.unsigned(wanted) {
            Ok(unsigned) => {
                let attachments = vec![unsigned.header_bytes().to_vec(), unsigned.body().as_bytes().to_vec()];
                Ok(Reply { response: Response::Prepared { id: unsigned.id() }, attachments })
            }
            Err(Stop::Remarks(remarks)) => Ok(Response::Remarks { remarks }.into()),
            Err(Stop::Failed(failure)) => Err(failure),
        }
    }

    fn unsigned(&self, wanted: Preparation) -> Result<Unsigned, Stop> {
        let Preparation { author, certificate, claimed, salt, confirmed, writing } = wanted;
        let unknown = || Failure::new("unknown_certificate", "the certificate of this key is not known here");
        let certified = self.engine.membership().certificate(&certificate).ok_or_else(unknown)?;
        let signatory = Signatory { key: author, certificate, network: self.engine.network() };
        let moment = Moment { claimed, salt };
        let unsigned = match writing {
            Writing::Begin { kind, scope, fields } => {
                require_few(fields.len())?;
                require_of_pages(kind)?;
                require_roles(kind, fields.keys(), certified)?;
                settle(self.remarks(kind, fields.clone(), confirmed)?)?;
                signatory.begin(kind, scope, &prefixed(kind, certified, fields).collect(), moment)?
            }
            Writing::Change { document, edits } => {
                self.change(&signatory, certified, &document, edits, confirmed, moment)?
            }
        };
        match self.engine.rehearse(&unsigned) {
            Ok(()) => Ok(unsigned),
            Err(objection) => Err(objected(&objection).into()),
        }
    }

    fn change(
        &self,
        signatory: &Signatory,
        certified: &Certificate,
        asked: &str,
        edits: Edits,
        confirmed: bool,
        moment: Moment,
    ) -> Result<Unsigned, Stop> {
        require_few(edits.len())?;
        let document = self.find(asked)?;
        let unknown = || super::read::Error::Unknown { asked: asked.to_owned() };
        let kind = self.engine.catalog().document(&document).ok_or_else(unknown)?.kind;
        require_of_pages(kind)?;
        require_roles(kind, edits.keys(), certified)?;
        let history = self.history(&document)?;
        let reading = history.reading().map_err(super::read::Error::from)?;
        let edits: Edits = prefixed(kind, certified, edits).collect();
        // Whoever signs looks for exactly what was asked: what is there already would be left out.
        let is_there = |(name, value): (&String, &Option<Value>)| {
            let field = reading.fields.get(name);
            match value {
                None => field.is_none(),
                Some(value) => field
                    .is_some_and(|field| field.value == *value && field.others.is_empty() && field.inner.is_empty()),
            }
        };
        if let Some((name, _)) = edits.iter().find(|edit| is_there(*edit)) {
            let field = Prefix::of(&certified.organisation).path(name).unwrap_or(name).to_owned();
            let message = format!("`{field}` reads so already; load the page again to see what is there");
            return Err(Failure::new("no_change", message).at(field).into());
        }
        settle(self.remarks_of_change(kind, certified, reading.values(), &edits, confirmed)?)?;
        Ok(signatory.change(history.changes(), &edits, moment)?)
    }

    /// Looks at fields as the command line does, official code lists that were loaded here included.
    fn remarks(&self, kind: Kind, fields: Map<String, Value>, confirmed: bool) -> Result<Vec<Remark>, Failure> {
        Ok(match kind {
            Kind::Report => {
                let form = self.form_of(&fields)?;
                examine::report(fields, &form, confirmed)
            }
            Kind::ServicePath => {
                let lists = self.code_lists.now()?;
                let has = |list: &CodeList, code: &str| list.codes.iter().any(|known| known.code == code);
                examine::path(&fields, |system, code| {
                    lists.iter().find(|list| list.system == system).is_some_and(|list| has(list, code))
                })
            }
            kind => examine::entries(kind, &fields, confirmed),
        })
    }

    /// What is touched is looked at as if it were new. Elsewhere somebody has signed already what only may be wrong.
    fn remarks_of_change(
        &self,
        kind: Kind,
        certified: &Certificate,
        mut fields: Fields,
        edits: &Edits,
        confirmed: bool,
    ) -> Result<Vec<Remark>, Failure> {
        if kind.is_joint() {
            let prefix = Prefix::of(&certified.organisation);
            let written = edits.iter().filter_map(|(key, value)| Some((prefix.path(key)?.to_owned(), value.clone()?)));
            return Ok(examine::entries(kind, &written.collect(), confirmed));
        }
        for (name, value) in edits {
            match value {
                Some(value) => fields.insert(name.clone(), value.clone()),
                None => fields.remove(name),
            };
        }
        let is_touched = |remark: &Remark| edits.contains_key(examine::field_of(&remark.field));
        let touched = self.remarks(kind, fields.clone(), confirmed)?.into_iter().filter(|remark| is_touched(remark));
        let others = self.remarks(kind, fields, true)?.into_iter();
        Ok(touched.chain(others.filter(|remark| !is_touched(remark) && remark.weight > Weight::Note)).collect())
    }

    /// Returns the form that a report names, or the built-in one if it is not here; with the lists loaded here.
    fn form_of(&self, fields: &Map<String, Value>) -> Result<Form, Failure> {
        let named = Report::read(fields.clone()).0.form;
        let found = match self.form(&named.0) {
            Ok(Response::Form { fields, .. }) => Form::read(fields).ok(),
            _ => None,
        };
        let mut form = found.unwrap_or_else(|| Form::built_in().clone());
        code_lists::fill(&mut form, self.code_lists.now()?);
        Ok(form)
    }
}

/// Puts the organisation's prefix before the paths of a joint document.
fn prefixed<T>(
    kind: Kind,
    certified: &Certificate,
    fields: impl IntoIterator<Item = (String, T)>,
) -> impl Iterator<Item = (String, T)> {
    let prefix = kind.is_joint().then(|| Prefix::of(&certified.organisation));
    fields
        .into_iter()
        .map(move |(name, value)| (prefix.map_or_else(|| name.clone(), |prefix| prefix.entry(&name)), value))
}

fn require_few(got: usize) -> Result<(), Failure> {
    match got {
        0 => Err(Failure::new("no_change", "there is nothing to sign; nothing was stored")),
        1..=FIELDS_MAX => Ok(()),
        _ => Err(Failure::new(
            "too_many_fields",
            format!("at most {FIELDS_MAX} fields are written at once; there are {got}"),
        )),
    }
}

fn require_of_pages(kind: Kind) -> Result<(), Failure> {
    match kind {
        Kind::Report | Kind::ServicePath => Ok(()),
        kind if kind.is_joint() => Ok(()),
        _ => {
            Err(Failure::new("other_kind", "documents of this kind are not written in a browser; use the command line"))
        }
    }
}

/// Refuses what every node would take and nobody would count: an answer that is not a decision maker's, a coordinator's word that
/// is not a coordinator's. What the door refuses is refused there.
fn require_roles<'a>(
    kind: Kind,
    mut fields: impl Iterator<Item = &'a String>,
    by: &Certificate,
) -> Result<(), Failure> {
    let Bearer::Worker { roles, .. } = by.bearer else {
        return Err(Failure::new("role", "this is not a worker's key; nothing was stored"));
    };
    let lacking = |path: &String| match path.split('/').next() {
        Some("answer") if !roles.has(Role::DecisionMaker) => Some((path.clone(), "a decision maker")),
        Some("ask" | "escalated" | "repair") if !roles.has(Role::Coordinator) => Some((path.clone(), "a coordinator")),
        _ => None,
    };
    match fields.find_map(lacking).filter(|_| kind == Kind::Proposal) {
        None => Ok(()),
        Some((path, role)) => {
            let message = format!("only {role} can do this; ask your organisation for a certificate with that role");
            Err(Failure::new("role", message).at(path))
        }
    }
}

/// Stops unless all of it may be signed.
fn settle(remarks: Vec<Remark>) -> Result<(), Stop> {
    let stops = remarks.iter().any(|remark| remark.weight > Weight::Note);
    if stops { Err(Stop::Remarks(remarks)) } else { Ok(()) }
}

fn objected(objection: &Objection) -> Failure {
    match objection {
        Objection::Refused(refusal) => Failure::new(refusal.name(), format!("{refusal}; nothing was signed or stored")),
        Objection::Waits(missing) => Failure::new(
            "waits",
            format!("it cannot be stored yet: {}; nothing was signed", answer::missing_words(missing)),
        ),
    }
}
