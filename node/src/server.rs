//! A running node: core, network, driver and the control socket, from start to an orderly stop.

use std::io;
use std::path::{Path, PathBuf};

use talkoot_protocol::api::Failure;
use talkoot_protocol::id::NodeId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};

use crate::addressing::Addressing;
use crate::control::{self, Call, MESSAGE_BYTES_MAX, Reply};
use crate::core::{self, Core};
use crate::driver::{Driver, Handle};
use crate::home::Home;
use crate::http::{self, Http};
use crate::keystore;
use crate::network::{self, Network, address};

/// Programs of this machine that may be answered at once.
const CALLERS_MAX: usize = 32;

/// Why a node cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its store.
    #[error("the node cannot start")]
    Core(#[from] core::Error),
    /// Its network.
    #[error("the node cannot reach the network")]
    Network(#[from] network::Error),
    /// An address in the settings.
    #[error("an address in talkoot.toml cannot be used")]
    Address(#[from] address::Error),
    /// The socket for programs of this machine.
    #[error("cannot open {} for the programs of this machine; a shorter --dir may help", path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The listener for programs of other machines.
    #[error("nothing can be answered over HTTP; 'http.listen' in talkoot.toml says where")]
    Http(#[from] http::Error),
    /// A thread could not be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

/// A node that has been started and runs until told to stop.
#[derive(Debug)]
pub struct Server {
    handle: Handle,
    node: NodeId,
    socket: PathBuf,
    stop: watch::Sender<bool>,
    driver: tokio::task::JoinHandle<Core>,
    callers: tokio::task::JoinHandle<()>,
    http: Http,
}

impl Server {
    /// Opens the store, listens, and begins to run. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Whatever keeps it from starting; nothing is left behind.
    pub fn start(home: &Home) -> Result<Self, Error> {
        let mut core = Core::open(home)?;
        if home.config.words.keep {
            core.start_words().map_err(Error::Thread)?;
        }
        let network = start_network(home)?;
        let (stop, stopping) = watch::channel(false);
        let (mut driver, handle) =
            Driver::new(core, network, Addressing::new(home), stopping.clone()).map_err(Error::Thread)?;
        for peer in &home.config.network.peers {
            driver.keep(peer);
        }
        let socket = Home::control_socket(&home.dir);
        let listener = bind(&socket).map_err(|source| Error::Socket { path: socket.clone(), source })?;
        let http = Http::start(&home.config.http, &home.dir, handle.clone(), stopping.clone())?;
        let callers = tokio::spawn(serve(listener, handle.clone(), stopping));
        Ok(Self { handle, node: home.node(), socket, stop, driver: tokio::spawn(driver.run()), callers, http })
    }

    /// Returns how to ask the node something.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Returns the node's id.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// Returns where it answers over HTTP.
    pub fn http_addresses(&self) -> &[std::net::SocketAddr] {
        self.http.addresses()
    }

    /// Waits until the node ends by itself, which it does only when something is broken. Cancel safe.
    pub async fn ended(&mut self) {
        while !self.driver.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }

    /// Stops: no new calls, the log is durable anyway, the index is flushed.
    ///
    /// # Errors
    /// If the store cannot be closed in good order.
    pub async fn stop(self) -> Result<(), Error> {
        self.stop.send_replace(true);
        let _ended = self.callers.await;
        self.http.ended().await;
        let _removed = std::fs::remove_file(&self.socket);
        match self.driver.await {
            Ok(core) => Ok(core.close()?),
            Err(error) => Err(Error::Thread(io::Error::other(error))),
        }
    }
}

fn start_network(home: &Home) -> Result<Network, Error> {
    let settings = &home.config.network;
    let parsed = |texts: &[String]| texts.iter().map(|text| address::parse(text)).collect::<Result<Vec<_>, _>>();
    let seed = keystore::fresh_seed().map_or(0, |seed| u64::from_le_bytes(std::array::from_fn(|at| seed[at])));
    let config = network::Config {
        listen: parsed(&settings.listen)?,
        announce: parsed(&settings.announce)?,
        mdns: settings.mdns,
        connections_max: settings.connections_max,
        peer_bytes_per_second_max: u64::from(settings.peer_bytes_per_second_max),
        relay: network::RelayConfig {
            offer: settings.relay.offer,
            circuits_max: settings.relay.circuits_max,
            circuit_bytes_max: u64::from(settings.relay.circuit_mib_max) << 20,
            circuit_lasting_max: settings.relay.circuit_lasting_max,
            through: settings.relay.through.iter().map(|text| address::parse_relay(text)).collect::<Result<_, _>>()?,
        },
        nat: network::NatConfig { punch: settings.nat.punch, probe: settings.nat.probe, answer: settings.nat.answer },
        jitter_seed: seed,
        ..network::Config::default()
    };
    Ok(Network::start(&home.key, &config)?)
}

/// Listens where only the owner of the directory may call. A socket left by a killed node is taken away: the store's lock,
/// which is ours by now, says that no node runs.
fn bind(socket: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(listener)
}

async fn serve(listener: UnixListener, handle: Handle, mut stopping: watch::Receiver<bool>) {
    let places = std::sync::Arc::new(Semaphore::new(CALLERS_MAX));
    loop {
        let accepted = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let handle = handle.clone();
        tokio::spawn(async move {
            if let Err(error) = caller(stream, handle).await {
                tracing::debug!(%error, "a caller went away");
            }
            drop(place);
        });
    }
}

async fn caller(mut stream: UnixStream, handle: Handle) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        match stream.read_exact(&mut length).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other.map(|_| ())?,
        }
        let length = u32::from_be_bytes(length) as usize;
        if length > MESSAGE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a call that is too long"));
        }
        let mut bytes = Vec::new();
        (&mut stream).take(length as u64).read_to_end(&mut bytes).await?;
        let reply = match control::decode(&bytes) {
            Ok((request, attachments)) => handle.call(Call { request, attachments }).await,
            Err(error) => Failure::new("bad_request", error.to_string()).into(),
        };
        stream.write_all(&encode(&reply)?).await?;
    }
}

fn encode(reply: &Reply) -> io::Result<Vec<u8>> {
    control::encode(&reply.response, &reply.attachments)
        .or_else(|error| control::encode(&Reply::from(Failure::new("too_long", error.to_string())).response, &[]))
}
