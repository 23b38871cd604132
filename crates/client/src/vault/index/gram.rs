//! Grams: the pieces by which a note is found. One, two and three letters in a row, never across white space,
//! and one for each column that a filter can name. Refuses to know where they are kept.

use super::Columns;

/// The longest piece, letters. With pairs alone, three kana or three digits would be looked for in every
/// note that happens to hold both pairs.
const LONGEST: usize = 3;

/// How many grams a word is looked up by at most; a longer one is sampled evenly. Each costs a read in every
/// chunk, and eight of three letters leave hardly a note that does not hold the word.
const WORD_GRAMS: usize = 8;

/// The number of a gram: 12 bits of bucket, 16 bits of key. Two grams may share a number, which costs a look
/// at a note too many and never a note too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gram(u32);

impl Gram {
    /// How many buckets there are. Each is a blob of about a quarter of a page in a full chunk.
    pub const BUCKETS: usize = 1 << 12;

    /// The bucket in which it lies, below [`Gram::BUCKETS`].
    pub fn bucket(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// Its number within the bucket.
    pub fn key(self) -> u16 {
        (self.0 & 0xffff) as u16
    }

    /// Letters take 21 bits each, three of them 63; the last bit tells columns apart from letters.
    fn of(letters: &[char]) -> Gram {
        Gram::mixed(letters.iter().fold(0, |packed, letter| packed << 21 | u64::from(*letter as u32)))
    }

    fn column(column: u64, value: u32) -> Gram {
        Gram::mixed(1 << 63 | column << 32 | u64::from(value))
    }

    /// MurmurHash3's 64-bit finalizer. The numbers are stored: it may not change without a new index.
    fn mixed(mut bits: u64) -> Gram {
        bits = (bits ^ bits >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        bits = (bits ^ bits >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        Gram((bits ^ bits >> 33) as u32 >> 4)
    }
}

/// Names every gram of a note, some more than once.
pub fn of_note(columns: &Columns, folded: &str, mut name: impl FnMut(Gram)) {
    let mut run: [char; LONGEST] = ['\0'; LONGEST];
    let mut length = 0;
    for letter in folded.chars() {
        if letter == ' ' {
            length = 0;
            continue;
        }
        run.rotate_left(1);
        run[LONGEST - 1] = letter;
        length = (length + 1).min(LONGEST);
        (1..=length).for_each(|size| name(Gram::of(&run[LONGEST - size..])));
    }
    let Columns { category, disposition, operator, channel } = columns;
    name(of_category(*category));
    name(of_disposition(*disposition));
    name(of_operator(operator.0));
    name(of_channel(*channel));
}

/// The grams that a note must hold if it holds this word, a folded text without white space.
pub fn of_word(word: &str) -> Vec<Gram> {
    let letters: Vec<char> = word.chars().collect();
    let windows: Vec<&[char]> = letters.windows(letters.len().clamp(1, LONGEST)).collect();
    let taken = windows.len().min(WORD_GRAMS);
    // From the first to the last, evenly.
    (0..taken).map(|nth| Gram::of(windows[nth * (windows.len() - 1) / (taken - 1).max(1)])).collect()
}

/// The gram of a note's category.
pub fn of_category(category: u16) -> Gram {
    Gram::column(1, u32::from(category))
}

/// The gram of how a note's contact ended.
pub fn of_disposition(disposition: u8) -> Gram {
    Gram::column(2, u32::from(disposition))
}

/// The gram of a note's operator.
pub fn of_operator(operator: u32) -> Gram {
    Gram::column(3, operator)
}

/// The gram of a note's channel.
pub fn of_channel(channel: u8) -> Gram {
    Gram::column(4, u32::from(channel))
}

#[cfg(test)]
mod tests {
    use desk::ids::OperatorId;

    use super::*;

    #[test]
    fn a_note_has_each_gram_of_each_word_in_it() {
        let columns = Columns { category: 104, disposition: 1, operator: OperatorId(7), channel: 0 };
        let (folded, mut grams) = ("戸籍ノ届 012-34", Vec::new());
        of_note(&columns, folded, |gram| grams.push(gram));
        for word in folded.split(' ') {
            let letters: Vec<char> = word.chars().collect();
            for from in 0..letters.len() {
                for to in from + 1..=letters.len() {
                    let part: String = letters[from..to].iter().collect();
                    assert!(of_word(&part).iter().all(|gram| grams.contains(gram)), "{part}");
                }
            }
        }
        assert!(!grams.contains(&of_word("届0")[0]), "no gram across white space");
    }

    #[test]
    fn a_long_word_is_sampled_from_end_to_end() {
        let word: String = ('一'..).take(400).collect();
        let grams = of_word(&word);
        assert_eq!(grams.len(), WORD_GRAMS);
        assert_eq!(grams[0], of_word(&word.chars().take(3).collect::<String>())[0]);
        assert_eq!(grams[7], of_word(&word.chars().skip(397).collect::<String>())[0]);
        assert_eq!(of_word("").len(), 0);
    }
}
