// What the pictures are told at each view and each second. Thinks for the workspace; draws nothing.
import type { DeskView } from '$generated/DeskView';
import type { PictureDoor } from '$generated/PictureDoor';
import type { Kind } from '../picture/frame';
import { Pictures } from '../picture/pictures';
import { layout, masked, standing } from '../rooms/booth/standing';
import type { Place } from './place';

/** How a picture comes in and who is told. */
export interface Arrival {
  /** Where it comes in; none before the first was asked for. */
  readonly door: PictureDoor | null;
  /** An answer is on its way: what comes is the visitor's picture, even before the view that names the talk. */
  readonly expecting: boolean;
  /** The first picture of a talk stands. */
  first(): void;
}

/** The window's pictures. */
export class Stage {
  /** Which of them stand. */
  stands: Record<Kind, boolean> = $state({ face: false, screen: false, own: false });
  readonly #pictures: Pictures;

  /** `ask` wants a door, `first` is told of the face's first picture in a talk. */
  constructor(ask: () => void, first: () => void) {
    this.#pictures = new Pictures({
      ask,
      stands: (kind, standing) => {
        this.stands[kind] = standing;
        if (kind === 'face' && standing) first();
      },
    });
  }

  /** Starts; returns what stops all. */
  start(page: Document): () => void {
    return this.#pictures.start(page);
  }

  /** Draws pictures of `kind` on `canvas`; returns what stops that. */
  readonly attach = (kind: Kind, canvas: HTMLCanvasElement): (() => void) => this.#pictures.attach(kind, canvas);

  /** The view's door. */
  door(door: PictureDoor | null): void {
    this.#pictures.door(door);
  }

  /** Tells the pictures what the view wants to see. */
  watch(desk: DeskView, place: Place, expecting: boolean, now: number): void {
    const contact = place.kind === 'talk' ? place.contact : null;
    this.#pictures.watch(
      {
        face: contact !== null || expecting,
        due: contact !== null && standing(contact, desk.talk).kind === 'clear',
        masked: masked(contact),
        screen: contact !== null && layout(contact, desk.talk, false) !== 'face',
        own: desk.check !== null || (contact !== null && desk.talk?.camera_off === false),
      },
      now,
    );
  }
}
