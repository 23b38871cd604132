// From luma and colour differences to the screen's colours (BT.601, limited range, as VP8's pictures are). Knows no canvas.
import type { Planes } from './frame';

/** Fixed point of the sums, bits. */
const BITS = 10;
/** Sums lie between -277 and 534: what is beyond a byte is cut off by a look into a table. */
const BELOW = 320;
const BYTE = Uint8Array.from({ length: 1024 }, (_, at) => Math.min(Math.max(at - BELOW, 0), 255));
/** What each value of luma and of the differences adds, in fixed point. Luma brings the table's offset and the rounding. */
const add = (factor: number, zero: number): Int32Array => Int32Array.from({ length: 256 }, (_, at) => Math.round((at - zero) * factor * (1 << BITS)));
const LUMA = add(255 / 219, 16).map((value) => value + (BELOW << BITS) + (1 << (BITS - 1)));
const RED = add(1.596, 128);
const GREEN_V = add(-0.813, 128);
const GREEN_U = add(-0.391, 128);
const BLUE = add(2.018, 128);
/** Opaque, in a word whose lowest byte is red: every machine that we run on is little-endian. */
const OPAQUE = 0xff << 24;

/** Writes a word for each pixel, row by row. */
export function paint(planes: Planes, pixels: Int32Array): void {
  const { width, height, y, u, v } = planes;
  const half = (width + 1) >> 1;
  for (let row = 0; row < height; row++) {
    const start = row * width;
    const chroma = (row >> 1) * half;
    for (let column = 0; column < width; column += 2) {
      const at = chroma + (column >> 1);
      const red = RED[v[at]!]!;
      const green = GREEN_U[u[at]!]! + GREEN_V[v[at]!]!;
      const blue = BLUE[u[at]!]!;
      let luma = LUMA[y[start + column]!]!;
      pixels[start + column] =
        BYTE[(luma + red) >> BITS]! | (BYTE[(luma + green) >> BITS]! << 8) | (BYTE[(luma + blue) >> BITS]! << 16) | OPAQUE;
      if (column + 1 === width) break;
      luma = LUMA[y[start + column + 1]!]!;
      pixels[start + column + 1] =
        BYTE[(luma + red) >> BITS]! | (BYTE[(luma + green) >> BITS]! << 8) | (BYTE[(luma + blue) >> BITS]! << 16) | OPAQUE;
    }
  }
}
