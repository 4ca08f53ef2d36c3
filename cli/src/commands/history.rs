//! A document's whole history, as whoever signs on top of it has to see it.

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::id::{DocumentId, NetworkId};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::sync::check::{Checked, check};

use crate::client::{Client, unexpected};
use crate::error::{Error, Result};

/// Fetches every change of a document of this kind and checks each as if a stranger had sent it: what is signed on top says it was
/// seen. The id may be shortened.
pub(crate) fn fetch(
    client: &mut Client<'_>,
    asked: &str,
    network: &NetworkId,
    wanted: Kind,
) -> Result<(DocumentId, Vec<Checked>)> {
    let (response, changes) = client.ask_with(Request::Document { document: asked.to_owned() }, Vec::new())?;
    let Response::Document { document } = response else { return Err(unexpected()) };
    let what = word(wanted);
    let distrust = |reason: String| {
        Error::refused(format!("the node's copy of {what} {} cannot be trusted: {reason}", document.short()))
            .hint("Nothing was signed. Run 'talkoot verify' on the node.")
    };
    let judge = |bytes| check(network, bytes).map_err(|refused| distrust(refused.refusal.to_string()));
    let history: Vec<Checked> = changes.into_iter().map(judge).collect::<Result<_>>()?;
    if !document.to_string().starts_with(&asked.trim().to_lowercase()) {
        return Err(distrust("it is another document than the one asked for".into()));
    }
    if history.iter().any(|change| change.change().document() != document) {
        return Err(distrust("it has changes of another document".into()));
    }
    match history.first().and_then(|change| change.change().begins()) {
        Some((kind, _)) if kind == wanted => Ok((document, history)),
        Some((kind, _)) => Err(Error::refused(format!("{} is a {}, not a {what}", document.short(), word(kind)))),
        None => Err(distrust("its beginning is missing".into())),
    }
}

/// Returns what people call a document of a kind.
pub(crate) const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Organisation => "record of an organisation",
        Kind::Report => "report",
        Kind::Phenomenon => "phenomenon",
        Kind::Proposal => "proposal",
        Kind::View => "saved view",
        Kind::Compilation => "compilation",
        Kind::FormPackage => "form",
        Kind::Node => "record of a node",
        Kind::ServicePath => "service path",
    }
}
