// The way of the encoded picture from the loopback socket to the painter: opened once, kept all day, opened anew
// when it breaks or falls silent in a talk. Holds no business rule: the view says whether a picture is due.
import type { PictureDoor } from '$generated/PictureDoor';
import { parseFrame } from './frame';
import { Painter } from './painter';

/** Silence in a talk after which the socket is thought dead, ms. */
const SILENCE = 1000;
/** First and longest pause between two attempts, ms: a booth without a camera must not be hammered. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 16_000;

/** How a picture comes in and who is told. */
export interface Arrival {
  /** Where it comes in; none before the first was asked for. */
  readonly door: PictureDoor | null;
  /** An answer is on its way: what comes is the visitor's picture, even before the view that names the talk. */
  readonly expecting: boolean;
  /** The first picture of a talk stands. */
  first(): void;
}

/** What the picture asks of its surroundings. */
export interface PictureHost {
  /** A new door is wanted. */
  ask(): void;
  /** A picture of this talk stands on the canvas, or none does. */
  drawn(standing: boolean): void;
}

/** One window onto the booth. */
export class Picture {
  #socket: WebSocket | null = null;
  #token = '';
  #due = false;
  #lastFrame = 0;
  #pause = FIRST_PAUSE;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #standing = false;
  readonly #painter: Painter;
  readonly #host: PictureHost;

  constructor(canvas: HTMLCanvasElement, host: PictureHost) {
    this.#host = host;
    this.#painter = new Painter(canvas, { needsKey: () => this.#key(), drawn: () => this.#drawn() });
  }

  /** Warms the decoder and asks for the first door; returns what stops all. */
  start(page: Document): () => void {
    const seen = (): void => this.#seen(!page.hidden);
    page.addEventListener('visibilitychange', seen);
    void this.#painter.warm().finally(() => this.#ask());
    return () => {
      page.removeEventListener('visibilitychange', seen);
      clearTimeout(this.#retry);
      this.#drop();
      this.#painter.close();
    };
  }

  /** The view's door; the same token again changes nothing. */
  door(door: PictureDoor | null): void {
    if (door === null || door.token === this.#token) return;
    this.#token = door.token;
    this.#drop();
    this.#open(door);
  }

  /** Called at each change and each second: a talk is up, and a picture is due in it. */
  watch(talking: boolean, due: boolean, now: number): void {
    if (!talking && this.#standing) this.#stand(false);
    this.#painter.show(talking);
    if (due && !this.#due) this.#lastFrame = now;
    this.#due = due;
    if (due && now - this.#lastFrame > SILENCE && now - this.#asked > this.#pause) this.#renew(now);
  }

  #renew(now: number): void {
    this.#asked = now;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    this.#drop();
    this.#host.ask();
  }

  #ask(): void {
    this.#asked = Date.now();
    this.#host.ask();
  }

  #open(door: PictureDoor): void {
    const socket = new WebSocket(`ws://127.0.0.1:${door.port}/`);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => socket.send(door.token);
    socket.onmessage = (message: MessageEvent<unknown>) => this.#take(message.data);
    socket.onclose = () => this.#closed();
    this.#socket = socket;
    this.#painter.restart();
  }

  #take(data: unknown): void {
    if (!(data instanceof ArrayBuffer) || document.hidden) return;
    const frame = parseFrame(data);
    if (frame !== null) this.#painter.feed(frame);
  }

  #closed(): void {
    this.#socket = null;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#ask(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #drop(): void {
    clearTimeout(this.#retry);
    if (this.#socket === null) return;
    this.#socket.onclose = null;
    this.#socket.onmessage = null;
    this.#socket.close();
    this.#socket = null;
  }

  #key(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send('key');
  }

  #seen(visible: boolean): void {
    this.#painter.restart();
    this.#lastFrame = Date.now();
    if (visible) this.#key();
  }

  #drawn(): void {
    this.#lastFrame = Date.now();
    this.#pause = FIRST_PAUSE;
    if (!this.#standing) this.#stand(true);
  }

  #stand(standing: boolean): void {
    this.#standing = standing;
    if (standing) performance.mark('kenmu:first-picture');
    this.#host.drawn(standing);
  }
}
