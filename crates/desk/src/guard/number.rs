//! Twelve digits in a row, in three groups of four or one by one, that may be an Individual Number.
//!
//! Digits are joined only so far: joining any groups would find a number in every list of telephones.

/// Between two groups of one number there are at most this many signs, such as ` - `.
const LONGEST_JOINT: usize = 3;
/// Digits of an Individual Number.
const TWELVE: usize = 12;
/// What every dash counts as.
const DASH: char = '-';
/// The groups in which 申請書ID is printed, 23 digits.
pub(super) const APPLICATION_GROUPS: [usize; 6] = [4, 4, 4, 4, 4, 3];

/// What was found in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Twelve digits with a right check digit.
    pub individual_number: bool,
    /// Twelve digits with a wrong one.
    pub twelve_digits: bool,
    /// 23 digits.
    pub application_id: bool,
}

/// What stands between a group of digits and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// Something else: the two have nothing to do with each other.
    Apart,
    /// Space only: they may be one number or two.
    Space,
    /// A mark: they are one number as long as the mark stays the same.
    Mark(char),
}

/// Digits without anything between them, and how the next group follows.
pub(super) struct Group {
    /// Where it begins in the folded text.
    pub start: usize,
    /// Its digits.
    pub digits: Vec<u32>,
    /// It begins with `+81`: a telephone number as seen from abroad, twelve digits too for a mobile one.
    pub abroad: bool,
    /// How the next group follows.
    pub next: Joint,
}

impl Group {
    /// The place behind its last digit.
    pub fn end(&self) -> usize {
        self.start + self.digits.len()
    }
}

/// Looks for numbers in a folded text.
pub(super) fn look(text: &[char]) -> Found {
    let groups = groups(text);
    let mut found = Found::default();
    let mut free = vec![true; groups.len()];
    for (place, group) in groups.iter().enumerate() {
        match group.digits.len() {
            TWELVE if !group.abroad => found.judge(&group.digits),
            23 => found.application_id = true,
            _ => {}
        }
        if let Some(whole) = joined(&groups[place..], &APPLICATION_GROUPS) {
            found.application_id = true;
            free[place..place + whole.len()].fill(false);
        }
    }
    look_at_fours(&groups, &free, &mut found);
    look_at_single_digits(&groups, &mut found);
    found
}

impl Found {
    fn judge(&mut self, digits: &[u32]) {
        if digits.iter().all(|digit| *digit == 0) {
            // A blank to be filled in; nobody has this number.
            return;
        }
        match check_digit(digits) == digits.last().copied() {
            true => self.individual_number = true,
            false => self.twelve_digits = true,
        }
    }
}

/// The check digit that the first eleven digits ask for. Source: 平成26年総務省令第85号, article
/// 5: weights 6,5,4,3,2,7,6,5,4,3,2, the sum modulo 11.
fn check_digit(digits: &[u32]) -> Option<u32> {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 =
        WEIGHTS.iter().zip(digits.get(..WEIGHTS.len())?).map(|(weight, digit)| weight * digit).sum();
    Some(match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    })
}

/// Every group of digits in a folded text.
pub(super) fn groups(text: &[char]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.iter().position(char::is_ascii_digit) {
        let (digits, after) = run_of_digits(&rest[start..]);
        let abroad = start > 0 && rest[start - 1] == '+' && digits.starts_with(&[8, 1]);
        let gap = after.iter().position(char::is_ascii_digit);
        let next = gap.map_or(Joint::Apart, |gap| joint(&after[..gap]));
        let start = text.len() - rest.len() + start;
        groups.push(Group { start, digits, abroad, next });
        rest = after;
    }
    groups
}

fn run_of_digits(text: &[char]) -> (Vec<u32>, &[char]) {
    let end = text.iter().position(|letter| !letter.is_ascii_digit()).unwrap_or(text.len());
    let digits = text[..end].iter().filter_map(|digit| digit.to_digit(10)).collect();
    (digits, &text[end..])
}

