//! Texts, cards, the second window and the mask between a desk and a booth.

use super::*;
use desk::contact::{Disposition, Mask};
use desk::end::EndReason;
use link::state::{CallbackCard, Caller, MAX_CALLBACKS, ScreenShare, VisitorTrouble, Writer};

/// A day on which everything is open.
fn noon() -> Time {
    at((2026, 11, 24), 12, 0)
}

fn texts(state: &DeskState) -> Vec<(Writer, String)> {
    let cards = state.contact.as_ref().map(|card| card.texts.clone()).unwrap_or_default();
    cards.into_iter().map(|card| (card.from, card.text)).collect()
}

#[tokio::test]
async fn what_is_written_is_read_on_both_sides_and_goes_with_its_contact() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(folder.path(), noon()).await;
    let (mut desk, mut booth, _exchange, bridge) = centre.talk().await;
    let contact = bridge.contact;
    let mut other_desk = centre.desk(OperatorId(2), None).await;
    let mut other_booth = centre.booth(BoothId(2), None).await;

    assert_eq!(booth.ask(booth_text(contact, "耳が聞こえません")).await, None);
    assert_eq!(desk.ask(desk_text(contact, "こちらに書きますね")).await, None);
    desk.until(|state| texts(state).len() == 2).await;
    assert_eq!(texts(&desk.state)[0], (Writer::Visitor, "耳が聞こえません".to_owned()));
    let read = |state: &BoothState| state.contact.as_ref().map_or(0, |card| card.texts.len());
    booth.until(|state| read(state) == 2).await;
    assert_eq!(desk.ask(desk_text(contact, "1234 5678 9018")).await, Some(Code::IndividualNumber));
    assert_eq!(booth.ask(booth_text(contact, " ")).await, Some(Code::BadLength));

    // Nobody else writes here, and nobody else reads.
    assert_eq!(other_desk.ask(desk_text(contact, "x")).await, Some(Code::Gone));
    assert_eq!(other_booth.ask(booth_text(contact, "x")).await, Some(Code::Gone));
    assert_eq!(other_desk.ask(OperatorSays::Screen { contact, wanted: true }).await, Some(Code::Gone));
    assert!(other_desk.state.contact.is_none() && other_booth.state.contact.is_none());

    // In wrap-up the operator still has them; the next visitor's screen is clear.
    assert_eq!(booth.ask(BoothSays::Leave { contact }).await, None);
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Wrapping)).await;
    assert_eq!(texts(&desk.state).len(), 2);
    booth.until(|state| read(state) == 0).await;
    assert_eq!(desk.ask(desk_text(contact, "x")).await, Some(Code::WrongState));
    let finish = OperatorSays::Finish { contact, disposition: Disposition::Guided };
    assert_eq!(desk.ask(finish).await, None);
    desk.until(|state| state.contact.is_none()).await;
    assert_eq!(desk.ask(desk_text(contact, "x")).await, Some(Code::Gone));

    // A desk that was away all the time is not told of them from what was kept for its return.
    let from_before = Some(Resume { stream: desk.stream, event: 1 });
    let again = centre.desk(OP, from_before).await;
    assert!(!again.resumed && again.stream == desk.stream && again.state.contact.is_none());
    centre.close().await;
}

#[tokio::test]
async fn a_waiting_visitor_writes_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(folder.path(), noon()).await;
    let mut booth = centre.booth(BOOTH, None).await;
    assert_eq!(booth.ask(BoothSays::Ring).await, None);
    booth.until(|state| state.contact.is_some()).await;
    let contact = booth.state.contact.clone().unwrap().contact;
    assert_eq!(booth.ask(booth_text(contact, "x")).await, Some(Code::WrongState));
    assert_eq!(booth.ask(BoothSays::Screen { contact, shared: true }).await, Some(Code::WrongState));
    centre.close().await;
}

#[tokio::test]
async fn a_card_is_shown_and_pointed_at_and_a_window_shown_with_consent() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(folder.path(), noon()).await;
    let (mut desk, mut booth, _exchange, bridge) = centre.talk().await;
    let contact = bridge.contact;
    let name = desk.state.guidance[0].card.clone();
    let guide = |card: Option<&str>, pointing| OperatorSays::Guide {
        contact,
        card: card.map(str::to_owned),
        pointing,
    };
    assert_eq!(desk.ask(guide(Some(&name), Some(1))).await, None);
    let shown = |state: &BoothState| state.contact.as_ref().and_then(|card| card.shown.clone());
    booth.until(|state| shown(state).is_some_and(|shown| shown.pointing == Some(1))).await;
    assert_eq!(shown(&booth.state).unwrap().card, desk.state.guidance[0]);
    assert_eq!(desk.ask(guide(Some("no_such_card"), None)).await, Some(Code::Gone));

    let screen = |state: &DeskState| state.contact.as_ref().map(|card| card.screen);
    assert_eq!(booth.ask(BoothSays::Screen { contact, shared: true }).await, Some(Code::WrongState));
    assert_eq!(desk.ask(OperatorSays::Screen { contact, wanted: true }).await, None);
    booth.until(|state| state.contact.as_ref().unwrap().screen == ScreenShare::Asked).await;
    assert_eq!(booth.ask(BoothSays::Screen { contact, shared: true }).await, None);
    desk.until(|state| screen(state) == Some(ScreenShare::On)).await;

    // A page that was loaded again shows nothing any more, and keeps the card.
    let trouble = VisitorTrouble { camera: true, ..VisitorTrouble::default() };
    assert_eq!(booth.ask(BoothSays::Trouble { trouble }).await, None);
    desk.until(|state| state.contact.as_ref().unwrap().trouble == trouble).await;
    let mut booth = centre.booth(BOOTH, None).await;
    desk.until(|state| screen(state) == Some(ScreenShare::Off)).await;
    assert_eq!(desk.state.contact.as_ref().unwrap().trouble, VisitorTrouble::default());
    assert!(shown(&booth.state).is_some());

    // With the talk the card and the window end.
    assert_eq!(desk.ask(OperatorSays::Screen { contact, wanted: true }).await, None);
    assert_eq!(desk.ask(OperatorSays::End { contact }).await, None);
    booth.until(|state| shown(state).is_none()).await;
    desk.until(|state| screen(state) == Some(ScreenShare::Off)).await;
    assert_eq!(booth.ask(BoothSays::Screen { contact, shared: true }).await, Some(Code::WrongState));
    centre.close().await;
}

