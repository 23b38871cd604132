//! The device check (開始前の確認) as far as it is decided: open or not, and what was measured last.
//! Pure; opens no device.

use super::port::{CheckNews, Devices};
use crate::view::{CheckView, DeviceKind, NetworkView};

/// What was measured since the check was opened.
#[derive(Debug, Default)]
struct Measured {
    level: Option<f32>,
    loudest: Option<f32>,
    sounding: Option<DeviceKind>,
    camera: Option<(u32, u32)>,
    server_ms: Option<u32>,
}

/// The check.
#[derive(Debug, Default)]
pub(super) struct Check {
    /// No device was ever chosen on this machine: the check opens with the first desk.
    wanted: bool,
    devices: Devices,
    open: Option<Measured>,
}

impl Check {
    /// To be opened with the next desk.
    pub(super) fn want(&mut self) {
        self.wanted = true;
    }

    /// The desk stands; true when the check opens with it.
    pub(super) fn desk_opens(&mut self, in_contact: bool) -> bool {
        std::mem::take(&mut self.wanted) && !in_contact && self.set(true)
    }

    /// Opens or closes; true when that changed something.
    pub(super) fn set(&mut self, open: bool) -> bool {
        if open == self.open.is_some() {
            return false;
        }
        self.open = open.then(Measured::default);
        true
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn news(&mut self, news: CheckNews) {
        if let CheckNews::Devices(devices) = news {
            self.devices = devices;
            return;
        }
        let Some(measured) = &mut self.open else { return };
        match news {
            CheckNews::Devices(_) => {}
            CheckNews::Level(level) => {
                measured.level = level;
                measured.loudest = match (measured.loudest, level) {
                    (Some(before), Some(now)) => Some(before.max(now)),
                    (before, now) => before.or(now),
                };
            }
            CheckNews::Sounding(device) => measured.sounding = device,
            CheckNews::Camera(size) => measured.camera = size,
            CheckNews::Server(ms) => measured.server_ms = ms,
        }
    }

    /// `network`: what the warm line measured.
    pub(super) fn view(&self, network: NetworkView) -> Option<CheckView> {
        let measured = self.open.as_ref()?;
        let devices = self.devices.clone();
        Some(CheckView {
            microphones: devices.microphones,
            speakers: devices.speakers,
            ringers: devices.ringers,
            cameras: devices.cameras,
            level_dbfs: measured.level,
            loudest_dbfs: measured.loudest,
            sounding: measured.sounding,
            camera_size: measured.camera,
            network: Some(NetworkView { server_ms: measured.server_ms, ..network }),
        })
    }
}
