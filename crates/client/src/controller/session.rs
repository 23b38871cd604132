//! How a session begins, goes on and ends: sign-in by hand or by a stored token, renewal, refusal. Knows no contact.

use desk::code::Code;
use desk::time::Time;
use link::message::SignedIn;

use super::entry::{Entry, Renewed};
use super::port::{Output, Secret};
use super::watch::Watch;
use super::{Controller, Stage};

impl Controller {
    pub(super) fn start(&mut self, token: Option<Secret>, out: &mut Vec<Output>) {
        if let Some(token) = token {
            self.stage = Stage::SignIn(Entry::Busy { password: None });
            self.watch = Watch::Connecting;
            self.name = self.account.clone().unwrap_or_default();
            self.line_waits = true;
            self.renewal.keep(token);
            self.renewal.ask(out);
        }
    }

    pub(super) fn open_line(&mut self, token: Secret, out: &mut Vec<Output>) {
        if self.watch == Watch::Idle {
            self.watch = Watch::Connecting;
        }
        self.line_waits = false;
        out.push(Output::OpenLine(token));
    }

    /// A sign-in by hand replaces one that is under way by token, but never another one by hand.
    pub(super) fn sign_in(&mut self, now: Time, name: String, password: String, out: &mut Vec<Output>) {
        let by_token = self.watch != Watch::Idle;
        if matches!(&self.stage, Stage::SignIn(entry) if entry.is_busy()) && !by_token {
            return;
        }
        if by_token {
            self.leave(now, None, out);
        }
        self.name.clone_from(&name);
        let password = Secret(password);
        self.stage = Stage::SignIn(Entry::Busy { password: Some(password.clone()) });
        out.push(Output::SignIn { name, password, take_over: false });
    }

    pub(super) fn sign_in_answered(
        &mut self,
        now: Time,
        result: Result<SignedIn, Code>,
        out: &mut Vec<Output>,
    ) {
        if self.signed_in_offline(now, result.as_ref().err().copied(), out) {
            if let Ok(session) = result {
                self.session_begins(session, out);
            }
            return;
        }
        let Stage::SignIn(entry) = &mut self.stage else { return };
        if !entry.is_busy() || self.watch != Watch::Idle || self.offline_try.is_some() {
            return;
        }
        match (result, entry.password()) {
            (Ok(session), password) => {
                self.open_vault(password, out);
                self.session_begins(session, out);
            }
            (Err(Code::Unreachable | Code::StoreDown), Some(password)) => {
                self.try_offline(Some(password), out);
            }
            (Err(code), _) => entry.refused(code),
        }
    }

    pub(super) fn session_begins(&mut self, session: SignedIn, out: &mut Vec<Output>) {
        let SignedIn { token, refresh, .. } = session;
        self.renewal.keep(Secret(refresh.clone()));
        out.push(Output::StoreToken(Secret(refresh)));
        out.push(Output::SyncToken(Secret(token.clone())));
        self.open_line(Secret(token), out);
    }

    pub(super) fn refreshed(&mut self, now: Time, result: Result<SignedIn, Code>, out: &mut Vec<Output>) {
        match self.renewal.answered(now, result.as_ref().err().copied()) {
            Renewed::Nothing => {}
            Renewed::Later => {
                if self.before_the_desk() {
                    self.try_offline(None, out);
                }
            }
            Renewed::Yes => {
                if let Ok(session) = result {
                    self.session_goes_on(session, out);
                }
            }
            Renewed::No(code) => self.refused_for_good(now, code, out),
        }
    }

    /// A line that is up needs no new token: opening it again would cut a talk short.
    pub(super) fn session_goes_on(&mut self, session: SignedIn, out: &mut Vec<Output>) {
        let SignedIn { token, refresh, .. } = session;
        self.renewal.replace(Secret(refresh.clone()));
        out.push(Output::StoreToken(Secret(refresh)));
        if self.line_waits {
            self.offline = None;
            self.open_vault(None, out);
        }
        out.push(Output::SyncToken(Secret(token.clone())));
        if self.line_waits {
            self.open_line(Secret(token), out);
        } else {
            self.renewal.worked();
        }
    }

    /// A token lives for minutes: a line that is refused for it goes on with a new one, once, and with
    /// what is not answered yet.
    pub(super) fn refused_by_line(&mut self, now: Time, code: Code, out: &mut Vec<Output>) {
        if matches!(code, Code::Unauthorised | Code::Expired) {
            self.line_waits = true;
            if !self.renewal.is_at_rest() || self.renewal.ask(out) {
                self.watch.cut(now);
                return;
            }
        }
        self.refused_for_good(now, code, out);
    }

    pub(super) fn refused_for_good(&mut self, now: Time, code: Code, out: &mut Vec<Output>) {
        if matches!(code, Code::Unauthorised | Code::Expired | Code::Replaced | Code::NotSignedIn) {
            out.push(Output::ClearToken);
        }
        self.leave(now, Some(code), out);
    }

    /// Back to the sign-in screen.
    pub(super) fn leave(&mut self, now: Time, error: Option<Code>, out: &mut Vec<Output>) {
        self.leg.stop(out);
        self.set_check(false, out);
        self.close_notes(now, out);
        self.line_waits = false;
        self.renewal.forget();
        self.hours.hurry();
        if self.watch != Watch::Idle {
            out.push(Output::CloseLine);
        }
        self.watch = Watch::Idle;
        self.pending.clear();
        self.stage = Stage::SignIn(Entry::Idle { error });
    }
}
