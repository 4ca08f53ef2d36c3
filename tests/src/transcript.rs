//! Sessions at the command line, in markdown, that are both manual and test.
//!
//! A fenced block whose first line begins with `$ ` is a session; every other block is prose. All blocks of a file share one fresh
//! directory. What may follow the `$`:
//!
//! ```text
//! $ talkoot …                 runs the program; a `\` at the end of the line goes on in the next; quotes as in a shell
//! $ cat > FILE <<END          writes the lines up to END to a file
//! $ cat FILE                  prints a file
//! $ rm -r PATH                takes away a file or directory
//! ```
//!
//! The lines after it are what it prints, standard output first, then standard error; a last line `[exit 3]` is the exit code, if it
//! is not 0. What differs from run to run has a name: `[id]` 10 hexadecimal digits, `[ID]` 64, `[port]`, `[bytes]`, `[seconds]`
//! and `[milliseconds]` a number, `[time]` a moment, `[here]` the directory, `[…]` the rest of the line, `[.]` all further
//! lines. `[id:report]` also keeps what was found, and `$report` stands for it from there on.

mod pattern;

use std::io;
use std::ops::Range;
use std::os::unix::process::CommandExt as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use pattern::{Names, Pattern, replace};

use crate::process::PASSPHRASE;

/// What the program takes for the width of the terminal.
const COLUMNS: &str = "100";
/// Stands for all further lines.
const ANYTHING: &str = "[.]";

/// A transcript, read but not followed.
#[derive(Debug)]
pub struct Transcript {
    name: String,
    lines: Vec<String>,
    steps: Vec<Step>,
}

/// What came of following a transcript.
#[derive(Debug)]
pub struct Followed {
    /// Where it went otherwise, each with file, line and a comparison.
    pub differences: Vec<String>,
    /// The transcript with what was really printed in place of what did not fit.
    pub actual: String,
}

#[derive(Debug)]
struct Step {
    /// Index of the line with the `$`.
    line: usize,
    action: Action,
    /// Indices of the lines with what it should print.
    expected: Range<usize>,
}

#[derive(Debug, PartialEq, Eq)]
enum Action {
    Run(Vec<String>),
    Write(PathBuf, String),
    Read(PathBuf),
    Remove(PathBuf),
}

impl Transcript {
    /// Reads a transcript.
    ///
    /// # Errors
    /// Says where a line is not understood.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut transcript = Self { name: name.to_owned(), lines, steps: Vec::new() };
        let mut at = 0;
        while at < transcript.lines.len() {
            if !transcript.lines[at].starts_with("```") {
                at += 1;
                continue;
            }
            let from = at + 1;
            let length = transcript.lines[from..].iter().position(|line| line.starts_with("```"));
            let end = from + length.ok_or_else(|| transcript.at(at, "the block has no end"))?;
            transcript.block(from..end)?;
            at = end + 1;
        }
        if transcript.steps.is_empty() { Err(format!("{name} has no commands")) } else { Ok(transcript) }
    }

    fn at(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{}: {what}", self.name, line + 1)
    }

    fn block(&mut self, lines: Range<usize>) -> Result<(), String> {
        let mut at = lines.start;
        if !self.lines[lines.clone()].first().is_some_and(|line| line.starts_with("$ ")) {
            return Ok(());
        }
        while at < lines.end {
            let (line, mut command) = (at, self.lines[at].trim_start_matches("$ ").to_owned());
            at += 1;
            while command.ends_with('\\') && at < lines.end {
                command = format!("{} {}", command.trim_end_matches('\\'), self.lines[at]);
                at += 1;
            }
            let mut words = words(&command).map_err(|what| self.at(line, what))?;
            let text = if words.last().is_some_and(|word| word == "<<END") {
                let length = self.lines[at..lines.end].iter().position(|line| line == "END");
                let end = at + length.ok_or_else(|| self.at(line, "there is no END"))?;
                let text = self.lines[at..end].iter().map(|line| format!("{line}\n")).collect();
                words.pop();
                at = end + 1;
                Some(text)
            } else {
                None
            };
            let action = action(words, text).map_err(|what| self.at(line, what))?;
            let from = at;
            at += self.lines[at..lines.end].iter().take_while(|line| !line.starts_with("$ ")).count();
            self.steps.push(Step { line, action, expected: from..at });
        }
        Ok(())
    }

    /// Does everything in the transcript with `program`, in `dir`, which must be an empty directory.
    pub fn follow(&self, program: &str, dir: &Path) -> Followed {
        let mut names = Names::from([("here".to_owned(), dir.to_string_lossy().into_owned())]);
        let (mut differences, mut actual, mut copied) = (Vec::new(), String::new(), 0);
        let mut copy = |lines: &[String]| lines.iter().for_each(|line| actual.extend([line, "\n"]));
        for step in &self.steps {
            let printed = match step.action.perform(program, dir, &names) {
                Ok(printed) => printed,
                Err(error) => vec![format!("cannot be done: {error}")],
            };
            let expected = &self.lines[step.expected.clone()];
            copy(&self.lines[copied..step.expected.start]);
            copied = step.expected.end;
            match first_difference(expected, &printed, &mut names) {
                None => copy(expected),
                Some(at) => {
                    copy(&printed);
                    let comparison = comparison(expected, &printed, at, &names);
                    let place = self.at(step.expected.start + at, self.lines[step.line].trim_start_matches("$ "));
                    differences.push(format!("{place}\n{comparison}"));
                }
            }
        }
        copy(&self.lines[copied..]);
        Followed { differences, actual }
    }
}

