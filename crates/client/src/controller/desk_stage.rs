//! The workspace while somebody is signed in: the server's state with what only this desk knows.

use desk::code::Code;
use desk::contact::{Channel, Phase};
use desk::ids::{ContactId, OfferId};
use desk::time::Time;
use link::message::OperatorSays;
use link::state::{ContactCard, DeskChange, DeskState, MAX_TEXT_CHARS, OfferCard};

use super::Asked;
use super::leg::WarmLeg;
use super::port::{LegNews, Sound};
use crate::view::notes::NotesView;
use crate::view::{CheckView, DeskView, Intent, NetworkView, TalkView, Trouble};

/// What this desk knows of its talk beside the server's card.
#[derive(Clone, Debug)]
struct Talk {
    contact: ContactId,
    muted: bool,
    camera_off: bool,
    loss_percent: Option<f32>,
    picture_packets: u32,
    screen_up: bool,
}

impl Talk {
    fn new(contact: ContactId) -> Talk {
        Talk {
            contact,
            muted: false,
            camera_off: false,
            loss_percent: None,
            picture_packets: 0,
            screen_up: false,
        }
    }
}

/// The workspace.
#[derive(Debug)]
pub(super) struct Work {
    state: DeskState,
    accepting: Option<OfferId>,
    /// Answered, declined or refused here: it must not ring again while its end is on the way.
    silenced: Option<OfferId>,
    refused: Option<Code>,
    talk: Option<Talk>,
    round_trip_ms: Option<u32>,
    /// Pressed further than planned: whose wrap-up, and until when by the server's clock.
    extended: Option<(ContactId, Time)>,
    close_refused: bool,
}

impl Work {
    pub(super) fn new(state: DeskState) -> Work {
        let mut work = Work {
            state,
            accepting: None,
            silenced: None,
            refused: None,
            talk: None,
            round_trip_ms: None,
            extended: None,
            close_refused: false,
        };
        work.follow();
        work
    }

    pub(super) fn state(&self) -> &DeskState {
        &self.state
    }

    pub(super) fn snapshot(&mut self, state: DeskState) {
        self.state = state;
        self.follow();
    }

    pub(super) fn change(&mut self, change: DeskChange) {
        self.state.apply(change);
        self.follow();
    }

    /// What this desk knows follows the server's state: nothing outlives its offer or its contact.
    fn follow(&mut self) {
        let offer = self.state.offer.as_ref().map(|card| card.offer);
        self.accepting = self.accepting.filter(|accepting| Some(*accepting) == offer);
        self.silenced = self.silenced.filter(|silenced| Some(*silenced) == offer);
        let asked = self.state.guest.as_ref().map(|guest| guest.contact);
        let talking = self.contact_where(in_talk).or(asked);
        if self.talk.as_ref().map(|talk| talk.contact) != talking {
            self.talk = talking.map(Talk::new);
        }
        let wrapping = self.contact_where(|phase| phase == Phase::Wrapping);
        self.extended = self.extended.filter(|(contact, _)| Some(*contact) == wrapping);
        self.close_refused = self.close_refused && self.is_busy();
    }

    /// Somebody is heard here, or a wrap-up is open.
    fn is_busy(&self) -> bool {
        self.state.contact.is_some() || self.state.guest.is_some()
    }

    /// The server has been silent for too long: nothing can be taken any more.
    pub(super) fn fence(&mut self) {
        self.accepting = None;
        self.silenced = self.state.offer.as_ref().map(|card| card.offer);
    }

