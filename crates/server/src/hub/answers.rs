//! The answers that were given: the same request again gets the same answer, and no second effect.

use std::collections::VecDeque;

use desk::code::Code;
use link::message::RequestId;

/// Answers kept per operator and per booth. A client repeats at most 64 unanswered requests after a cut.
const KEPT: usize = 64;

/// One party's last answers.
#[derive(Debug, Default)]
pub(super) struct Answers {
    given: VecDeque<(RequestId, Option<Code>)>,
}

impl Answers {
    /// The answer that this request got before.
    pub fn given(&self, request: RequestId) -> Option<Option<Code>> {
        self.given.iter().find(|(name, _)| *name == request).map(|(_, refused)| *refused)
    }

    /// Keeps an answer.
    pub fn keep(&mut self, request: RequestId, refused: Option<Code>) {
        if self.given.len() == KEPT {
            self.given.pop_front();
        }
        self.given.push_back((request, refused));
    }
}
