//! What lies on the table between a visitor and an operator: written words (筆談), the guidance card on the
//! booth's screen, the consent to the second window, and what is wrong at the booth.
//!
//! It lives here alone, in memory: it reaches neither ledger nor store nor log (nothing here can be
//! printed), goes with its contact, and a restart of the server loses it. Knows no line.

use std::collections::BTreeMap;

use desk::centre::{Centre, ContactView};
use desk::code::Code;
use desk::contact::Phase;
use desk::guard;
use desk::ids::{BoothId, ContactId, OperatorId};
use desk::time::Time;
use link::state::{
    GuidanceCard, MAX_TEXT_CHARS, MAX_TEXTS, ScreenShare, ShownCard, TextCard, VisitorTrouble, Writer,
};

/// Texts of the same writer that the guard reads together with a new one: a number of twelve digits in
/// groups of four takes three.
const READ_TOGETHER: usize = 2;

/// The papers of one contact.
#[derive(Clone, Default)]
pub(super) struct Sheet {
    pub texts: Vec<TextCard>,
    pub shown: Option<ShownCard>,
    pub screen: ScreenShare,
    /// How many texts were ever written here.
    written: u32,
}

/// All papers of the centre.
#[derive(Default)]
pub(super) struct Papers {
    sheets: BTreeMap<ContactId, Sheet>,
    troubles: BTreeMap<BoothId, VisitorTrouble>,
}

impl Papers {
    /// The papers of a contact; empty ones when there are none.
    pub fn sheet(&self, contact: ContactId) -> Sheet {
        self.sheets.get(&contact).cloned().unwrap_or_default()
    }

    /// What is wrong at a booth.
    pub fn trouble(&self, booth: BoothId) -> VisitorTrouble {
        self.troubles.get(&booth).copied().unwrap_or_default()
    }

    /// A booth's page tells what is wrong there.
    pub fn set_trouble(&mut self, booth: BoothId, trouble: VisitorTrouble) {
        self.troubles.insert(booth, trouble);
    }

    /// Lays a written word on the table.
    ///
    /// # Errors
    /// `bad_length`, `individual_number` or `secret_text`; nothing of a refused text is kept.
    pub fn write(&mut self, contact: ContactId, from: Writer, text: &str, at: Time) -> Result<(), Code> {
        let text = clean(text);
        if text.is_empty() || text.chars().count() > MAX_TEXT_CHARS {
            return Err(Code::BadLength);
        }
        let sheet = self.sheets.entry(contact).or_default();
        refuse_what_nobody_may_write(&sheet.texts, from, &text)?;
        if sheet.texts.len() == MAX_TEXTS {
            sheet.texts.remove(0);
        }
        sheet.written += 1;
        sheet.texts.push(TextCard { place: sheet.written, from, text, at });
        Ok(())
    }

    /// Shows a card in the booth, points at one of its steps, or takes it away.
    ///
    /// # Errors
    /// `gone`: no such card or step.
    pub fn guide(
        &mut self,
        contact: ContactId,
        card: Option<&GuidanceCard>,
        pointing: Option<u32>,
    ) -> Result<(), Code> {
        let shown = card.map(|card| ShownCard { card: card.clone(), pointing });
        let steps = card.map_or(0, |card| card.steps.len());
        if pointing.is_some_and(|step| step as usize >= steps) {
            return Err(Code::Gone);
        }
        self.sheets.entry(contact).or_default().shown = shown;
        Ok(())
    }

    /// The operator asks to see the second window, or looks no longer.
    pub fn ask_screen(&mut self, contact: ContactId, wanted: bool) {
        let sheet = self.sheets.entry(contact).or_default();
        sheet.screen = match (wanted, sheet.screen) {
            (false, ScreenShare::Off | ScreenShare::Asked | ScreenShare::On) => ScreenShare::Off,
            (true, ScreenShare::Off | ScreenShare::Asked) => ScreenShare::Asked,
            (true, ScreenShare::On) => ScreenShare::On,
        };
    }

    /// The visitor agrees to show the second window, or shows it no longer.
    ///
    /// # Errors
    /// `wrong_state`: nobody has asked (any more).
    pub fn share_screen(&mut self, contact: ContactId, shared: bool) -> Result<(), Code> {
        let sheet = self.sheets.entry(contact).or_default();
        sheet.screen = match (shared, sheet.screen) {
            (false, ScreenShare::Off | ScreenShare::Asked | ScreenShare::On) => ScreenShare::Off,
            (true, ScreenShare::Asked | ScreenShare::On) => ScreenShare::On,
            (true, ScreenShare::Off) => return Err(Code::WrongState),
        };
        Ok(())
    }

