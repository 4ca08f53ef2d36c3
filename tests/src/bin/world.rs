//! Writes the committed small set of the sample world to `tests/corpus/world` anew: `cargo run -p talkoot-tests --bin world`.

use std::path::Path;

use talkoot_tests::sample::files;

fn main() -> std::io::Result<()> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/world");
    std::fs::create_dir_all(&dir)?;
    for (name, lines) in files() {
        std::fs::write(dir.join(name), lines)?;
        println!("{name}");
    }
    Ok(())
}
