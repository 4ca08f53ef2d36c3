//! What tests across crates share: organisations with keys made from their names, and a small world of real engines on virtual
//! time and an in-memory log.

pub mod browser;
pub mod cast;
pub mod fuzzing;
pub mod hostile;
pub mod line;
#[cfg(feature = "node")]
pub mod member;
pub mod netns;
pub mod process;
#[cfg(feature = "node")]
pub mod sample;
pub mod sim;
pub mod transcript;
pub mod vectors;
pub mod world;
