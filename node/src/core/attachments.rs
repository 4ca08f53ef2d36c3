//! Requests about attachments: kept before a report names them, listed, read; and whether a peer may have one.

use talkoot_protocol::api::{Failure, HeldAttachment, Response};
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::policy;
use talkoot_protocol::report::{Attachment, Report};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::wire::attachment::{PART_BYTES_MAX, Want};

use super::{Core, read};
use crate::attachment::inspect;
use crate::control::Reply;
use crate::shelf;

/// Field of a report.
const FIELD: &str = "attachment";
/// Shortest beginning of a hash that is looked for, in digits.
const DIGITS_MIN: usize = 4;

impl From<shelf::Error> for Failure {
    fn from(error: shelf::Error) -> Self {
        let name = match error {
            shelf::Error::Full { .. } => "attachments_full",
            shelf::Error::Io { .. } => "not_stored",
        };
        Self::new(name, format!("{error}; the attachment was not stored"))
    }
}

impl Core {
    /// Keeps the bytes of an attachment; they are durable when this returns.
    ///
    /// # Errors
    /// `bad_attachment` if they are not clean or not what is said of them; `attachments_full`, `not_stored`.
    pub fn keep_attachment(&mut self, attachment: &Attachment, attached: &[Vec<u8>]) -> Result<Response, Failure> {
        let [bytes] = attached else {
            return Err(Failure::new("bad_attachment", "one attachment is kept at a time; nothing was stored"));
        };
        inspect(attachment, bytes).map_err(|fault| {
            Failure::new("bad_attachment", format!("the attachment is not taken: {fault}; nothing was stored"))
        })?;
        self.shelf.put(bytes)?;
        Ok(Response::Done)
    }

    /// Lists the attachments of a report.
    pub(super) fn attachments(&self, asked: &str) -> Result<Response, Failure> {
        let document = self.find_report(asked)?;
        let held = |attachment: Attachment| HeldAttachment { here: self.shelf.holds(&attachment.hash), attachment };
        let attachments = self.named(&document)?.into_iter().map(held).collect();
        Ok(Response::Attachments { document, attachments })
    }

    /// Finds an attachment of a report by its number in the list, counted from 1, or by its hash or the beginning of it.
    ///
    /// # Errors
    /// `unknown_document` and the like; `unknown_attachment`.
    pub fn find_attachment(&self, document: &str, asked: &str) -> Result<(DocumentId, Attachment), Failure> {
        let document = self.find_report(document)?;
        let named = self.named(&document)?;
        let asked = asked.trim().to_lowercase();
        let number = asked.parse::<usize>().ok().filter(|_| asked.len() < DIGITS_MIN);
        let found = match number.and_then(|number| number.checked_sub(1)) {
            Some(at) => named.get(at),
            None => {
                let begins = |attachment: &&Attachment| attachment.hash.to_string().starts_with(&asked);
                let mut matching = named.iter().filter(begins);
                matching.next().filter(|_| asked.len() >= DIGITS_MIN && matching.next().is_none())
            }
        };
        let unknown = || {
            let message = format!(
                "report {} has no attachment {asked}; 'talkoot report attachments {}' lists them",
                document.short(),
                document.short()
            );
            Failure::new("unknown_attachment", message)
        };
        Ok((document, found.ok_or_else(unknown)?.clone()))
    }

    /// Reads an attachment that is here.
    pub fn read_attachment(&mut self, attachment: &Attachment) -> Option<Reply> {
        let bytes = self.shelf.take_down(&attachment.hash)?;
        let response = Response::Attachment { attachment: Box::new(attachment.clone()), from: None };
        Some(Reply { response, attachments: vec![bytes] })
    }

    /// Reads an attachment where no network runs.
    pub(super) fn attachment_here(&mut self, document: &str, asked: &str) -> Result<Reply, Failure> {
        let (_, attachment) = self.find_attachment(document, asked)?;
        self.read_attachment(&attachment).ok_or_else(|| {
            let message = "the attachment is not on this node; start the node with 'talkoot run', and ask again while partners \
                           are connected: it is fetched from one that has it";
            Failure::new("attachment_not_here", message)
        })
    }

    /// Returns the organisations whose nodes may be asked for attachments of a report, and may ask for them, by this.
    pub(crate) fn may_have(&self, organisation: &OrganisationId, document: &DocumentId) -> bool {
        let known = self.engine.catalog().document(document).filter(|known| known.kind == Kind::Report);
        known.is_some_and(|known| policy::may_receive(&known.scope, organisation, self.engine.membership()))
    }

    /// Returns what a peer's node asks for, if its organisation may have the report and the report names the attachment. Whether it
    /// may not have it or it is not here, the answer is the same.
    pub(crate) fn attachment_part(&self, asker: &OrganisationId, want: &Want) -> Option<Vec<u8>> {
        if !self.shelf.holds(&want.hash) || !self.may_have(asker, &want.document) {
            return None;
        }
        let named = self.named(&want.document).ok()?;
        named.iter().find(|attachment| attachment.hash == want.hash)?;
        self.shelf.part(&want.hash, want.offset, PART_BYTES_MAX)
    }

    /// Returns the attachments a report names; where several people wrote at the same time, those that any of them names.
    fn named(&self, document: &DocumentId) -> Result<Vec<Attachment>, read::Error> {
        let report = self.report(document)?;
        let preferred = || report.fields.get(FIELD).into_iter().cloned().collect();
        let values = report.conflicts.get(FIELD).cloned().unwrap_or_else(preferred);
        let mut named: Vec<Attachment> = Vec::new();
        for value in values {
            let (read, _) = Report::read([(FIELD.to_owned(), value)].into_iter().collect());
            let fresh = read.attachment.into_iter();
            for attachment in fresh {
                if named.iter().all(|known| known.hash != attachment.hash) {
                    named.push(attachment);
                }
            }
        }
        Ok(named)
    }
}

#[cfg(test)]
mod tests;
