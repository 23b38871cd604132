//! Nothing leaves for the city before a second pair of eyes has seen it.

use desk::code::Code;
use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::four_eyes::{CheckOpen, CheckRight, Step, refusal};
use desk::note::{CityAnswer, LeadCheck, Person, Sheet, SheetChange, SheetKind, SheetStatus, Urgency};
use desk::time::Time;

const WRITER: OperatorId = OperatorId(1);
const LEAD: OperatorId = OperatorId(2);
const OTHER: OperatorId = OperatorId(3);

fn sheet() -> Sheet {
    Sheet {
        number: "R-20260401-7K3Q".to_owned(),
        kind: SheetKind::Judgement,
        urgency: Urgency::Usual,
        raised: Time(0),
        operator: WRITER,
        operator_name: "オペレーター01".to_owned(),
        note: None,
        note_number: None,
        summary: "代理受取の理由にあたるか".to_owned(),
        person: Person::default(),
        household: 1,
        due: Day(0),
        changed: None,
        status: SheetStatus::Unsent,
        checked: None,
        city: CityAnswer::default(),
    }
}

fn by(operator: OperatorId, alone: bool) -> Option<LeadCheck> {
    Some(LeadCheck { operator, name: "責任者01".to_owned(), at: Time(9), alone })
}

fn changed(by: OperatorId, sheet: Sheet) -> Sheet {
    let change = SheetChange { operator: by, name: "変更者".to_owned(), at: Time(8) };
    Sheet { summary: "書き直した要旨".to_owned(), changed: Some(change), checked: None, ..sheet }
}

fn sent(sheet: Sheet) -> Sheet {
    Sheet { status: SheetStatus::Sent, ..sheet }
}

fn checked(by: Option<LeadCheck>, sheet: Sheet) -> Sheet {
    Sheet { checked: by, ..sheet }
}

fn after(before: &Sheet, next: &Sheet, author: OperatorId, lead: bool) -> Option<Code> {
    refusal(Step { previous: &[before], next, author, lead, first: false })
}

fn first(next: &Sheet, author: OperatorId, lead: bool) -> Option<Code> {
    refusal(Step { previous: &[], next, author, lead, first: true })
}

#[test]
fn an_unchecked_sheet_does_not_leave_by_any_hand() {
    for (author, lead) in [(WRITER, false), (OTHER, false), (LEAD, true)] {
        assert_eq!(after(&sheet(), &sent(sheet()), author, lead), Some(Code::NotChecked));
        let at_once = Sheet { status: SheetStatus::Done, ..sheet() };
        assert_eq!(after(&sheet(), &at_once, author, lead), Some(Code::NotChecked));
    }
    assert_eq!(first(&sent(sheet()), WRITER, false), Some(Code::NotChecked), "not even at once");
    let seen = checked(by(LEAD, false), sheet());
    assert_eq!(after(&seen, &sent(seen.clone()), WRITER, false), None);
    let gone = sent(sheet());
    let on = Sheet { status: SheetStatus::Confirmed, ..gone.clone() };
    assert_eq!(after(&gone, &on, OTHER, false), None, "what left before the rule goes on");
}

#[test]
fn a_check_is_a_leads_own_and_never_the_writers() {
    let cases = [
        (LEAD, true, by(LEAD, false), None),
        (LEAD, false, by(LEAD, false), Some(Code::Unauthorised)),
        (LEAD, true, by(OTHER, false), Some(Code::Unauthorised)),
        (WRITER, true, by(WRITER, false), Some(Code::Unauthorised)),
        (WRITER, true, by(WRITER, true), Some(Code::Unauthorised)),
        (LEAD, true, by(LEAD, true), Some(Code::Unauthorised)),
    ];
    for (author, lead, check, expected) in cases {
        let next = checked(check, sheet());
        assert_eq!(after(&sheet(), &next, author, lead), expected, "{author:?} {next:?}");
    }
    let raised_with_it = checked(by(LEAD, false), Sheet { operator: WRITER, ..sheet() });
    assert_eq!(first(&raised_with_it, LEAD, true), Some(Code::Unauthorised), "raised in another's name");
}

