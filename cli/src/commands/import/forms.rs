//! The forms by which rows are judged: the one asked for, those that rows name, and the built-in one for rows whose form is not here.
//! All with the official lists that are loaded, as `report new` has them.

use std::collections::BTreeMap;

use talkoot_protocol::form::{CodeList, Form};
use talkoot_protocol::report::Report;
use talkoot_protocol::report::schema::FormId;

use crate::client::Client;
use crate::commands::report::plain;
use crate::error::Result;
use crate::global::Global;
use crate::{forms, output};

/// Most forms that the rows of one file may name; further ones are taken for unknown.
const FORMS_MAX: usize = 32;

/// Forms by their ids.
pub(super) struct Forms<'a> {
    global: &'a Global,
    built_in: Form,
    /// The form of rows that name no other.
    asked: Option<FormId>,
    /// What has been asked for; `None` if it is not here.
    known: BTreeMap<FormId, Option<Form>>,
}

impl<'a> Forms<'a> {
    /// Begins with the built-in form and with the one asked for.
    ///
    /// # Errors
    /// If a loaded list cannot be read, or the form asked for is not here.
    pub(super) fn open(global: &'a Global, asked: Option<&str>) -> Result<Self> {
        let built_in = forms::built_in(global)?;
        let mut all = Self { global, built_in, asked: None, known: BTreeMap::new() };
        if let Some(asked) = asked.filter(|asked| *asked != all.built_in.form.0) {
            let mut client = Client::open(&global.dir)?;
            let form = forms::by_id(global, &mut client, asked)?;
            client.close()?;
            all.asked = Some(form.form.clone());
            all.known.insert(form.form.clone(), Some(form));
        }
        Ok(all)
    }

    /// Returns the form's id that a report will have.
    pub(super) fn id_of<'r>(&'r self, report: &'r Report) -> &'r FormId {
        match &self.asked {
            Some(asked) if report.form == self.built_in.form => asked,
            _ => &report.form,
        }
    }

    /// Fetches the forms that these reports name and that have not been asked for yet. Without a node at hand one is reached for it.
    pub(super) fn learn<'r>(
        &mut self,
        reports: impl Iterator<Item = &'r Report>,
        client: Option<&mut Client<'_>>,
    ) -> Result<()> {
        let is_new = |id: &&FormId| **id != self.built_in.form && !self.known.contains_key(*id);
        let mut new: Vec<FormId> = reports.map(|report| &report.form).filter(is_new).cloned().collect();
        new.sort_unstable();
        new.dedup();
        new.truncate(FORMS_MAX.saturating_sub(self.known.len()));
        if new.is_empty() {
            return Ok(());
        }
        match client {
            Some(client) => self.fetch(new, Some(client)),
            None => {
                // Rows can be looked at without a node; then only the built-in form is known.
                let mut client = Client::open(&self.global.dir).ok();
                self.fetch(new, client.as_mut());
                client.map_or(Ok(()), Client::close)?;
            }
        }
        Ok(())
    }

    fn fetch(&mut self, ids: Vec<FormId>, mut client: Option<&mut Client<'_>>) {
        for id in ids {
            let form = client.as_mut().and_then(|client| forms::by_id(self.global, client, &id.0).ok());
            if form.is_none() {
                let (named, used) = (plain::cut(&id.0, 60), &self.built_in.form.0);
                output::say(&format!(
                    "Note: the form {named:?} is not known here. Its rows are held to {used}; answers to its own questions are kept as \
                     they are."
                ));
            }
            self.known.insert(id, form);
        }
    }

    /// Gives a report its form, turns what was typed into what that takes, and returns the form to judge it by.
    pub(super) fn apply(&self, report: &mut Report) -> &Form {
        let id = self.id_of(report).clone();
        let form = self.known.get(&id).and_then(Option::as_ref).unwrap_or(&self.built_in);
        report.form = id;
        form.understand(report);
        form
    }

    /// Returns whether a list of a system is loaded here, or held by the form asked for.
    pub(super) fn has_codes(&self, system: &str) -> bool {
        let is_it = |list: &CodeList| !list.codes.is_empty() && list.system.ends_with(system);
        let mut forms = self.known.values().flatten().chain([&self.built_in]);
        forms.any(|form| form.code_lists.iter().any(is_it))
    }

    /// Returns the first of these questions that the form asked for does not have; none if no form was asked for.
    pub(super) fn lacks<'q>(&self, questions: impl Iterator<Item = &'q str>) -> Option<(&'q str, &Form)> {
        let form = self.known.get(self.asked.as_ref()?)?.as_ref()?;
        let mut questions = questions;
        questions.find(|question| form.question(question).is_none()).map(|question| (question, form))
    }
}
