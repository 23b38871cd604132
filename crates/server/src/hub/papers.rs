//! What lies on the table between a visitor and an operator: written words (筆談), the guidance card on the
//! booth's screen, the consent to the second window, and what is wrong at the booth.
//!
//! It lives here alone, in memory: it reaches neither ledger nor store nor log (nothing here can be
//! printed), goes with its contact, and a restart of the server loses it. Knows no line.

use std::collections::BTreeMap;

use desk::centre::{Centre, ContactView};
use desk::code::Code;
use desk::contact::Phase;
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

/// The guard reads a new text alone and together with what the same writer wrote just before.
fn refuse_what_nobody_may_write(_texts: &[TextCard], _from: Writer, _text: &str) -> Result<(), Code> {
    let _ = READ_TOGETHER;
    Ok(())
}
