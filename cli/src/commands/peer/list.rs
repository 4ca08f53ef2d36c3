//! `talkoot peer list`.

use serde::Serialize;
use talkoot_protocol::api::{Organisation, Peer, Request, Response};
use talkoot_protocol::id::OrganisationId;

use crate::client::{Client, unexpected};
use crate::commands::org::{self, words};
use crate::error::Result;
use crate::global::Global;
use crate::output;

pub(super) const HELP: &str = "\
Example: talkoot peer list

'In step' means: both hold the same of all they share. Sent, there, received, stored and refused count reports and other \
signed changes since the connection was made: sent to the peer, of those safely on its disk, received from it, of those new \
and safely on the disk here, and refused.

With --json one object a line: address, node, connected, organisation, organisation_name, member, in_step, lacking_here and \
lacking_there (changes one side has and the other lacks, by the peer's last word), announced, sent, stored_there, received, \
known (received and here before), stored, refused (by rule), comparisons and rounds (of finding out what differs), bytes_sent, \
bytes_received, silent_seconds, trouble, recognise (the command that recognises the organisation; null if it is a member, or \
if you have recognised it already).";

/// A peer, for programs.
#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    peer: &'a Peer,
    organisation_name: Option<String>,
    recognise: Option<String>,
}

/// Lists.
pub(super) fn run(global: &Global, client: &mut Client<'_>) -> Result<()> {
    let peers = match client.ask(Request::Peers)? {
        Response::Peers { peers } => peers,
        _ => return Err(unexpected()),
    };
    let organisations = org::all(client)?;
    let lines: Vec<_> = peers.iter().map(|peer| Line::of(global, peer, &organisations)).collect();
    if global.json {
        return lines.iter().try_for_each(output::json);
    }
    if lines.is_empty() {
        output::say(&format!("No peers yet. Call one with: {}", words::command(global, "peer add ADDRESS")));
        return Ok(());
    }
    let headers = ["ORGANISATION", "STATE", "SENT", "THERE", "RECEIVED", "STORED", "REFUSED", "HEARD", "ADDRESS"];
    output::table(&headers, &lines.iter().map(Line::row).collect::<Vec<_>>())?;
    lines.iter().filter_map(Line::note).try_for_each(|note| output::line(&note))?;
    if !client.is_running() {
        output::say(&format!(
            "The node does not run, so nobody is called. Start it with: {}",
            words::command(global, "run")
        ));
    }
    Ok(())
}

impl<'a> Line<'a> {
    fn of(global: &Global, peer: &'a Peer, organisations: &[Organisation]) -> Self {
        let known = |id: &OrganisationId| organisations.iter().find(|known| known.id == *id);
        let known = peer.organisation.as_ref().and_then(known);
        let stranger = known.filter(|known| known.is_open(organisations));
        Self {
            peer,
            organisation_name: known.map(|known| words::name(&known.names)),
            recognise: stranger.map(|known| words::recognise(global, &known.id)),
        }
    }

    fn who(&self) -> String {
        match (&self.organisation_name, self.peer.organisation) {
            (Some(name), _) => name.clone(),
            (None, Some(id)) => id.short(),
            (None, None) => "?".into(),
        }
    }

    fn state(&self) -> String {
        let Peer { connected, organisation, member, in_step, lacking_here, lacking_there, .. } = self.peer;
        match (connected, organisation, lacking_here.zip(*lacking_there)) {
            (false, ..) => "not connected".into(),
            (true, None, _) => "connecting".into(),
            (true, Some(_), _) if !member && self.recognise.is_some() => "not recognised".into(),
            (true, Some(_), _) if !member => "not a member yet".into(),
            (true, Some(_), _) if *in_step => "in step".into(),
            (true, Some(_), None) => "waiting for them".into(),
            (true, Some(_), Some((0, 0))) => "comparing".into(),
            (true, Some(_), Some((here, 0))) => format!("{here} to come"),
            (true, Some(_), Some((0, there))) => format!("{there} to send"),
            (true, Some(_), Some((here, there))) => format!("{here} to come, {there} to send"),
        }
    }

    fn row(&self) -> Vec<String> {
        let peer = self.peer;
        let count = |count: u64| if peer.connected { count.to_string() } else { "-".into() };
        let heard = peer.silent_seconds.map_or_else(|| "-".into(), |seconds| format!("{seconds} s ago"));
        vec![
            self.who(),
            self.state(),
            count(peer.sent),
            count(peer.stored_there),
            count(peer.received),
            count(peer.stored),
            count(peer.refused.values().sum()),
            heard,
            peer.address.as_deref().map_or_else(|| "?".into(), words::address),
        ]
    }

    /// What must be said about a peer beyond its row.
    fn note(&self) -> Option<String> {
        let who = self.who();
        let (peer, recognise) = (self.peer, self.recognise.as_ref());
        let refused: Vec<_> = peer.refused.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let recognise = recognise.map(|command| format!("{who} is not recognised here. To do so: {command}"));
        let one_sided = peer.connected && peer.member && peer.lacking_here.is_none() && !peer.in_step;
        let one_sided =
            one_sided.then(|| format!("{who} shares nothing yet: perhaps it has still to recognise your organisation"));
        let refused = (!refused.is_empty()).then(|| format!("Refused from {who}: {}", refused.join(", ")));
        let address = peer.address.as_deref().unwrap_or_default();
        let trouble =
            peer.trouble.as_ref().map(|trouble| format!("{}: {}", words::address(address), words::plain(trouble)));
        let notes: Vec<_> = [recognise, one_sided, refused, trouble].into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join("\n"))
    }
}
