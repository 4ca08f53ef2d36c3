//! How the node is, for the programs that watch machines: alive, ready, and figures in the text format of Prometheus
//! (exposition format 0.0.4). Nothing of what anybody wrote, and no ids of people or documents.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response as HttpResponse};
use serde_json::json;
use talkoot_protocol::api::{Request, Response, Status};

use super::Site;
use super::operation::{Shown, Sketch};
use super::problem::Problem;

/// How soon a node that is ready answers.
const READY_WITHIN: Duration = Duration::from_secs(2);
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A line of text.
pub(super) struct Line(&'static str);

impl IntoResponse for Line {
    fn into_response(self) -> HttpResponse {
        self.0.into_response()
    }
}

impl Shown for Line {
    fn sketch(sketch: &mut Sketch) {
        sketch.answer(200, "Yes.", "text/plain", json!({ "type": "string" }));
    }
}

/// Figures as text.
pub(super) struct Figures(String);

impl IntoResponse for Figures {
    fn into_response(self) -> HttpResponse {
        ([(header::CONTENT_TYPE, MEDIA_TYPE)], self.0).into_response()
    }
}

impl Shown for Figures {
    fn sketch(sketch: &mut Sketch) {
        sketch.answer(200, "Figures, exposition format 0.0.4.", "text/plain", json!({ "type": "string" }));
    }
}

/// The process answers.
pub(super) async fn live() -> Line {
    Line("alive\n")
}

/// The node answers too.
pub(super) async fn ready(State(site): State<Site>) -> Result<Line, Problem> {
    match tokio::time::timeout(READY_WITHIN, site.ask(Request::Identity)).await {
        Ok(Ok(_)) => Ok(Line("ready\n")),
        Ok(Err(problem)) => Err(problem),
        Err(_) => {
            let detail = "The node is busy and did not answer in time. Ask again in a moment.";
            Err(Problem::of("busy", detail))
        }
    }
}

/// Figures.
pub(super) async fn metrics(State(site): State<Site>) -> Result<Figures, Problem> {
    let Response::Status(status) = site.ask(Request::Status).await? else { return Err(Problem::unexpected()) };
    Ok(Figures(text(&status)))
}

/// A figure: its name, what it is, whether it only grows, and its value.
type Figure = (&'static str, &'static str, bool, u64);

fn text(status: &Status) -> String {
    let words = status.words.unwrap_or_default();
    let figures: [Figure; 11] = [
        ("talkoot_changes", "Changes in the log.", false, status.changes),
        ("talkoot_reports", "Reports.", false, status.reports),
        ("talkoot_log_bytes", "Bytes of the log on disk.", false, status.log_bytes),
        ("talkoot_damaged_records", "Records found damaged when the store was opened.", false, status.damaged),
        ("talkoot_parked_changes", "Changes that wait for something.", false, status.parked),
        ("talkoot_forks", "Positions of a chain with more than one change.", false, status.forks),
        ("talkoot_quarantined_documents", "Documents that cannot be read.", false, status.quarantined.len() as u64),
        ("talkoot_peers_connected", "Connected peers.", false, status.connected),
        ("talkoot_words_documents", "Reports whose words are known.", false, words.documents),
        ("talkoot_words_behind", "Changes whose words are not known yet.", false, words.behind),
        ("talkoot_socket_bytes_received_total", "Bytes received over TCP.", true, status.socket_bytes_received),
    ];
    let mut text = String::new();
    for (name, help, grows, value) in figures {
        head(&mut text, name, help, grows);
        let _infallible = writeln!(text, "{name} {value}");
    }
    head(&mut text, "talkoot_socket_bytes_sent_total", "Bytes sent over TCP.", true);
    let _infallible = writeln!(text, "talkoot_socket_bytes_sent_total {}", status.socket_bytes_sent);
    counts(&mut text, "talkoot_refusals_total", "Changes refused, by rule.", "rule", &status.refusals);
    counts(&mut text, "talkoot_offences_total", "Sessions ended, by offence.", "offence", &status.offences);
    text
}

fn head(text: &mut String, name: &str, help: &str, grows: bool) {
    let kind = if grows { "counter" } else { "gauge" };
    let _infallible = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// The names are ours and need no escaping.
fn counts(text: &mut String, name: &str, help: &str, label: &str, counts: &BTreeMap<String, u64>) {
    head(text, name, help, true);
    for (key, count) in counts {
        let _infallible = writeln!(text, "{name}{{{label}=\"{key}\"}} {count}");
    }
}
