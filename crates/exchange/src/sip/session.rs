//! Session timers as RFC 4028 has both sides agree on them. Pure. Knows no messages, only two of their words.

use desk::time::Millis;

use super::call::Session;

/// The shortest session that RFC 4028 allows, s.
pub const LEAST_S: u64 = 90;
/// What we ask for where the caller's side could and did not: the RFC's own proposal, s.
const WANTED_S: u64 = 1_800;
/// A longer one is as good as none: a day.
const MOST_S: u64 = 86_400;

/// What an INVITE or UPDATE says about it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The value of Session-Expires.
    pub expires: Option<&'a str>,
    /// `timer` stands in Supported.
    pub supports: bool,
}

/// The caller's side wants a session shorter than [`LEAST_S`] and can be told so: 422.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooShort;

/// What becomes of it.
///
/// # Errors
/// [`TooShort`].
pub fn agree(asked: Asked<'_>) -> Result<Option<Session>, TooShort> {
    let Some(value) = asked.expires else {
        let wanted = Session { every: Millis::seconds(WANTED_S), is_ours: false };
        return Ok(asked.supports.then_some(wanted));
    };
    let mut parts = value.split(';').map(str::trim);
    let Some(seconds) = parts.next().and_then(|seconds| seconds.parse::<u64>().ok()) else { return Ok(None) };
    if seconds < LEAST_S && asked.supports {
        return Err(TooShort);
    }
    let refresher = parts.find_map(|part| part.strip_prefix("refresher="));
    let is_ours = match refresher {
        Some(side) if asked.supports => side.eq_ignore_ascii_case("uas"),
        // Without support on the caller's side somebody in between wants it, and we are the one who can.
        Some(_) | None => !asked.supports,
    };
    Ok(Some(Session { every: Millis::seconds(seconds.clamp(LEAST_S, MOST_S)), is_ours }))
}

/// What the far side decided in its 2xx to an INVITE of ours, in which we only said that we know of timers.
pub fn accepted(expires: Option<&str>) -> Option<Session> {
    let mut parts = expires?.split(';').map(str::trim);
    let seconds = parts.next()?.parse::<u64>().ok()?;
    let refresher = parts.find_map(|part| part.strip_prefix("refresher="));
    // Who forgot to say it leaves it to us: then somebody does it.
    let is_ours = refresher.is_none_or(|side| side.eq_ignore_ascii_case("uac"));
    Some(Session { every: Millis::seconds(seconds.clamp(LEAST_S, MOST_S)), is_ours })
}

/// The value of Session-Expires in our answer.
pub fn told(session: Session) -> String {
    let refresher = if session.is_ours { "uas" } else { "uac" };
    format!("{};refresher={refresher}", session.every.0 / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_called_side_decides_who_refreshes() {
        let session = |seconds, is_ours| Some(Session { every: Millis::seconds(seconds), is_ours });
        let table = [
            (None, None),
            (Some("300;refresher=uac"), session(300, true)),
            (Some("300; refresher=UAS"), session(300, false)),
            (Some("300"), session(300, true)),
            (Some("5;refresher=uac"), session(90, true)),
            (Some("rubbish"), None),
        ];
        for (expires, expected) in table {
            assert_eq!(accepted(expires), expected, "{expires:?}");
        }
    }

    #[test]
    fn the_table_of_rfc_4028_for_the_called_side() {
        let ours = |seconds, is_ours| Ok(Some(Session { every: Millis::seconds(seconds), is_ours }));
        let table = [
            (None, false, Ok(None)),
            (None, true, ours(1_800, false)),
            (Some("300"), true, ours(300, false)),
            (Some("300;refresher=uas"), true, ours(300, true)),
            (Some("300;refresher=uac"), true, ours(300, false)),
            (Some("300; x=1; refresher=UAS"), true, ours(300, true)),
            (Some("300;refresher=uac"), false, ours(300, true)),
            (Some("300"), false, ours(300, true)),
            (Some("30"), true, Err(TooShort)),
            (Some("30"), false, ours(90, true)),
            (Some("99999999"), true, ours(86_400, false)),
            (Some("99999999999999999999999"), true, Ok(None)),
            (Some("rubbish"), true, Ok(None)),
        ];
        for (expires, supports, expected) in table {
            assert_eq!(agree(Asked { expires, supports }), expected, "{expires:?} {supports}");
        }
        assert_eq!(told(Session { every: Millis::seconds(300), is_ours: true }), "300;refresher=uas");
    }
}
