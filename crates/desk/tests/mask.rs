//! Stories of 目隠し: who hides the visitor's pictures, who shows them again and when, and what of it
//! outlives a reload, a lost desk, an exchange and a restart.

mod shift;

use desk::centre::{Fact, Input, Output, Owner, Standing};
use desk::code::Code;
use desk::contact::{Mask, Phase};
use desk::ids::{ContactId, Fence};
use desk::time::Millis;
use shift::{Shift, booth, op, refused};

const NOTICE: u64 = 3_000;

fn by_operator(shift: &mut Shift, id: u32, contact: ContactId, on: bool) -> Vec<Output> {
    let session = shift.session(id);
    shift.say(Input::Mask { operator: op(id), session, contact, on })
}

fn by_visitor(shift: &mut Shift, contact: ContactId, on: bool) -> Vec<Output> {
    shift.say(Input::VisitorMask { booth: booth(1), contact, on })
}

fn mask(shift: &Shift, contact: ContactId) -> Mask {
    shift.contact(contact).mask
}

/// What the exchange is told.
fn orders(outputs: &[Output]) -> Vec<(ContactId, Fence, bool)> {
    let order = |output: &Output| match output {
        Output::Mask { contact, fence, masked } => Some((*contact, *fence, *masked)),
        _ => None,
    };
    outputs.iter().filter_map(order).collect()
}

/// Whether each join asked for begins masked.
fn joins_masked(outputs: &[Output]) -> Vec<bool> {
    let join = |output: &Output| match output {
        Output::Join { masked, .. } => Some(*masked),
        _ => None,
    };
    outputs.iter().filter_map(join).collect()
}

fn talk() -> (Shift, ContactId, Fence) {
    let mut shift = Shift::with_ready(1);
    let contact = shift.talk(1, 1);
    let fence = shift.contact(contact).fence;
    (shift, contact, fence)
}

/// A talk whose mask the operator wants lifted.
fn lifting() -> (Shift, ContactId, Fence) {
    let (mut shift, contact, fence) = talk();
    by_operator(&mut shift, 1, contact, true);
    assert_eq!(orders(&by_operator(&mut shift, 1, contact, false)), [], "not before the notice");
    let at = shift.now + Millis(NOTICE);
    assert_eq!(mask(&shift, contact), Mask::Lifting { at });
    (shift, contact, fence)
}

fn bridge(contact: ContactId, fence: Fence, masked: bool) -> Input {
    Input::ExchangeUp {
        bridges: vec![Standing { contact, fence, held: false, masked, consult: None }],
        calls: Vec::new(),
        dialled: Vec::new(),
    }
}

#[test]
fn either_side_hides_the_pictures_at_once() {
    let (mut shift, contact, fence) = talk();
    assert_eq!(orders(&by_operator(&mut shift, 1, contact, true)), [(contact, fence, true)]);
    assert_eq!(mask(&shift, contact), Mask::On);
    let (mut shift, contact, fence) = talk();
    assert_eq!(orders(&by_visitor(&mut shift, contact, true)), [(contact, fence, true)]);
    assert_eq!(by_operator(&mut shift, 1, contact, true), [], "the same wish again changes nothing");
}

#[test]
fn the_visitor_shows_them_again_at_once_whoever_hid_them() {
    let (mut shift, contact, fence) = talk();
    by_operator(&mut shift, 1, contact, true);
    assert_eq!(orders(&by_visitor(&mut shift, contact, false)), [(contact, fence, false)]);
    assert_eq!(mask(&shift, contact), Mask::Off);
    assert_eq!(by_visitor(&mut shift, contact, false), []);
}

#[test]
fn the_operator_shows_them_again_only_after_the_notice() {
    let (mut shift, contact, fence) = lifting();
    shift.pass(NOTICE - 1);
    assert!(mask(&shift, contact).hides());
    assert_eq!(orders(&shift.pass(1)), [(contact, fence, false)]);
    assert_eq!(mask(&shift, contact), Mask::Off);
}

#[test]
fn asking_once_more_does_not_make_the_notice_longer() {
    let (mut shift, contact, _) = lifting();
    shift.pass(NOTICE / 2);
    assert_eq!(by_operator(&mut shift, 1, contact, false), []);
    shift.pass(NOTICE / 2);
    assert_eq!(mask(&shift, contact), Mask::Off);
}

#[test]
fn whoever_objects_during_the_notice_keeps_the_mask_on() {
    for objects in [by_visitor as fn(&mut Shift, ContactId, bool) -> Vec<Output>, |shift, contact, on| {
        by_operator(shift, 1, contact, on)
    }] {
        let (mut shift, contact, _) = lifting();
        shift.pass(NOTICE - 1);
        assert_eq!(orders(&objects(&mut shift, contact, true)), [], "it was never off");
        shift.pass(60_000);
        assert_eq!(mask(&shift, contact), Mask::On);
    }
    let (mut shift, contact, fence) = lifting();
    assert_eq!(orders(&by_visitor(&mut shift, contact, false)), [(contact, fence, false)]);
}

