//! A screen, a session bus and a keyring of this run's own, so that real windows need no desktop.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::child::{Child, Start, Variables};
use crate::wait::until;

/// A virtual screen, a bus and an unlocked keyring.
pub struct Screen {
    /// What a program needs to find them.
    pub variables: Variables,
    // Held for their lives only: they end with the run.
    _children: Vec<Child>,
}

impl Screen {
    /// Starts everything; `size` is such as `1366x768`.
    ///
    /// # Errors
    /// When a program is missing or does not come up.
    pub async fn open(folder: &Path, size: &str) -> Result<Screen> {
        let home = folder.join("home");
        let runtime = folder.join("run");
        std::fs::create_dir_all(&home)?;
        std::fs::create_dir_all(&runtime)?;
        private(&runtime)?;
        let mut variables = Variables::new();
        let mut set = |name: &str, value: &str| variables.insert(name.to_owned(), Some(value.to_owned()));
        set("HOME", &home.to_string_lossy());
        set("XDG_RUNTIME_DIR", &runtime.to_string_lossy());
        set("XDG_CONFIG_HOME", &home.join(".config").to_string_lossy());
        set("XDG_DATA_HOME", &home.join(".local/share").to_string_lossy());
        set("XDG_CACHE_HOME", &home.join(".cache").to_string_lossy());
        set("LIBGL_ALWAYS_SOFTWARE", "1");
        set("GDK_BACKEND", "x11");
        set("LANG", "C.UTF-8");
        set("NO_AT_BRIDGE", "1");
        variables.insert("WAYLAND_DISPLAY".to_owned(), None);
        let (x_server, display) = x_server(folder, size).await?;
        variables.insert("DISPLAY".to_owned(), Some(display));
        let (bus, address) = bus(folder, &variables).await?;
        variables.insert("DBUS_SESSION_BUS_ADDRESS".to_owned(), Some(address));
        let keyring = keyring(folder, &variables).await?;
        Ok(Screen { variables, _children: vec![keyring, bus, x_server] })
    }
}

fn private(folder: &PathBuf) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).context("make the folder private")
}

async fn x_server(folder: &Path, size: &str) -> Result<(Child, String)> {
    // The server picks a free display and writes its number to standard output.
    let mut child = Start::new("xvfb", "Xvfb", folder)
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &format!("{size}x24"), "-dpi", "96"])
        .piped()?;
    let (_stdin, stdout) = child.pipes().context("the X server was started with pipes")?;
    let mut lines = BufReader::new(stdout).lines();
    let number = tokio::time::timeout(Duration::from_secs(20), lines.next_line())
        .await
        .context("the X server did not come up in 20 s")??
        .context("the X server ended at once")?;
    Ok((child, format!(":{number}")))
}

async fn bus(folder: &Path, variables: &Variables) -> Result<(Child, String)> {
    let mut child = Start::new("bus", "dbus-daemon", folder)
        .args(["--session", "--nofork", "--print-address=1"])
        .envs(variables)
        .piped()?;
    let (_stdin, stdout) = child.pipes().context("the bus was started with pipes")?;
    let mut lines = BufReader::new(stdout).lines();
    let address = tokio::time::timeout(Duration::from_secs(20), lines.next_line())
        .await
        .context("the session bus did not come up in 20 s")??
        .context("the session bus ended at once")?;
    Ok((child, address))
}

async fn keyring(folder: &Path, variables: &Variables) -> Result<Child> {
    let mut child = Start::new("keyring", "gnome-keyring-daemon", folder)
        .args(["--foreground", "--unlock", "--components=secrets"])
        .envs(variables)
        .piped()?;
    let (mut stdin, mut stdout) = child.pipes().context("the keyring was started with pipes")?;
    stdin.write_all(b"demo").await.context("unlock the keyring")?;
    drop(stdin);
    tokio::spawn(async move { tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await });
    let control = folder.join("run/keyring/control");
    until("the keyring is there", Duration::from_secs(20), || async { control.exists().then_some(()) }).await?;
    Ok(child)
}
