//! Compares what the scanner finds with what is labelled.
//!
//! A line of a corpus is `{"text", "language", "findings": [{"rule", "span": [from, to]}]}`, in bytes. A label counts as found if one
//! finding of its rule covers all of it. A text without labels is a clean sentence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use talkoot_protocol::scan::{Action, Finding, scan};

/// Labelled texts, and clean sentences.
pub(crate) struct Corpus {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Files below `tests/corpus/scanner`.
    files: &'static [&'static str],
    /// Reports of the demonstration are clean sentences of it too.
    with_demo: bool,
}

/// What the rules were made on, and what they have never seen.
pub(crate) const CORPORA: &[Corpus] = &[
    Corpus { name: "tuned on", files: &["tuned.jsonl", "tuned_clean.jsonl"], with_demo: true },
    Corpus { name: "kept apart", files: &["apart.jsonl", "apart_clean.jsonl"], with_demo: false },
];

/// Reports of the demonstration, below the root of the project.
const DEMO: &[&str] = &["county", "municipality", "ngo", "university"];

/// How a rule did.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Labels.
    pub(crate) labelled: usize,
    /// Labels found.
    pub(crate) found: usize,
    /// Labels found with the same bytes.
    pub(crate) exact: usize,
}

/// What happened to clean sentences.
#[derive(Debug, Default)]
pub(crate) struct Clean {
    /// How many there are.
    pub(crate) sentences: usize,
    /// Findings that would block.
    pub(crate) blocks: usize,
    /// Findings that would have to be confirmed.
    pub(crate) confirms: usize,
    /// Warnings.
    pub(crate) warnings: usize,
    /// Each of them.
    pub(crate) alarms: Vec<String>,
    /// All of the sentences.
    pub(crate) texts: Vec<String>,
}

/// How the scanner did on a corpus.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// By rule; a mistyped identity code counts as an identity code, a desk's address as an e-mail address.
    pub(crate) rules: BTreeMap<String, Tally>,
    /// Labels that were not found.
    pub(crate) missed: Vec<String>,
    /// Findings that touch no label, in texts that have labels.
    pub(crate) beside: Vec<String>,
    /// What happened to clean sentences.
    pub(crate) clean: Clean,
    /// All texts with labels.
    pub(crate) texts: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    text: String,
    findings: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    rule: String,
    span: [usize; 2],
}

/// Scans a corpus.
///
/// # Errors
///
/// A sentence, if a file cannot be read or a line is none.
pub(crate) fn score(corpus: &Corpus) -> Result<Score, String> {
    let mut score = Score::default();
    for file in corpus.files {
        for line in lines(&root().join("tests/corpus/scanner").join(file))? {
            let line: Line = serde_json::from_str(&line).map_err(|error| format!("{file}: {error}"))?;
            score.line(line);
        }
    }
    for file in DEMO.iter().filter(|_| corpus.with_demo) {
        for line in lines(&root().join("cli/demo").join(format!("{file}.jsonl")))? {
            let value: serde_json::Value = serde_json::from_str(&line).map_err(|error| format!("{file}: {error}"))?;
            strings(value.get("report").unwrap_or(&value), &mut |text| score.prose(text));
        }
    }
    Ok(score)
}

impl Score {
    fn line(&mut self, line: Line) {
        let findings = scan(&line.text);
        if line.findings.is_empty() {
            self.clean.sentence(&line.text, findings);
            return;
        }
        for label in &line.findings {
            self.label(&line.text, label, &findings);
        }
        let touches =
            |finding: &Finding, label: &Label| finding.span.start < label.span[1] && label.span[0] < finding.span.end;
        for finding in findings.iter().filter(|finding| !line.findings.iter().any(|label| touches(finding, label))) {
            self.beside.push(shown(&line.text, finding));
        }
        self.texts.push(line.text);
    }

    fn label(&mut self, text: &str, label: &Label, findings: &[Finding]) {
        let [from, to] = label.span;
        let mut covering = findings.iter().filter(|finding| {
            class(finding.rule.name()) == class(&label.rule) && finding.span.start <= from && to <= finding.span.end
        });
        let tally = self.rules.entry(class(&label.rule).to_owned()).or_default();
        tally.labelled += 1;
        match covering.next() {
            Some(finding) => {
                tally.found += 1;
                tally.exact += usize::from(finding.span == (from..to));
            }
            None => {
                self.missed.push(format!("{} {:?} in {text:?}", label.rule, text.get(from..to).unwrap_or_default()))
            }
        }
    }

    /// Takes prose as clean sentences.
    fn prose(&mut self, text: &str) {
        for sentence in text.split_inclusive(['.', '?', '!']).map(str::trim).filter(|sentence| sentence.contains(' ')) {
            self.clean.sentence(sentence, scan(sentence));
        }
    }
}

impl Clean {
    fn sentence(&mut self, text: &str, findings: Vec<Finding>) {
        self.sentences += 1;
        self.texts.push(text.to_owned());
        for finding in findings {
            *match finding.action {
                Action::Block => &mut self.blocks,
                Action::Confirm => &mut self.confirms,
                Action::Warn => &mut self.warnings,
            } += 1;
            self.alarms.push(format!("{} in {text:?}", shown(text, &finding)));
        }
    }
}

fn shown(text: &str, finding: &Finding) -> String {
    format!("{:?} {} {:?}", finding.action, finding.rule.name(), text.get(finding.span.clone()).unwrap_or_default())
}

/// Returns the name under which a rule is counted.
fn class(rule: &str) -> &str {
    match rule {
        "personal_identity_code_suspect" => "personal_identity_code",
        "personal_email" => "email",
        other => other,
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn lines(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Calls `found` with every string in a value.
fn strings(value: &serde_json::Value, found: &mut impl FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => found(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| strings(field, found)),
        _ => {}
    }
}