    /// The booth's page was loaded again: what it had opened or reported is over.
    pub fn page_loaded(&mut self, booth: BoothId, contact: Option<ContactId>) {
        self.troubles.remove(&booth);
        if let Some(sheet) = contact.and_then(|contact| self.sheets.get_mut(&contact)) {
            sheet.screen = match sheet.screen {
                ScreenShare::On | ScreenShare::Off => ScreenShare::Off,
                ScreenShare::Asked => ScreenShare::Asked,
            };
        }
    }

    /// Throws away what is over: all of a closed contact, and outside of a talk the card and the consent.
    pub fn tidy(&mut self, centre: &Centre) {
        self.sheets.retain(|contact, sheet| match centre.contact(*contact).map(|known| known.phase) {
            Some(Phase::Connecting | Phase::Live | Phase::Held) => true,
            Some(Phase::Waiting | Phase::Offered | Phase::Wrapping) => {
                (sheet.shown, sheet.screen) = (None, ScreenShare::Off);
                true
            }
            Some(Phase::Closed) | None => false,
        });
        for (booth, trouble) in &mut self.troubles {
            let contact = centre.booth(*booth).contact.and_then(|contact| centre.contact(contact));
            let here = contact.is_some_and(|contact| match contact.phase {
                Phase::Waiting | Phase::Offered | Phase::Connecting | Phase::Live | Phase::Held => true,
                Phase::Wrapping | Phase::Closed => false,
            });
            trouble.walked_away &= here;
        }
    }
}

/// The talk that an operator writes or shows something in.
///
/// # Errors
/// `gone`: not this operator's contact; `wrong_state`: no talk now.
pub(super) fn talk_of_operator(
    centre: &Centre,
    operator: OperatorId,
    contact: ContactId,
) -> Result<(), Code> {
    talk(centre.contact(contact).filter(|known| known.operator == Some(operator)))
}

/// The talk that a booth's visitor writes or agrees to something in.
///
/// # Errors
/// `gone`: not this booth's contact; `wrong_state`: no talk now.
pub(super) fn talk_of_booth(centre: &Centre, booth: BoothId, contact: ContactId) -> Result<(), Code> {
    talk(centre.contact(contact).filter(|known| known.booth == Some(booth)))
}

fn talk(contact: Option<ContactView>) -> Result<(), Code> {
    match contact.map(|contact| contact.phase) {
        Some(Phase::Connecting | Phase::Live | Phase::Held) => Ok(()),
        Some(Phase::Waiting | Phase::Offered | Phase::Wrapping) => Err(Code::WrongState),
        Some(Phase::Closed) | None => Err(Code::Gone),
    }
}

/// Without the blanks around it and without characters that no screen shows; lines are kept.
fn clean(text: &str) -> String {
    let kept = text.chars().filter(|character| !character.is_control() || *character == '\n');
    kept.collect::<String>().trim().to_owned()
}

