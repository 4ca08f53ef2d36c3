//! Connections: accepted one by one, so many at a time, each with limits on how slowly it may ask. Where more come, one that waits for
//! its other end makes room.

#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::driver::stopped;

use super::seated::Seated;
use super::seats::{Occupied, Seats};
use super::stuck::Unstuck;

/// Connections at one time, for each address that is listened on.
const CONNECTIONS_MAX: usize = 256;
/// How long the head of a request may take to arrive. Slower ones are cut off: a connection is a place that others wait for.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Most bytes of the head of a request, from its first line to the empty one.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// About how many bytes of a connection are read ahead, or written and not yet taken. What comes at once may be more by as much again.
const BUFFER_BYTES: usize = 32 * 1024;
/// Most header fields.
const FIELDS_MAX: usize = 64;
/// How long answers that are being given may take when the node stops.
const LAST_WITHIN: Duration = Duration::from_secs(5);
/// What to wait after an accept that failed, mostly for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers until told to stop, and then gives the last answers a moment.
pub(super) async fn serve(listener: TcpListener, routes: Router, stopping: watch::Receiver<bool>) {
    serve_at(&Seats::new(CONNECTIONS_MAX), listener, routes, stopping).await;
}

async fn serve_at(
    seats: &std::sync::Arc<Seats>,
    listener: TcpListener,
    routes: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = stopped(&mut stopping) => break,
            accepted = accept(&listener, seats) => accepted,
        };
        let Some((stream, occupied)) = accepted else { continue };
        let (routes, stopping) = (routes.clone(), stopping.clone());
        connections.spawn(connection(stream, occupied, routes, stopping));
    }
    let _in_time = tokio::time::timeout(LAST_WITHIN, connections.join_all()).await;
}

async fn accept(listener: &TcpListener, seats: &std::sync::Arc<Seats>) -> Option<(TcpStream, Occupied)> {
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, seats.take().await)),
        Err(error) => {
            tracing::debug!(%error, "an HTTP connection could not be accepted");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

async fn connection(stream: TcpStream, occupied: Occupied, routes: Router, mut stopping: watch::Receiver<bool>) {
    let _slower_at_worst = stream.set_nodelay(true);
    let stream = Unstuck::new(stream, occupied.seat.clone());
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_header_size(HEAD_BYTES_MAX)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(FIELDS_MAX)
        .serve_connection(TokioIo::new(stream), Seated::new(routes, occupied.seat.clone()));
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = occupied.seat.given_up() => {
            tracing::debug!("an HTTP connection that waited for its other end made room for another");
            return;
        }
        () = stopped(&mut stopping) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}
