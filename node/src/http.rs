//! What a node answers over HTTP: `/v1` for programs of the organisation and its partners, health and metrics for whoever
//! looks after the machine.
//!
//! Everything that is answered here is asked of the driver, as the command line does it: nothing here knows the store. Errors
//! are problems as RFC 9457 has them. Nobody is answered without a [token](crate::tokens), but for the question whether the node
//! lives. No other origin may read an answer: there are no CORS headers at all. Encryption is the business of the proxy in front
//! of it (`docs/operations.md`); by default it listens for this machine only.

mod access;
mod answers;
mod bundles;
mod events;
mod idempotency;
mod kinds;
mod limit;
mod metrics;
mod openapi;
mod operation;
mod problem;
mod query;
mod routes;
mod screen;
mod seated;
mod seats;
mod serve;
mod stuck;
mod submissions;
mod validator;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config;
use crate::driver::Handle;
use crate::prefills::{self, Prefills};
use crate::tokens::{self, Tokens};
use crate::web::attachments::Attaching;
use crate::web::clock::Clock;
use crate::web::desk::Desk;
use crate::web::session::Sessions;

pub(crate) use answers::wall_clock;
pub(crate) use bundles::{HandedIn, PAGE_PATH as BUNDLE_PAGE, TakenIn, Wanted};
pub(crate) use limit::Limits;
pub(crate) use submissions::submitted;

pub use crate::web::strangers;
pub use openapi::{document as openapi_document, report_schema};
pub use problem::Problem;
pub(crate) use query::{Asked, Given};

/// Longest request body, in bytes: a few thousand changes.
pub const BODY_BYTES_MAX: usize = 16 << 20;

/// Why nothing can be answered over HTTP.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address.
    #[error("cannot listen on {address} for HTTP")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The zone whose time pages show.
    #[error(
        "there is no time zone {name:?}; `zone` under `[http]` names one of the time zone database, such as \"Europe/Helsinki\""
    )]
    Zone {
        /// The name.
        name: String,
    },
    /// The tokens.
    #[error(transparent)]
    Tokens(#[from] tokens::Error),
    /// The prefilled reports.
    #[error(transparent)]
    Prefills(#[from] prefills::Error),
    /// What residents wrote.
    #[error(transparent)]
    Slips(#[from] crate::intake::Error),
    /// The campaigns.
    #[error(transparent)]
    Campaigns(#[from] crate::intake::campaign::Error),
}

/// What every request is answered with.
#[derive(Clone)]
pub(crate) struct Site {
    node: Handle,
    tokens: Arc<Mutex<Tokens>>,
    pub(crate) prefills: Arc<Mutex<Prefills>>,
    pub(crate) limits: Arc<Mutex<Limits>>,
    pub(crate) sessions: Arc<Mutex<Sessions>>,
    pub(crate) desk: Arc<Mutex<Desk>>,
    pub(crate) attaching: Arc<Attaching>,
    pub(crate) clock: Clock,
    carriage: Arc<bundles::Carriage>,
    stopping: watch::Receiver<bool>,
}

/// Listeners that answer until the node stops.
#[derive(Debug)]
pub struct Http {
    addresses: Vec<SocketAddr>,
    tasks: JoinSet<()>,
}

impl Http {
    /// Listens, and begins to answer. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Zone`], [`Error::Listen`], [`Error::Tokens`], [`Error::Prefills`].
    pub fn start(
        config: &config::Http,
        dir: &Path,
        node: Handle,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let clock = Clock::of(&config.zone).ok_or_else(|| Error::Zone { name: config.zone.clone() })?;
        let listeners = config.listen.iter().map(|address| bind(*address)).collect::<Result<Vec<_>, _>>()?;
        let tokens = Arc::new(Mutex::new(Tokens::open(dir)?));
        let prefills = Arc::new(Mutex::new(Prefills::open(dir)?));
        let routes = routes::all(Site {
            node,
            tokens,
            prefills,
            limits: Arc::default(),
            sessions: Arc::default(),
            desk: Desk::open(dir)?,
            attaching: Arc::default(),
            clock,
            carriage: Arc::new(bundles::Carriage::new(dir)),
            stopping: stopping.clone(),
        });
        let (mut addresses, mut tasks) = (Vec::new(), JoinSet::new());
        for (listener, address) in listeners {
            addresses.push(address);
            tasks.spawn(serve::serve(listener, routes.clone(), stopping.clone()));
        }
        Ok(Self { addresses, tasks })
    }

    /// Returns where it listens; with the ports that were found if any were asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Waits until the last answer was given; the flag that stops it is the node's.
    pub async fn ended(self) {
        self.tasks.join_all().await;
    }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let failed = |source| Error::Listen { address, source };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = TcpListener::from_std(listener).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
