//! Connections: accepted one by one, so many at a time, each with limits on how slowly it may ask.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::driver::stopped;

use super::stuck::Unstuck;

/// Connections at one time. More have to wait.
const CONNECTIONS_MAX: usize = 256;
/// How long the head of a request may take to arrive. Slower ones are cut off: a connection is a place that others wait for.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Most bytes of the head of a request.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Most header fields.
const FIELDS_MAX: usize = 64;
/// How long answers that are being given may take when the node stops.
const LAST_WITHIN: Duration = Duration::from_secs(5);
/// What to wait after an accept that failed, mostly for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers until told to stop, and then gives the last answers a moment.
pub(super) async fn serve(listener: TcpListener, routes: Router, mut stopping: watch::Receiver<bool>) {
    let places = std::sync::Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = stopped(&mut stopping) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, place)) = accepted else { continue };
        let (routes, stopping) = (routes.clone(), stopping.clone());
        connections.spawn(async move {
            connection(stream, routes, stopping).await;
            drop(place);
        });
    }
    let _in_time = tokio::time::timeout(LAST_WITHIN, connections.join_all()).await;
}

async fn accept(
    listener: &TcpListener,
    places: &std::sync::Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::debug!(%error, "an HTTP connection could not be accepted");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

async fn connection(stream: TcpStream, routes: Router, mut stopping: watch::Receiver<bool>) {
    let _slower_at_worst = stream.set_nodelay(true);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(FIELDS_MAX)
        .serve_connection(TokioIo::new(Unstuck::new(stream)), TowerToHyperService::new(routes));
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = stopped(&mut stopping) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}
