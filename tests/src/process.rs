//! The real program as a user would run it: directories, processes, sockets.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The passphrase of all keys in tests.
pub const PASSPHRASE: &str = "vain kokeeksi";
/// Longest wait for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// One organisation's directory and the program to use it with.
#[derive(Debug, Clone)]
pub struct Site {
    program: PathBuf,
    /// The node's directory.
    pub dir: PathBuf,
}

/// A running node; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// The addresses on which it listens.
    pub addresses: Vec<String>,
    /// The addresses on which it answers over HTTP.
    pub http: Vec<String>,
}

impl Site {
    /// Uses `program` on the node's directory `parent/name`.
    pub fn new(program: &str, parent: &Path, name: &str) -> Self {
        Self { program: program.into(), dir: parent.join(name) }
    }

    /// Prepares a call of the program on this directory.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--dir").arg(&self.dir);
        command.env("TALKOOT_PASSPHRASE", PASSPHRASE).env("TALKOOT_INSECURE_FAST_KEYS", "1");
        command.env_remove("TALKOOT_DIR").env_remove("TALKOOT_KEYS");
        command
    }

    /// Calls the program.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn call(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Calls the program, which must succeed, and returns what it prints.
    ///
    /// # Panics
    /// If it does not succeed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.call(arguments);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "talkoot {arguments:?}: {}\n{stdout}\n{stderr}", output.status);
        stdout.into_owned()
    }

    /// Calls the program with `--json` and returns the objects it prints, one a line.
    ///
    /// # Panics
    /// If it does not succeed or prints something else.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        self.ok(&arguments).lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// Calls the program, which must refuse with this exit code, and returns what it says.
    ///
    /// # Panics
    /// If it ends otherwise.
    pub fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.call(arguments);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "talkoot {arguments:?}: {said}");
        said
    }

    /// Makes the organisation and its node, listening on a free port of this machine.
    pub fn init(&self, name: &str, more: &[&str]) {
        let mut arguments =
            vec!["init", "--name", name, "--kind", "ngo", "--county", "12", "--listen", "/ip4/127.0.0.1/tcp/0"];
        arguments.extend(more);
        self.ok(&arguments);
    }

    /// Starts the node and waits until it listens.
    ///
    /// # Panics
    /// If it does not.
    pub fn run(&self) -> Running {
        self.run_with(&[])
    }

    /// The same, with further arguments.
    ///
    /// # Panics
    /// If it does not listen.
    pub fn run_with(&self, more: &[&str]) -> Running {
        let mut arguments = vec!["run", "--json", "--stop-with-parent"];
        arguments.extend(more);
        let mut command = self.command(&arguments);
        let log = std::fs::File::options().create(true).append(true).open(self.dir.join("run.log"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.expect("a log file"));
        let mut child = command.spawn().expect("the program starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        assert_eq!(said["event"], "listening", "{line}");
        let texts = |name: &str| {
            said[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Running { child, addresses: texts("addresses"), http: texts("http") }
    }

    /// Asks the node how it is.
    pub fn status(&self) -> Value {
        self.json(&["status"]).remove(0)
    }

    /// Returns the node's organisation.
    pub fn organisation(&self) -> String {
        self.status()["organisation"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns the fingerprint of what the node holds for the whole network.
    pub fn fingerprint(&self) -> String {
        self.status()["fingerprint"].as_str().unwrap_or_default().to_owned()
    }

    /// Writes a report's fields to a file beside the directory and returns its path.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn report_file(&self, name: &str, title: &str, description: &str) -> String {
        let path = self.dir.with_file_name(name);
        let json = serde_json::to_vec(&report(title, description)).expect("a report");
        std::fs::write(&path, json).expect("a written report");
        path.to_string_lossy().into_owned()
    }
}

impl Running {
    /// Kills the process at once, as a power cut would end it.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("it is ours to kill");
        self.child.wait().expect("it ends");
    }

    /// Stops the process in good order.
    ///
    /// # Panics
    /// If it does not end well.
    pub fn stop(mut self) {
        drop(self.child.stdin.take());
        let ended = self.child.wait().expect("it ends");
        assert!(ended.success(), "{ended}");
    }

    /// Returns whether the process is still there.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Waits until something holds.
///
/// # Panics
/// If it does not hold in good time.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not in {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Returns a whole report that may be signed.
pub fn report(title: &str, description: &str) -> Value {
    serde_json::json!({
        "title": title,
        "kind": "phenomenon",
        "valence": "negative",
        "description": description,
        "support_need": [2],
        "target_group": [{"group": "young", "age": "18-24"}],
        "extent": {"spread": "many", "trend": "growing"},
        "area": [{"scheme": "municipality", "year": 2026, "code": "491"}],
        "level": "municipality",
        "sector": ["housing"],
        "done_so_far": "Asiasta on puhuttu verkostossa.",
        "proposal": [{"text": "Varataan asuntoja nuorille.", "addressee": "Kaupunki", "level": "municipality"}],
        "evidence": [{"code": "own_observation"}],
        "client_involved": "heard",
        "observed_period": "2026-H1",
        "author_role": "ngo_worker",
        "language": "fi",
        "variant": "ngo",
        "org_activity": "Nuorten tukiasuminen",
        "funding_dependency": false,
        "seen_through": "meeting_place",
    })
}
