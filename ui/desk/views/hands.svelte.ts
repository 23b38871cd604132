// What the hands do at the workspace: keys, what is being written, and what the pictures are told. Thinks for
// Workspace.svelte, draws nothing and decides nothing that the desk decides.
import { onMount, tick, untrack } from 'svelte';
import type { ContactId } from '$generated/ContactId';
import type { DeskView } from '$generated/DeskView';
import type { Digit } from '$generated/Digit';
import type { Intent } from '$generated/Intent';
import type { NoteIntent } from '$generated/NoteIntent';
import type { OfferCard } from '$generated/OfferCard';
import { commit, composing } from '$shared/ime';
import { maskPress } from '../rooms/booth/controls';
import { Writing } from '../rooms/booth/writing.svelte';
import { awake } from '../rooms/lock/awake';
import type { CardName } from '../rooms/note/cards';
import { Draft } from '../rooms/note/draft.svelte';
import { Editing } from '../rooms/note/editing.svelte';
import { Directory } from '../rooms/note/lines.svelte';
import { holdPress, isOpen } from '../rooms/phone/controls';
import { digitOf, writes } from '../rooms/phone/keypad.svelte';
import { Panels } from '../rooms/phone/panels.svelte';
import { WISHES } from '../rooms/presence/wishes';
import { Asking } from '../rooms/records/asking.svelte';
import { meaning, type Meant } from './keys';
import { paneOf, roomOf, type Place, type Room } from './place';
import { Stage, type Arrival } from './stage.svelte';

/** 0601 紛失・盗難. */
const LOSS = 601;
/** A main category and two more. */
const MOST_CATEGORIES = 3;

/** What the workspace shows just now. */
export interface Sight {
  readonly desk: DeskView;
  readonly place: Place;
  readonly offer: OfferCard | null;
  /** Since when the line is down for good; none: it is up. */
  readonly fenced: number | null;
  readonly arrival: Arrival;
  readonly now: number;
  readonly send: (intent: Intent) => void;
  /** Opens an address in the system's browser. */
  readonly visit: (address: string) => void;
}

/** The workspace's hands; made while the component is. */
export class Hands {
  readonly draft = new Draft();
  readonly edit = new Editing((note) => this.note(note));
  readonly asking = new Asking((note) => this.note(note));
  readonly directory = new Directory();
  readonly writing = new Writing();
  readonly panels = new Panels();
  readonly stage: Stage;
  /** The room that was chosen in the bar. */
  room: Room = $state('desk');
  /** The card for a hurry that lies over the centre. */
  card: CardName | null = $state(null);
  /** The list behind その他 is open. */
  othersOpen = $state(false);
  /** The field for written words, while there is one. */
  field: HTMLTextAreaElement | undefined = $state();
  readonly #sight: () => Sight;
  #contact: ContactId | null = null;

  constructor(sight: () => Sight) {
    this.#sight = sight;
    this.stage = new Stage(() => sight().send({ kind: 'picture' }), () => sight().arrival.first());
    onMount(() => this.stage.start(document));
    onMount(() => awake(window, () => this.note({ kind: 'awake' })));
    $effect.pre(() => {
      const { desk, place } = sight();
      untrack(() => this.edit.see(paneOf(desk.notes.pane, place)));
    });
    $effect(() => this.stage.door(sight().arrival.door));
    $effect(() => {
      const { desk, place, arrival, now } = sight();
      void now;
      untrack(() => this.stage.watch(desk, place, arrival.expecting, Date.now()));
    });
    $effect(() => {
      const { desk, place } = sight();
      untrack(() => {
        this.writing.see(place.kind === 'talk' ? place.contact : null, desk.refused);
        this.panels.see(place.kind === 'call' ? place.contact : null);
        this.#follow(desk.state.contact?.contact ?? desk.state.guest?.contact ?? null);
      });
    });
  }

  /** Something about notes. Whoever reads is led to the records, whoever writes to the desk. */
  note(note: NoteIntent): void {
    if (note.kind === 'read' && note.note !== null) this.go('records');
    if (note.kind === 'change' || note.kind === 'new') this.go('desk');
    this.#sight().send({ kind: 'note', note });
  }

