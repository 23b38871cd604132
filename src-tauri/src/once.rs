//! Which intents were carried out already: a command in flight during a page reload comes twice.

use std::collections::VecDeque;

/// Names that are remembered: a person makes a few intents a second, a reload takes well under one.
const REMEMBERED: usize = 64;
/// The longest name taken: the page sends a UUID of 36 characters.
const LONGEST: usize = 64;

/// The last intents' names.
#[derive(Default)]
pub struct Once(VecDeque<String>);

impl Once {
    /// Acts the first time that `name` comes. `act` says whether it was done: only then is the name spent.
    /// False when nothing was done, or when the name is none.
    pub fn done(&mut self, name: &str, act: impl FnOnce() -> bool) -> bool {
        if name.is_empty() || name.len() > LONGEST {
            return false;
        }
        if self.0.iter().any(|known| known == name) {
            return true;
        }
        if !act() {
            return false;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(name.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forbidden() -> bool {
        unreachable!("nothing may be done")
    }

    #[test]
    fn the_same_intent_twice_acts_once() {
        let mut once = Once::default();
        assert!(once.done("a", || true));
        assert!(once.done("a", forbidden));
        let mut acted = false;
        assert!(once.done("b", || {
            acted = true;
            acted
        }));
        assert!(acted);
    }

    #[test]
    fn an_intent_that_the_desk_lost_may_come_again() {
        let mut once = Once::default();
        assert!(!once.done("a", || false));
        assert!(once.done("a", || true));
        assert!(once.done("a", forbidden));
    }

    #[test]
    fn memory_stays_small_and_nameless_intents_do_nothing() {
        let mut once = Once::default();
        for name in 0..REMEMBERED + 1 {
            assert!(once.done(&name.to_string(), || true));
        }
        assert_eq!(once.0.len(), REMEMBERED);
        assert!(!once.done("", forbidden));
        assert!(!once.done(&"x".repeat(LONGEST + 1), forbidden));
    }
}