    /// A person did something here; gives what is to be said. `now`: the server's clock.
    pub(super) fn intent(
        &mut self,
        intent: Intent,
        fenced: bool,
        now: Time,
    ) -> Option<(OperatorSays, Asked)> {
        self.refused = None;
        self.close_refused = false;
        match intent {
            Intent::Choose { .. } if fenced => {
                self.refused = Some(Code::Unreachable);
                None
            }
            Intent::Choose { chosen } => Some((OperatorSays::Choose { chosen }, Asked::Other)),
            Intent::Answer => self.answer(fenced),
            Intent::Decline { reason } => {
                let offer = self.open_offer(fenced)?.offer;
                self.silenced = Some(offer);
                Some((OperatorSays::Decline { offer, reason }, Asked::Other))
            }
            Intent::Mute { muted } => {
                self.talk.iter_mut().for_each(|talk| talk.muted = muted);
                None
            }
            Intent::CameraOff { off } => {
                self.talk.iter_mut().for_each(|talk| talk.camera_off = off);
                None
            }
            Intent::End => {
                let contact = self.contact_where(in_talk)?;
                Some((OperatorSays::End { contact }, Asked::Other))
            }
            Intent::Finish { disposition } => {
                let contact = self.contact_where(|phase| phase == Phase::Wrapping)?;
                Some((OperatorSays::Finish { contact, disposition }, Asked::Other))
            }
            // These never reach the workspace.
            Intent::SignIn { .. }
            | Intent::SignOut
            | Intent::Picture
            | Intent::TakeOver { .. }
            | Intent::Check { .. }
            | Intent::UseDevice { .. }
            | Intent::TryDevice { .. }
            | Intent::Note { .. } => None,
            Intent::ExtendWrapup => {
                self.extend_wrapup(now);
                None
            }
            Intent::Close => {
                self.close_refused = self.is_busy();
                None
            }
            Intent::Hold { held } => self.tell(|contact| OperatorSays::Hold { contact, held }),
            Intent::Digit { digit } => self.tell(|contact| OperatorSays::Digit { contact, digit }),
            Intent::SettleCallback { contact, result } => {
                Some((OperatorSays::SettleCallback { contact, result }, Asked::Other))
            }
            Intent::CallBack { contact } => Some((OperatorSays::CallBack { contact }, Asked::Other)),
            Intent::Consult { to, blind } => {
                self.tell(|contact| OperatorSays::Consult { contact, to, blind })
            }
            Intent::EndConsult => self.end_consult(),
            Intent::JoinConsult { joined } => {
                self.tell(|contact| OperatorSays::JoinConsult { contact, joined })
            }
            Intent::Transfer => self.tell(|contact| OperatorSays::Transfer { contact }),
            Intent::Suspend { on } => Some((OperatorSays::Suspend { on }, Asked::Other)),
            Intent::RaiseHand { up } => Some((OperatorSays::RaiseHand { up }, Asked::Other)),
            Intent::Mask { on } => self.tell(|contact| OperatorSays::Mask { contact, on }),
            Intent::SendText { text } => self.text(&text),
            Intent::Guide { card, pointing } => {
                self.tell(|contact| OperatorSays::Guide { contact, card, pointing })
            }
            Intent::Screen { wanted } => self.tell(|contact| OperatorSays::Screen { contact, wanted }),
        }
    }

    /// Said by who asked and by who was asked.
    fn end_consult(&self) -> Option<(OperatorSays, Asked)> {
        let contact = self.talk.as_ref()?.contact;
        Some((OperatorSays::EndConsult { contact }, Asked::Other))
    }

    /// What changes the visitor's screen; outside a talk nothing does.
    fn tell(&self, body: impl FnOnce(ContactId) -> OperatorSays) -> Option<(OperatorSays, Asked)> {
        self.contact_where(in_talk).map(|contact| (body(contact), Asked::Other))
    }

    fn text(&mut self, text: &str) -> Option<(OperatorSays, Asked)> {
        let text = text.trim().to_owned();
        if text.is_empty() || text.chars().count() > MAX_TEXT_CHARS {
            self.refused = Some(Code::BadLength);
            return None;
        }
        self.tell(|contact| OperatorSays::Text { contact, text })
    }

    /// One more span of the guide time, from the planned end or, when that has passed, from now.
    fn extend_wrapup(&mut self, now: Time) {
        let contact = self.contact_where(|phase| phase == Phase::Wrapping);
        if let (Some(contact), Some(until)) = (contact, self.wrapup_until()) {
            self.extended = Some((contact, until.max(now) + self.state.wrapup_ms));
        }
    }

    fn wrapup_until(&self) -> Option<Time> {
        let card = self.state.contact.as_ref().filter(|card| card.phase == Phase::Wrapping)?;
        let planned = card.ended.map(|ended| ended + self.state.wrapup_ms);
        self.extended.map(|(_, until)| until).or(planned)
    }

