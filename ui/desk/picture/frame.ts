// The binary message of the picture socket: 1 byte kind, 1 byte key flag, 8 bytes timestamp (µs, little endian), VP8.

/** Bytes before the picture. */
const HEADER = 10;

/** Whose picture it is: the visitor's face, the visitor's second window, one's own. */
export type Kind = 'face' | 'screen' | 'own';

/** The kinds in the order of their bytes. */
const KINDS: readonly Kind[] = ['face', 'screen', 'own'];

/** One encoded frame. */
export interface EncodedFrame {
  readonly key: boolean;
  readonly timestampUs: number;
  readonly data: Uint8Array;
}

/** Reads a message; none when it is too short to hold a picture or of a kind that nobody draws. */
export function parseFrame(message: ArrayBuffer): { kind: Kind; frame: EncodedFrame } | null {
  if (message.byteLength <= HEADER) return null;
  const view = new DataView(message);
  const kind = KINDS[view.getUint8(0)];
  if (kind === undefined) return null;
  const frame = {
    key: view.getUint8(1) === 1,
    timestampUs: Number(view.getBigUint64(2, true)),
    data: new Uint8Array(message, HEADER),
  };
  return { kind, frame };
}

/** The size that a VP8 key frame tells, such as 640x480; empty when it tells none. */
export function pictureSize(data: Uint8Array): string {
  if (data.length < 10 || data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return '';
  const view = new DataView(data.buffer, data.byteOffset);
  // The upper two bits of each are a scaling hint, not size.
  return `${view.getUint16(6, true) & 0x3fff}x${view.getUint16(8, true) & 0x3fff}`;
}
