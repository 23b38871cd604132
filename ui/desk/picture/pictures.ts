// The three pictures of a desk: the visitor's face, the visitor's second window and one's own. One socket, a painter
// each. Holds no business rule: the view says which picture is due and which is kept from everybody.
import type { PictureDoor } from '$generated/PictureDoor';
import { Door } from './door';
import { parseFrame, type Kind } from './frame';
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
  readonly #standing = new Set<Kind>();
  readonly #host: PicturesHost;
  readonly #painters: Record<Kind, Painter>;
  readonly #door: Door;

  constructor(host: PicturesHost) {
    this.#host = host;
    this.#painters = { face: this.#painter('face'), screen: this.#painter('screen'), own: this.#painter('own') };
    this.#door = new Door({
      ask: () => host.ask(),
      message: (data) => this.#take(data),
      opened: () => this.#restart(),
    });
  }

  /** Warms the face's decoder and asks for the first door; returns what stops all. */
  start(page: Document): () => void {
    const seen = (): void => this.#seen(!page.hidden);
    page.addEventListener('visibilitychange', seen);
    void this.#painters.face.warm().finally(() => this.#door.ask());
    return () => {
      page.removeEventListener('visibilitychange', seen);
      this.#door.close();
      for (const painter of this.#all()) painter.close();
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
    const lifted = this.#masked && !wanted.masked;
    this.#masked = wanted.masked;
    this.#show('face', wanted.face && !wanted.masked);
    this.#show('screen', wanted.screen && !wanted.masked);
    this.#show('own', wanted.own);
    if (lifted && wanted.face) this.#again('face');
    const due = wanted.due && !wanted.masked;
    if (due && !this.#due) this.#lastFace = now;
    this.#due = due;
    if (due && now - this.#lastFace > SILENCE) this.#door.renew(now);
  }

  #painter(kind: Kind): Painter {
    return new Painter({ needsKey: () => this.#door.key(kind), drawn: () => this.#drawn(kind) });
  }

  #all(): Painter[] {
    return Object.values(this.#painters);
  }

  #show(kind: Kind, showing: boolean): void {
    const painter = this.#painters[kind];
    const begins = showing && !painter.showing;
    painter.show(showing);
    if (!showing && this.#standing.delete(kind)) this.#host.stands(kind, false);
    // The face's frames are decoded before the view names the talk; those of the others are not.
    if (begins && kind !== 'face') this.#again(kind);
  }

  #again(kind: Kind): void {
    this.#painters[kind].restart();
    this.#door.key(kind);
  }

  #take(data: ArrayBuffer): void {
    if (document.hidden) return;
    const got = parseFrame(data);
    if (got === null) return;
    const painter = this.#painters[got.kind];
    const wanted = got.kind === 'face' ? !this.#masked : painter.showing;
    if (wanted) painter.feed(got.frame);
  }

  #restart(): void {
    for (const painter of this.#all()) painter.restart();
  }

  #seen(visible: boolean): void {
    this.#restart();
    this.#lastFace = Date.now();
    if (!visible) return;
    this.#door.key('face');
    if (this.#painters.screen.showing) this.#door.key('screen');
    if (this.#painters.own.showing) this.#door.key('own');
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
