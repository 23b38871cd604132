//! The devices that a person chose, kept for the next start in a small file. No secret belongs in it.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::view::DeviceKind;

/// The choice; a kind that is absent follows the system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// マイク.
    pub microphone: Option<KeptDevice>,
    /// スピーカー.
    pub speaker: Option<KeptDevice>,
    /// 呼出音.
    pub ringer: Option<KeptDevice>,
    /// カメラ.
    pub camera: Option<KeptDevice>,
}

/// One chosen device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDevice {
    /// Stable over restarts.
    pub id: String,
    /// What to call it while it is not there.
    pub name: String,
}

impl Kept {
    /// The choice of the file; none when there is none, or when it cannot be understood: then it is asked anew.
    pub fn load(file: &Path) -> Option<Kept> {
        let text = std::fs::read_to_string(file).ok()?;
        toml::from_str(&text).inspect_err(|_| tracing::warn!("the kept devices cannot be read")).ok()
    }

    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let fresh = file.with_extension("toml.new");
        std::fs::write(&fresh, text)?;
        std::fs::rename(&fresh, file)
    }

    /// The device of one kind.
    pub fn of(&self, kind: DeviceKind) -> Option<&KeptDevice> {
        match kind {
            DeviceKind::Microphone => self.microphone.as_ref(),
            DeviceKind::Speaker => self.speaker.as_ref(),
            DeviceKind::Ringer => self.ringer.as_ref(),
            DeviceKind::Camera => self.camera.as_ref(),
        }
    }

    /// Another device of one kind; none: the system's.
    pub fn set(&mut self, kind: DeviceKind, device: Option<KeptDevice>) {
        match kind {
            DeviceKind::Microphone => self.microphone = device,
            DeviceKind::Speaker => self.speaker = device,
            DeviceKind::Ringer => self.ringer = device,
            DeviceKind::Camera => self.camera = device,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_choice_is_there_again_at_the_next_start_and_a_broken_file_is_none() {
        let folder = std::env::temp_dir().join(format!("kenmu-kept-{}", std::process::id()));
        let file = folder.join("devices.toml");
        assert_eq!(Kept::load(&file), None);
        let mut kept = Kept::default();
        kept.save(&file).unwrap();
        assert_eq!(Kept::load(&file), Some(Kept::default()), "a choice of the system's devices is one too");
        let device = KeptDevice { id: "usb-1".into(), name: "ヘッドセット".into() };
        kept.set(DeviceKind::Speaker, Some(device.clone()));
        kept.save(&file).unwrap();
        assert_eq!(Kept::load(&file).unwrap().of(DeviceKind::Speaker), Some(&device));
        std::fs::write(&file, "speaker = 7").unwrap();
        assert_eq!(Kept::load(&file), None);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
