//! Which devices a person may choose, and the choice kept from start to start. Decides nothing about their use.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::config::{CameraChoice, Config};
use crate::controller::{CheckNews, Devices, Input};
use crate::device::{Kept, KeptDevice, Seen, Side, cameras, meant, seen};
use crate::view::{DeviceChoice, DeviceKind};

/// What the system prefers, as a person calls it.
const SYSTEM: &str = "システムの設定に従う";
const KINDS: [DeviceKind; 4] =
    [DeviceKind::Microphone, DeviceKind::Speaker, DeviceKind::Ringer, DeviceKind::Camera];

/// The choice as it stands.
pub(super) struct Choice {
    file: Option<PathBuf>,
    kept: Kept,
    /// Nobody has ever chosen, and nothing else names a device.
    unknown: bool,
    /// What is used now, by kind; empty: the system's.
    used: BTreeMap<DeviceKind, String>,
    /// What was seen last, for the names.
    seen: Vec<Seen>,
}

impl Choice {
    /// Reads the kept choice and puts it into the configuration, except where the environment overrules it.
    pub(super) fn load(config: &mut Config) -> Choice {
        let found = config.devices.as_deref().and_then(Kept::load);
        let unknown = config.devices.is_some() && found.is_none() && !config.devices_given;
        let kept = found.unwrap_or_default();
        for kind in KINDS {
            if let Some(device) = kept.of(kind).filter(|_| !config.by_env.contains(&kind)) {
                put(config, kind, &device.id);
            }
        }
        let used = KINDS.map(|kind| (kind, name(config, kind))).into();
        Choice { file: config.devices.clone(), kept, unknown, used, seen: Vec::new() }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.unknown
    }

    /// A person chose.
    pub(super) fn choose(&mut self, kind: DeviceKind, id: &str) {
        let name = self.seen.iter().find(|device| device.id == id).map_or(id, |device| &device.name);
        let device = KeptDevice { id: id.to_owned(), name: name.to_owned() };
        self.kept.set(kind, (!id.is_empty()).then_some(device));
        self.used.insert(kind, id.to_owned());
        self.save();
    }

    /// Keeps the choice, also when it is the system's devices: then it was looked at.
    pub(super) fn save(&self) {
        let Some(file) = self.file.clone() else { return };
        let kept = self.kept.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(fault) = kept.save(&file) {
                tracing::warn!(%fault, "the chosen devices could not be kept");
            }
        });
    }

    /// Looks at what is plugged in; it comes as a result. The look may wait for the system.
    pub(super) fn look(&self, results: &mpsc::Sender<Input>) {
        let (kept, used, results) = (self.kept.clone(), self.used.clone(), results.clone());
        tokio::task::spawn_blocking(move || {
            let of = |kind, seen: &[Seen]| {
                let used = used.get(&kind).map_or("", String::as_str);
                choices(seen, used, kept.of(kind))
            };
            let outputs = seen(Side::Output);
            let devices = Devices {
                microphones: of(DeviceKind::Microphone, &seen(Side::Input)),
                speakers: of(DeviceKind::Speaker, &outputs),
                ringers: of(DeviceKind::Ringer, &outputs),
                cameras: of(DeviceKind::Camera, &cameras()),
            };
            // The desk may have ended meanwhile.
            let _ = results.blocking_send(Input::Check(CheckNews::Devices(devices)));
        });
    }

    /// A look came back: its names are for the file.
    pub(super) fn saw(&mut self, devices: &Devices) {
        let Devices { microphones, speakers, ringers, cameras } = devices;
        let all = [microphones, speakers, ringers, cameras].into_iter().flatten();
        let named = |choice: &DeviceChoice| Seen { id: choice.id.clone(), name: choice.name.clone() };
        self.seen = all.filter(|choice| choice.present).map(named).collect();
    }
}

