//! Server-sent events (WHATWG HTML, "Server-sent events"): that something has changed, and no more. Whoever wants to know what
//! asks again, with the tag of what it has.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use serde_json::json;
use tokio::sync::watch;

use crate::driver::stopped;

use super::Site;
use super::operation::{Shown, Sketch};

/// Least time between two events: many changes come together.
const PAUSE: Duration = Duration::from_millis(250);
/// How often something is said to a listener to whom nothing happens, so that the connection is not taken for dead.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// A stream of events.
pub(super) struct Events(Changes);

/// What happens, one after the other.
type Changes = Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>;

impl IntoResponse for Events {
    fn into_response(self) -> axum::response::Response {
        Sse::new(self.0).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response()
    }
}

impl Shown for Events {
    fn sketch(sketch: &mut Sketch) {
        let told = "Events named `changes`, with the number of changes as data; it does not end by itself.";
        sketch.answer(200, told, "text/event-stream", json!({ "type": "string" }));
    }
}

/// Tells how many changes the node holds, now and whenever there are more.
pub(super) async fn events(State(site): State<Site>) -> Events {
    let mut changed = site.node.changed();
    changed.mark_changed();
    let stream = stream::unfold((changed, site.stopping), |(mut changed, mut stopping)| async move {
        let changes = next(&mut changed, &mut stopping).await?;
        let event =
            Event::default().event("changes").id(changes.to_string()).data(format!("{{\"changes\":{changes}}}"));
        Some((Ok(event), (changed, stopping)))
    });
    Events(Box::pin(stream))
}

/// Waits for the next number; none when the node stops.
async fn next(changed: &mut watch::Receiver<u64>, stopping: &mut watch::Receiver<bool>) -> Option<u64> {
    tokio::select! {
        () = stopped(stopping) => None,
        told = changed.changed() => {
            told.ok()?;
            tokio::time::sleep(PAUSE).await;
            Some(*changed.borrow_and_update())
        }
    }
}
