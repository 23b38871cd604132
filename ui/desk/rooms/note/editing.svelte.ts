// What is being written in the pane. The page's own fields are the newer ones while the pane's version stays; with
// another note or another version the pane's are taken over. Every change goes out whole, with the place of the caret,
// because the desk decides what of it may reach the disk.
import type { NeedField } from '$generated/NeedField';
import type { NoteId } from '$generated/NoteId';
import type { NoteIntent } from '$generated/NoteIntent';
import type { NotePane } from '$generated/NotePane';
import type { Finding } from '$generated/Finding';
import type { Person } from '$generated/Person';
import type { Promise as Promised } from '$generated/Promise';
import type { Reservation } from '$generated/Reservation';
import type { TextField } from '$generated/TextField';
import type { Written } from '$generated/Written';

/** A note in which nothing is written. */
export function blank(): Written {
  return {
    categories: [], party: null, disposition: null, text: '',
    person: { name: '', kana: '', birth: '', sex: null, postcode: '', address: '', phone: '', reachable: '' },
    reservation: { kind: null, when: '', place: '', registered: false },
    promise: { due: null, who: '', result: '' },
    articles: [], handouts: [], people: null, photos: 0, assist2: null,
    checks: { logged_out: false, history_cleared: false, card_returned: false },
    doubt_reason: '',
  };
}

/** The note under the hands. */
export class Editing {
  /** Every field as it stands on the page. */
  written: Written = $state.raw(blank());
  /** The field into which somebody pasted last. */
  pasted: TextField | null = $state(null);
  #pane: NotePane | null = $state.raw(null);
  readonly #send: (note: NoteIntent) => void;

  constructor(send: (note: NoteIntent) => void) {
    this.#send = send;
  }

  /** Looks at each view: whether the fields are the page's or the pane's. */
  see(pane: NotePane | null): void {
    const known = this.#pane;
    this.#pane = pane;
    if (pane === null || (known?.note === pane.note && known.version === pane.version)) return;
    this.written = pane.written;
    this.pasted = null;
  }

  /** Which note is under the hands; none: none. A field that belonged to another one writes nothing any more. */
  get note(): NoteId | null {
    return this.#pane?.note ?? null;
  }

  /** Still to be filled in before the note can be finished. */
  needs(field: NeedField): boolean {
    return this.#pane?.missing.includes(field) ?? false;
  }

  /** What the guard found in a field; none: nothing. */
  found(field: TextField): Finding | null {
    return this.#pane?.findings.find((finding) => finding.field === field) ?? null;
  }

  /** The text of a field. */
  text(field: TextField): string {
    const { person, promise, reservation } = this.written;
    switch (field) {
      case 'text': return this.written.text;
      case 'name': return person.name;
      case 'kana': return person.kana;
      case 'birth': return person.birth;
      case 'postcode': return person.postcode;
      case 'address': return person.address;
      case 'phone': return person.phone;
      case 'reachable': return person.reachable;
      case 'reservation_when': return reservation.when;
      case 'reservation_place': return reservation.place;
      case 'promise_who': return promise.who;
      case 'promise_result': return promise.result;
      case 'doubt_reason': return this.written.doubt_reason;
      case 'summary': return '';
    }
  }

  /** Somebody typed: the field's text, and the caret in characters from its start; none: the field was left. */
  type(field: TextField, text: string, caret: number | null): void {
    this.written = this.#with(field, text);
    this.#tell(caret === null ? null : [field, caret]);
  }

  /** The caret left a field. Only what was typed or put right by it is told. */
  leave(field: TextField, text: string): void {
    this.type(field, text, null);
  }

  /** Something was chosen. */
  set(change: Partial<Written>): void {
    this.written = { ...this.written, ...change };
    this.#tell(null);
  }

  /** Something about the person was chosen. */
  person(change: Partial<Person>): void {
    this.set({ person: { ...this.written.person, ...change } });
  }

  /** Something about the reservation was chosen. */
  reservation(change: Partial<Reservation>): void {
    this.set({ reservation: { ...this.written.reservation, ...change } });
  }

  /** Something about the promised call was chosen. */
  promise(change: Partial<Promised>): void {
    this.set({ promise: { ...this.written.promise, ...change } });
  }

  /** 下書き保存. */
  save(): void {
    if (this.#pane !== null) this.#send({ kind: 'save', note: this.#pane.note });
  }

  #tell(caret: [TextField, number] | null): void {
    if (this.#pane !== null) this.#send({ kind: 'edit', note: this.#pane.note, written: this.written, caret, version: this.#pane.version });
  }

  #with(field: TextField, text: string): Written {
    const { person, promise, reservation } = this.written;
    switch (field) {
      case 'text': return { ...this.written, text };
      case 'name':
      case 'kana':
      case 'birth':
      case 'postcode':
      case 'address':
      case 'phone':
      case 'reachable': return { ...this.written, person: { ...person, [field]: text } };
      case 'reservation_when': return { ...this.written, reservation: { ...reservation, when: text } };
      case 'reservation_place': return { ...this.written, reservation: { ...reservation, place: text } };
      case 'promise_who': return { ...this.written, promise: { ...promise, who: text } };
      case 'promise_result': return { ...this.written, promise: { ...promise, result: text } };
      case 'doubt_reason': return { ...this.written, doubt_reason: text };
      case 'summary': return this.written;
    }
  }
}
