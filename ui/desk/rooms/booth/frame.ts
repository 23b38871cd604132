// The binary message of the picture socket: 1 byte key flag, 8 bytes timestamp (µs, little endian), then VP8.

/** Bytes before the picture. */
const HEADER = 9;

/** One encoded frame. */
export interface EncodedFrame {
  readonly key: boolean;
  readonly timestampUs: number;
  readonly data: Uint8Array;
}

/** Reads a message; none when it is too short to hold a picture. */
export function parseFrame(message: ArrayBuffer): EncodedFrame | null {
  if (message.byteLength <= HEADER) return null;
  const view = new DataView(message);
  return {
    key: view.getUint8(0) === 1,
    timestampUs: Number(view.getBigUint64(1, true)),
    data: new Uint8Array(message, HEADER),
  };
}