impl Action {
    /// Does it and returns the lines printed, with the exit code at the end.
    fn perform(&self, program: &str, dir: &Path, names: &Names) -> io::Result<Vec<String>> {
        match self {
            Self::Run(words) => run(program, dir, words.iter().map(|word| replace(word, names)).collect()),
            Self::Write(path, text) => std::fs::write(dir.join(path), text).map(|()| Vec::new()),
            Self::Read(path) => Ok(std::fs::read_to_string(dir.join(path))?.lines().map(str::to_owned).collect()),
            Self::Remove(path) => {
                let path = dir.join(path);
                let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
                removed.map(|()| Vec::new())
            }
        }
    }
}

fn run(program: &str, dir: &Path, words: Vec<String>) -> io::Result<Vec<String>> {
    let mut command = Command::new(program);
    // The help text says what the program was called as.
    command.arg0("talkoot").args(words).current_dir(dir).stdin(Stdio::null());
    let settings = std::env::vars_os().map(|(name, _)| name);
    settings.filter(|name| name.to_string_lossy().starts_with("TALKOOT_")).for_each(|name| {
        command.env_remove(name);
    });
    command.env("TALKOOT_PASSPHRASE", PASSPHRASE).env("TALKOOT_INSECURE_FAST_KEYS", "1");
    command.env("COLUMNS", COLUMNS).env("NO_COLOR", "1");
    let output = command.output()?;
    let mut lines = Vec::new();
    for said in [output.stdout, output.stderr] {
        lines.extend(String::from_utf8_lossy(&said).lines().map(|line| line.trim_end().to_owned()));
    }
    if !output.status.success() {
        lines.push(output.status.code().map_or_else(|| output.status.to_string(), |code| format!("[exit {code}]")));
    }
    Ok(lines)
}

/// Cuts a command into words, which may stand in quotes.
fn words(command: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for char in command.chars() {
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (None, '"' | '\'') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("a quote has no end".into()) } else { Ok(words) }
}

fn action(words: Vec<String>, text: Option<String>) -> Result<Action, String> {
    let known: Vec<&str> = words.iter().map(String::as_str).collect();
    match (known.as_slice(), text) {
        (["talkoot", ..], None) => Ok(Action::Run(words.into_iter().skip(1).collect())),
        (["cat", ">", path], Some(text)) => Ok(Action::Write(inside(path)?, text)),
        (["cat", path], None) => Ok(Action::Read(inside(path)?)),
        (["rm", "-r", path], None) => Ok(Action::Remove(inside(path)?)),
        _ => Err(format!("{} is no command of transcripts", words.join(" "))),
    }
}

/// Nothing outside of the transcript's directory is touched.
fn inside(path: &str) -> Result<PathBuf, String> {
    let path = Path::new(path);
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if is_inside { Ok(path.into()) } else { Err(format!("{} is outside", path.display())) }
}

