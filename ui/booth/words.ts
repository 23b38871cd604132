// Words and figures that several screens share. No markup.

import type { Code } from '$generated/Code';
import type { Time } from '$generated/Time';

const CLOCK = new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });

/** 10:50 in Japan. */
export function clock(now: Time): string {
  return CLOCK.format(now);
}

/** 0:18, 12:03: minutes and seconds from one instant to another. */
export function elapsed(since: Time, now: Time): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Why a call was not taken. */
export function refusedCall(code: Code): string {
  if (code === 'closed') return 'ただいま、受付時間外です。';
  if (code === 'queue_full') return 'ただいま、たいへん混み合っています。';
  return 'うまく呼び出せませんでした。もういちど押してください。';
}
