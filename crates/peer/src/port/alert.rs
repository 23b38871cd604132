//! Finds DTLS alerts among a leg's datagrams, by the records' plain headers (RFC 6347, 4.1).
//!
//! It refuses to decrypt: what an alert says is the stack's to read.

/// The content type of an alert.
const ALERT: u8 = 21;
/// The content types that DTLS shares with nothing else on a leg's port (RFC 7983).
const DTLS: std::ops::RangeInclusive<u8> = 20..=63;
/// Type, version, epoch, number, length.
const HEADER: usize = 13;

/// What a datagram has of alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alert {
    /// None.
    None,
    /// Under the connection's keys, or pretending so.
    Sealed,
    /// One that anybody can have written. The stack would believe it even in the middle of a talk.
    Plain,
}

/// Looks through all records of a datagram; a plain alert outweighs a sealed one.
pub(super) fn find(datagram: &[u8]) -> Alert {
    let mut found = Alert::None;
    let mut rest = datagram;
    while let Some((header, after)) = rest.split_at_checked(HEADER) {
        if !DTLS.contains(&header[0]) {
            break;
        }
        if header[0] == ALERT {
            match header[3..5] == [0, 0] {
                true => return Alert::Plain,
                false => found = Alert::Sealed,
            }
        }
        let length = usize::from(u16::from_be_bytes([header[11], header[12]]));
        rest = after.get(length..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(content: u8, epoch: u8, body: &[u8]) -> Vec<u8> {
        let header = [content, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 1, 0, body.len() as u8];
        [&header[..], body].concat()
    }

    #[test]
    fn an_alert_is_found_behind_other_records() {
        let hello = record(22, 0, &[1; 40]);
        assert_eq!(find(&hello), Alert::None);
        assert_eq!(find(&[hello.clone(), record(21, 0, &[1, 0])].concat()), Alert::Plain);
        assert_eq!(find(&[hello, record(21, 1, &[7; 26])].concat()), Alert::Sealed);
        assert_eq!(find(&[record(21, 1, &[7; 26]), record(21, 0, &[1, 0])].concat()), Alert::Plain);
    }

    #[test]
    fn sound_checks_and_cut_records_are_no_alerts() {
        assert_eq!(find(&[0x80; 100]), Alert::None);
        assert_eq!(find(&[0; 100]), Alert::None);
        assert_eq!(find(&record(21, 0, &[])[..12]), Alert::None);
        assert_eq!(find(&[]), Alert::None);
    }
}