fn put(config: &mut Config, kind: DeviceKind, id: &str) {
    let id = id.to_owned();
    match kind {
        DeviceKind::Microphone => config.microphone = Some(id),
        DeviceKind::Speaker => config.speaker = Some(id),
        DeviceKind::Ringer => config.ringer = Some(id),
        DeviceKind::Camera => config.camera = CameraChoice::named(&id),
    }
}

fn name(config: &Config, kind: DeviceKind) -> String {
    match kind {
        DeviceKind::Microphone => config.microphone.clone().unwrap_or_default(),
        DeviceKind::Speaker => config.speaker.clone().unwrap_or_default(),
        DeviceKind::Ringer => config.ringer.clone().unwrap_or_default(),
        DeviceKind::Camera => match &config.camera {
            CameraChoice::Device(id) => id.clone(),
            CameraChoice::Synthetic => "synthetic".into(),
            CameraChoice::None => "none".into(),
        },
    }
}

/// The system's first, then what is there, then a chosen one that is not.
fn choices(seen: &[Seen], used: &str, kept: Option<&KeptDevice>) -> Vec<DeviceChoice> {
    let chosen = meant(seen, used).filter(|_| !used.is_empty());
    let system = DeviceChoice {
        id: String::new(),
        name: SYSTEM.into(),
        chosen: used.is_empty(),
        present: !seen.is_empty(),
    };
    let there = seen.iter().map(|device| DeviceChoice {
        id: device.id.clone(),
        name: device.name.clone(),
        chosen: chosen == Some(device),
        present: true,
    });
    let mut choices: Vec<DeviceChoice> = std::iter::once(system).chain(there).collect();
    if chosen.is_none() && !used.is_empty() {
        let (name, present) = match used {
            "none" => ("使わない", true),
            "synthetic" => ("見本の映像", true),
            tone if tone.starts_with("tone:") => ("試験音", true),
            absent => (kept.filter(|kept| kept.id == absent).map_or(absent, |kept| &kept.name), false),
        };
        choices.push(DeviceChoice { id: used.into(), name: name.into(), chosen: true, present });
    }
    choices
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::ServerUrl;

    fn config(file: PathBuf) -> Config {
        Config { devices: Some(file), ..Config::new(ServerUrl::parse("http://127.0.0.1:1").unwrap()) }
    }

    #[test]
    fn one_device_is_marked_and_a_chosen_one_that_is_gone_is_still_named() {
        let seen =
            [Seen { id: "a".into(), name: "内蔵".into() }, Seen { id: "b".into(), name: "USB".into() }];
        let marked = |used: &str, kept: Option<&KeptDevice>| {
            let all = choices(&seen, used, kept);
            let chosen: Vec<_> = all.iter().filter(|choice| choice.chosen).cloned().collect();
            assert_eq!(chosen.len(), 1, "{used}");
            (chosen[0].name.clone(), chosen[0].present)
        };
        assert_eq!(marked("", None), (SYSTEM.into(), true));
        assert_eq!(marked("b", None), ("USB".into(), true));
        assert_eq!(marked("none", None), ("使わない".into(), true));
        let kept = KeptDevice { id: "c".into(), name: "ヘッドセット".into() };
        assert_eq!(marked("c", Some(&kept)), ("ヘッドセット".into(), false));
    }

    #[tokio::test]
    async fn a_kept_choice_is_used_unless_the_environment_names_another_device() {
        let folder = std::env::temp_dir().join(format!("kenmu-choice-{}", std::process::id()));
        let file = folder.join("devices.toml");
        assert!(Choice::load(&mut config(file.clone())).is_unknown());
        let mut kept = Kept::default();
        for kind in [DeviceKind::Microphone, DeviceKind::Speaker] {
            kept.set(kind, Some(KeptDevice { id: "usb".into(), name: "USB".into() }));
        }
        kept.save(&file).unwrap();
        let by_env = vec![DeviceKind::Speaker];
        let mut desk = Config { speaker: Some("other".into()), by_env, ..config(file) };
        assert!(!Choice::load(&mut desk).is_unknown());
        assert_eq!((desk.microphone.as_deref(), desk.speaker.as_deref()), (Some("usb"), Some("other")));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
