// What the hands do at the workspace: keys, what is being written, and what the pictures are told. Thinks for
// Workspace.svelte, draws nothing and decides nothing that the desk decides.
import { onMount, untrack } from 'svelte';
import type { DeskView } from '$generated/DeskView';
import type { Intent } from '$generated/Intent';
import type { OfferCard } from '$generated/OfferCard';
import { commit, composing } from '$shared/ime';
import { maskPress } from '../rooms/booth/controls';
import { Writing } from '../rooms/booth/writing.svelte';
import { Draft } from '../rooms/note/draft.svelte';
import { Directory } from '../rooms/note/lines.svelte';
import { WISHES } from '../rooms/presence/wishes';
import { meaning, type Meant } from './keys';
import type { Place } from './place';
import { Stage, type Arrival } from './stage.svelte';

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
}

/** The workspace's hands; made while the component is. */
export class Hands {
  readonly draft = new Draft();
  readonly directory = new Directory();
  readonly writing = new Writing();
  readonly stage: Stage;
  /** The list behind その他 is open. */
  othersOpen = $state(false);
  /** The field for written words, while there is one. */
  field: HTMLTextAreaElement | undefined = $state();
  readonly #sight: () => Sight;

  constructor(sight: () => Sight) {
    this.#sight = sight;
    this.stage = new Stage(() => sight().send({ kind: 'picture' }), () => sight().arrival.first());
    onMount(() => this.stage.start(document));
    $effect(() => this.stage.door(sight().arrival.door));
    $effect(() => {
      const { desk, place, arrival, now } = sight();
      void now;
      untrack(() => this.stage.watch(desk, place, arrival.expecting, Date.now()));
    });
    $effect(() => {
      const { desk, place } = sight();
      const contact = place.kind === 'talk' ? place.contact : null;
      untrack(() => this.writing.see(contact, desk.refused));
    });
  }

  /** A key, before anything else hears of it. */
  key(event: KeyboardEvent): void {
    const meant = meaning(event);
    if (meant === null || !this.#can(meant)) return;
    if (meant.kind !== 'close') event.preventDefault();
    if (meant.kind === 'answer' && composing(event)) commit(document.activeElement);
    this.#do(meant);
  }

  #can(meant: Meant): boolean {
    const { offer, place, fenced } = this.#sight();
    switch (meant.kind) {
      case 'answer': return offer !== null;
      case 'mask': return place.kind === 'talk' && place.contact.channel === 'booth';
      case 'choose':
      case 'close': return meant.kind === 'close' || fenced === null;
    }
  }

  #do(meant: Meant): void {
    const { place, send } = this.#sight();
    switch (meant.kind) {
      case 'answer': return send({ kind: 'answer' });
      case 'mask': return place.kind === 'talk' ? send(maskPress(place.contact).intent) : undefined;
      case 'choose': return this.#choose(meant.place);
      case 'close': return void (this.othersOpen = false);
    }
  }

  #choose(at: number): void {
    const wish = WISHES[at - 1];
    if (wish === undefined) this.othersOpen = !this.othersOpen;
    else this.#sight().send({ kind: 'choose', chosen: wish.chosen });
  }
}
