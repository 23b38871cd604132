//! Where notes meet the rest of the desk: who opens the vault and when, what the notes say to the server, and a desk
//! that opens without it. Knows no note's contents.

use desk::code::Code;
use desk::contact::Disposition;
use desk::ids::ContactId;
use desk::note::NoteId;
use desk::presence::Chosen;
use desk::time::{Millis, Time};
use link::message::OperatorSays;

use super::desk_stage::Work;
use super::entry::Entry;
use super::notes::{NotOpened, Opened, Seen, VaultJob, VaultNews};
use super::offline::{Offline, worth_keeping};
use super::port::{Output, Secret};
use super::watch::Watch;
use super::{Asked, Controller, Stage, server_time};
use crate::view::Intent;
use crate::view::notes::NoteIntent;

/// Between two renewals for the sync: a token is good for minutes, and one that is refused at once stays so.
const RENEW_FOR_SYNC: Millis = Millis::seconds(60);

/// What the vault may say before the desk is there: that it is open, and a few words of the sync.
const MAX_EARLY: usize = 16;

/// A vault was asked for so that a desk can open without its server.
#[derive(Debug)]
pub(super) struct OfflineTry {
    name: String,
    /// None: the session's token is renewed meanwhile.
    password: Option<Secret>,
}

impl Controller {
    /// A good sign-in by hand, or a renewal: the operator's vault is opened, or told that the server was there.
    pub(super) fn open_vault(&mut self, password: Option<Secret>, out: &mut Vec<Output>) {
        if !self.name.is_empty() {
            self.notes.opening();
            out.push(Output::OpenVault { name: self.name.clone(), password, online: true });
        }
    }

    /// The server does not answer a sign-in: perhaps the vault opens.
    pub(super) fn try_offline(&mut self, password: Option<Secret>, out: &mut Vec<Output>) {
        if self.name.is_empty() || self.offline_try.is_some() || self.offline_given_up || self.notes.is_open()
        {
            return;
        }
        let name = self.name.clone();
        out.push(Output::OpenVault { name: name.clone(), password: password.clone(), online: false });
        self.offline_try = Some(OfflineTry { name, password });
    }

    /// The vault told something.
    pub(super) fn vault(&mut self, now: Time, news: VaultNews, out: &mut Vec<Output>) {
        match (news, self.offline_try.take()) {
            (VaultNews::Unauthorised, attempt) => {
                self.offline_try = attempt;
                self.sync_refused(now, out);
            }
            (VaultNews::Opened(opened), Some(attempt)) => self.opened_offline(now, *opened, attempt, out),
            (VaultNews::NotOpened(why), Some(attempt)) => self.not_opened_offline(why, &attempt),
            (news, attempt) => {
                self.offline_try = attempt;
                self.note_news(now, news);
            }
        }
    }

    fn note_news(&mut self, now: Time, news: VaultNews) {
        match &mut self.stage {
            Stage::Desk(work) => {
                let seen = seen(work, now, self.offset_ms);
                if let Err(code) = self.notes.news(seen, news) {
                    work.note_refused(Some(code));
                }
            }
            // The vault is quicker than the line: the desk that opens with the snapshot hears it first.
            Stage::SignIn(_) => self.early.extend((self.early.len() < MAX_EARLY).then_some(news)),
        }
    }

    /// The desk is there: it hears what the vault said before.
    pub(super) fn hear_early(&mut self, now: Time) {
        for news in std::mem::take(&mut self.early) {
            self.note_news(now, news);
        }
    }

    fn opened_offline(&mut self, now: Time, mut opened: Opened, attempt: OfflineTry, out: &mut Vec<Output>) {
        let Stage::SignIn(entry) = &mut self.stage else { return };
        let Some(kept) = opened.kept.take() else {
            entry.refused(Code::NeverHere);
            out.push(Output::CloseVault);
            return;
        };
        self.stage = Stage::Desk(Box::new(Work::new(*kept)));
        self.watch = Watch::Down { since: now, heard: now, cut: true, fenced: true };
        self.offline = Some(Offline::new(now, attempt.name, attempt.password));
        self.notes.opening();
        self.note_news(now, VaultNews::Opened(Box::new(opened)));
    }

