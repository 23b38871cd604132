//! A real Japanese input method (fcitx5 with mozc) on the run's own bus, and keys that come from the X server as a
//! keyboard's do. Refuses to know what is written.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::booth::is_root;
use crate::child::{Child, Start, Variables};
use crate::wait::until;

/// mozc beside the plain keyboard, which it is until somebody switches over.
const PROFILE: &str = "[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=mozc\n
[Groups/0/Items/0]\nName=keyboard-us\nLayout=\n\n[Groups/0/Items/1]\nName=mozc\nLayout=\n\n[GroupOrder]\n0=Default\n";
const CONFIG: &str = "[Behavior]\nActiveByDefault=False\nShareInputState=All\n";
/// The user `nobody`: mozc's server refuses to run as root.
const NOBODY: u32 = 65_534;
/// Between two keys, ms: a quick typist, and slow enough for a busy machine.
const KEY_PAUSE: &str = "60";

/// The running input method.
pub struct InputMethod {
    variables: Variables,
    home: PathBuf,
    _child: Child,
}

impl InputMethod {
    /// Starts it on this screen and bus.
    ///
    /// # Errors
    /// When a program is missing or does not come up.
    pub async fn open(folder: &Path, screen: &Variables) -> Result<InputMethod> {
        // Not in the run's folder: nobody may look into a person's home.
        let home = std::env::temp_dir().join(format!("kenmu-input-method-{}", std::process::id()));
        let settings = home.join("config/fcitx5");
        std::fs::create_dir_all(&settings)?;
        std::fs::write(settings.join("profile"), PROFILE)?;
        std::fs::write(settings.join("config"), CONFIG)?;
        let mut variables = screen.clone();
        for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            let place = if name == "XDG_CONFIG_HOME" { home.join("config") } else { home.clone() };
            variables.insert(name.to_owned(), Some(place.to_string_lossy().into_owned()));
        }
        let start = if is_root() {
            for place in [&home, &home.join("config"), &settings] {
                give_away(place)?;
            }
            let who = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()];
            Start::new("fcitx5", "setpriv", folder).args(who).args(["fcitx5"])
        } else {
            Start::new("fcitx5", "fcitx5", folder)
        };
        let child = start.envs(&variables).start()?;
        let method = InputMethod { variables: screen.clone(), home, _child: child };
        until("the input method is there", Duration::from_secs(20), || async {
            method.run("fcitx5-remote", &[]).ok().map(drop)
        })
        .await?;
        Ok(method)
    }

    /// What a program needs so that it is written in by this method.
    pub fn for_program(&self, mut variables: Variables) -> Variables {
        variables.insert("GTK_IM_MODULE".to_owned(), Some("fcitx".to_owned()));
        variables
    }

    /// Switches over to Japanese, where a text field has the keyboard.
    ///
    /// # Errors
    /// When nothing is being written in.
    pub async fn switch_on(&self) -> Result<()> {
        until("the input method converts", Duration::from_secs(10), || async {
            self.run("fcitx5-remote", &["-o"]).ok()?;
            (self.run("fcitx5-remote", &["-n"]).ok()?.trim() == "mozc").then_some(())
        })
        .await
    }

    /// Gives the keyboard to the window of this title: without a window manager nobody else does.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn focus(&self, title: &str) -> Result<()> {
        let found = self.run("xdotool", &["search", "--onlyvisible", "--name", title])?;
        let window = found.lines().last().context("the window is on the screen")?.to_owned();
        self.run("xdotool", &["windowfocus", "--sync", &window]).map(drop)
    }

    /// Types letters.
    ///
    /// # Errors
    /// When the X server refuses.
    pub fn type_letters(&self, letters: &str) -> Result<()> {
        self.run("xdotool", &["type", "--delay", KEY_PAUSE, letters]).map(drop)
    }

    /// Presses one key, by its name in X (`F2`, `Return`, `ctrl+Return`).
    ///
    /// # Errors
    /// When the X server refuses.
    pub fn key(&self, name: &str) -> Result<()> {
        self.run("xdotool", &["key", "--delay", KEY_PAUSE, name]).map(drop)
    }

    fn run(&self, program: &str, words: &[&str]) -> Result<String> {
        let mut command = Command::new(program);
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command.args(words).output().with_context(|| format!("run {program}"))?;
        ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for InputMethod {
    fn drop(&mut self) {
        // What stays lies in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

fn give_away(place: &Path) -> Result<()> {
    std::os::unix::fs::chown(place, Some(NOBODY), Some(NOBODY))
        .with_context(|| format!("give {} away", place.display()))
}
