// The day before a sign-in: what is open today, and when the city opens next.
import type { Hours } from '$generated/Hours';
import { dayWord, minuteWord, spanWord } from '$shared/hours';

/** What the gate shows of a day. */
export interface Today {
  /** 開庁日 or 閉庁日. */
  readonly word: string;
  readonly phone: string;
  readonly booth: string;
  /** `次の開庁 4月7日(火) 8:30`; none while the booths are open or nobody knows. */
  readonly next: string | null;
}

/** The day in words. */
export function today(hours: Hours): Today {
  const { booth, phone, next_booth: next } = hours;
  return {
    word: booth === null ? '閉庁日' : '開庁日',
    phone: phone === null ? '休止' : spanWord(phone),
    booth: booth === null ? '閉庁' : spanWord(booth),
    next: next === null ? null : `${next[0] === hours.day ? '本日' : dayWord(next[0])} ${minuteWord(next[1].from)}`,
  };
}
