//! What desks show of consultation and transfer. Pure: reads the machine and the names, sends nothing.

use desk::centre::{ConsultView, OperatorView, Owner};
use desk::contact::{Channel, ConsultStage};
use desk::ids::ContactId;
use desk::presence::Presence;
use link::state::{Colleague, ConsultCard, ConsultGuest, Counterpart};

use super::project::{Truth, number};

/// Everybody who is signed in, by name.
pub(super) fn colleagues(truth: Truth) -> Vec<Colleague> {
    let signed_in = truth.centre.operators().filter(|who| who.session.is_some());
    let colleague = |who: OperatorView| Colleague {
        operator: who.operator,
        name: truth.names.operator(who.operator),
        presence: who.presence,
        ready: takes_calls(&who),
        lead: truth.names.leads(who.operator),
    };
    let mut all: Vec<Colleague> = signed_in.map(colleague).collect();
    all.sort_by(|one, other| (&one.name, one.operator).cmp(&(&other.name, other.operator)));
    all
}

fn takes_calls(who: &OperatorView) -> bool {
    let Presence::Available { channels } = who.presence else { return false };
    channels.take(Channel::Phone) && who.media_up
}

/// Whom the operator of a talk consults.
pub(super) fn card(truth: Truth, consult: &ConsultView) -> ConsultCard {
    let with = match consult.with {
        Owner::Operator { operator } => Counterpart::Operator { name: truth.names.operator(operator) },
        Owner::Caller { call } => truth.outgoing.who(call),
        // Nobody consults a booth.
        Owner::Booth { booth } => Counterpart::Operator { name: truth.names.booth(booth) },
    };
    ConsultCard { with, stage: consult.stage, blind: consult.blind, since: consult.since }
}

/// What the consulted operator sees.
pub(super) fn guest(truth: Truth, contact: ContactId) -> Option<ConsultGuest> {
    let known = truth.centre.contact(contact)?;
    let consult = known.consult?;
    Some(ConsultGuest {
        contact,
        number: number(&known),
        operator: known.operator.map(|operator| truth.names.operator(operator)).unwrap_or_default(),
        caller: truth.caller(contact),
        joined: consult.stage == ConsultStage::Joined,
        since: consult.since,
    })
}
