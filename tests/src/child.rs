//! A process that this run started: its output goes to a log file, and it ends with the run.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::process::{Child as Process, Command};

/// How long a process may take to stop by itself before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// The variables that a child gets on top of (or, with none, taken out of) our own.
pub type Variables = BTreeMap<String, Option<String>>;

/// A running process and everything that it started in its group.
pub struct Child {
    name: String,
    process: Process,
    group: i32,
    log: PathBuf,
}

/// How to start a process.
pub struct Start {
    name: String,
    command: Command,
    log: PathBuf,
}

impl Start {
    /// A program with a name for logs; its output goes to `folder/NAME.log`.
    pub fn new(name: &str, program: impl AsRef<Path>, folder: &Path) -> Start {
        let mut command = Command::new(program.as_ref());
        command.process_group(0).kill_on_drop(true).stdin(Stdio::null());
        Start { name: name.to_owned(), command, log: folder.join(format!("{name}.log")) }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Start {
        self.command.args(args);
        self
    }

    /// Adds an option and a path as its value.
    #[must_use]
    pub fn arg_path(mut self, option: &str, path: &Path) -> Start {
        self.command.arg(option).arg(path);
        self
    }

    /// Where it works.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Start {
        self.command.current_dir(folder);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Start {
        self.command.env(name, value);
        self
    }

    /// Sets and takes away many variables.
    #[must_use]
    pub fn envs(mut self, variables: &Variables) -> Start {
        for (name, value) in variables {
            match value {
                Some(value) => self.command.env(name, value),
                None => self.command.env_remove(name),
            };
        }
        self
    }

    /// Starts with standard input and output in our hands; only errors go to the log.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn piped(mut self) -> Result<Child> {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let log = self.open_log()?;
        self.command.stderr(log);
        self.spawn()
    }

    /// Starts; output and errors go to the log.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(mut self) -> Result<Child> {
        let log = self.open_log()?;
        self.command.stdout(log.try_clone().context("share the log")?).stderr(log);
        self.spawn()
    }

    fn open_log(&self) -> Result<File> {
        File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .with_context(|| format!("open {}", self.log.display()))
    }

    fn spawn(mut self) -> Result<Child> {
        let process = self.command.spawn().with_context(|| format!("start {}", self.name))?;
        let group = process.id().and_then(|id| i32::try_from(id).ok()).context("a process has an id")?;
        Ok(Child { name: self.name, process, group, log: self.log })
    }
}

impl Child {
    /// The process id.
    pub fn id(&self) -> i32 {
        self.group
    }

    /// Its standard streams, when it was started with [`Start::piped`].
    pub fn pipes(&mut self) -> Option<(tokio::process::ChildStdin, tokio::process::ChildStdout)> {
        self.process.stdin.take().zip(self.process.stdout.take())
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// True while it runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Waits for its end; true when it ended well.
    pub async fn ended_well(&mut self) -> bool {
        self.process.wait().await.is_ok_and(|status| status.success())
    }

    /// Kills it at once (SIGKILL), as a crash would.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(mut self) -> Result<()> {
        signal_group(self.group, "KILL");
        self.process.wait().await.with_context(|| format!("wait for {}", self.name))?;
        Ok(())
    }

    /// Asks it to stop (SIGTERM), and kills it when it does not.
    pub async fn stop(mut self) {
        signal_group(self.group, "TERM");
        if tokio::time::timeout(STOP_LIMIT, self.process.wait()).await.is_err() {
            signal_group(self.group, "KILL");
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.is_running() {
            signal_group(self.group, "KILL");
        }
    }
}

/// Sends a signal to a group that we made: the negative id names the group.
pub fn signal_group(group: i32, signal: &str) {
    // Failing means that nobody is left, which is what was wanted.
    let _ = std::process::Command::new("kill")
        .args([format!("-{signal}"), "--".to_owned(), format!("-{group}")])
        .stderr(Stdio::null())
        .status();
}

/// Sends a signal to one process that we started, or to a child of one.
pub fn signal(process: i32, signal: &str) {
    let _ = std::process::Command::new("kill")
        .args([format!("-{signal}"), process.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// The processes below `root` (children, their children …) whose command line contains `word`.
pub fn descendants(root: i32, word: &str) -> Vec<i32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let mut parents = BTreeMap::new();
    for entry in entries.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name in brackets may hold blanks: the parent is the second word after the last bracket.
        let parent =
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<i32>().ok());
        parents.insert(id, parent.unwrap_or(0));
    }
    let below = |mut id: i32| {
        while let Some(&parent) = parents.get(&id) {
            if parent == root {
                return true;
            }
            id = parent;
        }
        false
    };
    let named = |id: &i32| {
        std::fs::read(format!("/proc/{id}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(word))
    };
    parents.keys().copied().filter(|id| below(*id)).filter(named).collect()
}

/// How much the programs write into their logs: `KENMU_TEST_LOG`, else the changes of state.
pub fn log_level() -> String {
    std::env::var("KENMU_TEST_LOG").unwrap_or_else(|_| "info".to_owned())
}
