//! The engine's telephones: what the telephone side tells becomes the table's inputs, and what a caller hears
//! gets its own words. Refuses to know SIP.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use desk::contact::DialFailure;
use desk::ids::CallId;
use link::message::CallFact;
use link::state::{Digit, PhoneNumber};
use peer::{Arrivals, Codec, Leg, Rtp, Track};

use super::Works;
use crate::engine::Happened;
use crate::flow::{Closing, LiveLeg, MediaLeg};
use crate::sip::numbers::Forbidden;
use crate::sip::{self, CallNews, DialNews, DialRefused, PhoneLeg};
use crate::sound::{Program, TurnedAway};
use crate::table::{Input, LegName, Refusal, Source};
use crate::watch;

/// The telephones that are connected.
#[derive(Default)]
pub(super) struct Phones(BTreeMap<LegName, Phone>);

struct Phone {
    leg: Arc<PhoneLeg>,
    heard: Heard,
}

/// What a caller has heard so far: nobody is greeted twice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    Greeting,
    Operator,
}

impl Phones {
    /// The words for a source that is a ready-made sound.
    pub(super) fn program(&self, name: LegName, source: Source) -> Program {
        match source {
            Source::TurnedAway(why) => Program::TurnedAway(turned_away(why)),
            Source::HoldSound => Program::Hold,
            Source::Ringback => Program::Ringback,
            Source::WaitingSound | Source::Silence | Source::Leg(_) | Source::Voice(_) | Source::Both(..) => {
                match self.0.get(&name).map(|phone| phone.heard) {
                    None => Program::Waiting,
                    Some(Heard::Nothing) => Program::Greeting,
                    Some(Heard::Greeting) => Program::Queue,
                    Some(Heard::Operator) => Program::PleaseWait,
                }
            }
        }
    }

    /// A source was chosen: a call whose trunk wants it so is answered when it is joined.
    pub(super) fn selected(&mut self, name: LegName, source: Source) {
        let Some(phone) = self.0.get_mut(&name) else { return };
        match source {
            Source::Leg(_) | Source::Voice(_) | Source::Both(..) => {
                phone.leg.answer();
                phone.heard = Heard::Operator;
            }
            Source::WaitingSound if phone.heard == Heard::Nothing => phone.heard = Heard::Greeting,
            Source::WaitingSound
            | Source::HoldSound
            | Source::TurnedAway(_)
            | Source::Ringback
            | Source::Silence => {}
        }
    }

    /// Sends a key.
    pub(super) fn press(&self, name: LegName, digit: Digit) {
        if let Some(phone) = self.0.get(&name) {
            phone.leg.digit(digit);
        }
    }

    pub(super) fn forget(&mut self, name: LegName) {
        self.0.remove(&name);
    }
}

impl Works {
    /// What the telephone side tells, as the table's input.
    pub(super) fn phone(&mut self, news: CallNews) -> Option<Input> {
        Some(match news {
            CallNews::Incoming { call, caller, trunk, leg } => {
                self.connect(LegName::of_call(call), leg, Heard::Nothing);
                Input::CallIn(CallFact { call, caller, trunk })
            }
            CallNews::Digit { call, digit } => Input::Digit { call, digit },
            CallNews::Over { call, how } => Input::CallOver { call, how },
            CallNews::Trunks(trunks) => Input::Trunks(trunks),
            // Whoever we call is not greeted as a caller is.
            CallNews::Dialling { call, leg } => {
                self.connect(LegName::of_call(call), leg, Heard::Operator);
                Input::DialBegan(call)
            }
            CallNews::Dialled { news: DialNews::Ringing, .. } => return None,
            CallNews::Dialled { call, news: DialNews::Answered } => Input::DialAnswered(call),
            CallNews::Dialled { call, news: DialNews::Failed(why) } => {
                Input::NotReached { call, why: told(why) }
            }
        })
    }

