//! rtpengine in user space as the peer of the exchange: one process, and its control protocol (ng: a cookie
//! and a bencoded dictionary over UDP). Knows no telephone and no leg.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::net::UdpSocket;

use crate::child::{Child, Start};
use crate::place;
use crate::wait::until;

/// Where Debian's package puts it.
const PROGRAM: &str = "/usr/bin/rtpengine";
/// How long it may take to start, and to answer.
const PATIENCE: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(1);
/// The largest answer, bytes.
const LARGEST: usize = 16 * 1_024;

/// A running rtpengine.
pub struct RtpEngine {
    child: Child,
    control: UdpSocket,
    asked: u32,
}

/// A value of the control protocol.
enum Word<'a> {
    Text(&'a str),
    List(&'a [&'a str]),
}

impl RtpEngine {
    /// Starts it without the kernel's table and waits until it answers.
    ///
    /// # Errors
    /// When it is not installed or does not come up.
    pub async fn start(folder: &Path) -> Result<RtpEngine> {
        let port = place::free_udp_port()?;
        let child = Start::new("rtpengine", PROGRAM, folder)
            .args(["--config-file=none", "--foreground", "--log-stderr", "--log-level=3"])
            .args(["--table=-1", "--interface=127.0.0.1", "--port-min=30000", "--port-max=34999"])
            .args([format!("--listen-ng=127.0.0.1:{port}")])
            .start()
            .context("rtpengine (apt package rtpengine-daemon)")?;
        let control = UdpSocket::bind("127.0.0.1:0").await.context("a port towards rtpengine")?;
        control.connect(("127.0.0.1", port)).await?;
        let engine = tokio::sync::Mutex::new(RtpEngine { child, control, asked: 0 });
        until("rtpengine answers", PATIENCE, || async {
            engine.lock().await.ask(&[("command", Word::Text("ping"))]).await.ok()
        })
        .await?;
        Ok(engine.into_inner())
    }

    /// Its process.
    pub fn id(&self) -> i32 {
        self.child.id()
    }