    fn not_opened_offline(&mut self, why: NotOpened, attempt: &OfflineTry) {
        let code = match why {
            NotOpened::NoFolder | NotOpened::Trouble(_) => Code::Unreachable,
            NotOpened::NeverHere => Code::NeverHere,
            NotOpened::WrongPassword | NotOpened::Locked => Code::WrongPassword,
            NotOpened::TooLong => Code::OfflineTooLong,
        };
        // A session that is renewed by its token goes on waiting for the server, and the keyring is not asked each time.
        self.offline_given_up = attempt.password.is_none();
        if let (Stage::SignIn(entry), true) = (&mut self.stage, attempt.password.is_some()) {
            entry.refused(code);
        }
    }

    /// A sign-in was answered for a desk that is open without its server. False: there is none.
    pub(super) fn signed_in_offline(
        &mut self,
        now: Time,
        refused: Option<Code>,
        out: &mut Vec<Output>,
    ) -> bool {
        let Some(offline) = self.offline.as_mut().filter(|offline| offline.is_asking()) else { return false };
        match refused {
            None => {
                let password = self.offline.take().and_then(Offline::into_password);
                self.open_vault(password, out);
            }
            Some(Code::InTalkElsewhere) => {
                let password = self.offline.take().and_then(Offline::into_password);
                self.leave(now, None, out);
                if let Some(password) = password {
                    self.stage = Stage::SignIn(Entry::Asks { password });
                }
            }
            Some(code) if code.passes() || code == Code::Locked => offline.failed(now),
            Some(code) => self.leave(now, Some(code), out),
        }
        true
    }

    /// The sync's token has died: it gets a new one, and the line stays as it is.
    fn sync_refused(&mut self, now: Time, out: &mut Vec<Output>) {
        if self.sync_renewal.is_some_and(|until| now < until) || !self.renewal.is_at_rest() {
            return;
        }
        if self.renewal.ask(out) {
            self.sync_renewal = Some(now + RENEW_FOR_SYNC);
        }
    }

    /// The notes come first; gives back what is not theirs.
    pub(super) fn after_notes(&mut self, now: Time, intent: Intent, out: &mut Vec<Output>) -> Option<Intent> {
        if let Intent::Note { note } = intent {
            self.note_intent(now, note, out);
            return None;
        }
        let finished =
            matches!(intent, Intent::Finish { disposition } if self.note_finishes(now, disposition));
        let forbidden = matches!(intent, Intent::Choose { chosen } if self.note_forbids(chosen));
        (!finished && !forbidden).then_some(intent)
    }

    /// A person did something with notes.
    fn note_intent(&mut self, now: Time, note: NoteIntent, out: &mut Vec<Output>) {
        if let (NoteIntent::Unlock { password }, true) = (&note, self.notes.wants_password()) {
            let password = Some(Secret(password.clone()));
            return self.open_vault(password, out);
        }
        if let NoteIntent::TakeNumber { note } = note {
            return self.ask_number(note, out);
        }
        let Stage::Desk(work) = &mut self.stage else { return };
        let awake = matches!(note, NoteIntent::Awake);
        let done = self.notes.intent(seen(work, now, self.offset_ms), note);
        if !awake {
            work.note_refused(done.err());
        }
    }

    /// 発信番号を使う: only the server has it, so that a desk without its server says so at once.
    fn ask_number(&mut self, note: NoteId, out: &mut Vec<Output>) {
        let Stage::Desk(work) = &mut self.stage else { return };
        let known = if self.watch.is_up() { self.notes.wants_number(note) } else { Err(Code::Unreachable) };
        work.note_refused(known.err());
        if let Ok(contact) = known {
            self.say(OperatorSays::Number { contact }, Asked::Other, out);
        }
    }

    /// 対応を完了 of the workspace. True: the note decides, and says it when it is safe.
    fn note_finishes(&mut self, now: Time, disposition: Disposition) -> bool {
        let Stage::Desk(work) = &mut self.stage else { return false };
        match self.notes.finish(seen(work, now, self.offset_ms), disposition) {
            Ok(handled) => handled,
            Err(code) => {
                work.note_refused(Some(code));
                true
            }
        }
    }