    fn answer(&mut self, fenced: bool) -> Option<(OperatorSays, Asked)> {
        let card = self.open_offer(fenced)?;
        let (offer, fence) = (card.offer, card.fence);
        self.accepting = Some(offer);
        self.silenced = Some(offer);
        Some((OperatorSays::Accept { offer, fence }, Asked::Accept(offer)))
    }

    /// The offer that can still be answered or declined here.
    fn open_offer(&self, fenced: bool) -> Option<&OfferCard> {
        let card = self.state.offer.as_ref()?;
        (!fenced && self.silenced != Some(card.offer)).then_some(card)
    }

    fn contact_where(&self, phase: impl Fn(Phase) -> bool) -> Option<ContactId> {
        self.state.contact.as_ref().filter(|card| phase(card.phase)).map(|card| card.contact)
    }

    pub(super) fn refused(&mut self, asked: Asked, code: Code) {
        self.refused = Some(code);
        if let Asked::Accept(offer) = asked {
            self.accepting = self.accepting.filter(|accepting| *accepting != offer);
        }
    }

    /// What the notes refuse, until the next intent; none: nothing.
    pub(super) fn note_refused(&mut self, code: Option<Code>) {
        self.refused = code;
    }

    pub(super) fn measured(&mut self, news: &LegNews) {
        match news {
            LegNews::Loss(percent) => {
                self.talk.iter_mut().for_each(|talk| talk.loss_percent = Some(*percent));
            }
            LegNews::RoundTrip(ms) => self.round_trip_ms = Some(*ms),
            LegNews::Pictures { packets, screen } => self.talk.iter_mut().for_each(|talk| {
                (talk.picture_packets, talk.screen_up) = (*packets, *screen);
            }),
            LegNews::Offer { .. }
            | LegNews::Broken
            | LegNews::Connected
            | LegNews::Disconnected
            | LegNews::Over => {}
        }
    }

    /// What should ring, as far as this desk is concerned.
    pub(super) fn offer_to_ring(&self) -> Option<&OfferCard> {
        self.open_offer(false)
    }

    /// What may be sent and played: nothing leaves this desk outside a live talk.
    pub(super) fn sound(&self) -> Sound {
        let Some(talk) = &self.talk else { return Sound::default() };
        let Some(card) = &self.state.contact else {
            // Consulted about another desk's call.
            return Sound { microphone: !talk.muted, camera: false, speaker: true, phone: true };
        };
        let live = card.phase == Phase::Live;
        Sound {
            microphone: live && !talk.muted,
            camera: live && !talk.camera_off && sees(card),
            speaker: live || card.phase == Phase::Connecting,
            phone: !sees(card),
        }
    }

    /// What the warm line measured.
    pub(super) fn network(&self, leg: &WarmLeg) -> NetworkView {
        NetworkView {
            server_ms: None,
            exchange_ms: self.round_trip_ms,
            loss_percent: self.talk.as_ref().and_then(|talk| talk.loss_percent),
            media_up: leg.is_up(),
        }
    }

    pub(super) fn view(
        &self,
        fenced: bool,
        leg: &WarmLeg,
        troubles: Vec<Trouble>,
        check: Option<CheckView>,
    ) -> DeskView {
        let mut state = self.state.clone();
        if fenced {
            state.offer = None;
        }
        let talk = self.talk.as_ref().map(|talk| TalkView {
            contact: talk.contact,
            muted: talk.muted,
            camera_off: talk.camera_off,
            media_up: leg.is_up(),
            loss_percent: talk.loss_percent,
            round_trip_ms: self.round_trip_ms,
            picture_packets: talk.picture_packets,
            screen_up: talk.screen_up,
        });
        DeskView {
            state,
            accepting: self.accepting,
            talk,
            refused: self.refused,
            leg_refused: leg.refusal(),
            troubles,
            check,
            wrapup_until: self.wrapup_until(),
            close_refused: self.close_refused,
            notes: NotesView::default(),
        }
    }
}

fn in_talk(phase: Phase) -> bool {
    match phase {
        Phase::Connecting | Phase::Live | Phase::Held => true,
        Phase::Waiting | Phase::Offered | Phase::Wrapping | Phase::Closed => false,
    }
}

fn sees(card: &ContactCard) -> bool {
    match card.channel {
        Channel::Booth => true,
        Channel::Phone => false,
    }
}
