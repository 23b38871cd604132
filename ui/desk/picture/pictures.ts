// The three pictures of a desk: the visitor's face, the visitor's second window and one's own. One socket, a painter
// each; Rust is told which are looked at and how large they stand, and sends those. Holds no business rule: the view
// says which picture is due and which is kept from everybody.
import type { PictureDoor } from '$generated/PictureDoor';
import { Door } from './door';
import { KINDS, parseFrame, type Kind } from './frame';
import { Painter } from './painter';

/** Silence in a talk after which the socket is thought dead, ms. */
const SILENCE = 1000;

/** What the pictures ask of their surroundings. */
export interface PicturesHost {
  /** A new door is wanted. */
  ask(): void;
  /** A picture of this kind stands on its canvas, or none does. */
  stands(kind: Kind, standing: boolean): void;
}

/** What the view wants to see. */
export interface Wanted {
  /** The visitor's face may be drawn: a talk is up, or an answer is on its way. */
  readonly face: boolean;
  /** The face must come: its silence is a trouble of the socket. */
  readonly due: boolean;
  /** 目隠し: nothing of the visitor is decoded or drawn, whatever comes. */
  readonly masked: boolean;
  /** The visitor's second window. */
  readonly screen: boolean;
  /** One's own picture. */
  readonly own: boolean;
}

/** All pictures of the window. */
export class Pictures {
  #due = false;
  #masked = false;
  #lastFace = 0;
  #page: Document | null = null;
  readonly #standing = new Set<Kind>();
  /** What the socket was told last of each: `show` with its room, or `hide`. */
  readonly #said = new Map<Kind, string>();
  readonly #host: PicturesHost;
  readonly #painters: Record<Kind, Painter>;
  readonly #door: Door;

  constructor(host: PicturesHost) {
    this.#host = host;
    this.#painters = { face: this.#painter(), screen: this.#painter(), own: this.#painter() };
    this.#door = new Door({
      ask: () => host.ask(),
      message: (data) => this.#take(data),
      opened: () => this.#opened(),
    });
  }

  /** Asks for the first door; returns what stops all. */
  start(page: Document): () => void {
    this.#page = page;
    const seen = (): void => this.#seen();
    page.addEventListener('visibilitychange', seen);
    this.#door.ask();
    return () => {
      page.removeEventListener('visibilitychange', seen);
      this.#door.close();
    };
  }

  /** Draws pictures of `kind` on `canvas`; returns what stops that. */
  attach(kind: Kind, canvas: HTMLCanvasElement): () => void {
    return this.#painters[kind].attach(canvas);
  }

  /** The view's door; the same token again changes nothing. */
  door(door: PictureDoor | null): void {
    this.#door.take(door);
  }

  /** Called at each change and each second. */
  watch(wanted: Wanted, now: number): void {
    this.#masked = wanted.masked;
    this.#show('face', wanted.face && !wanted.masked);
    this.#show('screen', wanted.screen && !wanted.masked);
    this.#show('own', wanted.own);
    this.#tell();
    const due = wanted.due && !wanted.masked;
    if (due && !this.#due) this.#lastFace = now;
    this.#due = due;
    if (due && now - this.#lastFace > SILENCE) this.#door.renew(now);
  }

  #painter(): Painter {
    return new Painter(() => this.#tell());
  }

  #show(kind: Kind, showing: boolean): void {
    this.#painters[kind].show(showing);
    if (!showing && this.#standing.delete(kind)) this.#host.stands(kind, false);
  }

  /** Tells the socket what has changed. */
  #tell(): void {
    for (const kind of KINDS) {
      const word = this.#word(kind);
      if (this.#said.get(kind) === word) continue;
      this.#said.set(kind, word);
      this.#door.say(word);
    }
  }

  #word(kind: Kind): string {
    const number = KINDS.indexOf(kind);
    // The face is ready before the view names the talk, so that its first picture has nothing to wait for.
    const wanted = kind === 'face' ? !this.#masked : this.#painters[kind].showing;
    if (!wanted || this.#page?.hidden === true) return `hide ${number}`;
    const { width, height } = this.#painters[kind].room;
    return `show ${number} ${width} ${height}`;
  }

  #take(data: ArrayBuffer): void {
    const got = parseFrame(data);
    if (got !== null && this.#painters[got.kind].draw(got.frame)) this.#drawn(got.kind);
  }

  #opened(): void {
    this.#said.clear();
    this.#tell();
  }

  #seen(): void {
    this.#lastFace = Date.now();
    this.#tell();
  }

  #drawn(kind: Kind): void {
    if (kind === 'face') this.#lastFace = Date.now();
    this.#door.calm();
    if (this.#standing.has(kind)) return;
    this.#standing.add(kind);
    if (kind === 'face') performance.mark('kenmu:first-picture');
    this.#host.stands(kind, true);
  }
}
