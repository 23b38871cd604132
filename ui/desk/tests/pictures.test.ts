// @vitest-environment jsdom
// The way of the pictures: one socket, three painters, and nothing of a masked visitor.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Kind } from '../picture/frame';
import { Pictures, type Wanted } from '../picture/pictures';

const drawn: string[] = [];
const said: string[] = [];
let socket: FakeSocket | null = null;

class FakeSocket {
  static readonly OPEN = 1;
  readyState = FakeSocket.OPEN;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    socket = this;
  }
  send(word: string): void {
    said.push(word);
  }
  close(): void {
    this.readyState = 3;
  }
}

/** What the newest observer tells: the place of one's own picture was laid out. */
let laidOut: () => void = () => undefined;

class FakeObserver {
  constructor(told: () => void) {
    laidOut = told;
  }
  observe(): void {}
  unobserve(): void {}
}

class FakeImage {
  readonly data: Uint8ClampedArray;
  constructor(readonly width: number, readonly height: number) {
    this.data = new Uint8ClampedArray(width * height * 4);
  }
}

const NONE: Wanted = { face: false, due: false, masked: false, screen: false, own: false };
const TALKING: Wanted = { ...NONE, face: true, due: true, own: true };
const standing = new Set<Kind>();
let pictures: Pictures;

/** A canvas that notes the first byte of what is put on it. */
function canvas(width = 0, height = 0): HTMLCanvasElement {
  const made = document.createElement('canvas');
  const brush = { putImageData: (image: FakeImage) => drawn.push(String(image.data[0])), fillRect: () => drawn.push('wiped') };
  Object.defineProperties(made, { getContext: { value: () => brush }, clientWidth: { value: width }, clientHeight: { value: height } });
  return made;
}

/** A picture of two grey pixels that came as 640 by 480; the mark is the first one's brightness. */
function frame(kind: number, mark: number): ArrayBuffer {
  const luma = Math.round(16 + (mark * 219) / 255);
  const bytes = new Uint8Array([kind, 0, 2, 0, 1, 0, 0x80, 2, 0xe0, 1, luma, 16, 128, 128]);
  return bytes.buffer;
}
const come = (kind: number, mark: number): void => socket?.onmessage?.({ data: frame(kind, mark) });

beforeEach(() => {
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('ResizeObserver', FakeObserver);
  vi.stubGlobal('ImageData', FakeImage);
  drawn.length = said.length = 0;
  standing.clear();
  pictures = new Pictures({ ask: () => undefined, stands: (kind, up) => void (up ? standing.add(kind) : standing.delete(kind)) });
  for (const kind of ['screen', 'own', 'face'] as const) pictures.attach(kind, canvas());
  pictures.door({ port: 1, token: 'once' });
  socket?.onopen?.();
});
afterEach(() => vi.unstubAllGlobals());

describe('the pictures', () => {
  it('are asked for as soon as the socket stands: the face alone, in a usual size', () => {
    expect(said).toEqual(['once', 'show 0 700 525', 'hide 1', 'hide 2']);
  });
  it('go each to its own painter', () => {
    pictures.watch({ ...TALKING, screen: true }, 0);
    come(0, 14);
    expect([...standing]).toEqual(['face']);
    come(1, 21);
    come(2, 28);
    expect([...standing]).toEqual(['face', 'screen', 'own']);
    expect(drawn).toEqual(['14', '21', '28']);
  });
  it('of one’s own and of a second window are not asked for while nobody looks', () => {
    pictures.watch({ ...TALKING, screen: true }, 0);
    said.length = 0;
    pictures.watch(NONE, 0);
    expect(said).toEqual(['hide 1', 'hide 2']);
  });
  it('of a masked visitor are neither asked for nor left standing, whatever still comes', () => {
    pictures.watch({ ...TALKING, screen: true }, 0);
    come(0, 14);
    come(1, 21);
    drawn.length = said.length = 0;
    pictures.watch({ ...TALKING, screen: true, masked: true }, 1000);
    expect(said).toEqual(['hide 0', 'hide 1']);
    expect(drawn).toEqual(['wiped', 'wiped']);
    expect([...standing]).toEqual([]);
    come(0, 20);
    come(1, 21);
    expect(drawn).toEqual(['wiped', 'wiped']);
  });
  it('come back after the mask', () => {
    pictures.watch({ ...TALKING, masked: true }, 1000);
    said.length = 0;
    pictures.watch(TALKING, 2000);
    expect(said).toEqual(['show 0 700 525']);
    come(0, 30);
    expect([...standing]).toEqual(['face']);
  });
  it('are not missed during a mask: the socket stays', () => {
    const first = socket;
    pictures.watch({ ...TALKING, masked: true }, 0);
    pictures.watch({ ...TALKING, masked: true }, 60_000);
    expect(first?.readyState).toBe(FakeSocket.OPEN);
  });
  it('are told anew to a socket that takes the place of a broken one', () => {
    pictures.watch(TALKING, 0);
    said.length = 0;
    pictures.door({ port: 1, token: 'next' });
    socket?.onopen?.();
    expect(said).toEqual(['next', 'show 0 700 525', 'hide 1', 'show 2 700 525']);
  });
});

describe('a place', () => {
  it('that is laid out is told; the largest of a picture’s places counts, and what is gone keeps its size', () => {
    pictures.watch({ ...NONE, own: true }, 0);
    const small = pictures.attach('own', canvas(160, 100));
    const large = pictures.attach('own', canvas(320, 240));
    said.length = 0;
    laidOut();
    large();
    laidOut();
    small();
    laidOut();
    expect(said).toEqual(['show 2 320 240', 'show 2 160 100']);
  });
});
