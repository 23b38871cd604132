//! What a listener is played, and in which order.
//!
//! Refuses to know who listens, packets and files.

/// A piece of sound that is made before anybody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// Two bells and a pause: five seconds.
    Chime,
    /// A calm melody.
    Melody,
    /// The ringing tone of a Japanese exchange: three seconds.
    Ringback,
    /// Spoken words.
    Said(Announcement),
}

/// Spoken words. The names are those of their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Announcement {
    /// Who answers here; the first thing that a caller hears.
    Greeting,
    /// Everybody is busy; please wait as you are.
    Busy,
    /// Please wait a moment.
    PleaseWait,
    /// The day's hours are over or have not begun.
    OutOfHours,
    /// Closed over the turn of the year.
    YearEnd,
    /// More callers wait than can be served.
    Full,
    /// Closed for the time being.
    Suspended,
}

impl Announcement {
    /// Every one.
    pub const ALL: [Announcement; 7] = [
        Announcement::Greeting,
        Announcement::Busy,
        Announcement::PleaseWait,
        Announcement::OutOfHours,
        Announcement::YearEnd,
        Announcement::Full,
        Announcement::Suspended,
    ];

    /// The file's name in a folder of sounds.
    pub fn file(self) -> &'static str {
        match self {
            Announcement::Greeting => "greeting.wav",
            Announcement::Busy => "busy.wav",
            Announcement::PleaseWait => "please-wait.wav",
            Announcement::OutOfHours => "out-of-hours.wav",
            Announcement::YearEnd => "year-end.wav",
            Announcement::Full => "full.wav",
            Announcement::Suspended => "suspended.wav",
        }
    }
}

/// Why a caller is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedAway {
    /// Outside the hours.
    OutOfHours,
    /// Over the turn of the year.
    YearEnd,
    /// Too many wait already.
    Full,
    /// Closed for the time being.
    Suspended,
}

/// What a listener is tuned in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The waiting chime for ever: a booth's visitor waits.
    Waiting,
    /// The melody for ever: the operator holds the talk.
    Hold,
    /// A caller comes in: the greeting, and then [`Program::Queue`].
    Greeting,
    /// A caller waits: the melody, and every half minute that everybody is still busy.
    Queue,
    /// A caller whose operator is lost: please wait, and then the melody for ever.
    PleaseWait,
    /// An operator calls, and it rings there.
    Ringback,
    /// A caller is not let in: the reason, once. This one ends.
    TurnedAway(TurnedAway),
}

/// The melody between two words that everybody is busy: two rounds of 15 s.
const QUEUE: &[Piece] = &[Piece::Melody, Piece::Melody, Piece::Said(Announcement::Busy)];

impl Program {
    /// What is played once, at the beginning.
    pub(crate) fn once(self) -> &'static [Piece] {
        match self {
            Program::Waiting | Program::Hold | Program::Queue | Program::Ringback => &[],
            Program::Greeting => &[Piece::Said(Announcement::Greeting)],
            Program::PleaseWait => &[Piece::Said(Announcement::PleaseWait)],
            Program::TurnedAway(TurnedAway::OutOfHours) => &[Piece::Said(Announcement::OutOfHours)],
            Program::TurnedAway(TurnedAway::YearEnd) => &[Piece::Said(Announcement::YearEnd)],
            Program::TurnedAway(TurnedAway::Full) => &[Piece::Said(Announcement::Full)],
            Program::TurnedAway(TurnedAway::Suspended) => &[Piece::Said(Announcement::Suspended)],
        }
    }

    /// What is played again and again after that; nothing when the program ends.
    pub(crate) fn round(self) -> &'static [Piece] {
        match self {
            Program::Waiting => &[Piece::Chime],
            Program::Ringback => &[Piece::Ringback],
            Program::Hold | Program::PleaseWait => &[Piece::Melody],
            Program::Greeting | Program::Queue => QUEUE,
            Program::TurnedAway(_) => &[],
        }
    }

    /// Whether there is an end to hear.
    pub fn ends(self) -> bool {
        self.round().is_empty()
    }
}

/// Where in a program a listener is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    program: Program,
    /// Which piece, counted over the program's beginning and all its rounds.
    piece: usize,
    packet: usize,
}

impl Place {
    pub(crate) fn start(program: Program) -> Place {
        Place { program, piece: 0, packet: 0 }
    }

    /// The next packet, given how many packets each piece has; none at the program's end.
    pub(crate) fn next(&mut self, packets: impl Fn(Piece) -> usize) -> Option<(Piece, usize)> {
        let piece = self.at()?;
        let packet = self.packet;
        self.packet += 1;
        if self.packet >= packets(piece) {
            self.packet = 0;
            // Back to the start of the round, so that the count never runs away.
            let (once, all) =
                (self.program.once().len(), self.program.once().len() + self.program.round().len());
            self.piece = if self.piece + 1 == all && !self.program.ends() { once } else { self.piece + 1 };
        }
        Some((piece, packet))
    }

    fn at(self) -> Option<Piece> {
        self.program.once().iter().chain(self.program.round()).nth(self.piece).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is heard of a program if each piece has so many packets.
    fn heard(program: Program, packets: usize, most: usize) -> Vec<(Piece, usize)> {
        let mut place = Place::start(program);
        std::iter::from_fn(|| place.next(|_| packets)).take(most).collect()
    }

    #[test]
    fn a_caller_hears_the_greeting_once_and_then_music_and_words_in_turn() {
        let pieces: Vec<Piece> =
            heard(Program::Greeting, 2, 16).into_iter().map(|(piece, _)| piece).collect();
        let (greeting, busy) = (Piece::Said(Announcement::Greeting), Piece::Said(Announcement::Busy));
        let round = [Piece::Melody, Piece::Melody, Piece::Melody, Piece::Melody, busy, busy];
        assert_eq!(pieces[..2], [greeting; 2]);
        assert_eq!(pieces[2..8], round);
        assert_eq!(pieces[8..14], round);
    }

    #[test]
    fn only_those_who_are_turned_away_hear_an_end() {
        for reason in [TurnedAway::OutOfHours, TurnedAway::YearEnd, TurnedAway::Full, TurnedAway::Suspended] {
            let program = Program::TurnedAway(reason);
            assert!(program.ends());
            assert_eq!(heard(program, 3, 100).len(), 3, "{reason:?}");
        }
        for program in
            [Program::Waiting, Program::Hold, Program::Greeting, Program::Queue, Program::PleaseWait]
        {
            assert!(!program.ends());
            assert_eq!(heard(program, 3, 1_000).len(), 1_000, "{program:?}");
        }
    }

    #[test]
    fn waiting_and_holding_sound_different_and_each_begins_at_its_beginning() {
        assert_eq!(heard(Program::Waiting, 5, 1), [(Piece::Chime, 0)]);
        assert_eq!(heard(Program::Hold, 5, 6)[5], (Piece::Melody, 0));
    }
}
