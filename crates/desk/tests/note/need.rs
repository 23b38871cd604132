//! What each result needs, what is missing, what is not stored; when an answer is due.

use desk::calendar::Calendar;
use desk::contact::Disposition;
use desk::day::Day;
use desk::note::need::{missing, needs, only_needed};
use desk::note::{
    Assist2Reason, CategoryCode, EndChecks, NeedField, NoteChannel, Party, Person, Promise, Reservation,
    ReservationKind, Sex, SheetKind, Written, due,
};
use desk::time::Time;

use NeedField::{
    Address, Assist2, Birth, Category, Checks, DoubtReason, Kana, Name, Phone, PromiseDue, Reachable,
    Registered, ReservationWhen, Text,
};

const CHECKED: EndChecks = EndChecks { logged_out: true, history_cleared: true, card_returned: true };
const CHANNELS: [NoteChannel; 4] =
    [NoteChannel::Booth, NoteChannel::Phone, NoteChannel::Callback, NoteChannel::Aside];

/// What every note has, and a result.
fn plain(disposition: Disposition) -> Written {
    Written {
        categories: vec![CategoryCode(101)],
        party: Some(Party::Self_),
        disposition: Some(disposition),
        text: "案内した".to_owned(),
        ..Written::default()
    }
}

/// Every field of the form.
fn full(disposition: Disposition) -> Written {
    let text = |text: &str| text.to_owned();
    Written {
        person: Person {
            name: text("上尾　花子"),
            kana: text("アゲオ　ハナコ"),
            birth: text("1980-04-01"),
            sex: Some(Sex::Female),
            postcode: text("362-8501"),
            address: text("上尾市本町三丁目"),
            phone: text("048-782-9922"),
            reachable: text("午後"),
        },
        reservation: Reservation {
            kind: Some(ReservationKind::Issue),
            when: text("令和8年4月1日 10:00"),
            place: text("市役所"),
            registered: true,
        },
        promise: Promise { due: Some(Time(1)), who: text("上尾"), result: String::new() },
        people: Some(2),
        photos: 1,
        assist2: Some(Assist2Reason::Rush),
        checks: CHECKED,
        doubt_reason: text("免許証の番号"),
        ..plain(disposition)
    }
}

#[test]
fn each_result_asks_for_its_own_fields() {
    use Disposition as D;
    use NeedField::{ReservationKind, Sex, Sheet};
    let dispatch = vec![Name, Kana, Birth, Sex, Address, Phone, Sheet];
    let reservation = vec![ReservationKind, ReservationWhen, Registered];
    let mut seen = 0;
    for (results, at_booth, by_phone) in [
        (vec![D::Guided, D::ApplicationDone, D::SupportDone], vec![Checks], vec![]),
        (
            vec![D::ReservationMade, D::ReservationChanged, D::ReservationCancelled],
            reservation.clone(),
            reservation,
        ),
        (vec![D::DispatchRequested], dispatch.clone(), dispatch),
        (vec![D::CityAsked], vec![Sheet], vec![Sheet]),
        (
            vec![D::CallbackPlanned],
            vec![Kana, Phone, Reachable, PromiseDue],
            vec![Kana, Phone, Reachable, PromiseDue],
        ),
        (vec![D::SwitchedToAssist2], vec![Assist2], vec![Assist2]),
        (
            vec![
                D::CityTransferred,
                D::SentToIssueCounter,
                D::SentToSupportCounter,
                D::SentToNationalLine,
                D::SentToForeignLanguageLine,
                D::SentElsewhere,
                D::OutOfScope,
                D::BrokenOffByVisitor,
                D::BrokenOffByLine,
                D::WrongOrSilent,
                D::Abuse,
            ],
            vec![],
            vec![],
        ),
    ] {
        for result in results {
            seen += 1;
            assert_eq!(missing(&plain(result), NoteChannel::Booth, None), at_booth, "{result:?}");
            for channel in [NoteChannel::Phone, NoteChannel::Callback, NoteChannel::Aside] {
                assert_eq!(missing(&plain(result), channel, None), by_phone, "{result:?}");
            }
            let sheet = needs(&plain(result), NoteChannel::Phone).sheet;
            for channel in CHANNELS {
                assert_eq!(missing(&full(result), channel, sheet), [], "{result:?}");
            }
        }
    }
    assert_eq!(seen, 21, "every result stands in the table");
}

#[test]
fn an_empty_note_lacks_what_every_note_has() {
    let lacks = |disposition, channel| missing(&Written { disposition, ..Written::default() }, channel, None);
    assert_eq!(lacks(None, NoteChannel::Phone), [Category, NeedField::Party, NeedField::Disposition, Text]);
    assert_eq!(lacks(Some(Disposition::OutOfScope), NoteChannel::Phone), [Category, NeedField::Party, Text]);
    for short in [Disposition::Abuse, Disposition::BrokenOffByLine, Disposition::BrokenOffByVisitor] {
        assert_eq!(lacks(Some(short), NoteChannel::Booth), [Category, NeedField::Party]);
    }
    assert_eq!(lacks(Some(Disposition::WrongOrSilent), NoteChannel::Phone), [Category]);
}

#[test]
fn blanks_fill_no_field_and_another_sheet_is_not_the_right_one() {
    let mut note = full(Disposition::DispatchRequested);
    note.text = " 　\n".to_owned();
    note.person.kana = "　".to_owned();
    assert_eq!(
        missing(&note, NoteChannel::Phone, Some(SheetKind::Judgement)),
        [Text, Kana, NeedField::Sheet]
    );
    let mut note = full(Disposition::Guided);
    note.checks.card_returned = false;
    assert_eq!(missing(&note, NoteChannel::Booth, None), [Checks]);
}

