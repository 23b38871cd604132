// The wrap-up's guide time. A guide and no limit: 後処理 never ends by itself.
import { duration, secondsSince, secondsUntil } from '$shared/time';

/** What the timer says. */
export interface GuideTime {
  readonly over: boolean;
  /** `目安まで 00:36`, `目安を 00:12 過ぎました`. */
  readonly text: string;
  /** How much of the guide time is used, 0 to 1. */
  readonly used: number;
}

/** The timer at `now`, between the talk's end and the guide's; all ms. */
export function guideTime(ended: number, until: number, now: number): GuideTime {
  const whole = Math.max(1, until - ended);
  const used = Math.min(1, Math.max(0, (now - ended) / whole));
  if (now < until) return { over: false, text: `目安まで ${duration(secondsUntil(until, now))}`, used };
  return { over: true, text: `目安を ${duration(secondsSince(until, now))} 過ぎました`, used: 1 };
}

/** `2分` or `90秒`. */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds % 60 === 0 ? `${seconds / 60}分` : `${seconds}秒`;
}
