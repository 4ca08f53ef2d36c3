//! Files that pages need: style, scripts, pictures. All are built into the program and served under the hash of all of them, so
//! that a browser may keep them for ever and modules that import one another are always of one version.

mod packed;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use talkoot_protocol::id::sha256;
use talkoot_protocol::report::codes::Language;

use packed::Packed;

use super::texts;

/// A file.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Lists files of `static/`.
macro_rules! assets {
    ($($name:literal: $media_type:expr),* $(,)?) => {
        const ASSETS: &[Asset] = &[
            $(Asset { name: $name, media_type: $media_type, bytes: include_bytes!(concat!("static/", $name)) }),*
        ];
    };
}

assets! {
    "tokens.css": CSS,
    "talkoot.css": CSS,
    "attached.js": JS,
    "attachments.js": JS,
    "cbor.js": JS,
    "check.js": JS,
    "chunk.js": JS,
    "code.js": JS,
    "custody.js": JS,
    "drafts.js": JS,
    "enrol.js": JS,
    "fields.js": JS,
    "form.js": JS,
    "frame.js": JS,
    "header.js": JS,
    "marks.js": JS,
    "outbox.js": JS,
    "rows.js": JS,
    "settle.js": JS,
    "several.js": JS,
    "sign-in.js": JS,
    "sign.js": JS,
    "reach.js": JS,
    "charts.css": CSS,
    "network.js": JS,
    "carry.js": JS,
    "texts.js": JS,
    "write.js": JS,
    "icon.svg": SVG,
}

/// What a browser keeps to write without a connection: the page on which reports are written, and all that it needs.
const OFFLINE: &[&str] = &[
    "tokens.css",
    "talkoot.css",
    "icon.svg",
    "frame.js",
    "texts.js",
    "write.js",
    "attachments.js",
    "marks.js",
    "rows.js",
    "form.js",
    "fields.js",
    "drafts.js",
    "outbox.js",
    "sign.js",
    "check.js",
    "chunk.js",
    "cbor.js",
    "header.js",
    "custody.js",
    "code.js",
];
/// The script that keeps them.
const WORKER: &str = include_str!("static/worker.js");

/// Scripts' texts, one module a language.
static TEXTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let module = |language: Language| {
        (format!("texts-{}.js", language.key()), format!("export default {};\n", texts::of_scripts(language)))
    };
    texts::LANGUAGES.into_iter().map(module).collect()
});

/// The hash of all files.
static EDITION: LazyLock<String> = LazyLock::new(|| {
    let texts = TEXTS.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
    let parts = ASSETS.iter().flat_map(|asset| [asset.name.as_bytes(), asset.bytes]);
    let parts: Vec<_> = parts.chain(texts).chain([WORKER.as_bytes()]).collect();
    let hashes: Vec<_> = parts.iter().map(|part| sha256(&[b"talkoot/1/asset", part])).collect();
    let hashes: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
    sha256(&hashes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// Name of the script that keeps the page for writing.
const KEEPER_NAME: &str = "worker.js";

/// That script, with the files of today's edition.
static KEEPER: LazyLock<String> = LazyLock::new(|| {
    let texts = TEXTS.iter().map(|(name, _)| name.as_str());
    let files: Vec<String> = OFFLINE.iter().copied().chain(texts).map(address).collect();
    format!("const EDITION = {:?};\nconst FILES = {files:?};\n{WORKER}", *EDITION)
});

/// Returns the address of a file.
pub(super) fn address(name: &str) -> String {
    format!("/static/{}/{name}", *EDITION)
}

/// All files by their names, and the script that keeps them, each as it goes over the wire.
static FILES: LazyLock<BTreeMap<&str, Packed>> = LazyLock::new(|| {
    let texts = TEXTS.iter().map(|(name, text)| (name.as_str(), JS, text.as_bytes()));
    let files = ASSETS.iter().map(|asset| (asset.name, asset.media_type, asset.bytes));
    let pack = |(name, media_type, bytes)| (name, Packed::new(media_type, bytes, &EDITION, name));
    files.chain(texts).chain([(KEEPER_NAME, JS, KEEPER.as_bytes())]).map(pack).collect()
});

/// Serves a file. A page of an older edition is given today's.
pub(super) async fn asset(Path((edition, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(file) = FILES.get(name.as_str()).filter(|_| name != KEEPER_NAME) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if edition == *EDITION { "public, max-age=31536000, immutable" } else { "no-cache" };
    file.answer(&headers, keep)
}

/// Serves the script that keeps the page for writing. Its scope is the whole site, so it lies at the top.
pub(super) async fn worker(headers: HeaderMap) -> Response {
    FILES
        .get(KEEPER_NAME)
        .map_or_else(|| StatusCode::NOT_FOUND.into_response(), |file| file.answer(&headers, "no-cache"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_for_writing_offline_is_served() {
        for name in OFFLINE {
            assert!(ASSETS.iter().any(|asset| asset.name == *name), "{name}");
        }
        // Every script that one of them asks for is kept too.
        for asset in ASSETS.iter().filter(|asset| OFFLINE.contains(&asset.name) && asset.media_type == JS) {
            let text = std::str::from_utf8(asset.bytes).unwrap();
            for name in text.split("'./").skip(1).filter_map(|rest| rest.split('\'').next()) {
                assert!(OFFLINE.contains(&name), "{name} is imported by {}", asset.name);
            }
        }
    }
}
