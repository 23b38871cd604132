//! Notes over the doors: what is pushed is kept once, in order, and comes back by pages.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::House;
use common::pad::{Pad, places};
use desk::code::Code;
use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::revision::{Cursor, NoteId, RevId, RevKind, StreamId};
use desk::note::sought::Filter;
use desk::note::{
    CategoryCode, CityAnswer, LeadCheck, Person, Record, Sheet, SheetKind, SheetStatus, Urgency, chain,
};
use desk::time::Time;
use link::message::OperatorSays;
use link::message::VERSION;
use link::message::notes::{MAX_SOUGHT, Outcome, Pulled, Search, Searched, Viewed};
use uuid::Uuid;

/// By the rule of the check digit a valid one; belongs to nobody.
const INDIVIDUAL_NUMBER: &str = "1234 5678 9018";

async fn house() -> (House, Pad) {
    let mut house = House::build();
    let operator = house.add_operator("op01", "オペレーター01");
    house.start().await;
    let pad = Pad::new(operator, &house.token("op01").await);
    (house, pad)
}

async fn second(house: &House) -> Pad {
    let operator = house.add_operator("op02", "オペレーター02");
    Pad::new(operator, &house.token("op02").await)
}

#[tokio::test]
async fn a_push_whose_answer_was_lost_gets_the_same_answer_and_is_kept_once() {
    let (house, mut pad) = house().await;
    let sent = [pad.write("一件目"), pad.write("二件目")];
    let first = pad.push(house.address(), &sent).await.unwrap();
    assert_eq!((places(&first), first.high, first.gap), (vec![1, 2], 2, None));
    let again = pad.push(house.address(), &sent).await.unwrap();
    assert_eq!(again, first);
    let third = pad.write("三件目");
    let more = pad.push(house.address(), &[sent[1].clone(), third.clone()]).await.unwrap();
    assert_eq!(places(&more), [2, 3]);
    let page = pad.page(house.address(), None).await;
    let found: Vec<_> = page.revisions.iter().map(|placed| placed.revision.clone()).collect();
    assert_eq!(found, [sent.to_vec(), vec![third]].concat());
    assert_eq!((page.more, page.high, page.from.seq, page.cursor.seq), (false, 3, 0, 3));
    let chained = page
        .revisions
        .iter()
        .fold(chain::GENESIS.to_owned(), |before, placed| chain::link(&before, placed.seq, &placed.revision));
    assert_eq!(chained, page.cursor.chain);
}

#[tokio::test]
async fn a_gap_is_told_and_nothing_behind_it_is_taken() {
    let (house, mut pad) = house().await;
    let sent: Vec<_> = (0..4).map(|_| pad.write("対応")).collect();
    let pushed = pad.push(house.address(), &[sent[0].clone(), sent[2].clone()]).await.unwrap();
    assert_eq!((pushed.outcomes.len(), pushed.high, pushed.gap), (1, 1, Some(2)));
    let pushed = pad.push(house.address(), &sent[2..]).await.unwrap();
    assert_eq!((pushed.outcomes.len(), pushed.gap), (0, Some(2)));
    assert_eq!(places(&pad.push(house.address(), &sent[1..]).await.unwrap()), [2, 3, 4]);
}

#[tokio::test]
async fn a_copied_stream_overwrites_nothing() {
    let (house, mut pad) = house().await;
    let common = pad.write("複写の前");
    pad.push(house.address(), std::slice::from_ref(&common)).await.unwrap();
    let mut copy = pad.clone();
    let own = pad.write("本物");
    pad.push(house.address(), std::slice::from_ref(&own)).await.unwrap();
    let (foreign, later) = (copy.write("写し"), copy.write("写しの続き"));
    let pushed = copy.push(house.address(), &[foreign.clone(), later]).await.unwrap();
    assert_eq!((pushed.outcomes, pushed.high), (vec![Outcome::Divergent { dseq: 2 }], 2));
    // Under a stream of its own it is taken, and what both had is kept once.
    copy.stream = StreamId(Uuid::new_v4());
    let renamed = [common.clone(), foreign]
        .map(|revision| desk::note::revision::Revision { stream: copy.stream, ..revision });
    let pushed = copy.push(house.address(), &renamed).await.unwrap();
    assert_eq!(places(&pushed), [1, 3]);
    assert_eq!(places(&copy.push(house.address(), &renamed).await.unwrap()), [1, 3]);
    let texts: Vec<_> = pad.page(house.address(), None).await.revisions;
    assert_eq!(texts.len(), 3);
    assert_eq!(texts[1].revision, own);
}

