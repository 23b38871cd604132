// @vitest-environment jsdom
// The way of the pictures: one socket, three painters, and nothing of a masked visitor.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Kind } from '../picture/frame';
import { Pictures, type Wanted } from '../picture/pictures';

const decoded: string[] = [];
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

class FakeDecoder {
  static isConfigSupported = () => Promise.resolve({ supported: false });
  state = 'configured';
  decodeQueueSize = 0;
  readonly #output: (picture: object) => void;
  constructor(init: { output: (picture: object) => void }) {
    this.#output = init.output;
  }
  configure(): void {}
  decode(chunk: { data: Uint8Array }): void {
    decoded.push(String(chunk.data[10]));
    this.#output({ displayWidth: 2, displayHeight: 2, close: () => undefined });
  }
  close(): void {
    this.state = 'closed';
  }
}

const NONE: Wanted = { face: false, due: false, masked: false, screen: false, own: false };
const TALKING: Wanted = { ...NONE, face: true, due: true, own: true };
const standing = new Set<Kind>();
let pictures: Pictures;

/** A key frame of 2 by 2; the mark is read back from the decoder. */
function frame(kind: number, mark: number): ArrayBuffer {
  const bytes = new Uint8Array(21);
  bytes.set([kind, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x9d, 0x01, 0x2a, 2, 0, 2, 0, mark]);
  return bytes.buffer;
}
const come = (kind: number, mark: number): void => socket?.onmessage?.({ data: frame(kind, mark) });

beforeEach(() => {
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('VideoDecoder', FakeDecoder);
  vi.stubGlobal('EncodedVideoChunk', class { constructor(init: object) { Object.assign(this, init); } });
  decoded.length = said.length = 0;
  standing.clear();
  pictures = new Pictures({ ask: () => undefined, stands: (kind, up) => void (up ? standing.add(kind) : standing.delete(kind)) });
  pictures.door({ port: 1, token: 'once' });
  socket?.onopen?.();
  said.length = 0;
});
afterEach(() => vi.unstubAllGlobals());

describe('the pictures', () => {
  it('go each to its own painter', () => {
    pictures.watch({ ...TALKING, screen: true }, 0);
    come(0, 10);
    expect([...standing]).toEqual(['face']);
    come(1, 11);
    come(2, 12);
    expect([...standing]).toEqual(['face', 'screen', 'own']);
    expect(decoded).toEqual(['10', '11', '12']);
  });
  it('of one’s own and of a second window are not decoded while nobody looks', () => {
    pictures.watch(NONE, 0);
    come(1, 11);
    come(2, 12);
    expect(decoded).toEqual([]);
  });
  it('of a masked visitor are neither decoded nor left standing, whatever still comes', () => {
    pictures.watch({ ...TALKING, screen: true }, 0);
    come(0, 10);
    come(1, 11);
    decoded.length = 0;
    pictures.watch({ ...TALKING, screen: true, masked: true }, 1000);
    expect([...standing]).toEqual([]);
    come(0, 20);
    come(1, 21);
    expect(decoded).toEqual([]);
  });
  it('come back after the mask with a picture that needs none before it', () => {
    pictures.watch(TALKING, 0);
    pictures.watch({ ...TALKING, masked: true }, 1000);
    said.length = 0;
    pictures.watch(TALKING, 2000);
    expect(said).toContain('key 0');
    come(0, 30);
    expect([...standing]).toEqual(['face']);
  });
  it('are not missed during a mask: the socket stays', () => {
    const first = socket;
    pictures.watch({ ...TALKING, masked: true }, 0);
    pictures.watch({ ...TALKING, masked: true }, 60_000);
    expect(first?.readyState).toBe(FakeSocket.OPEN);
  });
});
