// What the buttons of a talk say and mean.
import type { ContactCard } from '$generated/ContactCard';
import type { Intent } from '$generated/Intent';

/** A button: its word, whether it is pressed in, and what it sends. */
export interface Press {
  readonly word: string;
  readonly pressed: boolean;
  readonly intent: Intent;
}

/** 目隠し: on at once; its end is announced in the booth first, and can be taken back until then. */
export function maskPress({ mask }: ContactCard): Press {
  switch (mask.kind) {
    case 'off': return { word: '目隠し', pressed: false, intent: { kind: 'mask', on: true } };
    case 'on': return { word: '目隠しを解く', pressed: true, intent: { kind: 'mask', on: false } };
    case 'lifting': return { word: '目隠しを続ける', pressed: true, intent: { kind: 'mask', on: true } };
  }
}

/** The visitor's second window: asked for, waited for, looked at. */
export function screenPress({ screen }: ContactCard): Press & { readonly testid: 'screen-ask' | 'screen-stop' } {
  switch (screen) {
    case 'off': return { word: '画面を見る', pressed: false, intent: { kind: 'screen', wanted: true }, testid: 'screen-ask' };
    case 'asked': return { word: '承諾待ち', pressed: true, intent: { kind: 'screen', wanted: false }, testid: 'screen-stop' };
    case 'on': return { word: '画面を閉じる', pressed: true, intent: { kind: 'screen', wanted: false }, testid: 'screen-stop' };
  }
}
