//! Scenario files: what a run is like, in TOML, without any code. Times are virtual seconds or, where the name says so,
//! milliseconds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

/// Why a scenario cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not a scenario.
    #[error("{path} is not a scenario: {reason}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What is wrong and where.
        reason: String,
    },
}

/// A range of times, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The shortest.
    pub min: f64,
    /// The longest.
    pub max: f64,
}

impl Span {
    /// Returns both ends.
    pub fn ends(&self) -> (Duration, Duration) {
        let of = |millis: f64| Duration::from_secs_f64(millis.max(0.0) / 1_000.0);
        (of(self.min), of(self.max))
    }
}

/// Who is kept connected to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Topology {
    /// Everybody to everybody.
    Full,
    /// Each to the next.
    Ring,
    /// Everybody to the first.
    Star,
    /// A ring through everybody, and links at random until each has about this many.
    Random {
        /// Links of each node.
        degree: usize,
    },
}

/// What goes wrong by itself until the disturbances end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Broken connections of each link in a minute: what is under way is lost, and the link is dialled anew.
    pub breaks_a_minute: f64,
    /// Probability that a frame is held back by up to a second; order within a session stays.
    pub stall: f64,
    /// Probability that a frame vanishes although the session goes on: worse than the transport (assumption 10).
    pub drop: f64,
    /// Probability that a frame comes twice (assumption 11).
    pub double: f64,
    /// Probability that a frame overtakes those before it.
    pub swap: f64,
    /// Crashes of each node in a minute; it is back within 5 s.
    pub crashes_a_minute: f64,
}

/// How wrong clocks are: each node draws its own error up to this.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Skew {
    /// Seconds ahead.
    pub offset_s: f64,
    /// Per cent too fast or too slow.
    pub rate_percent: f64,
}

/// For whom reports are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// All members.
    #[default]
    Network,
    /// The author's organisation.
    Organisation,
    /// The county of the author's organisation.
    Region,
}

/// Workers write reports, each at a node of their organisation.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    /// How many reports.
    pub count: usize,
    /// At which nodes; empty: at random ones.
    pub nodes: Vec<usize>,
    /// For whom.
    pub audience: Audience,
    /// Edits that follow each report, one after another, at any node of the organisation.
    pub edits: usize,
    /// Seconds over which they are spread.
    pub over_s: f64,
    /// Reports in one submission.
    pub batch: usize,
}

/// What happens at a moment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// Reports are written.
    Publish(Publish),
    /// The network falls into these groups; nodes in no group form one more.
    Partition(Vec<Vec<usize>>),
    /// Partitions end.
    Heal(bool),
    /// Nodes crash, whatever they are writing, and come back.
    Crash {
        /// Which; empty: a random one.
        nodes: Vec<usize>,
        /// Seconds until they are back.
        down_s: f64,
    },
    /// Disks take nothing more for a while.
    DiskFull {
        /// Whose; empty: a random one's.
        nodes: Vec<usize>,
        /// Seconds.
        for_s: f64,
    },
    /// These nodes begin only now.
    Join(Vec<usize>),
    /// This share of the nodes stops for good.
    Leave(f64),
    /// Records of a node's log turn out to be damaged.
    Damage {
        /// Whose.
        node: usize,
        /// How many records.
        records: usize,
    },
    /// Founding organisations recognise another one.
    Endorse {
        /// Whom, as a number of an organisation.
        organisation: usize,
        /// Who, as numbers of organisations.
        by: Vec<usize>,
    },
}

/// A moment of the plan.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Step {
    /// When, in seconds.
    pub at_s: f64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// Peers that do not keep to the protocol.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hostility {
    /// Share of all nodes.
    pub share: f64,
    /// What they do, dealt in turn (see [`super::byzantine`]).
    pub attacks: Vec<String>,
    /// Whether their organisations are members.
    pub strangers: bool,
}

/// What must be true of every run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// Seconds after the end of disturbances in which all that may be equal is.
    pub converge_within_s: f64,
    /// Hops in which a new change reaches everyone.
    pub hops_max: Option<usize>,
    /// Links of a node at the end.
    pub links_max: Option<usize>,
    /// Bytes of changes received for each byte stored.
    pub redundancy_max: Option<f64>,
    /// Offences and refusals that honest nodes must have counted, beside those the attacks bring.
    pub counted: Vec<String>,
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: the file's, without ending.
    #[serde(skip)]
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// Nodes.
    pub nodes: usize,
    /// Organisations; nodes are dealt to them in turn.
    pub organisations: usize,
    /// Organisations that are not founders: the last ones.
    #[serde(default)]
    pub newcomers: usize,
    /// Whether each log begins with the statements of all.
    #[serde(default)]
    pub familiar: bool,
    /// Who is kept connected to whom.
    pub topology: Topology,
    /// Nodes say where they are reached and find their links by themselves: the topology is only whom they know at first.
    #[serde(default)]
    pub finds_links: bool,
    /// How long a frame travels.
    pub latency_ms: Span,
    /// How long a batch is being written.
    #[serde(default = "quick")]
    pub disk_ms: Span,
    /// How long a group of changes is being judged.
    #[serde(default = "quick")]
    pub judge_ms: Span,
    /// Seconds between comparisons.
    #[serde(default = "half_a_minute")]
    pub anti_entropy_s: f64,
    /// Seconds until disturbances end.
    pub duration_s: f64,
    /// Nodes that begin only when they are told to join.
    #[serde(default)]
    pub late: Vec<usize>,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Faults,
    /// How wrong clocks are.
    #[serde(default)]
    pub skew: Skew,
    /// The plan.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// Who is hostile.
    #[serde(default)]
    pub hostility: Hostility,
    /// What must be true.
    pub expect: Expect,
    /// Left out of runs that name no scenario: too long for every push.
    #[serde(default)]
    pub long: bool,
}

fn quick() -> Span {
    Span { min: 0.2, max: 2.0 }
}

fn half_a_minute() -> f64 {
    30.0
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut scenario: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        name.clone_into(&mut scenario.name);
        if scenario.nodes == 0 || scenario.organisations == 0 || scenario.organisations > scenario.nodes {
            return Err("a scenario has at least one organisation, and no more of them than nodes".into());
        }
        Ok(scenario)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Malformed`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&name, &text).map_err(|reason| Error::Malformed { path: path.into(), reason })
    }

    /// Reads all files of a directory, by name.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Malformed`].
    pub fn load_all(directory: &Path) -> Result<Vec<Self>, Error> {
        let read = |source| Error::Read { path: directory.into(), source };
        let entries = std::fs::read_dir(directory).map_err(read)?.collect::<Result<Vec<_>, _>>().map_err(read)?;
        let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
        paths.sort();
        paths.iter().map(|path| Self::load(path)).collect()
    }

    /// Returns when disturbances end.
    pub fn quiet(&self) -> Duration {
        Duration::from_secs_f64(self.duration_s.max(0.0))
    }
}
