// One visit's extras beside the call itself: 目隠し, written words, the second window, what is wrong at the booth,
// and whether somebody is still there. Told the contact as the server knows it; says what the visitor wants.

import type { BoothSays } from '$generated/BoothSays';
import type { BoothState } from '$generated/BoothState';
import type { Code } from '$generated/Code';
import type { ContactId } from '$generated/ContactId';
import type { RequestId } from '$generated/RequestId';
import type { Time } from '$generated/Time';
import type { VisitorTrouble } from '$generated/VisitorTrouble';
import type { WebPage } from '$generated/WebPage';
import { Idle, VOICE, type Presence } from './idle';
import { mayShow } from './mask';
import { Media } from './media.svelte';
import { Pages } from './pages.svelte';
import type { Present } from './screen';

/** What a visit needs from the page. */
export interface VisitNeeds {
  say(words: BoothSays): RequestId | null;
  /** The server's time. */
  now(): Time;
  offer(words: BoothSays): void;
  flowing(up: boolean, since: Time): void;
  /** Something changed that the screens follow. */
  changed(): void;
  /** Nobody answers: the contact is to be left. */
  leave(): void;
}

/** The visits of a booth, one after the other. */
export class Visit {
  readonly media: Media;
  readonly pages = new Pages();
  /** The contact whose pictures the visitor has stopped, before the server says so. */
  hidden = $state<ContactId | null>(null);
  presence = $state<Presence>({ kind: 'here' });
  /** The dialog about the second window was answered with yes, and the browser gave no window. */
  noWindow = $state(false);
  /** The dialog was answered; the server does not know it yet. */
  answered = $state(false);

  #contact: Present | null = null;
  #idle = new Idle(0);
  #told: VisitorTrouble | null = null;
  #screenOver = false;
  #texts = new Map<RequestId, (refused: Code | null) => void>();

  constructor(private readonly needs: VisitNeeds) {
    this.media = new Media({
      offer: (offer) => needs.offer({ kind: 'sdp', ...offer }),
      flowing: needs.flowing,
      voice: (level) => (level >= VOICE ? this.#idle.alive(needs.now()) : undefined),
      screenEnded: () => this.#screen(false),
      standing: needs.changed,
    });
  }

  /** Brings everything in line with the contact; null: there is none that waits or talks. */
  settle(contact: Present | null, state: BoothState | null): void {
    if (contact?.contact !== this.#contact?.contact) this.#another();
    this.#contact = contact;
    this.media.show(mayShow(contact, this.hidden));
    if (contact === null || state === null) return;
    if (contact.mask.kind === 'on') this.hidden = null;
    this.#followScreen(contact);
    this.#look(state);
    this.#tellTrouble();
    if (this.presence.kind === 'gone') this.needs.leave();
  }

  /** A new connection: the server may not know what is wrong here. */
  welcome(): void {
    this.#told = null;
  }

  /** The server's answer to a written word. */
  heard(request: RequestId, refused: Code | null): void {
    this.#texts.get(request)?.(refused);
    this.#texts.delete(request);
  }

  /** Stops the pictures at once, or lets them go again when the server has said so. */
  mask(on: boolean): void {
    const contact = this.#contact?.contact;
    if (contact === undefined) return;
    this.hidden = on ? contact : null;
    this.needs.say({ kind: 'mask', contact, on });
    this.needs.changed();
  }

  /** Says a written word. Null: it arrived. */
  text(text: string): Promise<Code | null> {
    const contact = this.#contact?.contact;
    const request = contact === undefined ? null : this.needs.say({ kind: 'text', contact, text });
    if (request === null) return Promise.resolve('unreachable');
    return new Promise((resolve) => this.#texts.set(request, resolve));
  }

  /** The visitor agrees to show the second window; must follow a press. */
  async agree(): Promise<void> {
    const asked = this.#contact?.contact;
    this.noWindow = false;
    const given = await this.media.share();
    if (this.#contact?.contact !== asked) return this.media.stopShare();
    this.noWindow = !given;
    if (given) this.#screen(true);
  }

  /** The visitor refuses to show the second window, or shows it no longer. */
  refuse(): void {
    this.media.stopShare();
    this.#screen(false);
  }

  /** Opens a page beside the talk; must follow a press. */
  show(page: WebPage): void {
    this.pages.show(page);
  }

  /** A touch, a key, or the answer to the question. */
  alive(): void {
    this.#idle.alive(this.needs.now());
    this.presence = { kind: 'here' };
  }

  #another(): void {
    this.hidden = null;
    this.#told = null;
    this.#screenOver = false;
    this.noWindow = this.answered = false;
    this.media.stopShare();
    this.pages.close();
    this.alive();
    for (const tell of this.#texts.values()) tell('gone');
    this.#texts.clear();
  }

  #screen(shared: boolean): void {
    const contact = this.#contact?.contact;
    this.answered = true;
    if (contact !== undefined) this.needs.say({ kind: 'screen', contact, shared });
  }

  #followScreen({ screen }: Present): void {
    if (screen !== 'asked') this.answered = this.noWindow = false;
    if (screen === 'off') this.media.stopShare();
    // A page that was loaded again shows nothing, whatever the server remembers.
    const over = screen === 'on' && !this.media.sharing;
    if (over && !this.#screenOver) this.#screen(false);
    this.#screenOver = over;
  }

  #look({ idle_ask_ms, idle_end_ms }: BoothState): void {
    const beside = this.pages.open !== null || this.media.sharing;
    this.presence = this.#idle.look(this.needs.now(), { ask_ms: idle_ask_ms, end_ms: idle_end_ms, beside });
  }

  #tellTrouble(): void {
    const none = (standing: string): boolean => standing !== 'good' && standing !== 'asking';
    const trouble: VisitorTrouble = {
      camera: none(this.media.camera),
      microphone: none(this.media.microphone),
      walked_away: this.presence.kind === 'asked',
    };
    const told = this.#told;
    const same = told !== null && told.camera === trouble.camera && told.microphone === trouble.microphone;
    if (same && told.walked_away === trouble.walked_away) return;
    this.#told = trouble;
    this.needs.say({ kind: 'trouble', trouble });
  }
}
