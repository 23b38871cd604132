//! A screen, a session bus and a keyring of this run's own, so that real windows need no desktop.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::child::{Child, Start, Variables};
use crate::wait::until;

/// A rectangle of the screen, pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// From the left.
    pub x: usize,
    /// From the top.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// A virtual screen, a bus and, where wanted, an unlocked keyring.
pub struct Screen {
    /// What a program needs to find them.
    pub variables: Variables,
    frame_buffer: PathBuf,
    width: usize,
    height: usize,
    // Held for their lives only: they end with the run.
    _children: Vec<Child>,
}

impl Screen {
    /// Starts everything; `size` is such as `1366x768`. Without a keyring nothing on the bus can start one.
    ///
    /// # Errors
    /// When a program is missing or does not come up.
    pub async fn open(folder: &Path, size: &str, has_keyring: bool) -> Result<Screen> {
        let (width, height) = size.split_once('x').context("a size is such as 1366x768")?;
        let (width, height) = (width.parse()?, height.parse()?);
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
        let mut children = vec![bus, x_server];
        if has_keyring {
            children.insert(0, keyring(folder, &variables).await?);
        }
        let frame_buffer = folder.join("Xvfb_screen0");
        Ok(Screen { variables, frame_buffer, width, height, _children: children })
    }

    /// What a rectangle of the screen shows now, three bytes (red, green, blue) a pixel.
    ///
    /// # Errors
    /// When the screen cannot be read or the rectangle lies outside.
    pub fn pixels(&self, area: Area) -> Result<Vec<u8>> {
        let shown = std::fs::read(&self.frame_buffer).context("read the screen")?;
        // The X window dump format: big-endian words, then the colour map, then the rows.
        let word = |n: usize| -> Result<usize> {
            let bytes = shown.get(n * 4..n * 4 + 4).context("the screen's head is cut")?;
            Ok(u32::from_be_bytes(bytes.try_into().context("four bytes")?) as usize)
        };
        let (head, stride, colours) = (word(0)?, word(12)?, word(19)?);
        let start = head + colours * 12;
        let mut pixels = Vec::with_capacity(area.width * area.height * 3);
        for y in area.y..area.y + area.height {
            let from = start + y * stride + area.x * 4;
            let row = shown.get(from..from + area.width * 4).context("the area lies on the screen")?;
            pixels.extend(row.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]));
        }
        Ok(pixels)
    }

    /// A picture of the whole screen as a PNG file, once something is drawn on it. Read from the screen
    /// itself: WebKit's driver can wait for ever for a picture of its window.
    ///
    /// # Errors
    /// When nothing is ever drawn, or the disk refuses.
    pub async fn photograph(&self, file: &Path) -> Result<()> {
        let whole = Area { x: 0, y: 0, width: self.width, height: self.height };
        let drawn = until("something is drawn on the screen", Duration::from_secs(20), || async {
            let pixels = self.pixels(whole).ok()?;
            let first = pixels.get(..3)?.to_vec();
            pixels.chunks_exact(3).any(|pixel| pixel != first).then_some(pixels)
        })
        .await?;
        let out = std::fs::File::create(file).with_context(|| format!("write {}", file.display()))?;
        let mut picture =
            png::Encoder::new(std::io::BufWriter::new(out), wide(self.width)?, wide(self.height)?);
        picture.set_color(png::ColorType::Rgb);
        let mut writer = picture.write_header().context("write the picture's head")?;
        writer.write_image_data(&drawn).context("write the picture")
    }
}

fn wide(pixels: usize) -> Result<u32> {
    u32::try_from(pixels).context("a screen is not that large")
}

fn private(folder: &PathBuf) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .context("make the folder private")
}

async fn x_server(folder: &Path, size: &str) -> Result<(Child, String)> {
    // The server picks a free display and writes its number to standard output.
    let mut child = Start::new("xvfb", "Xvfb", folder)
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &format!("{size}x24"), "-dpi", "96"])
        .arg_path("-fbdir", folder)
        .piped()?;
    let (_stdin, stdout) = child.pipes().context("the X server was started with pipes")?;
    let mut lines = BufReader::new(stdout).lines();
    let number = tokio::time::timeout(Duration::from_secs(20), lines.next_line())
        .await
        .context("the X server did not come up in 20 s")??
        .context("the X server ended at once")?;
    Ok((child, format!(":{number}")))
}

/// A session bus that starts no service by itself: what is not there stays away. Another user may come: an input
/// method does not run as root.
const BUS: &str = "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context=\"default\"><allow user=\"*\"/><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>
<allow own=\"*\"/></policy></busconfig>";

async fn bus(folder: &Path, variables: &Variables) -> Result<(Child, String)> {
    let config = folder.join("bus.conf");
    std::fs::write(&config, BUS).context("write the bus's configuration")?;
    let mut child = Start::new("bus", "dbus-daemon", folder)
        .args(["--nofork", "--print-address=1"])
        .args([format!("--config-file={}", config.display())])
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
    until("the keyring is there", Duration::from_secs(20), || async { control.exists().then_some(()) })
        .await?;
    Ok(child)
}
