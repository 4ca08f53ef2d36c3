//! Writes what fuzzers begin with to `tests/fuzz/corpus` anew, beside what was found and kept:
//! `cargo run -p talkoot-tests --bin corpus`.

use std::path::Path;

use talkoot_tests::fuzzing::seeds::seeds;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (target, seeds) in seeds() {
        let dir = corpus.join(target);
        std::fs::create_dir_all(&dir)?;
        println!("{target}: {} seeds", seeds.len());
        for (name, bytes) in seeds {
            std::fs::write(dir.join(name), bytes)?;
        }
    }
    Ok(())
}
