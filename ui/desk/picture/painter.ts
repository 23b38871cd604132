// Decodes VP8 and draws the newest picture. Knows no socket and no talk. Never touches VideoEncoder: as the first media
// call it aborts WebKitGTK's web process.
import { pictureSize, type EncodedFrame } from './frame';
import { warmFrame } from './warm';

const CODEC: VideoDecoderConfig = { codec: 'vp8', optimizeForLatency: true };
/** Frames in the decoder from which on we are late: drop to the next key frame rather than queue. */
const BEHIND = 4;

/** What a painter tells. */
export interface PainterEvents {
  /** Nothing can be drawn before the next key frame: ask for one. */
  needsKey(): void;
  /** A picture was drawn. */
  drawn(): void;
}

/** One decoder and the canvases that show its picture. */
export class Painter {
  #decoder: VideoDecoder | null = null;
  #waiting = true;
  #showing = false;
  #warming = false;
  #size = '';
  readonly #canvases = new Map<HTMLCanvasElement, CanvasRenderingContext2D | null>();
  readonly #events: PainterEvents;

  constructor(events: PainterEvents) {
    this.#events = events;
  }

  /** Draws on `canvas` too; returns what stops that. */
  attach(canvas: HTMLCanvasElement): () => void {
    // Kept in memory, where the decoder puts its pictures: no way through a graphics card, which may be an emulated one.
    this.#canvases.set(canvas, canvas.getContext('2d', { alpha: false, willReadFrequently: true }));
    return () => void this.#canvases.delete(canvas);
  }

  /** Makes the decoder ready and runs one grey picture through it, so that the first real one is not the first. */
  async warm(): Promise<void> {
    if (typeof VideoDecoder === 'undefined') return;
    const { supported } = await VideoDecoder.isConfigSupported(CODEC);
    if (supported !== true || this.#decoder !== null) return;
    this.#configure();
    this.#warming = true;
    const frame = warmFrame();
    this.#size = pictureSize(frame.data);
    this.#decode(frame);
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

  /** The next frames do not follow the last ones: wait for a key frame. */
  restart(): void {
    this.#waiting = true;
  }

  /** Takes an encoded frame. A key frame of another size gets a decoder of its own: WebKitGTK's keeps the first size. */
  feed(frame: EncodedFrame): void {
    const size = frame.key ? pictureSize(frame.data) : this.#size;
    if (size !== this.#size) this.close();
    this.#size = size;
    if (this.#decoder === null || this.#decoder.state === 'closed') this.#configure();
    if (!this.#waiting && (this.#decoder?.decodeQueueSize ?? 0) > BEHIND) {
      this.#waiting = true;
      this.#events.needsKey();
    }
    if (this.#waiting && !frame.key) return;
    this.#waiting = false;
    this.#decode(frame);
  }

  /** Lets go of the decoder. */
  close(): void {
    if (this.#decoder !== null && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = null;
    this.#warming = false;
  }

  #configure(): void {
    this.#decoder = new VideoDecoder({ output: (picture) => this.#draw(picture), error: () => this.#failed() });
    this.#decoder.configure(CODEC);
    this.#waiting = true;
  }

  #decode(frame: EncodedFrame): void {
    const type = frame.key ? 'key' : 'delta';
    try {
      this.#decoder?.decode(new EncodedVideoChunk({ type, timestamp: frame.timestampUs, data: frame.data }));
    } catch {
      this.#failed();
    }
  }

  #failed(): void {
    this.close();
    this.#waiting = true;
    this.#events.needsKey();
  }

  #draw(picture: VideoFrame): void {
    const drawing = this.#showing && !this.#warming;
    this.#warming = false;
    if (drawing) for (const [canvas, brush] of this.#canvases) put(picture, canvas, brush);
    picture.close();
    if (drawing) this.#events.drawn();
  }

  #wipe(): void {
    for (const [canvas, brush] of this.#canvases) brush?.fillRect(0, 0, canvas.width, canvas.height);
  }
}

function put(picture: VideoFrame, canvas: HTMLCanvasElement, brush: CanvasRenderingContext2D | null): void {
  const { displayWidth, displayHeight } = picture;
  if (canvas.width !== displayWidth) canvas.width = displayWidth;
  if (canvas.height !== displayHeight) canvas.height = displayHeight;
  brush?.drawImage(picture, 0, 0);
}
