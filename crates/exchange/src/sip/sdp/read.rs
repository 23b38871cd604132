//! Reading a session description, line by line. Knows no meaning of what it reads.

use std::net::IpAddr;

use super::{Description, Direction, Map, Media, SdpError, crypto};

/// A telephone's description is below 2 KiB, a browser's offer with pictures below 8.
const MAX_BYTES: usize = 8_192;
/// One description has a few sections; RFC 4566 sets no limit.
const MAX_MEDIA: usize = 8;
/// Payload types in one section: a browser offers some 20.
const MAX_FORMATS: usize = 48;
/// Ways to encrypt in one section: the largest telephones offer some ten.
const MAX_CRYPTO: usize = 16;

/// Reads a description.
///
/// # Errors
/// [`SdpError::TooLarge`], [`SdpError::Malformed`].
pub fn read(bytes: &[u8]) -> Result<Description, SdpError> {
    if bytes.len() > MAX_BYTES {
        return Err(SdpError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| SdpError::Malformed)?;
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    if lines.next() != Some("v=0") {
        return Err(SdpError::Malformed);
    }
    let mut description = Description::default();
    for line in lines {
        let (kind, value) = line.split_once('=').ok_or(SdpError::Malformed)?;
        match kind {
            "m" if description.media.len() == MAX_MEDIA => return Err(SdpError::TooLarge),
            "m" => description.media.push(media(value)?),
            "c" => {
                let address = Some(connection(value)?);
                match description.media.last_mut() {
                    Some(media) => media.address = address,
                    None => description.address = address,
                }
            }
            "a" => attribute(&mut description, value),
            _ => {}
        }
    }
    Ok(description)
}

/// `audio 49170 RTP/AVP 0 8 101`: tokens (RFC 4566, 9), and nothing else, because an answer repeats them.
fn media(value: &str) -> Result<Media, SdpError> {
    if !value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ' || byte == b'\t') {
        return Err(SdpError::Malformed);
    }
    let mut words = value.split_ascii_whitespace();
    let mut word = || words.next().ok_or(SdpError::Malformed);
    let (kind, port, profile) = (word()?, word()?, word()?);
    let port = port.split('/').next().and_then(|port| port.parse().ok()).ok_or(SdpError::Malformed)?;
    let formats: Vec<String> = words.map(str::to_owned).collect();
    if formats.is_empty() {
        return Err(SdpError::Malformed);
    }
    if formats.len() > MAX_FORMATS {
        return Err(SdpError::TooLarge);
    }
    Ok(Media {
        kind: kind.to_ascii_lowercase(),
        port,
        profile: profile.to_owned(),
        formats,
        address: None,
        rtcp: None,
        mux: false,
        maps: Vec::new(),
        direction: None,
        crypto: Vec::new(),
    })
}

/// `IN IP4 192.0.2.1`; a name in place of the address is refused: nobody asks a name server for a caller.
fn connection(value: &str) -> Result<IpAddr, SdpError> {
    let address = value.split_ascii_whitespace().nth(2).ok_or(SdpError::Malformed)?;
    address.split('/').next().and_then(|address| address.parse().ok()).ok_or(SdpError::Malformed)
}

fn attribute(description: &mut Description, value: &str) {
    let (name, value) = value.split_once(':').unwrap_or((value, ""));
    let direction = match name {
        "sendrecv" => Some(Direction::Both),
        "sendonly" => Some(Direction::Sends),
        "recvonly" => Some(Direction::Receives),
        "inactive" => Some(Direction::Neither),
        _ => None,
    };
    let Some(media) = description.media.last_mut() else {
        description.direction = direction.or(description.direction);
        return;
    };
    media.direction = direction.or(media.direction);
    match name {
        "rtpmap" => media.maps.extend(map(value).filter(|_| media.maps.len() < MAX_FORMATS)),
        "rtcp-mux" => media.mux = true,
        "crypto" => media.crypto.extend(crypto::read(value).filter(|_| media.crypto.len() < MAX_CRYPTO)),
        "rtcp" => media.rtcp = rtcp(value).or(media.rtcp),
        _ => {}
    }
}

/// `101 telephone-event/8000`
fn map(value: &str) -> Option<Map> {
    let (payload, encoding) = value.trim().split_once(' ')?;
    let mut parts = encoding.trim().split('/');
    let (name, clock) = (parts.next()?, parts.next()?);
    Some(Map { payload: payload.parse().ok()?, name: name.to_owned(), clock_hz: clock.parse().ok()? })
}

/// `53020 IN IP4 126.16.64.4`, of which the address may be missing (RFC 3605).
fn rtcp(value: &str) -> Option<(u16, Option<IpAddr>)> {
    let port = value.split_ascii_whitespace().next()?.parse().ok().filter(|port| *port != 0)?;
    let address = value.split_ascii_whitespace().nth(3).and_then(|address| address.parse().ok());
    Some((port, address))
}
