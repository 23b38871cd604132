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
    /// True the first time that `name` comes; false for a repetition or a name that is none.
    pub fn first(&mut self, name: &str) -> bool {
        if name.is_empty() || name.len() > LONGEST || self.0.iter().any(|known| known == name) {
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

    #[test]
    fn the_same_intent_twice_acts_once() {
        let mut once = Once::default();
        assert!(once.first("a"));
        assert!(!once.first("a"));
        assert!(once.first("b"));
    }

    #[test]
    fn memory_stays_small_and_nameless_intents_do_nothing() {
        let mut once = Once::default();
        for name in 0..REMEMBERED + 1 {
            assert!(once.first(&name.to_string()));
        }
        assert_eq!(once.0.len(), REMEMBERED);
        assert!(!once.first(""));
        assert!(!once.first(&"x".repeat(LONGEST + 1)));
    }
}
