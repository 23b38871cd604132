//! Which stream of a session description is which track: by the order of its media sections. The first
//! audio section is the voice, the first video section the face, the second one the screen.
//!
//! It knows lines, not meaning: whether a stream is wanted is the WebRTC stack's to negotiate.

use std::collections::HashMap;

use crate::Track;

/// Streams of one description at most: three tracks, their repairs, and room for a few layers more.
const MOST_STREAMS: usize = 32;

/// What a description says about its tracks, from the side that wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Described {
    sent: Vec<Track>,
    taken: Vec<Track>,
    streams: HashMap<u32, Track>,
}

impl Described {
    pub(crate) fn read(sdp: &str) -> Described {
        let mut described = Described::default();
        let mut met = Vec::new();
        let sections: Vec<&str> = sdp.split("\nm=").skip(1).collect();
        for section in sections {
            if let Some(track) = track(section, &met) {
                met.push(track);
                described.add(track, section);
            }
        }
        described
    }

    /// The writer may send this track.
    pub(crate) fn sends(&self, track: Track) -> bool {
        self.sent.contains(&track)
    }

    /// The writer takes this track.
    pub(crate) fn takes(&self, track: Track) -> bool {
        self.taken.contains(&track)
    }

    /// The writer's streams.
    pub(crate) fn streams(self) -> HashMap<u32, Track> {
        self.streams
    }

    fn add(&mut self, track: Track, section: &str) {
        let (sends, takes) = directions(section);
        if sends {
            self.sent.push(track);
        }
        if takes {
            self.taken.push(track);
        }
        for ssrc in section.lines().filter_map(stream) {
            if self.streams.len() < MOST_STREAMS {
                self.streams.insert(ssrc, track);
            }
        }
    }
}

/// The track of a section, given those before it; none for a refused one and for those too many.
fn track(section: &str, met: &[Track]) -> Option<Track> {
    let mut fields = section.split_ascii_whitespace();
    let kind = fields.next()?;
    let track = match kind {
        "audio" => Track::Audio,
        "video" if met.contains(&Track::Video) => Track::Screen,
        "video" => Track::Video,
        _ => return None,
    };
    (!met.contains(&track)).then_some(track)
}

/// Whether the section's writer sends, and whether it takes. A port of 0 refuses the section (RFC 3264, 6).
fn directions(section: &str) -> (bool, bool) {
    if section.split_ascii_whitespace().nth(1) == Some("0") {
        return (false, false);
    }
    let is = |name: &str| section.lines().any(|line| line.trim_end() == name);
    let (sendonly, recvonly, inactive) = (is("a=sendonly"), is("a=recvonly"), is("a=inactive"));
    (!recvonly && !inactive, !sendonly && !inactive)
}

/// The stream of a line `a=ssrc:<number> <attribute>`.
fn stream(line: &str) -> Option<u32> {
    line.strip_prefix("a=ssrc:")?.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOTH: &str = "v=0\r\na=group:BUNDLE 0 1 2\r\nm=audio 9 X 111\r\na=sendrecv\r\na=ssrc:1 cname:x\r\n\
        m=video 9 X 96 97\r\na=sendrecv\r\na=ssrc-group:FID 2 3\r\na=ssrc:2 cname:x\r\na=ssrc:3 cname:x\r\n\
        m=video 9 X 96 97\r\na=sendonly\r\na=ssrc-group:FID 4 5\r\na=ssrc:4 cname:x\r\na=ssrc:5 cname:x\r\n";

    #[test]
    fn the_order_of_the_sections_tells_face_from_screen() {
        let booth = Described::read(BOOTH);
        let tracks = [Track::Audio, Track::Video, Track::Screen];
        assert!(tracks.iter().all(|track| booth.sends(*track)));
        assert_eq!(tracks.map(|track| booth.takes(track)), [true, true, false]);
        let streams = booth.streams();
        let of = |ssrc: u32| streams.get(&ssrc).copied();
        assert_eq!(
            [2, 3, 4, 5].map(of),
            [Track::Video, Track::Video, Track::Screen, Track::Screen].map(Some)
        );
    }

    #[test]
    fn two_sections_have_no_screen_and_a_refused_one_carries_nothing() {
        let (two, _) = BOOTH.rsplit_once("m=video").unwrap();
        let two = Described::read(two);
        assert!(two.sends(Track::Video) && !two.sends(Track::Screen) && !two.takes(Track::Screen));
        let refused = Described::read(&BOOTH.replace("m=video 9", "m=video 0"));
        assert!(!refused.sends(Track::Video) && !refused.takes(Track::Screen));
        assert!(refused.sends(Track::Audio));
    }

    #[test]
    fn a_description_of_a_thousand_streams_is_read_up_to_the_bound() {
        let many: String = (0..1_000).map(|n| format!("a=ssrc:{n} cname:x\r\n")).collect();
        let described = Described::read(&format!("v=0\r\nm=video 9 X 96\r\n{many}"));
        assert_eq!(described.streams().len(), MOST_STREAMS);
    }
}
