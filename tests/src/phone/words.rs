//! SIP as text: what a call says and what it understands. Knows no socket and no clock.

use std::net::SocketAddr;

/// A message that came in.
pub(crate) enum Heard {
    Response { status: u16, method: String, text: String },
    Request { method: String, text: String },
}

/// One call's names and counters.
pub(super) struct Dialog {
    own: SocketAddr,
    to: SocketAddr,
    number: String,
    media_port: u16,
    id: String,
    /// The other side's To with its tag, and its contact, once known.
    far: String,
    contact: Option<String>,
    answered: bool,
    sequence: u32,
}

impl Dialog {
    pub(super) fn new(own: SocketAddr, to: SocketAddr, number: &str, media_port: u16) -> Dialog {
        Dialog {
            own,
            to,
            number: number.to_owned(),
            media_port,
            id: uuid::Uuid::new_v4().simple().to_string(),
            far: format!("<sip:0120000000@{to}>"),
            contact: None,
            answered: false,
            sequence: 1,
        }
    }

    pub(super) fn invite(&self) -> String {
        let body = description(self.own, self.media_port);
        let identity = format!("P-Asserted-Identity: <sip:{}@carrier.test>\r\n", self.number);
        let kind = "Content-Type: application/sdp\r\n";
        self.request("INVITE", self.sequence, "invite", &format!("{identity}{kind}"), &body)
    }

    /// The ACK of whatever final answer came.
    pub(super) fn ack(&self) -> String {
        let branch = if self.answered { "ack" } else { "invite" };
        self.request("ACK", self.sequence, branch, "", "")
    }

    pub(super) fn hang_up(&mut self) -> String {
        if !self.answered {
            return self.request("CANCEL", self.sequence, "invite", "", "");
        }
        let sequence = self.sequence + 1;
        self.request("BYE", sequence, "bye", "", "")
    }

    /// Takes what a response tells of the other side.
    pub(super) fn learn(&mut self, status: u16, method: &str, text: &str) {
        if method == "INVITE" && status > 100 {
            if let Some(far) = header(text, "To") {
                self.far = far.to_owned();
            }
            if status == 200 {
                self.answered = true;
                self.contact = header(text, "Contact")
                    .and_then(|contact| contact.split_once('<')?.1.split_once('>'))
                    .map(|(uri, _)| uri.to_owned());
            }
        }
    }

    /// 200 to a request of the other side, with our description where it brought one.
    pub(super) fn agree(&self, method: &str, text: &str) -> String {
        let body = if method == "INVITE" { description(self.own, self.media_port) } else { String::new() };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        answer(text, "200 OK", &format!("{}{kind}", contact(self.own)), &body)
    }

    fn request(&self, method: &str, sequence: u32, branch: &str, further: &str, body: &str) -> String {
        let Dialog { own, to, number, id, .. } = self;
        let plain = format!("sip:0120000000@{to}");
        let target = match (self.answered, &self.contact) {
            (true, Some(contact)) => contact,
            (true, None) | (false, _) => &plain,
        };
        // A CANCEL carries the To of its INVITE, which has no tag yet.
        let far =
            if method == "CANCEL" || method == "INVITE" { format!("<{plain}>") } else { self.far.clone() };
        format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{id}{branch};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{number}@carrier.test>;tag={id}\r\nTo: {far}\r\n\
             Call-ID: {id}@carrier.test\r\nCSeq: {sequence} {method}\r\nContact: <sip:phone@{own}>\r\n\
             {further}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// A call that came to us.
pub(super) struct Answering {
    own: SocketAddr,
    invite: String,
    tag: String,
    media_port: u16,
    /// Where the caller wants its media.
    pub(super) media: Option<SocketAddr>,
    /// The number that was called.
    pub(super) number: String,
}

impl Answering {
    pub(super) fn new(own: SocketAddr, invite: &str, media_port: u16) -> Answering {
        let called = invite.split([':', '@']).nth(1).unwrap_or_default();
        Answering {
            own,
            invite: invite.to_owned(),
            tag: uuid::Uuid::new_v4().simple().to_string(),
            media_port,
            media: media_address(invite),
            number: called.to_owned(),
        }
    }

    /// The same INVITE said again.
    pub(super) fn is_of(&self, text: &str) -> bool {
        header(text, "Call-ID") == header(&self.invite, "Call-ID")
    }

    pub(super) fn ringing(&self) -> String {
        self.reply("180 Ringing", "", "")
    }

    pub(super) fn accept(&self) -> String {
        self.reply("200 OK", "Content-Type: application/sdp\r\n", &description(self.own, self.media_port))
    }

    pub(super) fn refuse(&self, status: &str) -> String {
        self.reply(status, "", "")
    }

    fn reply(&self, status: &str, kind: &str, body: &str) -> String {
        let to = header(&self.invite, "To").unwrap_or_default();
        let tagged = self.invite.replacen(to, &format!("{to};tag={}", self.tag), usize::from(!to.is_empty()));
        answer(&tagged, status, &format!("{}{kind}", contact(self.own)), body)
    }

    pub(super) fn bye(&self) -> String {
        let named = |name| header(&self.invite, name).unwrap_or_default();
        let target = named("Contact");
        let target =
            target.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(target, |(uri, _)| uri);
        let (own, tag) = (self.own, &self.tag);
        format!(
            "BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{tag}bye;rport\r\nMax-Forwards: 70\r\n\
             From: {};tag={tag}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
            named("To"),
            named("From"),
            named("Call-ID")
        )
    }
}

fn contact(own: SocketAddr) -> String {
    format!("Contact: <sip:phone@{own}>\r\n")
}

fn description(own: SocketAddr, port: u16) -> String {
    let ip = own.ip();
    format!(
        "v=0\r\no=phone 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )
}

/// Reads a message; none when it is not one.
pub(crate) fn read(bytes: &[u8]) -> Option<Heard> {
    let text = std::str::from_utf8(bytes).ok()?.to_owned();
    let first = text.lines().next()?;
    match first.strip_prefix("SIP/2.0 ") {
        Some(rest) => {
            let status = rest.split(' ').next()?.parse().ok()?;
            let method = header(&text, "CSeq")?.split_ascii_whitespace().nth(1)?.to_owned();
            Some(Heard::Response { status, method, text })
        }
        None => Some(Heard::Request { method: first.split(' ').next()?.to_owned(), text }),
    }
}

/// An answer to a request, which repeats what it has to repeat of it.
pub(crate) fn answer(text: &str, status: &str, further: &str, body: &str) -> String {
    let copied: String = text
        .lines()
        .filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            ["Via", "From", "To", "Call-ID", "CSeq"].iter().any(|kept| name.eq_ignore_ascii_case(kept))
        })
        .map(|line| format!("{}\r\n", line.trim_end()))
        .collect();
    format!("SIP/2.0 {status}\r\n{copied}{further}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// Where the other side wants its media, by its description.
pub(crate) fn media_address(text: &str) -> Option<SocketAddr> {
    let value = |name: &str| text.lines().find_map(|line| line.trim_end().strip_prefix(name));
    let ip = value("c=IN IP4 ")?.split('/').next()?;
    let port = value("m=audio ")?.split(' ').next()?;
    format!("{ip}:{port}").parse().ok()
}

/// The value of a message's first header of this name.
pub(crate) fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let head = text.split("\r\n\r\n").next()?;
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
