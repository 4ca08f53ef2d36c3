//! Writes `docs/vectors/*.json` anew. Run it after the wire version changed, and look at the difference:
//! `cargo run -p talkoot-tests --bin vectors`.

use std::path::Path;

use serde::Serialize;
use talkoot_tests::vectors::{admission, content, envelope, joint, paths, receipts, unsigned, valid};

fn main() -> std::io::Result<()> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors");
    std::fs::create_dir_all(&dir)?;
    let files = [
        ("valid", valid()),
        ("envelope", envelope()),
        ("content", content()),
        ("admission", admission()),
        ("joint", joint()),
        ("paths", paths()),
    ];
    for (name, vectors) in files {
        write(&dir, name, &vectors)?;
        println!("{name}.json: {} vectors", vectors.vectors.len());
    }
    write(&dir, "receipts", &receipts())?;
    write(&dir, "unsigned", &unsigned())
}

fn write(dir: &Path, name: &str, vectors: &impl Serialize) -> std::io::Result<()> {
    let mut json = serde_json::to_string_pretty(vectors).map_err(std::io::Error::other)?;
    json.push('\n');
    std::fs::write(dir.join(format!("{name}.json")), json)
}