#[tokio::test]
async fn the_mask_reaches_exchange_desk_and_booth_and_outlives_the_server_while_texts_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(folder.path(), noon()).await;
    let (mut desk, mut booth, mut exchange, bridge) = centre.talk().await;
    let contact = bridge.contact;
    assert_eq!(desk.ask(desk_text(contact, "目隠しにします")).await, None);
    assert_eq!(desk.ask(OperatorSays::Mask { contact, on: true }).await, None);
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Mask { .. })).await;
    assert_eq!(order, ExchangeOrder::Mask { contact, fence: bridge.fence, masked: true });
    desk.until(|state| state.contact.as_ref().unwrap().mask == Mask::On).await;
    booth.until(|state| state.contact.as_ref().is_some_and(|card| card.mask == Mask::On)).await;
    centre.close().await;

    let mut centre = Centre::open(folder.path(), Time(noon().0 + 60_000)).await;
    let mut booth = centre.booth(BOOTH, None).await;
    let card = booth.state.contact.clone().unwrap();
    assert_eq!((card.contact, card.mask), (contact, Mask::On));
    assert!(card.texts.is_empty());
    // The exchange kept its bridge, and missed the mask: it hears of it again.
    let mut exchange = centre.exchange(vec![Bridge { masked: false, ..bridge }]).await;
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Mask { .. })).await;
    assert_eq!(order, ExchangeOrder::Mask { contact, fence: bridge.fence, masked: true });
    assert_eq!(booth.ask(BoothSays::Mask { contact, on: false }).await, None);
    booth.until(|state| state.contact.as_ref().unwrap().mask == Mask::Off).await;
    centre.close().await;
}

#[tokio::test]
async fn a_desk_with_as_many_and_as_long_texts_as_can_be_fits_into_a_frame() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(folder.path(), noon()).await;
    let (mut desk, _booth, _exchange, bridge) = centre.talk().await;
    let longest = "🙂".repeat(link::state::MAX_TEXT_CHARS);
    for _ in 0..link::state::MAX_TEXTS + 1 {
        assert_eq!(desk.ask(desk_text(bridge.contact, &longest)).await, None);
    }
    desk.settle().await;
    let texts = &desk.state.contact.as_ref().unwrap().texts;
    assert_eq!((texts.len(), texts[0].place), (link::state::MAX_TEXTS, 2));
    let bytes = link::json::encode(&desk.state).len();
    // The shipped cards may grow to what the settings allow.
    let spare = crate::config::MAX_GUIDANCE_BYTES - link::json::encode(&desk.state.guidance).len();
    // So may the note pane's lists, and the manual's table of contents beside them.
    let forms = link::json::encode(&desk.state.forms).len();
    let spare = spare + crate::config::MAX_FORMS_BYTES + crate::commands::MAX_LIST_BYTES - forms;
    let callback = CallbackCard {
        contact: bridge.contact,
        number: "C-20261124-0001".into(),
        caller: Caller::Number { number: "090-****-5678".into() },
        arrived: noon(),
        end: EndReason::AbandonedConnecting,
        due: noon(),
        tries: 10,
        calls: 10,
    };
    let spare = spare + MAX_CALLBACKS * (1 + link::json::encode(&callback).len());
    assert!(bytes + spare + 1024 < link::message::MAX_FRAME_BYTES, "{bytes} + {spare}");
    centre.close().await;
}

/// Everything that is logged, down to the last detail.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_text_is_found_in_no_log_and_no_file() {
    let (log, folder) = (Log::default(), tempfile::tempdir().unwrap());
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // Other tests run beside this one without any subscriber; what they touch first would stay silent here too.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut centre = Centre::open(folder.path(), noon()).await;
    let (mut desk, mut booth, _exchange, bridge) = centre.talk().await;
    assert_eq!(booth.ask(booth_text(bridge.contact, "himitsu-no-kotoba")).await, None);
    assert_eq!(desk.ask(desk_text(bridge.contact, "naisho-no-kotoba")).await, None);
    desk.until(|state| texts(state).len() == 2).await;
    assert_eq!(desk.ask(OperatorSays::End { contact: bridge.contact }).await, None);
    centre.close().await;

    let mut kept = log.0.lock().unwrap().clone();
    let told = String::from_utf8_lossy(&kept).into_owned();
    assert!(told.contains("stored") && told.contains("Accepted"), "{told}");
    for file in std::fs::read_dir(folder.path()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |word: &[u8]| kept.windows(word.len()).any(|window| window == word);
    assert!(holds(b"SQLite format 3") && holds(b"accepted"));
    assert!(!holds(b"himitsu") && !holds(b"naisho"));
}