#[tokio::test]
async fn what_was_written_at_once_stands_side_by_side_until_somebody_puts_it_together() {
    let (house, mut first) = house().await;
    let mut second = second(&house).await;
    let begun = first.write("はじめ");
    first.push(house.address(), std::slice::from_ref(&begun)).await.unwrap();
    let (one, other) = (first.edit(&begun, "わたしの続き"), second.edit(&begun, "別の続き"));
    first.push(house.address(), std::slice::from_ref(&one)).await.unwrap();
    assert_eq!(places(&second.push(house.address(), std::slice::from_ref(&other)).await.unwrap()), [3]);
    assert_eq!(house.verified("notes_with_two_heads"), 1);
    let record = first.record("合わせたもの");
    let put = first.revision(begun.note, &[one.rev, other.rev], RevKind::Resolve, Some(&record));
    first.push(house.address(), &[put]).await.unwrap();
    assert_eq!(house.verified("notes_with_two_heads"), 0);
    assert_eq!(first.page(house.address(), None).await.revisions.len(), 4);
}

#[tokio::test]
async fn a_child_that_comes_before_its_parent_leaves_one_head() {
    let (house, mut first) = house().await;
    let mut second = second(&house).await;
    let begun = first.write("はじめ");
    let child = second.edit(&begun, "続き");
    second.push(house.address(), &[child]).await.unwrap();
    first.push(house.address(), &[begun]).await.unwrap();
    assert_eq!(house.verified("notes_with_two_heads"), 0);
}

#[tokio::test]
async fn one_refused_revision_holds_up_none_of_the_others() {
    let (house, mut pad) = house().await;
    let mut sent: Vec<_> = (0..9).map(|number| pad.write(&format!("対応 {number}"))).collect();
    let poison = pad.record(INDIVIDUAL_NUMBER);
    pad.dseq = 4;
    sent[4] = pad.revision(NoteId(Uuid::now_v7()), &[], RevKind::Edit, Some(&poison));
    let pushed = pad.push(house.address(), &sent).await.unwrap();
    assert_eq!(pushed.outcomes[4], Outcome::Refused { dseq: 5, code: Code::IndividualNumber });
    assert_eq!(pushed.outcomes[5], Outcome::Stored { dseq: 6, seq: 5 });
    assert_eq!((pushed.outcomes.len(), pushed.high), (9, 9));
    assert_eq!(pad.push(house.address(), &sent).await.unwrap(), pushed, "the same answer again");
    let page = link::json::encode(&pad.pull(house.address(), None, 1_000).await);
    // Not four digits of it: ids have such by chance.
    assert!(!page.replace(' ', "").contains("56789018") && page.contains("対応 8"));
}

#[tokio::test]
async fn a_number_in_two_halves_over_two_revisions_is_refused() {
    let (house, mut pad) = house().await;
    let record = |pad: &Pad, kana: &str| {
        let mut record = pad.record("対応");
        if let Record::Note(note) = &mut record {
            note.written.text = kana.into();
        }
        record
    };
    let half = record(&pad, "123456789");
    let begun = pad.revision(NoteId(Uuid::now_v7()), &[], RevKind::Edit, Some(&half));
    let rest = record(&pad, "018");
    let next = pad.revision(begun.note, &[begun.rev], RevKind::Edit, Some(&rest));
    let pushed = pad.push(house.address(), &[begun, next]).await.unwrap();
    assert_eq!(pushed.outcomes[1], Outcome::Refused { dseq: 2, code: Code::IndividualNumber });
}

