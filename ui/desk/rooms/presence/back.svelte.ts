// Which way leads back: the channels that this seat was last ready for. A wish kept for a press, no rule.
import type { Channels } from '$generated/Channels';
import type { Chosen } from '$generated/Chosen';
import type { Me } from '$generated/Me';

/** Remembers the last readiness. */
export class Back {
  #channels: Channels = 'both';

  /** Looks at one's own place, at each view. */
  see(me: Me): void {
    if (me.presence.kind === 'available') this.#channels = me.presence.channels;
    else if (me.next.kind === 'available') this.#channels = me.next.channels;
  }

  /** What to ask for. */
  get wish(): Chosen {
    return { kind: 'available', channels: this.#channels };
  }
}
