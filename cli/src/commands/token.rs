//! `talkoot token`: what programs of other machines show, to be answered over HTTP.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use talkoot_node::home::Home;
use talkoot_node::keystore;
use talkoot_node::tokens::{Access, Tokens};
use talkoot_protocol::date::Date;
use talkoot_protocol::time::Timestamp;

use crate::error::{Error, Result};
use crate::global::Global;
use crate::{keys, output};

/// Longest life of a token, in days.
const DAYS_MAX: u16 = 366;

/// What to do.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token. It is shown once and kept nowhere.
    #[command(after_help = "Example: talkoot token add statistics --access read --days 90\n\n\
        The node must listen for HTTP: [http] in talkoot.toml, or 'talkoot run --http ADDRESS'. The token is shown as \
        'Authorization: Bearer TOKEN'. It is worth something at once, also while the node runs.\n\n\
        With --json one object: name, token, access, expires (date).")]
    Add {
        /// What the token is for, in your own words; unique.
        name: String,
        /// What its bearer may do; may be repeated.
        #[arg(long, value_name = "ACCESS", default_value = "read", value_delimiter = ',')]
        access: Vec<Allowed>,
        /// For how many days, 1 to 366.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=i64::from(DAYS_MAX)))]
        days: u16,
    },
    /// List the tokens; the tokens themselves are kept nowhere.
    #[command(
        after_help = "Example: talkoot token list\n\nWith --json one line for each: name, access, made, expires (dates), valid."
    )]
    List,
    /// Take a token away: from the next request on nobody is answered for it.
    #[command(after_help = "Example: talkoot token remove statistics\n\nWith --json one object: name, removed (true).")]
    Remove {
        /// What the token is called.
        name: String,
    },
}

/// What the bearer of a token may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Allowed {
    /// Read everything this node holds.
    Read,
    /// Hand in signed changes.
    Submit,
    /// See, keep and forget addresses of peers.
    Manage,
    /// Read figures about the node, nothing of reports.
    Metrics,
    /// Make bundles of everything a partner may have, and take bundles in.
    Carry,
    /// Make known that codes were given out, and see which keys came under them.
    Invite,
}

impl From<Allowed> for Access {
    fn from(allowed: Allowed) -> Self {
        match allowed {
            Allowed::Read => Self::Read,
            Allowed::Submit => Self::Submit,
            Allowed::Manage => Self::Manage,
            Allowed::Metrics => Self::Metrics,
            Allowed::Carry => Self::Carry,
            Allowed::Invite => Self::Invite,
        }
    }
}

#[derive(Debug, Serialize)]
struct Made<'a> {
    name: &'a str,
    token: &'a str,
    access: BTreeSet<Access>,
    expires: String,
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    name: &'a str,
    access: &'a BTreeSet<Access>,
    made: String,
    expires: String,
    valid: bool,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    name: &'a str,
    removed: bool,
}

/// Does it.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let home = Home::open(&global.dir)?;
    let mut tokens = Tokens::open(&home.dir).map_err(Error::setup)?;
    match args.action {
        Action::Add { name, access, days } => add(global, &mut tokens, &name, &access, days),
        Action::List => list(global, &tokens),
        Action::Remove { name } => remove(global, &mut tokens, &name),
    }
}

fn add(global: &Global, tokens: &mut Tokens, name: &str, access: &[Allowed], days: u16) -> Result<()> {
    let access: BTreeSet<Access> = access.iter().map(|allowed| Access::from(*allowed)).collect();
    let now = keys::now();
    let lasting = Duration::from_secs(u64::from(days) * 86_400).as_millis() as u64;
    let expires = Timestamp::from_millis(now.as_millis().saturating_add(lasting));
    let entropy = keystore::fresh_seed().map_err(Error::failed)?;
    let secret =
        tokens.add(name, access.clone(), now, expires, entropy).map_err(|error| Error::refused(error.to_string()))?;
    let expires = Date::of(expires).to_string();
    if global.json {
        return output::json(&Made { name, token: secret.reveal(), access, expires });
    }
    output::say(&format!(
        "This is shown once. It is worth something until {expires}; whoever has it may: {}.",
        keys_of(&access)
    ));
    output::line(secret.reveal())
}

fn keys_of(access: &BTreeSet<Access>) -> String {
    access.iter().map(|access| access.key()).collect::<Vec<_>>().join(", ")
}

fn list(global: &Global, tokens: &Tokens) -> Result<()> {
    let now = keys::now();
    let day = |time| Date::of(time).to_string();
    let listed = tokens.iter().map(|token| Listed {
        name: &token.name,
        access: &token.access,
        made: day(token.made),
        expires: day(token.expires),
        valid: token.is_valid_at(now),
    });
    if global.json {
        return listed.into_iter().try_for_each(|token| output::json(&token));
    }
    let rows: Vec<Vec<String>> = listed
        .map(|token| {
            let expires = if token.valid { token.expires } else { format!("{} (expired)", token.expires) };
            vec![token.name.to_owned(), keys_of(token.access), token.made, expires]
        })
        .collect();
    match rows.is_empty() {
        true => output::line("There are no tokens: nobody is answered over HTTP."),
        false => output::table(&["name", "may", "made", "until"], &rows),
    }
}

fn remove(global: &Global, tokens: &mut Tokens, name: &str) -> Result<()> {
    if !tokens.remove(name).map_err(Error::failed)? {
        return Err(Error::refused(format!("there is no token named {name:?}; 'talkoot token list' shows them")));
    }
    output::say(&format!("Nobody is answered for {name:?} any more."));
    if global.json { output::json(&Removed { name, removed: true }) } else { Ok(()) }
}