#[tokio::test]
async fn a_sheet_that_no_lead_has_checked_is_not_taken_as_sent() {
    let (house, mut writer) = house().await;
    let mut lead = second(&house).await;
    house.command(&["operator", "lead", "op02"], "").unwrap();
    let note = NoteId(Uuid::now_v7());
    let unsent = sheet(writer.operator);
    let raised = writer.revision(note, &[], RevKind::Edit, Some(&Record::Sheet(unsent.clone())));
    let gone = Record::Sheet(Sheet { status: SheetStatus::Sent, ..unsent.clone() });
    let early = writer.revision(note, &[raised.rev], RevKind::Edit, Some(&gone));
    let pushed = writer.push(house.address(), &[raised.clone(), early]).await.unwrap();
    assert_eq!(pushed.outcomes[1], Outcome::Refused { dseq: 2, code: Code::NotChecked });

    let own = LeadCheck { operator: writer.operator, name: "本人".into(), at: Time(2), alone: false };
    let check = LeadCheck { operator: lead.operator, ..own.clone() };
    let with = |check: &LeadCheck| Sheet { checked: Some(check.clone()), ..unsent.clone() };
    let by_the_writer = writer.revision(note, &[raised.rev], RevKind::Edit, Some(&Record::Sheet(with(&own))));
    let forged = writer.revision(note, &[raised.rev], RevKind::Edit, Some(&Record::Sheet(with(&check))));
    let pushed = writer.push(house.address(), &[by_the_writer, forged]).await.unwrap();
    let refused = |dseq| Outcome::Refused { dseq, code: Code::Unauthorised };
    assert_eq!(pushed.outcomes, [refused(3), refused(4)]);

    let seen = lead.revision(note, &[raised.rev], RevKind::Edit, Some(&Record::Sheet(with(&check))));
    assert_eq!(places(&lead.push(house.address(), std::slice::from_ref(&seen)).await.unwrap()), [2]);
    let gone = Record::Sheet(Sheet { status: SheetStatus::Sent, ..with(&check) });
    let sent = writer.revision(note, &[seen.rev], RevKind::Edit, Some(&gone));
    assert_eq!(places(&writer.push(house.address(), &[sent]).await.unwrap()), [3]);
}

fn sheet(operator: OperatorId) -> Sheet {
    Sheet {
        number: "R-20260401-7K3Q".into(),
        kind: SheetKind::Judgement,
        urgency: Urgency::Usual,
        raised: Time(1),
        operator,
        operator_name: "オペレーター01".into(),
        note: None,
        note_number: None,
        summary: "代理受取の理由にあたるか".into(),
        person: Person::default(),
        household: 1,
        due: Day(0),
        changed: None,
        status: SheetStatus::Unsent,
        checked: None,
        city: CityAnswer::default(),
    }
}

#[tokio::test]
async fn a_foreign_author_a_broken_body_and_a_redaction_by_no_lead_are_refused_for_good() {
    let (house, mut pad) = house().await;
    let mut foreign = pad.write("他人の名で");
    foreign.author = OperatorId(99);
    let mut broken = pad.write("壊れたもの");
    broken.body = Some("{}".into());
    broken.commitment = chain::commitment("{}", broken.salt.as_ref().unwrap());
    let mut unbound = pad.write("別の約束");
    unbound.commitment = chain::commitment("別", unbound.salt.as_ref().unwrap());
    let redact = pad.revision(unbound.note, &[], RevKind::Redact, None);
    let pushed = pad.push(house.address(), &[foreign, broken, unbound, redact]).await.unwrap();
    let codes = [Code::Unauthorised, Code::Malformed, Code::Malformed, Code::Unauthorised];
    let expected = (1..).zip(codes).map(|(dseq, code)| Outcome::Refused { dseq, code });
    assert_eq!(pushed.outcomes, expected.collect::<Vec<_>>());
    assert_eq!(house.verified("notes"), 0);
}