#[test]
fn what_cannot_wait_is_checked_by_its_writer_alone_and_stays_open_for_another_lead() {
    for urgent in
        [Sheet { kind: SheetKind::Incident, ..sheet() }, Sheet { urgency: Urgency::Urgent, ..sheet() }]
    {
        let right = |sheet: &Sheet, who, lead| CheckOpen::of(sheet).right(who, lead);
        assert_eq!(right(&urgent, WRITER, true), CheckRight::Alone);
        assert_eq!(right(&urgent, WRITER, false), CheckRight::None);
        let alone = checked(by(WRITER, true), urgent.clone());
        assert_eq!(after(&urgent, &alone, WRITER, true), None);
        assert_eq!(after(&alone, &sent(alone.clone()), WRITER, true), None, "it leaves on the same day");
        assert_eq!(right(&alone, WRITER, true), CheckRight::None);
        assert_eq!(right(&alone, LEAD, true), CheckRight::Second);
        let later = checked(by(LEAD, false), sent(alone.clone()));
        assert_eq!(after(&sent(alone), &later, LEAD, true), None, "the other lead looks the next morning");
        assert_eq!(right(&later, OTHER, true), CheckRight::None);
    }
    assert_eq!(CheckOpen::of(&sheet()).right(WRITER, true), CheckRight::None, "what can wait does");
}

#[test]
fn a_check_falls_when_the_words_change() {
    let seen = checked(by(LEAD, false), sheet());
    let kept = Sheet { checked: seen.checked.clone(), ..changed(WRITER, seen.clone()) };
    assert_eq!(after(&seen, &kept, WRITER, false), Some(Code::Unauthorised));
    let fallen = changed(WRITER, seen.clone());
    assert_eq!(after(&seen, &fallen, WRITER, false), None);
    assert_eq!(after(&fallen, &sent(fallen.clone()), WRITER, false), Some(Code::NotChecked));
    let for_another = Sheet { kind: SheetKind::Dispatch, ..seen.clone() };
    assert_eq!(after(&seen, &for_another, LEAD, true), Some(Code::Unauthorised), "every word counts");
}

#[test]
fn who_changed_it_is_its_writer_from_then_on() {
    let by_the_lead = changed(LEAD, sheet());
    assert_eq!(after(&sheet(), &by_the_lead, LEAD, true), None);
    let own = checked(by(LEAD, false), by_the_lead.clone());
    assert_eq!(after(&by_the_lead, &own, LEAD, true), Some(Code::Unauthorised));
    let raiser = checked(by(WRITER, false), by_the_lead.clone());
    assert_eq!(after(&by_the_lead, &raiser, WRITER, true), None, "the raiser, a lead too, has seen it now");
    let under_a_name = changed(WRITER, sheet());
    assert_eq!(after(&sheet(), &under_a_name, LEAD, true), Some(Code::Unauthorised), "in another's name");
    let unnamed = Sheet { summary: "別の要旨".to_owned(), ..sheet() };
    assert_eq!(after(&sheet(), &unnamed, WRITER, false), Some(Code::Unauthorised), "without a name");
}

#[test]
fn only_the_raiser_and_leads_change_it_and_once_it_has_left_only_leads() {
    assert_eq!(after(&sheet(), &changed(OTHER, sheet()), OTHER, false), Some(Code::Unauthorised));
    assert_eq!(after(&sheet(), &changed(OTHER, sheet()), OTHER, true), None);
    let gone = sent(checked(by(LEAD, false), sheet()));
    assert_eq!(after(&gone, &changed(WRITER, gone.clone()), WRITER, false), Some(Code::Unauthorised));
    let corrected = changed(LEAD, gone.clone());
    assert_eq!((corrected.status, after(&gone, &corrected, LEAD, true)), (SheetStatus::Sent, None));
}

#[test]
fn the_citys_answer_and_the_steps_leave_the_check_alone() {
    let gone = sent(checked(by(LEAD, false), sheet()));
    let city = CityAnswer { received: "4月2日".to_owned(), ..CityAnswer::default() };
    let answered = Sheet { status: SheetStatus::Confirmed, city, ..gone.clone() };
    assert_eq!(after(&gone, &answered, OTHER, false), None);
}
