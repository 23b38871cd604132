//! The hub's clock: the one place where the wall clock is read. Knows no deadline and no fact.
//!
//! Time never runs backwards, and a step of the wall clock (somebody sets it, a clock server corrects
//! it) expires no ring and no lease: the monotonic clock counts, and what the wall clock says beside it
//! is followed by at most one twentieth of the time that passed.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use desk::day::Day;
use desk::time::{Millis, Time};
use toml::value::{Datetime, Offset};

/// The part of the passed time by which the clock is bent toward the wall clock: a step of one minute
/// is made good in twenty minutes, and a ring of 20 s is never off by more than one second.
const BEND: u64 = 20;

/// A clock that only goes forward.
#[derive(Debug)]
pub struct Clock {
    hand: Mutex<Hand>,
}

impl Clock {
    /// A clock that starts at the wall clock's time, or at `not_before` when that is later.
    pub fn start(not_before: Time) -> Clock {
        Clock {
            hand: Mutex::new(Hand {
                shown: wall().max(not_before.0),
                read: Instant::now(),
                rest: Duration::ZERO,
                ahead: 0,
            }),
        }
    }

    /// A clock that starts at `moment` and goes on from there, for training and tests.
    pub fn start_at(moment: Time) -> Clock {
        let (read, rest, wall) = (Instant::now(), Duration::ZERO, wall());
        let ahead = moment.0 as i64 - wall as i64;
        Clock { hand: Mutex::new(Hand { shown: moment.0, read, rest, ahead }) }
    }

    /// The time now.
    pub fn now(&self) -> Time {
        let mut hand = self.hand.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let passed = hand.read.elapsed() + hand.rest;
        let whole = passed.as_millis() as u64;
        hand.read = Instant::now();
        hand.rest = passed - Duration::from_millis(whole);
        hand.shown = advance(hand.shown, whole, wall().saturating_add_signed(hand.ahead));
        Time(hand.shown)
    }

    /// Moves the hand forward to at least `time`.
    pub fn not_before(&self, time: Time) {
        let mut hand = self.hand.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let step = time.0.saturating_sub(hand.shown);
        hand.shown += step;
        // A clock that was set to a moment knows no truth to come back to.
        if hand.ahead != 0 {
            hand.ahead = hand.ahead.saturating_add_unsigned(step);
        }
    }
}

/// Reads a moment such as `2026-11-24T17:14:30+09:00` (RFC 3339).
///
/// # Errors
/// Words for whoever wrote it.
pub fn moment(text: &str) -> Result<Time, String> {
    let written: Option<Datetime> = text.parse().ok();
    written
        .and_then(of_datetime)
        .ok_or_else(|| format!("{text} is no moment; write it as 2026-11-24T17:14:30+09:00, with the offset"))
}

fn of_datetime(written: Datetime) -> Option<Time> {
    let (date, time) = (written.date?, written.time?);
    let east_minutes = match written.offset? {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes),
    };
    let day = Day::from_ymd(date.year.into(), date.month.into(), date.day.into())?;
    let minute = u16::from(time.hour) * 60 + u16::from(time.minute);
    let seconds = u64::from(time.second);
    let rest = Millis(seconds * 1000 + u64::from(time.nanosecond) / 1_000_000);
    // The day is Japan's: its minutes are those of an offset of nine hours.
    let japan_ahead_ms = (9 * 60 - east_minutes) * 60_000;
    (day.at(minute) + rest).0.checked_add_signed(japan_ahead_ms).map(Time)
}

/// The wall clock, for programs that run once and keep no deadline.
pub fn wall_now() -> Time {
    Time(wall())
}

#[derive(Debug)]
struct Hand {
    shown: u64,
    read: Instant,
    /// What was read and is too short for a whole millisecond.
    rest: Duration,
    /// By how many ms the clock was set ahead of the wall clock; negative: behind.
    ahead: i64,
}

fn wall() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

/// The next reading after `passed` ms, bent toward the wall clock.
fn advance(shown: u64, passed: u64, wall: u64) -> u64 {
    let straight = shown.saturating_add(passed);
    let bend = passed / BEND;
    wall.clamp(straight - bend, straight.saturating_add(bend))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_set_back_an_hour_slows_the_clock_and_never_turns_it() {
        let mut shown = 10_000_000;
        for _ in 0..100 {
            let next = advance(shown, 1000, 6_400_000);
            assert_eq!(next, shown + 950);
            shown = next;
        }
    }

    #[test]
    fn a_wall_clock_set_forward_ten_years_expires_nothing() {
        assert_eq!(advance(1_000_000, 100, 1_000_000 + 315_576_000_000), 1_000_105);
    }

    #[test]
    fn a_small_difference_is_made_good() {
        assert_eq!(advance(1_000_000, 1000, 1_001_010), 1_001_010);
    }

    #[test]
    fn a_moment_is_read_with_its_offset_and_without_one_refused() {
        let moment = |text: &str| super::moment(text).map(|time| time.0);
        assert_eq!(moment("2026-04-06T00:00:00+09:00"), Ok(1_775_401_200_000));
        assert_eq!(moment("2026-04-05T15:00:00Z"), Ok(1_775_401_200_000));
        assert_eq!(moment("2026-04-05T10:30:00.250-04:30"), Ok(1_775_401_200_250));
        for bad in ["2026-04-06T00:00:00", "2026-04-06", "today", "2026-13-06T00:00:00Z", ""] {
            assert!(moment(bad).unwrap_err().contains("+09:00"), "{bad}");
        }
    }

    #[test]
    fn a_clock_that_was_set_to_a_moment_goes_on_from_there() {
        let moment = Time(1_795_508_070_000);
        let clock = Clock::start_at(moment);
        std::thread::sleep(Duration::from_millis(30));
        let passed = clock.now().since(moment).0;
        assert!((29..5000).contains(&passed), "{passed}");
        let later = Time(moment.0 + 86_400_000);
        clock.not_before(later);
        assert!((0..5000).contains(&clock.now().since(later).0));
        assert!(clock.now() >= later);
    }

    #[test]
    fn the_clock_starts_after_the_last_fact() {
        let late = Time(wall() + 60_000);
        assert!(Clock::start(late).now() >= late);
    }
}