#[tokio::test]
async fn nobody_goes_on_with_another_ones_stream() {
    let (house, mut pad) = house().await;
    let mut thief = second(&house).await;
    pad.push(house.address(), &[pad.clone().write("わたしの")]).await.unwrap();
    pad.dseq = 1;
    thief.stream = pad.stream;
    thief.dseq = 1;
    let sent = thief.write("別人の");
    assert_eq!(thief.push(house.address(), &[sent]).await.err(), Some((409, r#"{"code":"taken"}"#.into())));
}

#[tokio::test]
async fn a_door_without_a_good_token_stays_shut() {
    let (house, pad) = house().await;
    let none = Pad { token: String::new(), ..pad.clone() };
    let refused = Some((401, r#"{"code":"unauthorised"}"#.into()));
    assert_eq!(none.push(house.address(), &[]).await.err(), refused);
    for path in ["/api/notes/push", "/api/notes/pull"] {
        assert_eq!(house.post(path, "", "{}").await.0, 401);
    }
    assert!(pad.push(house.address(), &[]).await.is_ok());
    house.command(&["operator", "revoke", "op01"], "").unwrap();
    assert_eq!(pad.push(house.address(), &[]).await.err(), refused);
}

#[tokio::test]
async fn a_push_may_have_a_mebibyte_and_a_hundred_revisions_and_no_more() {
    let (house, mut pad) = house().await;
    let sent: Vec<_> = (0..101).map(|_| pad.write("対応")).collect();
    assert_eq!(pad.push(house.address(), &sent).await.err().unwrap().0, 413);
    let pushed = pad.push(house.address(), &sent[..100]).await.unwrap();
    assert_eq!(places(&pushed), (1..=100).collect::<Vec<_>>());
    let large = format!("{{\"pad\":\"{}\"}}", "x".repeat(1_200_000));
    assert_eq!(house.post("/api/notes/push", "", &large).await.0, 413);
    // The other doors did not grow.
    assert_eq!(house.post("/api/sign-in", "", &large[..5_000]).await.0, 413);
}

#[tokio::test]
async fn a_cursor_that_does_not_lie_on_the_chain_must_begin_again() {
    let (house, mut pad) = house().await;
    let sent: Vec<_> = (0..3).map(|_| pad.write("対応")).collect();
    pad.push(house.address(), &sent).await.unwrap();
    let good = pad.page(house.address(), None).await.cursor;
    assert!(pad.page(house.address(), Some(good.clone())).await.revisions.is_empty());
    for bad in [
        Cursor { epoch: good.epoch + 1, ..good.clone() },
        Cursor { chain: "0".repeat(64), ..good.clone() },
        Cursor { seq: 4, ..good.clone() },
    ] {
        let told = pad.pull(house.address(), Some(bad), 10).await;
        assert_eq!(told, Pulled::MustResync { epoch: good.epoch, high: 3 });
    }
    let from_nothing = Cursor { seq: 0, chain: chain::GENESIS.into(), ..good };
    assert_eq!(pad.page(house.address(), Some(from_nothing)).await.revisions.len(), 3);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let (house, mut pad) = house().await;
    let sent: Vec<_> = (0..25).map(|_| pad.write("対応")).collect();
    pad.push(house.address(), &sent).await.unwrap();
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let Pulled::Page(page) = pad.pull(house.address(), cursor.take(), 10).await else { panic!() };
        assert_eq!(page.more, page.cursor.seq < 25);
        seen.extend(page.revisions.iter().map(|placed| placed.seq));
        cursor = Some(page.cursor);
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, (1..=25).collect::<Vec<_>>());
}

#[tokio::test]
async fn desks_hear_that_the_notes_moved_on_and_a_lead_sees_what_is_not_sent() {
    let (house, mut pad) = house().await;
    house.command(&["operator", "lead", "op01"], "").unwrap();
    let mut desk = house.operator(&pad.token, None).await;
    desk.until(|state| state.wall.is_some()).await;
    assert_eq!(desk.state.notes.seq, 0);
    assert!(desk.state.forms.categories.len() == 12 && desk.state.forms.keep_days == 7);
    let sent = pad.write("対応");
    let pushed = pad.push(house.address(), &[sent]).await.unwrap();
    desk.until(|state| state.notes.seq == 1).await;
    assert_eq!(desk.state.notes.epoch, pushed.epoch);
    assert_eq!(desk.ask(OperatorSays::Unsynced { count: 3 }).await, None);
    desk.until(|state| state.wall.as_ref().unwrap().seats[0].unsynced == 3).await;
}

#[tokio::test]
async fn who_looked_at_personal_fields_stands_in_the_audit_once() {
    let (house, pad) = house().await;
    let note = NoteId(Uuid::now_v7());
    let views: Vec<_> = (1..=2).map(|vseq| Viewed { vseq, note, at: Time(7) }).collect();
    for _ in 0..2 {
        assert_eq!(pad.push_with(house.address(), &[], &views).await.unwrap().viewed, 2);
    }
    let audit = house.command(&["audit"], "").unwrap();
    assert_eq!(audit.lines().filter(|line| line.contains("op01\t\tnote_viewed")).count(), 2);
    assert!(audit.contains(&note.0.to_string()));
}

/// The database and everything that lies beside it.
fn files(house: &House) -> Vec<u8> {
    let file = house.config.database.trim_start_matches("sqlite:").to_owned();
    ["", "-wal", "-shm"]
        .iter()
        .flat_map(|end| common::seen_from_outside(format!("{file}{end}").as_ref()))
        .collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[tokio::test]
async fn what_was_redacted_is_in_no_page_no_file_and_no_log_and_the_chain_still_verifies() {
    let (house, mut pad) = house().await;
    house.command(&["operator", "lead", "op01"], "").unwrap();
    let mut other = second(&house).await;
    let begun = pad.write("himitsu-no-namae");
    let next = pad.edit(&begun, "himitsu-no-namae to juusho");
    pad.push(house.address(), &[begun.clone(), next.clone()]).await.unwrap();
    assert!(holds(&files(&house), "himitsu"));
    let redact = pad.revision(begun.note, &[next.rev], RevKind::Redact, None);
    pad.push(house.address(), &[redact]).await.unwrap();
    assert!(!holds(&files(&house), "himitsu"));
    // Whoever had not seen it yet does not bring the text back.
    let late = other.edit(&begun, "himitsu-no-namae, futatabi");
    other.push(house.address(), &[late]).await.unwrap();
    let page = pad.page(house.address(), None).await;
    assert_eq!(page.redacted, [begun.note]);
    assert!(page.revisions.iter().all(|placed| placed.revision.body.is_none()));
    assert!(!holds(&files(&house), "himitsu"));
    house.verified("notes");
    // The first push whose answer was lost is still told what it was.
    assert_eq!(places(&pad.push(house.address(), &[begun]).await.unwrap()), [1]);
    let audit = house.command(&["audit"], "").unwrap();
    assert!(audit.contains("note_redacted"), "{audit}");
    let after = RevId(page.revisions[2].revision.rev.0);
    let record = pad.record("あとの対応");
    let again = pad.revision(page.redacted[0], &[after], RevKind::Edit, Some(&record));
    pad.push(house.address(), std::slice::from_ref(&again)).await.unwrap();
    assert_eq!(pad.page(house.address(), Some(page.cursor)).await.revisions[0].revision, again);
}

async fn look(pad: &Pad, house: &House, words: &str, filter: Filter, most: u32) -> Searched {
    let search = Search { version: VERSION, words: words.into(), filter, most };
    pad.post(house.address(), "/api/notes/search", &search).await.unwrap()
}

#[tokio::test]
async fn a_note_that_no_desk_keeps_is_found_at_the_server_by_words_and_filter() {
    const LATER: u64 = 8 * 86_400_000;
    let (mut house, mut pad) = house().await;
    let mut other = second(&house).await;
    let mut record = pad.record("ﾏｲﾅﾝﾊﾞｰカードの転入");
    if let Record::Note(note) = &mut record {
        note.written.categories = vec![CategoryCode(104), CategoryCode(601)];
    }
    let old = pad.revision(NoteId(Uuid::now_v7()), &[], RevKind::Edit, Some(&record));
    let (first, gone) = (pad.write("申請の案内"), pad.write("申請の黒塗り"));
    let edited = pad.edit(&first, "申請の変更");
    let redact = pad.revision(gone.note, &[gone.rev], RevKind::Redact, None);
    house.command(&["operator", "lead", "op01"], "").unwrap();
    let sent = [old.clone(), first, gone, edited.clone(), redact];
    pad.push(house.address(), &sent).await.unwrap();
    let sibling = other.edit(&sent[1], "申請の別の変更");
    other.push(house.address(), std::slice::from_ref(&sibling)).await.unwrap();
    let all = Filter::default;
    assert_eq!(look(&pad, &house, "", all(), 9).await.found, [], "desks have what has just come");

    house.kill().await;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64;
    let moment = Time(now + LATER);
    house.config.clock = Some(moment);
    house.start().await;
    pad.token = house.token("op01").await;
    let found = |searched: Searched| searched.found.into_iter().map(|one| one.revision).collect::<Vec<_>>();
    assert_eq!(found(look(&pad, &house, "マイナンバー 転入", all(), 9).await), std::slice::from_ref(&old));
    assert_eq!(
        found(look(&pad, &house, "申請", all(), 9).await),
        [edited, sibling],
        "heads alone, both of them"
    );
    assert_eq!(found(look(&pad, &house, "黒塗り", all(), 9).await), []);
    for (category, many) in [(1, 1), (104, 1), (6, 1), (601, 1), (2, 0), (103, 0)] {
        let filter = Filter { category: Some(category), ..all() };
        assert_eq!(look(&pad, &house, "", filter, 9).await.found.len(), many, "{category}");
    }
    let one = look(&pad, &house, "", all(), 1).await;
    assert!(one.more && one.found.len() == 2, "one record, of which two heads stand");
    let long = Search { version: VERSION, words: "あ".repeat(MAX_SOUGHT + 1), filter: all(), most: 9 };
    let refused = pad.post::<_, Searched>(house.address(), "/api/notes/search", &long).await;
    assert_eq!(refused.unwrap_err().0, 409);
    pad.token = "nobody".into();
    let stranger = pad.post::<_, Searched>(house.address(), "/api/notes/search", &long).await;
    assert_eq!(stranger.unwrap_err().0, 401);
}
