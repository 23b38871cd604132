// Puts a picture on its canvases, and knows how large they stand on the screen. Knows no socket and no talk.
import { paint } from './colour';
import type { Frame, Room } from './frame';

/** The stage of a common screen: where a picture has a place but has not been laid out yet. The first picture of a talk
 *  comes in this size, and is stretched to its place. */
const USUAL: Room = { width: 700, height: 525 };
/** The longest side that the socket takes, pixels. */
const MAX_SIDE = 1920;
/** Proportions between which every picture is: a filled place cuts off what is longer. */
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;

/** The canvases that show one picture. */
export class Painter {
  #showing = false;
  #room = USUAL;
  /** The pixels of the last picture, whose memory the next one takes. */
  #image: ImageData | null = null;
  readonly #canvases = new Map<HTMLCanvasElement, CanvasRenderingContext2D | null>();
  readonly #laidOut: ResizeObserver;

  /** `resized` is told when the room has changed. */
  constructor(resized: () => void) {
    this.#laidOut = new ResizeObserver(() => this.#measure(resized));
  }

  /** Draws on `canvas` too; returns what stops that. */
  attach(canvas: HTMLCanvasElement): () => void {
    // Kept in memory, where the pixels come from: no way through a graphics card, which may be an emulated one.
    this.#canvases.set(canvas, canvas.getContext('2d', { alpha: false, willReadFrequently: true }));
    this.#laidOut.observe(canvas);
    return () => {
      this.#laidOut.unobserve(canvas);
      this.#canvases.delete(canvas);
    };
  }

  /** The largest place of the picture. */
  get room(): Room {
    return this.#room;
  }

  /** True while pictures are drawn. */
  get showing(): boolean {
    return this.#showing;
  }

  /** Draws from now on, or draws nothing and leaves no picture behind. */
  show(showing: boolean): void {
    if (this.#showing && !showing) this.#wipe();
    this.#showing = showing;
  }

  /** Draws, if it shows. */
  draw(frame: Frame): boolean {
    if (!this.#showing) return false;
    const image = this.#blank(frame.planes);
    paint(frame.planes, new Int32Array(image.data.buffer));
    for (const [canvas, brush] of this.#canvases) put(frame, image, canvas, brush);
    return true;
  }

  #blank({ width, height }: Room): ImageData {
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    return this.#image;
  }

  #measure(resized: () => void): void {
    const places = [...this.#canvases.keys()].map(placeOf).filter((place) => place.width > 0 && place.height > 0);
    // What is laid out no more keeps its last size: it comes back as it was.
    if (places.length === 0) return;
    const side = (most: number): number => Math.min(Math.ceil(most), MAX_SIDE);
    const room = { width: side(Math.max(...places.map((at) => at.width))), height: side(Math.max(...places.map((at) => at.height))) };
    if (room.width === this.#room.width && room.height === this.#room.height) return;
    this.#room = room;
    resized();
  }

  #wipe(): void {
    this.#image = null;
    for (const [canvas, brush] of this.#canvases) brush?.fillRect(0, 0, canvas.width, canvas.height);
  }
}

/** How much room a canvas has, in pixels of the screen. A picture that fills its place is larger than it one way. */
function placeOf(canvas: HTMLCanvasElement): Room {
  const width = canvas.clientWidth * devicePixelRatio;
  const height = canvas.clientHeight * devicePixelRatio;
  if (getComputedStyle(canvas).objectFit !== 'cover') return { width, height };
  return { width: Math.max(width, height * WIDEST), height: Math.max(height, width / NARROWEST) };
}

function put(frame: Frame, image: ImageData, canvas: HTMLCanvasElement, brush: CanvasRenderingContext2D | null): void {
  const { width, height } = frame.planes;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const source = `${frame.source.width}x${frame.source.height}`;
  if (canvas.dataset['source'] !== source) canvas.dataset['source'] = source;
  brush?.putImageData(image, 0, 0);
}
