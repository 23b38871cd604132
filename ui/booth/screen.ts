// Which screen the visitor sees, from what is known. Pure; all times are the server's, ms.

import type { BoothContact } from '$generated/BoothContact';
import type { BoothContactState } from '$generated/BoothContactState';
import type { BoothState } from '$generated/BoothState';
import type { Code } from '$generated/Code';
import type { ContactId } from '$generated/ContactId';
import type { EndReason } from '$generated/EndReason';
import type { Time } from '$generated/Time';
import type { Enrolling } from './enrolment';
import { closingIn } from './hours';

/** A cut line is not mentioned for so long: most come back before a person has read the words, ms. */
export const LINE_GRACE_MS = 3_000;
/** The same for media in a talk: the picture stands still, so words must come sooner, ms. */
export const MEDIA_GRACE_MS = 1_000;
/** How long the goodbye stays, ms: thanks and three reminders are read quickly, what to do after a fault is not. */
export const THANKS_MS = 20_000;
export const SORRY_MS = 45_000;
/** How long a refused call is spoken of, ms. */
export const NOTICE_MS = 12_000;

/** Why no visitor can be served from the start screen, or how soon one can. */
export type Door = 'ready' | 'queue' | 'nobody' | 'closed' | 'no_exchange';

/** How a contact ended, for a visitor. */
export type Goodbye = 'thanks' | 'sorry' | 'closed' | 'full';

/** What is wrong. */
export type Why =
  | 'starting'
  | 'line'
  | 'waiting_line'
  | 'reconnecting'
  | 'insecure'
  | 'revoked'
  | 'replaced'
  | 'page_old'
  | 'server_old'
  | 'refused';

/** What the page shows. */
export type Screen =
  | { kind: 'enrol'; step: Enrolling }
  | { kind: 'start'; door: Door; waiting: number; notice: Code | null; closing: number | null }
  | { kind: 'wait'; ahead: number | null; since: Time }
  | { kind: 'talk'; operator: string; stage: 'connecting' | 'live' | 'held' | 'operator_away'; since: Time | null }
  | { kind: 'ended'; goodbye: Goodbye }
  | { kind: 'trouble'; why: Why; since: Time; inTalk: boolean };

/** All that is known. */
export interface Facts {
  now: Time;
  /** The page belongs to a booth; null: its key is still being looked for. */
  enrolled: boolean | null;
  enrolling: Enrolling;
  /** The page may use camera and microphone at all (https or this machine). */
  secure: boolean;
  /** The server refused this page for good. */
  refused: Code | null;
  state: BoothState | null;
  lineDownSince: Time | null;
  /** Since when no media flows; null while it flows or none is wanted. */
  mediaDownSince: Time | null;
  /** When the visitor pressed the button; null once the server knows the contact. */
  ringing: Time | null;
  /** The contact that the visitor left; the server may not know it yet. */
  left: ContactId | null;
  /** The goodbye that was put away by hand. */
  seen: ContactId | null;
  /** A refused call. */
  notice: { code: Code; at: Time } | null;
}

/** A contact that waits or talks. */
export type Present = BoothContact & { state: Exclude<BoothContactState, { kind: 'ended' }> };

/** The contact that needs media: it waits or talks, and the visitor has not left it. */
export function alive(contact: BoothContact | null, left: ContactId | null): contact is Present {
  return contact !== null && contact.contact !== left && contact.state.kind !== 'ended';
}

/** The screen for these facts. */
export function screenOf(facts: Facts): Screen {
  const { state, now } = facts;
  if (!facts.secure) return trouble('insecure', now);
  if (facts.enrolled === null) return trouble('starting', now);
  if (!facts.enrolled) return { kind: 'enrol', step: facts.enrolling };
  if (facts.refused !== null) return trouble(whyRefused(facts.refused), now);
  if (state === null) return nothingYet(facts);
  if (alive(state.contact, facts.left)) return inContact(facts, state.contact);
  const down = facts.lineDownSince;
  if (down !== null && now - down >= LINE_GRACE_MS) return trouble('line', down);
  if (facts.ringing !== null) return { kind: 'wait', ahead: null, since: facts.ringing };
  return state.contact === null ? atRest(facts, state) : afterwards(facts, state, state.contact);
}