/// The guard reads a new text alone, and what the same writer wrote just before together with it: a
/// number that is cut into several texts is still that number.
fn refuse_what_nobody_may_write(texts: &[TextCard], from: Writer, text: &str) -> Result<(), Code> {
    guard::check(text).refusal().map_or(Ok(()), Err)?;
    let mut together = vec![text];
    for before in texts.iter().rev().filter(|card| card.from == from).take(READ_TOGETHER) {
        together.insert(0, &before.text);
        for joint in ["", " "] {
            // Words of two texts that only look like a secret when they are read in one go pass: a PIN's
            // name and a year are often that close.
            if guard::check(&together.join(joint)).refusal() == Some(Code::IndividualNumber) {
                return Err(Code::IndividualNumber);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTACT: ContactId = ContactId(1);

    fn write(papers: &mut Papers, from: Writer, text: &str) -> Result<(), Code> {
        papers.write(CONTACT, from, text, Time(1))
    }

    #[test]
    fn a_text_that_nobody_may_write_down_leaves_nothing() {
        let mut papers = Papers::default();
        for (text, code) in [
            ("１２３４－５６７８－９０１８", Code::IndividualNumber),
            ("暗証番号は4649です", Code::SecretText),
            (" \n\u{7} ", Code::BadLength),
            (&"あ".repeat(MAX_TEXT_CHARS + 1), Code::BadLength),
        ] {
            assert_eq!(write(&mut papers, Writer::Visitor, text), Err(code), "{text}");
        }
        assert!(papers.sheet(CONTACT).texts.is_empty());
        assert_eq!(write(&mut papers, Writer::Visitor, &"あ".repeat(MAX_TEXT_CHARS)), Ok(()));
        assert_eq!(write(&mut papers, Writer::Visitor, " 048-782-9922\r\nです\u{0} "), Ok(()));
        assert_eq!(papers.sheet(CONTACT).texts[1].text, "048-782-9922\nです");
    }

    #[test]
    fn a_number_cut_into_several_texts_is_still_that_number() {
        let mut papers = Papers::default();
        for text in ["番号は 1234", "5678"] {
            assert_eq!(write(&mut papers, Writer::Visitor, text), Ok(()));
        }
        assert_eq!(write(&mut papers, Writer::Visitor, "9018"), Err(Code::IndividualNumber));
        // The other side's digits are another text.
        assert_eq!(write(&mut papers, Writer::Operator, "9018"), Ok(()));
        assert_eq!(write(&mut papers, Writer::Visitor, "9018です"), Err(Code::IndividualNumber));
        assert_eq!(write(&mut papers, Writer::Operator, "123456"), Ok(()));
        assert_eq!(write(&mut papers, Writer::Operator, "789018"), Err(Code::IndividualNumber));
    }

    #[test]
    fn the_oldest_text_goes_first_and_its_place_is_not_given_again() {
        let mut papers = Papers::default();
        for n in 0..MAX_TEXTS + 2 {
            assert_eq!(write(&mut papers, Writer::Operator, &format!("{}番です", n % 3)), Ok(()));
        }
        let texts = papers.sheet(CONTACT).texts;
        let places: Vec<u32> = texts.iter().map(|card| card.place).collect();
        assert_eq!(places, (3..=MAX_TEXTS as u32 + 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_window_is_shown_by_both_and_hidden_by_either() {
        let mut papers = Papers::default();
        let screen = |papers: &Papers| papers.sheet(CONTACT).screen;
        assert_eq!(papers.share_screen(CONTACT, true), Err(Code::WrongState), "nobody asked");
        papers.ask_screen(CONTACT, true);
        assert_eq!(screen(&papers), ScreenShare::Asked);
        assert_eq!(papers.share_screen(CONTACT, true), Ok(()));
        papers.ask_screen(CONTACT, true);
        assert_eq!(screen(&papers), ScreenShare::On);
        assert_eq!(papers.share_screen(CONTACT, false), Ok(()));
        assert_eq!(screen(&papers), ScreenShare::Off);
        papers.ask_screen(CONTACT, true);
        papers.ask_screen(CONTACT, false);
        assert_eq!(papers.share_screen(CONTACT, true), Err(Code::WrongState), "taken back");
    }

    #[test]
    fn a_page_that_was_loaded_again_shows_no_window_and_has_told_no_trouble() {
        let (mut papers, booth) = (Papers::default(), BoothId(1));
        papers.ask_screen(CONTACT, true);
        papers.page_loaded(booth, Some(CONTACT));
        assert_eq!(papers.sheet(CONTACT).screen, ScreenShare::Asked, "it can still agree");
        papers.share_screen(CONTACT, true).unwrap();
        papers.set_trouble(booth, VisitorTrouble { camera: true, ..VisitorTrouble::default() });
        papers.page_loaded(booth, Some(CONTACT));
        assert_eq!(papers.sheet(CONTACT).screen, ScreenShare::Off);
        assert_eq!(papers.trouble(booth), VisitorTrouble::default());
    }

    #[test]
    fn a_step_that_the_card_does_not_have_is_not_pointed_at() {
        let card = GuidanceCard {
            card: "photo".into(),
            title: "顔写真".into(),
            steps: vec!["座ります。".into(), "撮ります。".into()],
            quiet: false,
            mask: false,
        };
        let mut papers = Papers::default();
        assert_eq!(papers.guide(CONTACT, Some(&card), Some(1)), Ok(()));
        assert_eq!(papers.guide(CONTACT, Some(&card), Some(2)), Err(Code::Gone));
        assert_eq!(papers.sheet(CONTACT).shown.unwrap().pointing, Some(1), "nothing has changed");
        assert_eq!(papers.guide(CONTACT, None, Some(0)), Err(Code::Gone));
        assert_eq!(papers.guide(CONTACT, None, None), Ok(()));
        assert!(papers.sheet(CONTACT).shown.is_none());
    }
}
