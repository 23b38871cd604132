// What the day's hours mean for the two queues, in words. The server opens and closes the channels; this only reads.
import type { ChannelBoard } from '$generated/ChannelBoard';
import type { Hours } from '$generated/Hours';
import type { HourSpan } from '$generated/HourSpan';
import { dayWord, minuteWord } from '$shared/hours';
import { minuteOfDay } from '$shared/time';

/** How long before its end a channel's closing is told, minutes: a booth talk that starts now will pass it. */
const SOON = 10;

/** The line beside a queue's title. */
export interface HoursWord {
  readonly open: boolean;
  readonly text: string;
}

/** 電話. */
export function phoneWord(board: ChannelBoard, hours: Hours, now: number): HoursWord {
  if (board.open) return { open: true, text: until('受付中', hours.phone) };
  return { open: false, text: from('受付時間外', hours.phone, now) };
}

/** オンライン窓口. */
export function boothWord(board: ChannelBoard, hours: Hours, now: number): HoursWord {
  if (board.open) return { open: true, text: until('開庁', hours.booth) };
  return { open: false, text: hours.booth === null ? '閉庁日' : from('閉庁', hours.booth, now) };
}

/** `次の開庁 4月7日(火) 8:30`; none while the booths are open or nobody knows. */
export function nextOpening(board: ChannelBoard, hours: Hours): string | null {
  if (board.open || hours.next_booth === null) return null;
  const [day, span] = hours.next_booth;
  return `${day === hours.day ? '本日' : dayWord(day)} ${minuteWord(span.from)}`;
}

/** A word about the day's end. */
export interface Closing {
  /** It is still to come. */
  readonly ahead: boolean;
  readonly text: string;
}

/** What to tell about closing time: soon, or past for today while the telephone goes on; none at other times. */
export function closing(hours: Hours, now: number): Closing | null {
  const minute = minuteOfDay(now);
  const phone = left(hours.phone, minute);
  if (phone !== null) return { ahead: true, text: `電話の受付は ${phone.at} に終わります(あと${phone.minutes}分)` };
  const booth = left(hours.booth, minute);
  if (booth !== null) return { ahead: true, text: `窓口の受付は ${booth.at} に終わります(あと${booth.minutes}分)` };
  if (hours.booth === null || hours.phone === null) return null;
  if (minute < hours.booth.to || minute >= hours.phone.to) return null;
  return { ahead: false, text: `窓口は ${minuteWord(hours.booth.to)} に閉じました。電話は ${minuteWord(hours.phone.to)} まで続きます` };
}

function left(span: HourSpan | null, minute: number): { at: string; minutes: number } | null {
  if (span === null) return null;
  const minutes = span.to - minute;
  return minutes > 0 && minutes <= SOON && minute >= span.from ? { at: minuteWord(span.to), minutes } : null;
}

function until(word: string, span: HourSpan | null): string {
  return span === null ? word : `${word} ${minuteWord(span.to)}まで`;
}

function from(word: string, span: HourSpan | null, now: number): string {
  return span !== null && minuteOfDay(now) < span.from ? `${word} ${minuteWord(span.from)}から` : word;
}
