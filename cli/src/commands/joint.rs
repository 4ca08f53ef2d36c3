//! Writing in documents that several organisations write in: phenomena, proposals, saved views. Each organisation writes under its
//! own prefix; the commands above name paths only. [`signing`] is what they all do alike, [`merge`] says of two that they are one.

pub(crate) mod merge;
pub(crate) mod signing;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use talkoot_protocol::api::Identity;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::id::{ChangeId, DocumentId, OrganisationId};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::Verified;

use super::history;
use super::report::examine;
use super::report::pen::{self, Pen};
use crate::client::{Client, require_stored};
use crate::error::Result;
use crate::global::Global;
use crate::keys;

/// What is to be written: by path, the value, or `None` to take it back.
pub(crate) type Edits = BTreeMap<String, Option<Value>>;

/// A worker at a node, with an opened key.
pub(crate) struct Desk<'a> {
    /// The node.
    pub(crate) client: Client<'a>,
    /// Who the node is.
    pub(crate) identity: Identity,
    pen: Pen,
    confirmed: bool,
}

impl<'a> Desk<'a> {
    /// Reaches the node and opens the key of the worker with this name, or of the only one. With `confirmed`, what only may be an
    /// identifier is signed as it is.
    pub(crate) fn open(global: &'a Global, worker: Option<&str>, confirmed: bool) -> Result<Self> {
        let mut client = Client::open(&global.dir)?;
        let identity = client.identity()?;
        let pen = Pen::open(global, worker, &identity)?;
        Ok(Self { client, identity, pen, confirmed })
    }

    /// Returns the organisation for which the worker writes.
    pub(crate) fn organisation(&self) -> OrganisationId {
        self.pen.organisation()
    }

    /// Reads for whom a document is to be, see [`pen::scope`].
    pub(crate) fn scope(&self, text: &str) -> Result<Scope> {
        pen::scope(text, &self.identity)
    }

    /// Signs and stores a new document that says this.
    pub(crate) fn begin(&mut self, kind: Kind, scope: Scope, edits: &Edits) -> Result<DocumentId> {
        self.require_clean(edits)?;
        let prefix = Prefix::of(&self.organisation());
        let said = edits.iter().filter_map(|(path, value)| Some((prefix.entry(path), value.clone()?)));
        let fields: Map<String, Value> = said.collect();
        let change = self.pen.author().begin(kind, scope, &fields, keys::moment()?).map_err(pen::not_signed)?;
        self.store(&change)?;
        Ok(change.document())
    }

    /// Signs and stores a change of a document of this kind, on top of all that is here of it. The id may be shortened.
    pub(crate) fn amend(&mut self, asked: &str, kind: Kind, edits: &Edits) -> Result<(DocumentId, ChangeId)> {
        self.require_clean(edits)?;
        let (document, history) = history::fetch(&mut self.client, asked, &self.identity.network, kind)?;
        let prefix = Prefix::of(&self.organisation());
        let edits = edits.iter().map(|(path, value)| (prefix.entry(path), value.clone())).collect();
        let change = self.pen.author().change(&history, &edits, keys::moment()?).map_err(pen::not_signed)?;
        self.store(&change)?;
        Ok((document, change.id()))
    }

    /// Ends in good order.
    pub(crate) fn close(self) -> Result<()> {
        self.client.close()
    }

    /// Scans every text that is to be signed.
    fn require_clean(&self, edits: &Edits) -> Result<()> {
        let texts = edits.iter().flat_map(|(path, value)| {
            let mut texts = Vec::new();
            value.iter().for_each(|value| collect_texts(path, value, &mut texts));
            texts
        });
        examine::require_clean(texts, self.confirmed)
    }

    fn store(&mut self, change: &Verified) -> Result<()> {
        self.client.submit(vec![change.encode()]).and_then(|outcomes| require_stored(&outcomes)).map(|_| ()).map_err(
            |error| {
                error
                    .context("it was signed, but the node did not store it")
                    .hint("Nothing has changed; the command may be repeated.")
            },
        )
    }
}

/// Collects every text in a value with its place.
fn collect_texts(place: &str, value: &Value, texts: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => texts.push((place.to_owned(), text.clone())),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| collect_texts(&format!("{place}[{at}]"), item, texts));
        }
        Value::Object(parts) => {
            parts.iter().for_each(|(name, part)| collect_texts(&format!("{place}.{name}"), part, texts));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
