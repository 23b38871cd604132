// What the screens see of the page: the running one has it, and so has a sample.

import type { WebPage } from '$generated/WebPage';
import type { Booth } from './booth.svelte';
import type { Media } from './media.svelte';
import type { Visit } from './visit.svelte';

/** The page as it is drawn, and what can be pressed on it. */
export interface Shown
  extends Readonly<Pick<Booth, 'known' | 'screen' | 'contact' | 'state' | 'now' | 'lineUp' | 'veil'>>,
    Pick<Booth, 'call' | 'leave' | 'again' | 'newCode' | 'enrolAnew'> {
  open(page: WebPage): void;
  readonly visit: ShownVisit;
}

/** The extras of a visit. */
export interface ShownVisit
  extends Readonly<Pick<Visit, 'presence' | 'noWindow' | 'answered'>>,
    Pick<Visit, 'mask' | 'text' | 'agree' | 'refuse' | 'alive'> {
  readonly media: Readonly<Pick<Media, 'own' | 'remote' | 'camera' | 'microphone' | 'sharing'>>;
  readonly pages: { readonly open: string | null };
}
