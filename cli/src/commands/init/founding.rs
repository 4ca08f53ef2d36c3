//! From arguments to a node's home: checked before anything is made, then signed and written.

use std::path::PathBuf;

use talkoot_node::config::Config;
use talkoot_node::core::Core;
use talkoot_node::home::{self, Founding, Home};
use talkoot_node::{keystore, network};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::limits::{REGIONS_MAX, STATEMENT_TEXT_BYTES_MAX};
use talkoot_protocol::scope::Counties;
use talkoot_protocol::sign;
use talkoot_protocol::statement::{Bearer, Certificate, Inception, Names, OrganisationKind, Record, Statement};

use crate::commands::report::codes::require_county;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys;

use super::Args;
use super::organisation::Organisation;

/// A home that can be made.
#[derive(Debug)]
pub(super) struct Plan {
    dir: PathBuf,
    charter: Charter,
    config: String,
    names: Names,
    kind: OrganisationKind,
    counties: Counties,
    contact: String,
}

impl Plan {
    /// Checks everything that was given, and that the directory is free.
    pub(super) fn of(global: &Global, args: &Args) -> Result<Self> {
        Home::require_free(&global.dir)?;
        let charter = match &args.charter {
            Some(file) => home::read_charter(file)?,
            None => Charter::commons(),
        };
        let fi = args.name.clone().unwrap_or_default();
        let or_fi = |name: &Option<String>| name.clone().unwrap_or_else(|| fi.clone());
        let names = Names { sv: or_fi(&args.name_sv), en: or_fi(&args.name_en), fi };
        check_text("a name", &names.fi, 1)?;
        check_text("a name", &names.sv, 1)?;
        check_text("a name", &names.en, 1)?;
        check_text("the contact", &args.contact, 0)?;
        let counties: Counties = args.county.iter().copied().collect();
        counties.iter().try_for_each(require_county)?;
        if counties.len() > REGIONS_MAX {
            return Err(Error::refused(format!("at most {REGIONS_MAX} counties can be named")));
        }
        let kind = args.kind.unwrap_or(OrganisationKind::Other);
        let config = settings(&args.listen)?;
        Ok(Self { dir: global.dir.clone(), charter, config, names, kind, counties, contact: args.contact.clone() })
    }

    /// Signs the organisation's record and the node's certificate, and makes the home.
    pub(super) fn found(self, organisation: &Organisation) -> Result<Home> {
        let root = &organisation.root;
        let network = self.charter.network();
        let record = self.record(organisation.inception);
        let record = sign::statement(root, network, None, &record, keys::moment()?).map_err(Error::failed)?;
        let node = keystore::fresh_key().map_err(Error::failed)?;
        let certificate = Statement::Certificate(Certificate {
            organisation: organisation.id(),
            subject: node.public(),
            bearer: Bearer::Node,
            valid_from: keys::now(),
            valid_until: None,
            counties: Counties::new(),
        });
        let after = Some((record.document(), record.header().position.sequence(), record.id()));
        let certificate =
            sign::statement(root, network, after, &certificate, keys::moment()?).map_err(Error::failed)?;
        let founding = Founding {
            charter: &self.charter,
            key: &node,
            record: &record,
            certificate: &certificate,
            config: &self.config,
        };
        Ok(Home::create(&self.dir, &founding)?)
    }

    fn record(&self, inception: Inception) -> Statement {
        Statement::Record(Record {
            inception,
            names: self.names.clone(),
            kind: self.kind,
            counties: self.counties.clone(),
            contact: self.contact.clone(),
        })
    }
}

/// Puts the organisation's statements into the log, so that from now on a missing log is known to be damage.
pub(super) fn begin_log(home: &Home) -> Result<()> {
    Core::open(home).and_then(Core::close).map_err(|error| {
        Error::failed(error)
            .context("the node is made, but its log could not be begun")
            .hint("Nothing is lost and nothing needs to be made again: mend that, then go on with 'talkoot run'.")
    })
}

/// Refuses texts that do not fit into a statement or would disturb a screen.
fn check_text(what: &str, text: &str, bytes_min: usize) -> Result<()> {
    let fits = (bytes_min..=STATEMENT_TEXT_BYTES_MAX).contains(&text.len());
    match fits && !text.chars().any(char::is_control) && text.trim().len() == text.len() {
        true => Ok(()),
        false => Err(Error::refused(format!(
            "{what} must be one line of {bytes_min} to {STATEMENT_TEXT_BYTES_MAX} bytes, without spaces around it"
        ))),
    }
}

/// Returns the settings file of a new node, with these addresses to listen on if any are given.
fn settings(listen: &[String]) -> Result<String> {
    let text = Config::default_toml();
    if listen.is_empty() {
        return Ok(text);
    }
    let parse = |text: &String| network::address::parse(text).map_err(|error| Error::refused(error.to_string()));
    let listen: Vec<String> = listen.iter().map(|text| parse(text).map(|it| it.to_string())).collect::<Result<_>>()?;
    let text = with_listen(&text, &listen);
    match Config::parse(&text) {
        Ok(config) if config.network.listen == listen => Ok(text),
        Ok(_) => Err(Error::refused("the addresses could not be put into the settings")),
        Err(error) => Err(Error::refused(error.problem.to_string())),
    }
}

/// Replaces the list that `listen = [` begins and a line `]` ends; the rest, comments included, stays.
fn with_listen(text: &str, listen: &[String]) -> String {
    let mut lines = text.lines();
    let mut out = Vec::new();
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        if line == "listen = [" {
            out.extend(listen.iter().map(|address| format!("    \"{address}\",")));
            out.extend(lines.by_ref().find(|line| *line == "]").map(str::to_owned));
        }
    }
    out.push(String::new());
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_addresses_replace_the_default_and_nothing_else() {
        let given = ["127.0.0.1:7001".to_owned(), "/ip4/127.0.0.1/udp/7001/quic-v1".to_owned()];
        let text = settings(&given).unwrap();
        let config = Config::parse(&text).unwrap();
        assert_eq!(config.network.listen, ["/ip4/127.0.0.1/tcp/7001", "/ip4/127.0.0.1/udp/7001/quic-v1"]);
        let mut expected = Config::parse(&Config::default_toml()).unwrap();
        expected.network.listen = config.network.listen.clone();
        assert_eq!(config, expected);
        let comments =
            |text: &str| text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(comments(&text), comments(&Config::default_toml()));
        assert_eq!(settings(&[]).unwrap(), Config::default_toml());
    }

    #[test]
    fn bad_addresses_and_texts_are_refused() {
        assert!(settings(&["nonsense".into()]).is_err());
        assert!(settings(&vec!["127.0.0.1:7001".to_owned(); 17]).is_err());
        assert!(check_text("a name", "", 1).is_err());
        assert!(check_text("a name", "two\nlines", 1).is_err());
        assert!(check_text("a name", &"ä".repeat(201), 1).is_err());
        assert!(check_text("a name", &"ä".repeat(200), 1).is_ok());
    }
}