    /// Makes a call beside the engine: an address may have to be looked up.
    pub(super) fn dial(&mut self, call: CallId, number: PhoneNumber) {
        let (dialler, inbox) = (self.dialler.clone(), self.inbox.clone());
        self.tasks.spawn(async move {
            let refused = match dialler {
                Some(dialler) => dialler.dial(call, &number.0).await.err(),
                None => Some(DialRefused::NotSetUp),
            };
            if let Some(refused) = refused {
                tracing::warn!(call = call.0, %refused, "no call is made");
                // The engine may have stopped in the meantime.
                let _ = inbox.send(Happened::NotDialled(call, not_made(&refused))).await;
            }
        });
    }

    fn connect(&mut self, name: LegName, leg: Arc<PhoneLeg>, heard: Heard) {
        self.sources = self.sources.checked_add(1).unwrap_or(1);
        let live = LiveLeg::new(name, self.sources, Box::new(Arc::clone(&leg)), self.epoch);
        // The leg holds the sink, and the sink must not hold the leg.
        let sink = Arc::downgrade(&live);
        leg.on_rtp(Box::new(move |rtp| {
            if let Some(live) = sink.upgrade() {
                live.pass_on(&rtp);
            }
        }));
        self.tasks.spawn(watch::watch(Arc::downgrade(&live), name, self.inbox.clone()));
        self.live.insert(name, live);
        self.phones.0.insert(name, Phone { leg, heard });
        tracing::info!(owner = ?name.owner, legs = self.live.len(), "telephone connected");
    }
}

impl MediaLeg for Arc<PhoneLeg> {
    fn send(&self, packet: Rtp) -> bool {
        PhoneLeg::send(self, packet)
    }

    /// A telephone sends no pictures.
    fn want_keyframe(&self, _: Track) {}

    fn arrivals(&self) -> Arrivals {
        PhoneLeg::arrivals(self)
    }

    fn round_trip_ms(&self) -> Option<u32> {
        PhoneLeg::round_trip_ms(self)
    }

    /// A telephone may be silent for as long as it likes: its call tells when it is gone.
    fn heard(&self) -> Option<Instant> {
        None
    }

    fn codec(&self) -> Codec {
        PhoneLeg::codec(self)
    }

    fn takes(&self, codec: Codec) -> bool {
        PhoneLeg::takes(self, codec)
    }

    fn close(&self) -> Closing {
        self.hang_up();
        Box::pin(std::future::ready(()))
    }

    /// There is no ICE in a telephone.
    fn restartable(&self) -> Option<Leg> {
        None
    }
}

/// Why somebody was not reached.
fn told(why: sip::DialFailure) -> DialFailure {
    match why {
        sip::DialFailure::Busy => DialFailure::Busy,
        sip::DialFailure::NotAnswered => DialFailure::NotAnswered,
        sip::DialFailure::NotFound => DialFailure::NotFound,
        sip::DialFailure::Refused => DialFailure::Refused,
        sip::DialFailure::CarrierTrouble => DialFailure::CarrierTrouble,
    }
}

/// Why no call was made at all.
fn not_made(refused: &DialRefused) -> DialFailure {
    match refused {
        DialRefused::NotSetUp => DialFailure::NotSetUp,
        DialRefused::TooManyAtOnce | DialRefused::TooManyToday | DialRefused::NoLine => {
            DialFailure::LimitReached
        }
        DialRefused::Closing => DialFailure::CarrierTrouble,
        DialRefused::Number(forbidden) => match forbidden {
            Forbidden::NoNumber
            | Forbidden::OtherCharacters
            | Forbidden::Incomplete
            | Forbidden::WrongLength => DialFailure::NotANumber,
            Forbidden::Foreign | Forbidden::CarrierCode => DialFailure::Foreign,
            Forbidden::Emergency => DialFailure::Emergency,
            Forbidden::Service | Forbidden::Special => DialFailure::Special,
            Forbidden::RefusedHere => DialFailure::RefusedHere,
        },
    }
}

fn turned_away(why: Refusal) -> TurnedAway {
    match why {
        Refusal::OutOfHours => TurnedAway::OutOfHours,
        Refusal::YearEnd => TurnedAway::YearEnd,
        Refusal::Suspended => TurnedAway::Suspended,
        Refusal::QueueFull => TurnedAway::Full,
    }
}