  /** Another room; what was open in the old one is closed. */
  go(room: Room): void {
    const old = this.room;
    if (old === room) return;
    this.room = room;
    if (old === 'records') this.asking.leave();
    if (old === 'records' && this.#sight().desk.notes.reading !== null) this.note({ kind: 'read', note: null });
    if (old === 'manual') this.note({ kind: 'manual', words: null });
    if (room === 'records') this.asking.look();
    if (room === 'manual') this.note({ kind: 'manual', words: '' });
  }

  /** Puts what the open card is about into the note. */
  noted(): void {
    const { categories } = this.edit.written;
    if (this.card === 'loss') this.edit.set({ categories: [LOSS, ...categories.filter((code) => code !== LOSS)].slice(0, MOST_CATEGORIES) });
    else this.edit.set({ disposition: 'sent_to_foreign_language_line' });
    this.card = null;
  }

  /** 予約システムを開く; none: no address is set. */
  get reserve(): (() => void) | null {
    const address = this.#sight().desk.state.forms.reservation_url;
    return address === '' ? null : () => this.#sight().visit(address);
  }

  /** A key, before anything else hears of it. */
  key(event: KeyboardEvent): void {
    if (this.#sight().desk.notes.locked) return;
    const digit = digitOf(event);
    if (digit !== null && this.#dialling() && !writes(document.activeElement)) {
      event.preventDefault();
      return this.dial(digit);
    }
    const meant = meaning(event);
    if (meant === null || !this.#can(meant)) return;
    if (meant.kind !== 'close') event.preventDefault();
    if (meant.kind === 'answer' && composing(event)) commit(document.activeElement);
    this.#do(meant, event);
  }

  /** A key of the keypad. */
  dial(digit: Digit): void {
    this.panels.keypad.pressed(digit);
    this.#sight().send({ kind: 'digit', digit });
  }

  /** 手上げ, up or down. */
  raise(): void {
    const { desk, send } = this.#sight();
    send({ kind: 'raise_hand', up: desk.state.me.hand === null });
  }

  /** The keypad is open and in sight: a key that dials must be seen to dial. */
  #dialling(): boolean {
    return this.#sight().place.kind === 'call' && this.panels.open === 'keypad' && this.#inSight();
  }

  /** Nothing lies over the centre. */
  #inSight(): boolean {
    const { desk, fenced } = this.#sight();
    return desk.check === null && roomOf(desk.state.wall, fenced, this.room) === 'desk';
  }

  /** Whoever takes a contact is led to it, whatever room was up. */
  #follow(contact: ContactId | null): void {
    if (contact !== this.#contact && contact !== null) this.go('desk');
    this.#contact = contact;
  }

  #can(meant: Meant): boolean {
    const { offer, place, fenced } = this.#sight();
    switch (meant.kind) {
      case 'answer': return offer !== null;
      case 'moment': return place.kind === 'talk' || (place.kind === 'call' && isOpen(place.contact));
      case 'transfer': return place.kind === 'call' && isOpen(place.contact) && this.#inSight();
      case 'choose':
      case 'hand': return fenced === null;
      case 'reservation': return this.reserve !== null;
      case 'card':
      case 'room':
      case 'lock':
      case 'close': return true;
    }
  }

  #do(meant: Meant, event: KeyboardEvent): void {
    const { send } = this.#sight();
    switch (meant.kind) {
      case 'answer': return send({ kind: 'answer' });
      case 'moment': return this.#moment();
      case 'hand': return this.raise();
      case 'choose': return this.#choose(meant.place);
      case 'transfer': return this.#transfer(event);
      case 'reservation': return this.reserve?.();
      case 'card':
        this.card = this.card === meant.card ? null : meant.card;
        return;
      case 'room': return this.#lead(meant.room, event);
      case 'lock': return this.note({ kind: 'lock' });
      case 'close':
        if (this.card !== null) {
          this.card = null;
          return;
        }
        this.othersOpen = false;
        return this.panels.close();
    }
  }

  #moment(): void {
    const { place, send } = this.#sight();
    if (place.kind === 'call') {
      this.panels.transfer.heard();
      send(holdPress(place.contact).intent);
    } else if (place.kind === 'talk') send(maskPress(place.contact).intent);
  }

  /** By its key the panel takes the keyboard, and gives it back. In the middle of a conversion it only opens. */
  #transfer(event: KeyboardEvent): void {
    if (this.panels.open === 'transfer') return this.panels.close();
    this.panels.remember(document.activeElement);
    this.panels.turn('transfer');
    if (!composing(event)) void tick().then(() => this.panels.enter(document));
  }

  /** By its key a room takes the keyboard, and gives it back. In the middle of a conversion it only opens. */
  #lead(room: 'manual' | 'records', event: KeyboardEvent): void {
    if (this.room === room) return this.go('desk');
    this.go(room);
    if (composing(event)) return;
    void tick().then(() => document.querySelector<HTMLElement>(`[data-testid="${room === 'manual' ? 'manual' : 'search'}-words"]`)?.focus());
  }

  #choose(at: number): void {
    const wish = WISHES[at - 1];
    if (wish === undefined) this.othersOpen = !this.othersOpen;
    else this.#sight().send({ kind: 'choose', chosen: wish.chosen });
  }
}