/// How what stands between two groups joins them.
pub(super) fn joint(between: &[char]) -> Joint {
    if between.len() > LONGEST_JOINT {
        return Joint::Apart;
    }
    let mut found = Joint::Space;
    for letter in between {
        let mark = match letter {
            // A new line begins something new.
            '\n' | '\r' => return Joint::Apart,
            letter if letter.is_whitespace() => continue,
            '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '─' | '━' | 'ー' => DASH,
            '・' | '.' | '·' => '.',
            '/' | ',' | '_' => *letter,
            _ => return Joint::Apart,
        };
        found = match found {
            Joint::Space => Joint::Mark(mark),
            Joint::Mark(same) if same == mark => found,
            Joint::Mark(_) | Joint::Apart => return Joint::Apart,
        };
    }
    found
}

/// The first groups, when they have these lengths and nothing else between them than joints.
pub(super) fn joined<'a>(groups: &'a [Group], lengths: &[usize]) -> Option<&'a [Group]> {
    let whole = groups.get(..lengths.len())?;
    let fits = whole.iter().zip(lengths).all(|(group, length)| group.digits.len() == *length);
    let inner = &whole[..lengths.len() - 1];
    (fits && inner.iter().all(|group| group.next != Joint::Apart)).then_some(whole)
}

fn digits_of(groups: &[Group]) -> Vec<u32> {
    groups.iter().flat_map(|group| group.digits.iter().copied()).collect()
}

/// Three groups of four that are a number of their own.
fn look_at_fours(groups: &[Group], free: &[bool], found: &mut Found) {
    for place in 0..groups.len() {
        let Some(whole) = joined(&groups[place..], &[4; 3]) else { continue };
        let end = place + whole.len();
        let before = place.checked_sub(1).map(|before| &groups[before]);
        let outside = [
            before.map(|group| (group.next, group.digits.len())),
            groups.get(end).map(|group| (whole[2].next, group.digits.len())),
        ];
        let own = is_of_its_own(whole[0].next, whole[1].next, outside.into_iter().flatten());
        if own && free[place..end].iter().all(|free| *free) {
            found.judge(&digits_of(whole));
        }
    }
}

/// Whether three groups, joined so, are neither part of a longer number nor cut out of two others.
/// `outside` is what follows on either side: how, and how many digits.
fn is_of_its_own(first: Joint, second: Joint, mut outside: impl Iterator<Item = (Joint, usize)>) -> bool {
    let marked = |joint| matches!(joint, Joint::Mark(_));
    match (first, second) {
        // The same mark on both sides of a group makes one number of all of them.
        (Joint::Mark(one), Joint::Mark(other)) => one == other && outside.all(|(joint, _)| joint != first),
        // 1234 5678 2026/04/01, or 048-782-9922 1234 5678: the end of another number.
        (Joint::Space, Joint::Space) => outside.all(|(joint, digits)| !marked(joint) || digits == 4),
        // 1234-5678 9018, unless a mark shows that each belongs elsewhere: 03-1234-5678 0480-12-3456.
        (Joint::Space, Joint::Mark(mark)) | (Joint::Mark(mark), Joint::Space) => {
            mark == DASH && outside.all(|(joint, _)| !marked(joint))
        }
        (Joint::Apart, _) | (_, Joint::Apart) => false,
    }
}

/// Twelve digits one by one, as they come out of a form's boxes.
fn look_at_single_digits(groups: &[Group], found: &mut Found) {
    let mut run: Vec<u32> = Vec::new();
    for group in groups {
        if let [digit] = group.digits[..] {
            run.push(digit);
        }
        if group.digits.len() != 1 || group.next == Joint::Apart {
            if run.len() == TWELVE {
                found.judge(&run);
            }
            run.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_the_rule() {
        assert_eq!(check_digit(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]), Some(8));
        assert_eq!(check_digit(&[0; 11]), Some(0));
        assert_eq!(check_digit(&[1; 10]), None);
    }
}