    /// Takes the description of the side that speaks DTLS-SRTP under ICE; gives the one for a telephone.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn offer(&mut self, call: &str, sdp: &str) -> Result<String> {
        self.describe(&[
            ("ICE", Word::Text("remove")),
            ("call-id", Word::Text(call)),
            ("command", Word::Text("offer")),
            ("from-tag", Word::Text("desk")),
            ("rtcp-mux", Word::List(&["demux"])),
            ("sdp", Word::Text(sdp)),
            ("transport-protocol", Word::Text("RTP/AVP")),
        ])
        .await
    }

    /// Takes the telephone's answer; gives the one for the other side.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn answer(&mut self, call: &str, sdp: &str) -> Result<String> {
        self.describe(&[
            ("call-id", Word::Text(call)),
            ("command", Word::Text("answer")),
            ("from-tag", Word::Text("desk")),
            ("sdp", Word::Text(sdp)),
            ("to-tag", Word::Text("phone")),
        ])
        .await
    }

    /// Stops it.
    pub async fn stop(self) {
        self.child.stop().await;
    }

    async fn describe(&mut self, words: &[(&str, Word<'_>)]) -> Result<String> {
        let told = self.ask(words).await?;
        let sdp = value(&told, "sdp").and_then(text).context("rtpengine gives a description")?;
        Ok(String::from_utf8_lossy(sdp).into_owned())
    }

    /// Asks and gives the dictionary of the answer. `words` are sorted by their names.
    async fn ask(&mut self, words: &[(&str, Word<'_>)]) -> Result<Vec<u8>> {
        self.asked += 1;
        let cookie = format!("{} ", self.asked);
        self.control.send(format!("{cookie}{}", dictionary(words)).as_bytes()).await?;
        let mut answer = vec![0; LARGEST];
        loop {
            let came = tokio::time::timeout(ANSWER, self.control.recv(&mut answer)).await;
            let length = came.context("rtpengine is silent")??;
            // Else the late answer to an earlier question.
            if let Some(told) = answer[..length].strip_prefix(cookie.as_bytes()) {
                match value(told, "result").and_then(text) {
                    Some(b"ok" | b"pong") => return Ok(told.to_vec()),
                    _ => bail!("rtpengine refused: {}", String::from_utf8_lossy(told)),
                }
            }
        }
    }
}

fn dictionary(words: &[(&str, Word<'_>)]) -> String {
    let one = |text: &str| format!("{}:{text}", text.len());
    let entries: String = words
        .iter()
        .map(|(name, word)| match word {
            Word::Text(text) => format!("{}{}", one(name), one(text)),
            Word::List(texts) => {
                format!("{}l{}e", one(name), texts.iter().map(|text| one(text)).collect::<String>())
            }
        })
        .collect();
    format!("d{entries}e")
}

/// The value of a name in a dictionary, as it is written.
fn value<'a>(dictionary: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut rest = dictionary.strip_prefix(b"d")?;
    while rest.first()? != &b'e' {
        let (key, after) = split(rest)?;
        let (value, after) = split(after)?;
        if text(key)? == name.as_bytes() {
            return Some(value);
        }
        rest = after;
    }
    None
}

/// The bytes of a text.
fn text(word: &[u8]) -> Option<&[u8]> {
    let colon = word.iter().position(|byte| *byte == b':')?;
    Some(&word[colon + 1..])
}

/// One value, and what follows it.
fn split(from: &[u8]) -> Option<(&[u8], &[u8])> {
    match from.first()? {
        b'i' => from.split_at_checked(from.iter().position(|byte| *byte == b'e')? + 1),
        b'l' | b'd' => {
            let mut end = 1;
            while from.get(end)? != &b'e' {
                end += split(&from[end..])?.0.len();
            }
            from.split_at_checked(end + 1)
        }
        _ => {
            let colon = from.iter().position(|byte| *byte == b':')?;
            let length: usize = std::str::from_utf8(&from[..colon]).ok()?.parse().ok()?;
            from.split_at_checked(colon + 1 + length)
        }
    }
}

/// The first media section alone, in a session of its own: what a telephone is told of.
///
/// # Errors
/// When there is none.
pub fn voice_alone(sdp: &str) -> Result<String> {
    let mut sections = sdp.split_inclusive('\n').collect::<Vec<_>>();
    let starts: Vec<usize> =
        sections.iter().enumerate().filter(|(_, line)| line.starts_with("m=")).map(|(at, _)| at).collect();
    ensure!(sections.get(*starts.first().unwrap_or(&0)).is_some_and(|line| line.starts_with("m=audio")));
    sections.truncate(starts.get(1).copied().unwrap_or(sections.len()));
    sections.retain(|line| !line.starts_with("a=group:"));
    // An address of zeros would be a side that holds; the real one is among the candidates.
    Ok(sections.concat().replace("c=IN IP4 0.0.0.0", "c=IN IP4 127.0.0.1"))
}

/// An answer to a voice alone as the answer to the whole offer: its other sections are refused.
pub fn refuse_the_rest(answer: &str, offer: &str) -> String {
    let mids = offer.lines().filter_map(|line| line.trim_end().strip_prefix("a=mid:"));
    let refused: String = mids
        .skip(1)
        .map(|mid| {
            format!("m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:96 VP8/90000\r\na=mid:{mid}\r\na=inactive\r\n"
            )
        })
        .collect();
    format!("{answer}{refused}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_is_read_as_it_is_written() {
        let words = [
            ("command", Word::Text("offer")),
            ("rtcp-mux", Word::List(&["demux"])),
            ("sdp", Word::Text("v=0\r\n")),
        ];
        let written = dictionary(&words);
        assert_eq!(written, "d7:command5:offer8:rtcp-muxl5:demuxe3:sdp5:v=0\r\ne");
        assert_eq!(value(written.as_bytes(), "sdp").and_then(text), Some(&b"v=0\r\n"[..]));
        assert_eq!(value(b"d1:ai7e1:bd1:cle1:d0:e3:sdp2:oke", "sdp").and_then(text), Some(&b"ok"[..]));
        assert_eq!(value(b"d3:sdp9:oke", "sdp"), None);
    }
}