function trouble(why: Why, since: Time, inTalk = false): Screen {
  return { kind: 'trouble', why, since, inTalk };
}

function whyRefused(code: Code): Why {
  if (code === 'unauthorised') return 'revoked';
  if (code === 'client_too_old') return 'page_old';
  if (code === 'server_too_old') return 'server_old';
  return code === 'replaced' ? 'replaced' : 'refused';
}

function nothingYet(facts: Facts): Screen {
  const since = facts.lineDownSince ?? facts.now;
  return trouble(facts.now - since >= LINE_GRACE_MS ? 'line' : 'starting', since);
}

function inContact(facts: Facts, contact: Present): Screen {
  const { state } = contact;
  const lineDown = facts.lineDownSince;
  const mediaDown = facts.mediaDownSince;
  const silent = mediaDown !== null && facts.now - mediaDown >= MEDIA_GRACE_MS ? mediaDown : null;
  switch (state.kind) {
    case 'waiting':
      if (lineDown !== null && facts.now - lineDown >= LINE_GRACE_MS) return trouble('waiting_line', lineDown);
      return { kind: 'wait', ahead: state.ahead, since: contact.arrived };
    case 'connecting':
      return { kind: 'talk', operator: state.operator, stage: 'connecting', since: null };
    case 'live':
      // The talk goes on without the line to the server: only silence is trouble.
      if (silent !== null) return trouble('reconnecting', silent, true);
      return {
        kind: 'talk',
        operator: state.operator,
        stage: state.operator_up ? 'live' : 'operator_away',
        since: state.since,
      };
    case 'held':
      if (silent !== null) return trouble('reconnecting', silent, true);
      return { kind: 'talk', operator: state.operator, stage: 'held', since: null };
  }
}

function afterwards(facts: Facts, state: BoothState, contact: BoothContact): Screen {
  if (contact.state.kind !== 'ended') return leaving(facts, state, contact);
  const goodbye = goodbyeFor(contact.state.end);
  if (goodbye === null || facts.seen === contact.contact) return atRest(facts, state);
  const stays = goodbye === 'thanks' ? THANKS_MS : SORRY_MS;
  return facts.now - contact.state.at < stays ? { kind: 'ended', goodbye } : atRest(facts, state);
}

/** The visitor left and the server does not know it yet: show what it will say. */
function leaving(facts: Facts, state: BoothState, contact: BoothContact): Screen {
  const talked = contact.state.kind === 'live' || contact.state.kind === 'held';
  return talked && facts.seen !== contact.contact ? { kind: 'ended', goodbye: 'thanks' } : atRest(facts, state);
}

function goodbyeFor(end: EndReason): Goodbye | null {
  switch (end) {
    case 'operator_ended':
    case 'visitor_ended':
      return 'thanks';
    case 'abandoned_waiting':
    case 'abandoned_ringing':
    case 'abandoned_connecting':
      return null;
    case 'line_lost_waiting':
    case 'line_lost_talking':
    case 'media_failed':
    case 'exchange_lost':
      return 'sorry';
    case 'out_of_hours':
    case 'year_end':
    case 'suspended':
      return 'closed';
    case 'queue_full':
      return 'full';
    // The ends of calls: no booth has one.
    case 'transferred_out':
    case 'callee_busy':
    case 'callee_not_answered':
    case 'callee_not_found':
    case 'callee_refused':
    case 'dial_forbidden':
    case 'dial_failed':
    case 'dial_given_up':
      return null;
  }
}

function atRest(facts: Facts, state: BoothState): Screen {
  const notice = facts.notice !== null && facts.now - facts.notice.at < NOTICE_MS ? facts.notice.code : null;
  const closing = state.open ? closingIn(state.hours, facts.now) : null;
  return { kind: 'start', door: doorOf(state), waiting: state.waiting, notice, closing };
}

function doorOf(state: BoothState): Door {
  if (!state.open) return 'closed';
  if (!state.exchange_up) return 'no_exchange';
  if (state.ready === 0) return 'nobody';
  return state.waiting > 0 ? 'queue' : 'ready';
}
