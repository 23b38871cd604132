// The loopback socket that the pictures come through: opened once, kept all day, opened anew when it breaks.
// Knows no painter and no talk.
import type { PictureDoor } from '$generated/PictureDoor';

/** First and longest pause between two attempts, ms: a booth without a camera must not be hammered. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 16_000;

/** What the socket tells. */
export interface DoorHost {
  /** A new door is wanted. */
  ask(): void;
  /** A message has come. */
  message(data: ArrayBuffer): void;
  /** A new socket, which has been told nothing yet. */
  opened(): void;
}

/** One socket at a time. */
export class Door {
  #socket: WebSocket | null = null;
  #token = '';
  #pause = FIRST_PAUSE;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  readonly #host: DoorHost;

  constructor(host: DoorHost) {
    this.#host = host;
  }

  /** The view's door; the same token again changes nothing. */
  take(door: PictureDoor | null): void {
    if (door === null || door.token === this.#token) return;
    this.#token = door.token;
    this.close();
    this.#open(door);
  }

  /** Asks for a door. */
  ask(): void {
    this.#asked = Date.now();
    this.#host.ask();
  }

  /** Nothing comes any more: a new door, but not more often than the pause allows. */
  renew(now: number): void {
    if (now - this.#asked <= this.#pause) return;
    this.#asked = now;
    this.#longer();
    this.close();
    this.#host.ask();
  }

  /** Pictures come: the next trouble starts with a short pause again. */
  calm(): void {
    this.#pause = FIRST_PAUSE;
  }

  /** Says a word, if there is a socket. */
  say(word: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(word);
  }

  /** Lets go of the socket. */
  close(): void {
    clearTimeout(this.#retry);
    if (this.#socket === null) return;
    this.#socket.onclose = null;
    this.#socket.onmessage = null;
    this.#socket.close();
    this.#socket = null;
  }

  #open(door: PictureDoor): void {
    const socket = new WebSocket(`ws://127.0.0.1:${door.port}/`);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      socket.send(door.token);
      this.#host.opened();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.#host.message(data);
    };
    socket.onclose = () => this.#closed();
    this.#socket = socket;
  }

  #closed(): void {
    this.#socket = null;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.ask(), this.#pause);
    this.#longer();
  }

  #longer(): void {
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }
}
