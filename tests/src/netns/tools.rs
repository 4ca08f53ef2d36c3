//! The system's own programs for networks: `ip`, `tc`, `nft`. A test's network is built and taken away with them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What every namespace of ours is called at the beginning; the number of the process that made it follows.
const PREFIX: &str = "talkoot-";

/// Runs a program with these words; returns what it printed, or what it said against it.
///
/// # Errors
/// A sentence for people.
pub(super) fn try_run(program: &str, words: &str, input: &str) -> Result<String, String> {
    let failed = |problem: String| format!("{program} {words}: {}", problem.trim());
    let mut command = Command::new(program);
    command.args(words.split_whitespace()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).map_err(|error| failed(error.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(failed(text(&output.stderr))) }
}

/// As [`try_run`], where failing is the end of the test.
pub(super) fn run(program: &str, words: &str) -> String {
    run_with(program, words, "")
}

/// As [`run`], with something on standard input.
pub(super) fn run_with(program: &str, words: &str, input: &str) -> String {
    try_run(program, words, input).expect("the network's tools do what they are told")
}

/// Returns the beginning of the names of this process's namespaces.
pub(super) fn prefix() -> String {
    format!("{PREFIX}{}-", std::process::id())
}

/// Removes the namespaces of processes that are gone: those that were killed could not do it themselves.
pub(super) fn sweep() {
    for line in try_run("ip", "netns list", "").unwrap_or_default().lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            remove(name);
        }
    }
}

/// Removes a namespace if it is there.
pub(super) fn remove(name: &str) {
    let _gone_already = try_run("ip", &format!("netns delete {name}"), "");
}
