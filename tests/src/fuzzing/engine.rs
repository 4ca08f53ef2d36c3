//! One real engine in a world that a script decides: which peer connects, what it says, what the disk does, how time passes.
//! After each line of the script, what is cheap to check is checked; at its end all that is under way is done.
//!
//! The script is the input. Any bytes are one: see [`world::World::step`].
//!
//! - [`mod@company`]: who takes part, and all that was ever signed;
//! - [`script`]: bytes as choices;
//! - [`peer`]: what a peer says, by a script and half a wit;
//! - [`world`]: the engine, its disk, and what holds.

pub mod company;
pub mod peer;
pub mod script;
pub mod world;

pub use company::company;

use script::Script;
use world::World;

/// Lines of a script that are played at most.
const LINES_MAX: usize = 400;

/// Plays a script.
pub fn engine(bytes: &[u8]) {
    play(bytes);
}

/// Plays a script and returns the world as it was in the end.
pub fn play(bytes: &[u8]) -> World {
    let mut script = Script::new(bytes);
    let mut world = World::new(company(), script.byte());
    for _ in 0..LINES_MAX {
        if script.is_empty() {
            break;
        }
        world.step(&mut script);
        world.hold();
    }
    world.finish();
    world
}