/// Returns the index of the first line that does not fit; binds the names found on the way.
fn first_difference(expected: &[String], printed: &[String], names: &mut Names) -> Option<usize> {
    for (at, line) in expected.iter().enumerate() {
        if line == ANYTHING {
            return rest_differs(&expected[at + 1..], printed.get(at..).unwrap_or_default()).then_some(at);
        }
        if !printed.get(at).is_some_and(|printed| Pattern::read(line, names).is_met(printed, names)) {
            return Some(at);
        }
    }
    (printed.len() > expected.len()).then_some(expected.len())
}

/// After "anything" only the exit code is compared.
fn rest_differs(expected: &[String], printed: &[String]) -> bool {
    expected != printed.last().filter(|line| line.starts_with("[exit ")).map_or(&[][..], std::slice::from_ref)
}

/// Shows what was expected (-) and what was printed (+), with two fitting lines before and two after.
fn comparison(expected: &[String], printed: &[String], at: usize, names: &Names) -> String {
    let (before, expected) = expected.split_at(at);
    let printed = printed.get(at..).unwrap_or_default();
    let fits = |(line, printed): &(&String, &String)| Pattern::read(line, names).is_met(printed, &mut names.clone());
    let same = expected.iter().rev().zip(printed.iter().rev()).take_while(fits).count();
    let (missing, after) = expected.split_at(expected.len() - same);
    let surplus = &printed[..printed.len() - same];
    let marked = |mark: char, lines: &[String]| {
        lines.iter().map(|line| format!("    {mark} {line}").trim_end().to_owned() + "\n").collect::<String>()
    };
    let before = &before[before.len().saturating_sub(2)..];
    let after = &after[..after.len().min(2)];
    marked(' ', before) + &marked('-', missing) + &marked('+', surplus) + &marked(' ', after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn differs(expected: &str, printed: &str) -> Option<usize> {
        first_difference(&lines(expected), &lines(printed), &mut Names::new())
    }

    #[test]
    fn a_session_is_read_and_other_blocks_are_prose() {
        let text = "Say:\n```\nno session\n```\n```\n$ cat > a.txt <<END\n$ x\nEND\n$ talkoot a \\\n  --b 'c d'\nout\n$ rm -r a.txt\n```\n";
        let transcript = Transcript::read("x.md", text).unwrap();
        let actions: Vec<_> = transcript.steps.iter().map(|step| &step.action).collect();
        let run = Action::Run(vec!["a".into(), "--b".into(), "c d".into()]);
        assert_eq!(actions, [&Action::Write("a.txt".into(), "$ x\n".into()), &run, &Action::Remove("a.txt".into())]);
        assert_eq!(transcript.steps[1].expected, 10..11);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in ["$ ls", "$ rm -r /", "$ cat ../x", "$ talkoot 'a", "$ cat > a <<END\nx", "$ cat > a", "prose"] {
            assert!(Transcript::read("x.md", &format!("```\n{bad}\n```\n")).is_err(), "{bad}");
        }
        assert!(Transcript::read("x.md", "```\n$ talkoot\n").is_err());
    }

    #[test]
    fn differences_are_found_where_they_are() {
        assert_eq!(differs("a\n[bytes]", "a\n5"), None);
        assert_eq!(differs("a\nb", "a\nc"), Some(1));
        assert_eq!(differs("a", "a\nb"), Some(1));
        assert_eq!(differs("a\nb", "a"), Some(1));
        assert_eq!(differs("", "[exit 1]"), Some(0));
    }

    #[test]
    fn a_comparison_shows_only_what_differs() {
        let (expected, printed) = (lines("a\nb\nc\nd\n[id]\nf"), lines("a\nb\nc\nx\ny\n0123456789\nf"));
        let shown = comparison(&expected, &printed, 3, &Names::new());
        assert_eq!(shown, "      b\n      c\n    - d\n    + x\n    + y\n      [id]\n      f\n");
        assert_eq!(comparison(&[], &lines("a"), 0, &Names::new()), "    + a\n");
    }

    #[test]
    fn anything_covers_all_but_the_exit_code() {
        assert_eq!(differs("a\n[.]", "a\nb\nc"), None);
        assert_eq!(differs("a\n[.]", "a"), None);
        assert_eq!(differs("[.]\n[exit 1]", "b\n[exit 1]"), None);
        assert_eq!(differs("[.]", "b\n[exit 1]"), Some(0));
        assert_eq!(differs("[.]\n[exit 1]", "b"), Some(0));
    }
}