#[test]
fn a_warning_asks_for_its_reason() {
    let mut note = plain(Disposition::OutOfScope);
    note.text = "免許証 123456789012".to_owned();
    assert_eq!(missing(&note, NoteChannel::Phone, None), [DoubtReason]);
    note.doubt_reason = "免許証の番号".to_owned();
    assert_eq!(missing(&note, NoteChannel::Phone, None), []);
    assert_eq!(only_needed(&note, NoteChannel::Phone), note);
    note.text = "免許証".to_owned();
    assert_eq!(only_needed(&note, NoteChannel::Phone).doubt_reason, "");
}

#[test]
fn only_what_the_result_shows_is_stored() {
    for result in
        [Disposition::Guided, Disposition::CityAsked, Disposition::WrongOrSilent, Disposition::OutOfScope]
    {
        assert_eq!(only_needed(&full(result), NoteChannel::Phone), plain(result), "{result:?}");
    }
    let at_booth = only_needed(&full(Disposition::Guided), NoteChannel::Booth);
    assert_eq!((at_booth.people, at_booth.photos, at_booth.checks), (Some(2), 1, CHECKED));
    assert!(at_booth.person.is_empty());

    let dispatch = only_needed(&full(Disposition::DispatchRequested), NoteChannel::Phone);
    assert_eq!(dispatch.person, full(Disposition::Guided).person);
    assert_eq!((dispatch.reservation, dispatch.promise), (Reservation::default(), Promise::default()));

    let callback = only_needed(&full(Disposition::CallbackPlanned), NoteChannel::Phone);
    let Person { name, kana, birth, sex, postcode, address, phone, reachable } = &callback.person;
    assert_eq!(
        (kana.as_str(), phone.as_str(), reachable.as_str()),
        ("アゲオ　ハナコ", "048-782-9922", "午後")
    );
    assert!([name, birth, postcode, address].iter().all(|text| text.is_empty()) && sex.is_none());
    assert_eq!(callback.promise.due, Some(Time(1)));

    let reservation = only_needed(&full(Disposition::ReservationMade), NoteChannel::Phone);
    assert!(reservation.person.is_empty(), "the name stands in the reservation system alone");
    assert!(reservation.reservation.registered);

    let switched = only_needed(&full(Disposition::SwitchedToAssist2), NoteChannel::Phone);
    assert_eq!(switched.assist2, Some(Assist2Reason::Rush));
}

#[test]
fn a_promise_that_was_kept_stays_with_the_note() {
    let mut note = full(Disposition::Guided);
    note.promise.result = "つながり、案内済み".to_owned();
    let kept = only_needed(&note, NoteChannel::Phone);
    assert_eq!(kept.promise, note.promise);
    assert!(kept.person.is_empty());
}

#[test]
fn categories_point_at_the_issue_counter_and_a_loss_comes_first() {
    for (codes, counter, loss) in [
        (vec![], false, false),
        (vec![101, 109], false, false),
        (vec![201], true, false),
        (vec![208], true, false),
        (vec![301], true, false),
        (vec![401], true, false),
        (vec![402], false, false),
        (vec![1201], false, false),
        (vec![601], false, true),
        (vec![602, 101, 301], true, false),
        (vec![101, 601], false, true),
    ] {
        let categories = codes.iter().copied().map(CategoryCode).collect();
        let needs = needs(&Written { categories, ..Written::default() }, NoteChannel::Phone);
        assert_eq!((needs.issue_counter, needs.loss), (counter, loss), "{codes:?}");
    }
}

#[test]
fn an_answer_is_due_on_the_next_opening_day_and_for_an_incident_today() {
    let calendar = Calendar::default();
    let day = |year, month, day| Day::from_ymd(year, month, day).unwrap();
    for (raised, wanted) in [
        (day(2026, 4, 1), day(2026, 4, 2)),
        // Saturday the 11th is open, the 18th is not.
        (day(2026, 4, 10), day(2026, 4, 11)),
        (day(2026, 4, 17), day(2026, 4, 20)),
        (day(2026, 5, 2), day(2026, 5, 7)),
        (day(2026, 12, 28), day(2027, 1, 4)),
    ] {
        for minute in [0, 18 * 60, 1_439] {
            let raised = raised.at(minute);
            for kind in [
                SheetKind::Dispatch,
                SheetKind::Judgement,
                SheetKind::Callback,
                SheetKind::Complaint,
                SheetKind::Trouble,
            ] {
                assert_eq!(due::sheet(kind, raised, &calendar), wanted, "{kind:?}");
            }
            assert_eq!(due::sheet(SheetKind::Incident, raised, &calendar), Day::of(raised));
        }
    }
}

#[test]
fn a_date_of_birth_is_missing_until_it_is_whole() {
    let mut written = full(Disposition::DispatchRequested);
    let sheet = Some(SheetKind::Dispatch);
    assert_eq!(missing(&written, NoteChannel::Phone, sheet), []);
    for typed in ["昭和55年4月", "昭和55年4月1日", "昭和年1日", "1980-02-30", "1980-4-1", ""] {
        written.person.birth = typed.to_owned();
        assert_eq!(missing(&written, NoteChannel::Phone, sheet), [Birth], "{typed}");
    }
}
