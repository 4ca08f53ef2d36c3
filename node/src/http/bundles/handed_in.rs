//! A bundle that is handed in. It comes as a stream and is gone through several times, so it lies in a file meanwhile: one without a name,
//! which is gone when nobody has it open any more, also if the node is killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use futures::StreamExt as _;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::bundle::Source;
use crate::http::Site;
use crate::http::operation::{Part, Sketch};
use crate::http::problem::Problem;
use crate::http::query::body_problem;
use crate::keystore;

use super::BUNDLE;

/// Longest bundle that is taken, in bytes. What is longer is taken in by the command line, which reads it where it lies.
pub(in crate::http) const BUNDLE_BYTES_MAX: u64 = 512 << 20;
/// Bytes that are gathered before they are written.
const WRITTEN_BYTES: usize = 1 << 20;
/// How long the next piece may take.
const PIECE_WITHIN: Duration = Duration::from_secs(20);

/// A bundle that has arrived whole, or as whole as it was sent.
#[derive(Debug)]
pub(crate) struct HandedIn {
    file: File,
    /// Held until it has been gone through.
    _place: OwnedSemaphorePermit,
}

impl HandedIn {
    /// Opens it at its beginning. Only one reader at a time: all share one place in the file.
    pub(super) fn open(&self) -> Result<Source<BufReader<File>>, crate::bundle::Error> {
        let again = || {
            let mut file = self.file.try_clone()?;
            file.rewind()?;
            Ok(BufReader::new(file))
        };
        Source::begin(again().map_err(crate::bundle::Error::Read)?)
    }
}

impl FromRequest<Site> for HandedIn {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        if announced(request.headers()).is_some_and(|length| length > BUNDLE_BYTES_MAX) {
            return Err(too_large());
        }
        let place = site.carriage.place()?;
        let dir = site.carriage.dir.clone();
        let file = blocking(move || nameless(&dir)).await?;
        let file = fill(file, request.into_body()).await?;
        Ok(Self { file, _place: place })
    }
}

impl Part for HandedIn {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "type": "string", "format": "binary" });
        sketch.body = Some(json!({ "required": true, "content": { BUNDLE: { "schema": schema } } }));
        sketch.problems.extend(["bad_body", "bad_bundle", "bundles_busy", "not_stored", "too_large"]);
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Problem {
    body_problem(StatusCode::PAYLOAD_TOO_LARGE, "")
}

/// Makes a file that only this process can find.
fn nameless(dir: &Path) -> io::Result<File> {
    let salt = keystore::fresh_salt().map_err(io::Error::other)?;
    let digits: String = salt.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let path = dir.join(format!(".handed-in-{digits}"));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Does something that may wait for the disk.
async fn blocking<T: Send + 'static>(act: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Problem> {
    spawn_blocking(act).await.map_err(|_| Problem::unexpected())?.map_err(|error| {
        tracing::error!(%error, "a bundle that was handed in could not be kept");
        Problem::of("not_stored", "The bundle could not be kept on disk to be gone through. Nothing was stored.")
    })
}

/// Writes a body into a file, piece by piece.
async fn fill(mut file: File, body: Body) -> Result<File, Problem> {
    let mut pieces = body.into_data_stream();
    let mut bytes = 0u64;
    loop {
        let (gathered, ended) = gather(&mut pieces, &mut bytes).await?;
        file = blocking(move || file.write_all(&gathered).map(|()| file)).await?;
        if ended {
            return Ok(file);
        }
    }
}

/// Waits for about [`WRITTEN_BYTES`], or for the end.
async fn gather(pieces: &mut BodyDataStream, bytes: &mut u64) -> Result<(Vec<u8>, bool), Problem> {
    let mut gathered = Vec::with_capacity(WRITTEN_BYTES);
    while gathered.len() < WRITTEN_BYTES {
        let piece = timeout(PIECE_WITHIN, pieces.next())
            .await
            .map_err(|_| Problem::of("too_slow", "The bundle came too slowly. Nothing was stored; send it again."))?;
        let Some(piece) = piece else { return Ok((gathered, true)) };
        let piece = piece.map_err(|_| body_problem(StatusCode::BAD_REQUEST, NOT_WHOLE))?;
        *bytes = bytes.saturating_add(piece.len() as u64);
        if *bytes > BUNDLE_BYTES_MAX {
            return Err(too_large());
        }
        gathered.extend_from_slice(&piece);
    }
    Ok((gathered, false))
}

const NOT_WHOLE: &str = "The bundle did not arrive whole. Nothing was stored; send it again.";
