//! What a leg tells its owner, in bounded queues: changes of state first, then sound, face and screen.
//!
//! It refuses to wait for the owner: whoever is slow loses the oldest packets, never a state.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::Notify;

use crate::flow::reorder::Reorder;
use crate::flow::sequence::Seen;
use crate::{Event, Rtp, Track, lock};

/// Unread changes of state. A connection changes a few times a minute at worst; beyond this the
/// oldest says nothing any more.
const STATES: usize = 64;
/// Unread sound packets: two seconds of 20 ms.
const SOUND: usize = 100;

#[derive(Default)]
struct Waiting {
    states: VecDeque<Event>,
    video_wanted: bool,
    screen_wanted: bool,
    loss: Option<Event>,
    sound: VecDeque<Rtp>,
    seen: Seen,
    video: Reorder,
    screen: Reorder,
    closed: bool,
    dropped: u64,
}

/// The writing end, shared by all parts of a leg.
#[derive(Default)]
pub(crate) struct Inbound {
    waiting: Mutex<Waiting>,
    ready: Notify,
}

impl Inbound {
    /// A change of state, or a report of the far side.
    pub(crate) fn tell(&self, event: Event) {
        let mut waiting = lock(&self.waiting);
        if waiting.closed {
            return;
        }
        match event {
            Event::Rtp(_) => {}
            Event::KeyframeWanted(Track::Video) => waiting.video_wanted = true,
            Event::KeyframeWanted(Track::Screen) => waiting.screen_wanted = true,
            Event::KeyframeWanted(Track::Audio) => {}
            Event::Loss { .. } => waiting.loss = Some(event),
            Event::Closed => {
                waiting.closed = true;
                waiting.states.push_back(event);
            }
            Event::Connected | Event::Disconnected | Event::Failed => {
                waiting.states.push_back(event);
                if waiting.states.len() > STATES {
                    waiting.states.pop_front();
                }
            }
        }
        drop(waiting);
        self.ready.notify_one();
    }

    /// A packet of the far side's stream `source`.
    pub(crate) fn packet(&self, now: Instant, source: u32, packet: Rtp) {
        let mut waiting = lock(&self.waiting);
        match packet.track {
            Track::Audio => waiting.sound_came(source, packet),
            Track::Video => waiting.video.push(now, source, packet),
            Track::Screen => waiting.screen.push(now, source, packet),
        }
        drop(waiting);
        self.ready.notify_one();
    }
}

impl Waiting {
    fn sound_came(&mut self, source: u32, packet: Rtp) {
        if !self.seen.is_new(source, packet.sequence) {
            self.dropped += 1;
            return;
        }
        self.sound.push_back(packet);
        if self.sound.len() > SOUND {
            self.sound.pop_front();
            self.dropped += 1;
        }
    }

    fn take(&mut self, now: Instant) -> Option<Event> {
        if let Some(state) = self.states.pop_front() {
            return Some(state);
        }
        if self.closed {
            return None;
        }
        if std::mem::take(&mut self.video_wanted) {
            return Some(Event::KeyframeWanted(Track::Video));
        }
        if std::mem::take(&mut self.screen_wanted) {
            return Some(Event::KeyframeWanted(Track::Screen));
        }
        if let Some(loss) = self.loss.take() {
            return Some(loss);
        }
        let picture = |waiting: &mut Waiting| waiting.video.pop(now).or_else(|| waiting.screen.pop(now));
        self.sound.pop_front().or_else(|| picture(self)).map(Event::Rtp)
    }

    /// When `take` gives a picture that it does not give before, if nothing more arrives.
    fn poll_timeout(&self) -> Option<Instant> {
        [self.video.poll_timeout(), self.screen.poll_timeout()].into_iter().flatten().min()
    }
}

/// What a leg tells its owner. One reader; dropping it does not close the leg.
pub struct Events(Arc<crate::flow::Line>);

impl Events {
    pub(crate) fn of(line: Arc<crate::flow::Line>) -> Self {
        Events(line)
    }

    /// Waits for the next event; `None` after [`Event::Closed`] was given. Safe to cancel.
    pub async fn next(&mut self) -> Option<Event> {
        let inbound = &self.0.inbound;
        loop {
            let deadline = {
                let mut waiting = lock(&inbound.waiting);
                match waiting.take(Instant::now()) {
                    Some(event) => return Some(event),
                    None if waiting.closed => return None,
                    None => waiting.poll_timeout(),
                }
            };
            let more = inbound.ready.notified();
            match deadline {
                None => more.await,
                // Running out is as good as being told: a gap's time is over.
                Some(deadline) => drop(tokio::time::timeout_at(deadline.into(), more).await),
            }
        }
    }

    /// Packets from the far side that were not given out: doubles, late ones, and those that the
    /// owner was too slow to fetch.
    pub fn dropped(&self) -> u64 {
        let waiting = lock(&self.0.inbound.waiting);
        waiting.dropped + waiting.video.dropped() + waiting.screen.dropped()
    }
}
