//! `talkoot run`: the node, until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;
use talkoot_node::control::Call;
use talkoot_node::home::Home;
use talkoot_node::network::address;
use talkoot_node::server::{self, Server};
use talkoot_node::{core, http, network, store};
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::id::{NodeId, OrganisationId};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

const HELP: &str = "\
Example: talkoot --dir kainuu run --listen 127.0.0.1:7474

Prints one line 'listening on ADDRESS' for each address; give one of them to partners for 'talkoot peer add'. \
Ctrl-C or SIGTERM stops the node in good order. What is logged is chosen by log.filter in talkoot.toml, or TALKOOT_LOG.

With --http programs of other machines are answered too, if they show a token ('talkoot token add').

With --json one object once it listens: event (listening), addresses, http (addresses), node, organisation, pid.";

/// Stack of the threads, in bytes: merging a deeply nested document takes more than the usual 2 MiB.
const STACK_BYTES: usize = 16 * 1024 * 1024;
/// How often to look whether all addresses are known.
const LOOK_INTERVAL: Duration = Duration::from_millis(25);
/// How often to look before giving out those that are known.
const LOOKS_MAX: u32 = 120;

/// How to run.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// An address to listen on this time, instead of those in talkoot.toml; may be repeated. Port 0: any free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Vec<String>,
    /// An IP address and port to answer on over HTTP this time, instead of those in talkoot.toml; may be repeated.
    #[arg(long, value_name = "ADDRESS")]
    http: Vec<SocketAddr>,
    /// Stop when standard input ends: for programs that start nodes and must not leave them behind.
    #[arg(long, hide = true)]
    stop_with_parent: bool,
}

/// What the node says of itself once it listens, for programs.
#[derive(Debug, Serialize)]
struct Listening {
    event: &'static str,
    addresses: Vec<String>,
    http: Vec<SocketAddr>,
    node: NodeId,
    organisation: OrganisationId,
    pid: u32,
}

/// Does it.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let mut home = Home::open(&global.dir)?;
    output::choose_log(&home.config.log.filter)?;
    if !args.listen.is_empty() {
        let parse = |text: &String| address::parse(text).map(|it| it.to_string());
        let listen = args.listen.iter().map(parse).collect::<std::result::Result<_, _>>();
        home.config.network.listen = listen.map_err(|error| Error::refused(error.to_string()))?;
    }
    if !args.http.is_empty() {
        home.config.http.listen = args.http;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("node")
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
        .map_err(Error::failed)?;
    // In a task of its own, so that loading the log has the large stack too.
    let node = runtime.spawn(serve(home, global.json, args.stop_with_parent));
    runtime.block_on(node).map_err(Error::failed)?
}

/// What a person or the system can ask of a running program: Ctrl-C, or SIGTERM as service managers send it.
struct Stops {
    interrupt: Signal,
    terminate: Signal,
    parent_gone: watch::Receiver<bool>,
}

impl Stops {
    fn new(with_parent: bool) -> io::Result<Self> {
        let (gone, parent_gone) = watch::channel(false);
        std::thread::Builder::new().name("parent".into()).spawn(move || {
            if with_parent {
                let _ended = io::copy(&mut io::stdin(), &mut io::sink());
                gone.send_replace(true);
            }
        })?;
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            parent_gone,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            Ok(_) = self.parent_gone.wait_for(|gone| *gone) => {}
        }
    }
}

async fn serve(home: Home, json: bool, with_parent: bool) -> Result<()> {
    let mut server = Server::start(&home).map_err(explained)?;
    let mut stops = Stops::new(with_parent).map_err(Error::failed)?;
    let addresses = tokio::select! {
        addresses = listening(&server, home.config.network.listen.len()) => addresses,
        () = stops.next() => return stop(server, stops).await,
    };
    announce(&home, addresses, server.http_addresses(), json)?;
    let broken = tokio::select! {
        () = stops.next() => false,
        () = server.ended() => true,
    };
    stop(server, stops).await?;
    match broken {
        false => Ok(()),
        true => {
            Err(Error::failed(io::Error::other("the node has ended by itself; what it had acknowledged is on disk"))
                .hint("The log above says why. Start it again; if it ends again, 'talkoot verify' checks its log."))
        }
    }
}

/// Stops in good order. Whoever asks a second time need not wait: the log is durable all the time.
async fn stop(server: Server, mut stops: Stops) -> Result<()> {
    let stopping = tokio::spawn(server.stop());
    tokio::select! {
        stopped = stopping => stopped.map_err(Error::failed)?.map_err(Error::failed)?,
        () = stops.next() => {
            output::say("stopped at once; everything acknowledged is on disk");
            return Ok(());
        }
    }
    output::say("stopped; everything is on disk");
    Ok(())
}

/// Waits until the addresses are known: at least one for each that was asked for, and no more coming.
async fn listening(server: &Server, asked: usize) -> Vec<String> {
    let mut before = Vec::new();
    for _ in 0..LOOKS_MAX {
        let reply = server.handle().call(Call { request: Request::Identity, attachments: Vec::new() }).await;
        let Response::Identity(identity) = reply.response else { break };
        let settled = identity.listening.len() >= asked && identity.listening == before;
        before = identity.listening;
        if settled {
            break;
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    before
}

fn announce(home: &Home, addresses: Vec<String>, http: &[SocketAddr], json: bool) -> Result<()> {
    if json {
        let (node, organisation, pid) = (home.node(), home.organisation, std::process::id());
        let event = "listening";
        return output::json(&Listening { event, addresses, http: http.to_vec(), node, organisation, pid });
    }
    if addresses.is_empty() {
        output::say("running; listening nowhere, so it only calls others");
    }
    addresses.iter().try_for_each(|address| output::line(&format!("listening on {address}")))?;
    http.iter().try_for_each(|address| output::line(&format!("answering on http://{address}")))
}

/// Says why the node does not start and, where there is one, the next step.
fn explained(error: server::Error) -> Error {
    const CHOOSE: &str = "Choose another with --listen, or in talkoot.toml under [network].";
    match error {
        server::Error::Core(core::Error::Store(error @ store::Error::InUse { .. })) => Error::setup(error)
            .context("this node is running already")
            .hint("Stop that process first, or choose another node with --dir."),
        server::Error::Core(error) => error.into(),
        server::Error::Network(error @ network::Error::AddressInUse { .. }) => {
            Error::setup(error).context("the node cannot listen").hint(CHOOSE)
        }
        server::Error::Network(error @ network::Error::Listen { .. }) => {
            Error::setup(error).context("the node cannot listen").hint(CHOOSE)
        }
        server::Error::Address(error) => Error::setup(error).context("an address in talkoot.toml cannot be used"),
        server::Error::Http(error @ http::Error::Listen { .. }) => Error::setup(error)
            .context("the node cannot answer over HTTP")
            .hint("Choose another address with --http, or in talkoot.toml under [http]."),
        server::Error::Http(error @ http::Error::Zone { .. }) => {
            Error::setup(error).context("a setting in talkoot.toml cannot be used")
        }
        error => Error::failed(error),
    }
}
