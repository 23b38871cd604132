//! Where this desk keeps its file and its web data. Refuses to know what is in them.

use std::path::PathBuf;

use anyhow::Context as _;
use client::Config;
use tauri::{AppHandle, Manager as _};

/// The folder for everything of this desk; overrules the system's, so that two desks on one machine do
/// not share a session.
const FOLDER: &str = "KENMU_CONFIG_DIR";
/// The desk's file in that folder.
const FILE: &str = "desk.toml";
/// The operators' notes, in the system's folder for data or in that of `KENMU_CONFIG_DIR`.
const NOTES: &str = "notes";
/// The chosen devices in that folder.
const DEVICES: &str = "devices.toml";

/// The configuration and where it came from.
pub struct Settings {
    /// What the desk needs to know.
    pub config: Config,
    /// Where the webview may keep its data.
    pub web_data: PathBuf,
    /// The folder of the settings.
    pub folder: PathBuf,
    /// Under which name the session stands in the keyring: one for each server and folder.
    pub session: String,
}

impl Settings {
    /// Reads `desk.toml`, if there is one, and the environment.
    pub fn load(app: &AppHandle) -> anyhow::Result<Settings> {
        let own = std::env::var_os(FOLDER).map(PathBuf::from);
        let folder = match &own {
            Some(folder) => folder.clone(),
            None => app.path().app_config_dir().context("the system names no folder for settings")?,
        };
        let file = Some(folder.join(FILE)).filter(|file| file.exists());
        let mut config = Config::load(file.as_deref(), |name| std::env::var(name).ok())
            .with_context(|| format!("looked for {}", folder.join(FILE).display()))?;
        config.devices = Some(folder.join(DEVICES));
        let mut session = config.server.sign_in();
        if let Some(own) = &own {
            session = format!("{session} {}", own.display());
        }
        let (web_data, data) = match own {
            Some(own) => (own.join("web"), own),
            None => {
                config.exports = config.exports.or_else(|| app.path().download_dir().ok());
                let data = app.path().app_local_data_dir().context("the system names no folder for data")?;
                (data.clone(), data)
            }
        };
        config.data = config.data.or_else(|| Some(data.join(NOTES)));
        Ok(Settings { config, web_data, folder, session })
    }
}
