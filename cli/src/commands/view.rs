//! view
use crate::args::Global;
use crate::error::Result;
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}
pub(crate) fn run(_: &Global, _: Args) -> Result<()> { Ok(()) }
