// The binary message of the picture socket: 1 byte kind, 1 byte empty, then width, height and the sides of the picture as
// it came, 2 bytes each (little endian), then the planes: luma, and blue and red difference of half the sides, rounded up.

/** Bytes before the planes. */
const HEADER = 10;

/** Whose picture it is: the visitor's face, the visitor's second window, one's own. */
export type Kind = 'face' | 'screen' | 'own';

/** The kinds in the order of their bytes. */
export const KINDS: readonly Kind[] = ['face', 'screen', 'own'];

/** A place on the screen, in its own pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Luma, and blue and red difference of half the sides, rounded up. */
export interface Planes extends Room {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** One picture in the size of its place. */
export interface Frame {
  readonly planes: Planes;
  /** Its size before it was scaled. */
  readonly source: Room;
}

/** Reads a message; none when its planes do not fill its size or it is of a kind that nobody draws. */
export function parseFrame(message: ArrayBuffer): { kind: Kind; frame: Frame } | null {
  if (message.byteLength <= HEADER) return null;
  const view = new DataView(message);
  const kind = KINDS[view.getUint8(0)];
  const [width, height] = [view.getUint16(2, true), view.getUint16(4, true)];
  const luma = width * height;
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
  if (kind === undefined || message.byteLength !== HEADER + luma + 2 * chroma) return null;
  const plane = (start: number, length: number): Uint8Array => new Uint8Array(message, HEADER + start, length);
  const planes = { width, height, y: plane(0, luma), u: plane(luma, chroma), v: plane(luma + chroma, chroma) };
  return { kind, frame: { planes, source: { width: view.getUint16(6, true), height: view.getUint16(8, true) } } };
}
