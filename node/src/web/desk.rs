//! Where pages meet what residents wrote: the slips and campaigns of [`crate::intake`]. Disk work is done beside the runtime.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use talkoot_protocol::date::Date;

use crate::http::{self, Problem, Site, wall_clock};
use crate::intake::campaign::{self, Campaign, CampaignCode, Campaigns};
use crate::intake::{self, Intake};

/// Slips and campaigns of one node.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(super) slips: Intake,
    pub(super) campaigns: Campaigns,
}

impl Desk {
    /// Opens what is in a node's directory.
    pub(crate) fn open(dir: &Path) -> Result<Arc<Mutex<Self>>, http::Error> {
        Ok(Arc::new(Mutex::new(Self { slips: Intake::open(dir)?, campaigns: Campaigns::open(dir)? })))
    }
}

impl Site {
    /// Does something with slips and campaigns, after what is too old has been deleted.
    pub(super) async fn at_desk<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let desk = self.desk.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = desk.slips.sweep(today()) {
                tracing::error!(%error, "slips that are too old could not be deleted");
            }
            act(&mut desk)
        });
        done.await.map_err(|_| Problem::unexpected())
    }

    /// Returns a campaign.
    pub(super) async fn campaign(&self, code: &str) -> Result<Campaign, Problem> {
        let found = match CampaignCode::parse(code) {
            Some(code) => self.at_desk(move |desk| desk.campaigns.get(&code).cloned()).await?,
            None => None,
        };
        let detail = "There is no such campaign here.";
        found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "unknown_address", detail))
    }
}

/// Returns today, by UTC.
pub(super) fn today() -> Date {
    Date::of(wall_clock())
}

/// Returns fresh randomness.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Problem::unexpected())?;
    Ok(bytes)
}

impl From<intake::Error> for Problem {
    fn from(error: intake::Error) -> Self {
        let (status, name) = match &error {
            intake::Error::Full | intake::Error::File(_) => (StatusCode::INSUFFICIENT_STORAGE, "not_stored"),
            intake::Error::TooFast { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
            intake::Error::NotWaiting { .. } => (StatusCode::CONFLICT, "moved_on"),
            intake::Error::TooLong => (StatusCode::BAD_REQUEST, "too_long"),
        };
        if matches!(error, intake::Error::File(_)) {
            tracing::error!(%error, "a slip could not be kept");
        }
        Self::new(status, name, format!("{error}. Nothing else was changed."))
    }
}

impl From<campaign::Error> for Problem {
    fn from(error: campaign::Error) -> Self {
        if matches!(error, campaign::Error::Unsound) {
            return Self::new(StatusCode::BAD_REQUEST, "bad_request", format!("{error}. Nothing was stored."));
        }
        tracing::error!(%error, "a campaign could not be kept");
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "not_stored", format!("{error}. Nothing was stored."))
    }
}
