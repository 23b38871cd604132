// What the device check says of what was measured. Nothing here is guessed: no measure, no word of praise.
import type { DeviceChoice } from '$generated/DeviceChoice';
import type { NetworkView } from '$generated/NetworkView';
import type { ShapeName } from '$shared/icons';
import { lineQuality } from '$shared/quality';

/** The meter's ends, dBFS. */
const QUIETEST = -60;
const LOUDEST = 0;
/** The peak of a clear voice, dBFS: below it is hard to hear, above it is about to be cut off. */
const AIM_FROM = -30;
const AIM_TO = -6;
/** Round trip from which a talk starts to feel slow, ms (G.114: 150 ms one way). */
const SLOW = 300;

/** A verdict: word, colour and shape. */
export interface Verdict {
  readonly word: string;
  readonly tone: 'avail' | 'learn' | 'lost' | 'rest' | 'work';
  readonly shape: ShapeName;
}

/** Where a level stands on the meter, 0 to 1. */
export function place(dbfs: number): number {
  return Math.min(1, Math.max(0, (dbfs - QUIETEST) / (LOUDEST - QUIETEST)));
}

/** The range to aim for, as places on the meter. */
export const AIM = { from: place(AIM_FROM), to: place(AIM_TO) };

/** The device that is chosen; none when nothing is. */
export function chosen(devices: readonly DeviceChoice[]): DeviceChoice | undefined {
  return devices.find((device) => device.chosen);
}

/** Whether a device can be used; the word for one that works says nothing of how it sounds. */
export function standing(devices: readonly DeviceChoice[]): Verdict {
  if (devices.length === 0) return { word: '見つかりません', tone: 'lost', shape: 'lost' };
  const device = chosen(devices);
  if (device !== undefined && !device.present) return { word: '外れています', tone: 'lost', shape: 'lost' };
  return { word: '使えます', tone: 'avail', shape: 'avail' };
}

/** The microphone: from the loudest that was heard since the check was opened. */
export function voice(devices: readonly DeviceChoice[], level: number | null, loudest: number | null): Verdict {
  const base = standing(devices);
  if (base.tone === 'lost') return base;
  if (level === null || loudest === null) return { word: '開けません', tone: 'lost', shape: 'lost' };
  if (loudest > AIM_TO) return { word: '大きすぎます', tone: 'learn', shape: 'learn' };
  if (loudest >= AIM_FROM) return { word: '良好', tone: 'avail', shape: 'avail' };
  return { word: '話してください', tone: 'rest', shape: 'rest' };
}

/** The camera. */
export function sight(devices: readonly DeviceChoice[], size: readonly [number, number] | null): Verdict {
  const base = standing(devices);
  if (base.tone === 'lost') return base;
  return size === null ? { word: '映像を待っています', tone: 'rest', shape: 'rest' } : { word: '映っています', tone: 'avail', shape: 'avail' };
}

/** The way to the server and the exchange. */
export function network(view: NetworkView | null): Verdict {
  if (view === null) return { word: '測定中', tone: 'rest', shape: 'rest' };
  if (!view.media_up) return { word: '音声の回線が切れています', tone: 'lost', shape: 'lost' };
  const { word, tone } = lineQuality(view.loss_percent);
  if (tone === 'avail' && (view.exchange_ms ?? 0) > SLOW) return { word: '遅れがあります', tone: 'learn', shape: 'learn' };
  const shape = tone === 'lost' ? 'lost' : tone === 'work' ? 'work' : tone;
  return { word, tone, shape };
}

/** `24ミリ秒`, or a dash for what was not measured. */
export function milliseconds(value: number | null): string {
  return value === null ? '―' : `${value}ミリ秒`;
}

/** `0.2%`, or a dash. */
export function percent(value: number | null): string {
  return value === null ? '―' : `${value.toFixed(1)}%`;
}

/** How many things need attention before duty. */
export function warnings(verdicts: readonly Verdict[]): number {
  return verdicts.filter((verdict) => verdict.tone === 'learn' || verdict.tone === 'lost' || verdict.tone === 'work').length;
}
