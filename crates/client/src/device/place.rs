//! Which sound devices there are, and where a wanted one is. Refuses to know what flows through them.

use std::sync::{Arc, Mutex, PoisonError};

use cpal::traits::{DeviceTrait, HostTrait};

use super::Wanted;
use super::sound::Absent;

/// The connection to the sound server for everything but the streams: each costs a thread and a megabyte, and one
/// that nobody uses any more stays open until the server says something, which may be never. A stream has one of
/// its own, because the server refuses a second one beside a flowing one; that ends with the stream.
static SERVER: Mutex<Option<Arc<cpal::Host>>> = Mutex::new(None);

/// Microphones or loudspeakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// マイク.
    Input,
    /// スピーカー, 呼出音.
    Output,
}

/// A device as it can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Stable over restarts.
    pub id: String,
    /// What a person calls it.
    pub name: String,
}

/// What the system offers now; none when there is no sound at all.
pub fn seen(side: Side) -> Vec<Seen> {
    devices(&answering(side), side)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|device| {
            let id = device.id().ok()?.id().to_owned();
            let name = device.description().map_or_else(|_| id.clone(), |text| text.name().to_owned());
            Some(Seen { id, name })
        })
        .collect()
}

/// Which of them a wanted name means: the one of this id, else the first whose name contains it.
pub fn meant<'a>(seen: &'a [Seen], name: &str) -> Option<&'a Seen> {
    let by_id = seen.iter().find(|device| device.id == name);
    by_id.or_else(|| seen.iter().find(|device| device.name.contains(name)))
}

/// The system's sound. A sound server's connection is kept; elsewhere there is none, and asking anew finds a
/// server that has come up since.
fn host() -> Arc<cpal::Host> {
    let mut kept = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(host) = kept.as_ref() {
        return Arc::clone(host);
    }
    let host = Arc::new(cpal::default_host());
    *kept = is_server(&host).then(|| Arc::clone(&host));
    host
}

/// The same, with a new connection where the kept one has died.
fn answering(side: Side) -> Arc<cpal::Host> {
    let before = host();
    if !is_server(&before) || devices(&before, side).is_ok() {
        return before;
    }
    SERVER.lock().unwrap_or_else(PoisonError::into_inner).take_if(|kept| Arc::ptr_eq(kept, &before));
    host()
}

/// Where a device was found: to look for it again.
pub(super) struct Place {
    host: Arc<cpal::Host>,
    side: Side,
    id: Option<String>,
}

impl Place {
    pub(super) fn find(wanted: &Wanted, side: Side) -> Result<(Place, cpal::Device), Absent> {
        let host = answering(side);
        let device = look(&host, wanted, side)?;
        let id = device.id().ok().map(|id| id.id().to_owned());
        let place = Place { host, side, id };
        let device = if is_server(&place.host) { place.device()? } else { device };
        Ok((place, device))
    }

    /// The device as it is now, on a connection of its own: one that was pulled out and put back has another
    /// number at the sound server.
    pub(super) fn device(&self) -> Result<cpal::Device, Absent> {
        let id = self.id.as_ref().ok_or(Absent)?;
        let all = devices(&cpal::default_host(), self.side)?;
        all.into_iter().find(|device| device.id().is_ok_and(|known| known.id() == id)).ok_or(Absent)
    }

    /// A sound server asks after each open stream ten times a second, also while it rests; closing and opening
    /// it takes a few milliseconds. Elsewhere a resting stream costs nothing and opening may be slow.
    pub(super) fn closes_at_rest(&self) -> bool {
        is_server(&self.host)
    }

    /// Only a sound server moves streams quietly; elsewhere a stream tells of its end by itself, and
    /// listing the devices is slow.
    pub(super) fn is_there(&self) -> bool {
        let Some(id) = self.id.as_ref().filter(|_| is_server(&self.host)) else { return true };
        devices(&self.host, self.side)
            .is_ok_and(|all| all.iter().any(|device| device.id().is_ok_and(|known| known.id() == id)))
    }

    pub(super) fn sees(&self, wanted: &Wanted) -> bool {
        look(&self.host, wanted, self.side).is_ok()
    }
}

fn look(host: &cpal::Host, wanted: &Wanted, side: Side) -> Result<cpal::Device, Absent> {
    match wanted {
        Wanted::Nothing | Wanted::Tone(_) => Err(Absent),
        Wanted::Default => {
            let first = match side {
                Side::Input => host.default_input_device(),
                Side::Output => host.default_output_device(),
            };
            let first = first.filter(|device| !is_monitor(device, side));
            first.or_else(|| devices(host, side).ok()?.into_iter().next()).ok_or(Absent)
        }
        Wanted::Named(name) => by_name(devices(host, side)?, name),
    }
}

fn by_name(devices: Vec<cpal::Device>, name: &str) -> Result<cpal::Device, Absent> {
    let mut described = None;
    for device in devices {
        if device.id().is_ok_and(|id| id.id() == name) {
            return Ok(device);
        }
        if described.is_none() && device.description().is_ok_and(|text| text.name().contains(name)) {
            described = Some(device);
        }
    }
    described.ok_or(Absent)
}

fn devices(host: &cpal::Host, side: Side) -> Result<Vec<cpal::Device>, Absent> {
    let all: Vec<cpal::Device> = match side {
        Side::Input => host.input_devices().map_err(|_| Absent)?.collect(),
        Side::Output => host.output_devices().map_err(|_| Absent)?.collect(),
    };
    Ok(all.into_iter().filter(|device| !is_monitor(device, side)).collect())
}

/// What a loudspeaker plays, offered as a microphone by PulseAudio: no voice comes from there, and the
/// visitor would hear the own one.
fn is_monitor(device: &cpal::Device, side: Side) -> bool {
    side == Side::Input && device.id().is_ok_and(|id| id.id().ends_with(".monitor"))
}

#[cfg(target_os = "linux")]
fn is_server(host: &cpal::Host) -> bool {
    host.id() == cpal::HostId::PulseAudio
}

#[cfg(not(target_os = "linux"))]
fn is_server(_: &cpal::Host) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_meant_before_a_name_that_contains_it() {
        let seen: Vec<Seen> = [("usb-1", "Headset usb-2"), ("usb-2", "Speaker")]
            .map(|(id, name)| Seen { id: id.into(), name: name.into() })
            .into();
        assert_eq!(meant(&seen, "usb-2"), Some(&seen[1]));
        assert_eq!(meant(&seen, "Headset"), Some(&seen[0]));
        assert_eq!(meant(&seen, "none of them"), None);
    }
}