    /// A contact's note is not safe yet: nobody comes to this seat before it is (domain C-1).
    fn note_forbids(&mut self, chosen: Chosen) -> bool {
        let Stage::Desk(work) = &mut self.stage else { return false };
        let contact = work.state().contact.as_ref().map(|card| card.contact);
        let forbidden = ready(chosen) && self.notes.keeps_from_duty(contact);
        if forbidden {
            work.note_refused(Some(Code::WrongState));
        }
        forbidden
    }

    /// What is being typed goes to the disk as it is.
    pub(super) fn flush_notes(&mut self, now: Time) {
        if let Stage::Desk(work) = &self.stage {
            self.notes.flush(seen(work, now, self.offset_ms));
        }
    }

    /// The program ends.
    pub(super) fn end_notes(&mut self, now: Time) {
        if let Stage::Desk(work) = &self.stage {
            self.notes.write_last(seen(work, now, self.offset_ms));
        }
    }

    /// The operator leaves the desk.
    pub(super) fn close_notes(&mut self, now: Time, out: &mut Vec<Output>) {
        let seen = match &self.stage {
            Stage::Desk(work) => Some(seen(work, now, self.offset_ms)),
            Stage::SignIn(_) => None,
        };
        let asked = self.notes.was_asked_for() || self.offline_try.is_some();
        out.extend(self.notes.close(seen).into_iter().map(Output::Vault));
        (self.offline, self.offline_try, self.kept) = (None, None, None);
        self.early.clear();
        self.offline_given_up = false;
        if asked {
            out.push(Output::CloseVault);
        }
    }

    /// After each input: what the notes do by themselves.
    pub(super) fn settle_notes(&mut self, now: Time, out: &mut Vec<Output>) {
        if let Some(offline) = &mut self.offline {
            offline.tick(now, out);
        }
        let Stage::Desk(work) = &self.stage else { return };
        let seen = seen(work, now, self.offset_ms);
        self.notes.settle(seen);
        let told = self.notes.tells_end(seen);
        let count = self.notes.tells_count(self.watch.is_up());
        out.extend(self.notes.jobs().into_iter().map(Output::Vault));
        if self.watch.is_up() && self.notes.is_open() && std::mem::take(&mut self.stale) {
            let worth = Box::new(worth_keeping(seen.state));
            if self.kept.as_ref() != Some(&worth) {
                self.kept = Some(worth.clone());
                out.push(Output::Vault(VaultJob::Keep(worth)));
            }
        }
        if let Some((contact, disposition)) = told {
            self.say(OperatorSays::Finish { contact, disposition }, Asked::Finish(contact), out);
        }
        if let Some(count) = count {
            self.say(OperatorSays::Unsynced { count }, Asked::Count, out);
        }
    }

    /// The server refused the word that a wrap-up is over.
    pub(super) fn finish_refused(&mut self, now: Time, contact: ContactId, code: Code) {
        if let Stage::Desk(work) = &mut self.stage {
            self.notes.untold(seen(work, now, self.offset_ms), contact, code);
            work.note_refused((!code.passes()).then_some(code));
        }
    }

    /// When notes or an offline desk want to be woken.
    pub(super) fn note_deadlines(&self) -> [Option<(Time, &'static str)>; 2] {
        let notes = match &self.stage {
            Stage::Desk(work) => self.notes.deadline(work.state().forms.lock_after_ms),
            Stage::SignIn(_) => None,
        };
        let offline = self.offline.as_ref().and_then(Offline::deadline).map(|at| (at, "offline"));
        [notes, offline]
    }
}

fn seen(work: &Work, now: Time, offset_ms: i64) -> Seen<'_> {
    Seen { now, server: server_time(now, offset_ms), state: work.state() }
}

fn ready(chosen: Chosen) -> bool {
    match chosen {
        Chosen::Available { .. } => true,
        Chosen::Admin
        | Chosen::Lead
        | Chosen::Away
        | Chosen::Break
        | Chosen::Lunch
        | Chosen::Training
        | Chosen::Meeting => false,
    }
}