#[test]
fn only_the_two_of_a_talk_may_hide_or_show() {
    let mut shift = Shift::with_ready(2);
    let contact = shift.ring(1);
    assert_eq!(refused(&by_visitor(&mut shift, contact, true)), Some(Code::WrongState));
    assert_eq!(refused(&by_operator(&mut shift, 1, contact, true)), Some(Code::Gone));
    shift.accept(1);
    let fence = shift.contact(contact).fence;
    assert_eq!(orders(&by_visitor(&mut shift, contact, true)), [(contact, fence, true)], "while connecting");
    shift.joined(contact);
    assert_eq!(refused(&by_operator(&mut shift, 2, contact, false)), Some(Code::Gone));
    let elsewhere = Input::VisitorMask { booth: booth(2), contact, on: false };
    assert_eq!(refused(&shift.say(elsewhere)), Some(Code::Gone));
    shift.end(1, contact);
    assert_eq!(refused(&by_operator(&mut shift, 1, contact, true)), Some(Code::WrongState));
    assert_eq!(refused(&by_visitor(&mut shift, contact, true)), Some(Code::Gone));
}

#[test]
fn a_reload_of_the_page_keeps_the_mask_and_gives_the_notice_its_full_time_again() {
    let (mut shift, contact, fence) = lifting();
    shift.pass(2_000);
    shift.say(Input::BoothLine { booth: booth(1), up: false });
    shift.pass(10_000);
    assert!(mask(&shift, contact).hides(), "nobody has seen the notice");
    shift.say(Input::BoothLine { booth: booth(1), up: true });
    shift.pass(NOTICE - 1);
    assert!(mask(&shift, contact).hides());
    assert_eq!(orders(&shift.pass(1)), [(contact, fence, false)]);
}

#[test]
fn a_restart_keeps_the_mask_and_lifts_nothing_before_the_page_is_back() {
    let (mut shift, contact, fence) = lifting();
    let session = shift.session(1);
    shift.restart(20_000);
    shift.say(Input::Attach { operator: op(1), session });
    assert_eq!(orders(&shift.say(bridge(contact, fence, true))), []);
    shift.pass(9_000);
    assert!(mask(&shift, contact).hides());
    shift.say(Input::BoothLine { booth: booth(1), up: true });
    shift.pass(NOTICE - 1);
    assert!(mask(&shift, contact).hides());
    shift.pass(1);
    assert_eq!(mask(&shift, contact), Mask::Off);
}

#[test]
fn an_exchange_that_comes_back_is_told_what_holds() {
    let (mut shift, contact, fence) = talk();
    shift.say(Input::ExchangeDown);
    assert_eq!(orders(&by_visitor(&mut shift, contact, true)), [], "nobody to tell");
    assert_eq!(mask(&shift, contact), Mask::On);
    assert_eq!(orders(&shift.say(bridge(contact, fence, false))), [(contact, fence, true)]);
    assert_eq!(orders(&shift.say(bridge(contact, fence, true))), []);
    by_visitor(&mut shift, contact, false);
    assert_eq!(orders(&shift.say(bridge(contact, fence, true))), [(contact, fence, false)]);
    by_visitor(&mut shift, contact, true);
    let again = shift.say(Input::ExchangeUp { bridges: Vec::new(), calls: Vec::new(), dialled: Vec::new() });
    shift.media(Owner::Booth { booth: booth(1) }, true);
    let outputs = [again, shift.media(Owner::Operator { operator: op(1) }, true)].concat();
    assert_eq!(joins_masked(&outputs), [true], "a new bridge begins masked");
}

#[test]
fn a_new_sign_in_takes_a_masked_talk_along_masked() {
    let (mut shift, contact, _) = talk();
    by_visitor(&mut shift, contact, true);
    shift.kill(1);
    shift.pass(5_000);
    assert_eq!(joins_masked(&shift.sign_in(1)), [true]);
    let fence = shift.contact(contact).fence;
    shift.joined(contact);
    assert_eq!(orders(&by_visitor(&mut shift, contact, false)), [(contact, fence, false)]);
}

#[test]
fn the_next_operator_finds_the_mask_on_though_the_first_wanted_it_lifted() {
    let (mut shift, contact, _) = lifting();
    // The page is away, so that the notice does not end before the desk is lost.
    shift.say(Input::BoothLine { booth: booth(1), up: false });
    shift.kill(1);
    shift.pass(28_000);
    shift.say(Input::BoothLine { booth: booth(1), up: true });
    shift.pass(2_000);
    assert_eq!((shift.phase(contact), mask(&shift, contact)), (Phase::Waiting, Mask::On));
    shift.pass(60_000);
    assert_eq!(mask(&shift, contact), Mask::On, "the notice was another operator's");
    shift.ready(2);
    assert_eq!(joins_masked(&shift.accept(2)), [true]);
}

#[test]
fn a_talk_that_ends_masked_leaves_the_next_one_unmasked() {
    let (mut shift, contact, _) = lifting();
    shift.end(1, contact);
    assert_eq!(mask(&shift, contact), Mask::On, "no notice runs on in the wrap-up");
    let outputs = shift.pass(60_000);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Fact(Fact::MaskSet { .. }))));
    shift.finish(1, contact);
    let next = shift.ring(1);
    assert_eq!(mask(&shift, next), Mask::Off);
    assert_eq!(joins_masked(&shift.accept(1)), [false]);
}
