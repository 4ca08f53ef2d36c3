//! The forms a node knows: the one that comes with the program, and the form packages in its log.
//!
//! Several organisations may publish forms of one id. A node goes by its own organisation's, else by the one with the least document
//! id; the built-in form stands before all. A package that cannot be read here is listed with the reason and used for nothing.

use talkoot_protocol::api::{Failure, FormEntry, Response};
use talkoot_protocol::catalog::Document;
use talkoot_protocol::document::Fields;
use talkoot_protocol::form::Form;
use talkoot_protocol::report::schema::FormId;
use talkoot_protocol::scope::Kind;

use super::{Core, read};

/// Most form packages that are looked at: each is read from the log.
const FORMS_MAX: usize = 256;

impl Core {
    /// Returns the forms known here, the one to go by first where several have one id.
    pub(super) fn forms(&self) -> Vec<FormEntry> {
        let published = self.form_documents().into_iter().filter_map(|document| self.form_in(document).ok());
        std::iter::once(built_in()).chain(published.map(|(entry, _)| entry)).collect()
    }

    /// Finds a form by its id, or by its document's id or the beginning of that.
    pub(super) fn form(&self, asked: &str) -> Result<Response, Failure> {
        let asked = asked.trim();
        if asked == built_in().form.0 {
            return Ok(Response::Form { entry: Box::new(built_in()), fields: Form::built_in().to_fields() });
        }
        let found = match asked.contains('/') {
            true => {
                let published = self.form_documents().into_iter().filter_map(|document| self.form_in(document).ok());
                // One that can be used stands before one that cannot.
                let mut named: Vec<_> = published.filter(|(entry, _)| entry.form.0 == asked).collect();
                named.sort_by_key(|(entry, _)| entry.fault.is_some());
                named.into_iter().next()
            }
            false => {
                let id = self.find(asked)?;
                let document = self.engine.catalog().document(&id).filter(|known| known.kind == Kind::FormPackage);
                document.map(|document| self.form_in(document)).transpose()?
            }
        };
        let (entry, fields) = found.ok_or_else(|| {
            Failure::new("unknown_form", format!("no form {asked} is known here; 'talkoot form list' shows which are"))
        })?;
        Ok(Response::Form { entry: Box::new(entry), fields })
    }

    /// Returns the documents with form packages: the own organisation's first, each part by ascending id.
    fn form_documents(&self) -> Vec<&Document> {
        let documents = self.engine.catalog().documents().filter(|known| known.kind == Kind::FormPackage);
        let mut documents: Vec<_> = documents.collect();
        documents.sort_by_key(|known| (known.organisation != self.own, known.id));
        documents.truncate(FORMS_MAX);
        documents
    }

    fn form_in(&self, document: &Document) -> Result<(FormEntry, Fields), read::Error> {
        let history = self.history(&document.id)?;
        let fields = history.reading()?.values();
        let named = FormId(fields.get("form").and_then(|id| id.as_str()).unwrap_or_default().to_owned());
        let (form, fault) = match Form::read(fields.clone()) {
            Ok(form) => (Some(form), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let entry = FormEntry {
            form: named,
            name: form.as_ref().map(|form| form.name.clone()),
            hash: form.as_ref().map(Form::hash),
            document: Some(document.id),
            organisation: Some(document.organisation),
            scope: Some(document.scope),
            changes: history.changes().len(),
            questions: form.as_ref().map_or(0, |form| form.questions.len()),
            fault,
        };
        Ok((entry, fields))
    }
}

/// Returns the entry of the form that comes with the program.
fn built_in() -> FormEntry {
    let form = Form::built_in();
    FormEntry {
        form: form.form.clone(),
        name: Some(form.name.clone()),
        hash: Some(form.hash()),
        document: None,
        organisation: None,
        scope: None,
        changes: 0,
        questions: form.questions.len(),
        fault: None,
    }
}
