// How the call has gone so far: when it came and was taken, or when we called, and how often it was on hold.
import type { ContactCard } from '$generated/ContactCard';
import { clockWithSeconds, duration, elapsed } from '$shared/time';

/** One step of the call. */
export interface Step {
  readonly id: 'dialled' | 'arrived' | 'answered' | 'holds';
  readonly what: string;
  /** When, or how often. */
  readonly figure: string;
  readonly more: string | null;
}

/** The steps, oldest first. A hold that goes on is told apart and counted when it is over. */
export function course(contact: ContactCard, repeated: string | null): Step[] {
  const { arrived, answered, holds, held_ms: held } = contact;
  const steps: Step[] = contact.outgoing
    ? [{ id: 'dialled', what: '発信', figure: clockWithSeconds(arrived), more: null }]
    : [
        { id: 'arrived', what: '受付', figure: clockWithSeconds(arrived), more: repeated },
        { id: 'answered', what: '応答', figure: clockWithSeconds(answered), more: `待ち ${elapsed(arrived, answered)}` },
      ];
  if (holds > 0) steps.push({ id: 'holds', what: '保留', figure: `${holds}回`, more: `合わせて ${duration(Math.floor(held / 1000))}` });
  return steps;
}
