// 生年月日: an era with its years, or the western calendar. Kept as 1980-04-01, and as 昭和55年4月 while it is being typed;
// shown in both calendars, with the age.

/** An era by the day on which it began, the newest first. */
interface Era {
  readonly name: string;
  readonly sign: string;
  readonly from: string;
}

/** The eras of people who are alive, and 西暦 for who prefers it. */
export const ERAS: readonly Era[] = [
  { name: '令和', sign: 'R', from: '2019-05-01' },
  { name: '平成', sign: 'H', from: '1989-01-08' },
  { name: '昭和', sign: 'S', from: '1926-12-25' },
  { name: '大正', sign: 'T', from: '1912-07-30' },
  { name: '明治', sign: 'M', from: '1868-01-25' },
];
/** The choice beside the eras. */
export const WESTERN = '西暦';

/** What stands in the four parts of the field. */
export interface Parts {
  readonly era: string;
  readonly year: string;
  readonly month: string;
  readonly day: string;
}

/** A whole date, as it is kept. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/u.test(text);
}

/** The parts of what is kept: a date, or what of one was typed; empty parts for none. */
export function partsOf(date: string): Parts {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/u.exec(date);
  const era = ERAS.find(({ from }) => date >= from);
  if (found === null || era === undefined) return typedParts(date);
  const [, year = '', month = '', day = ''] = found;
  return { era: era.name, year: String(Number(year) - Number(era.from.slice(0, 4)) + 1), month: String(Number(month)), day: String(Number(day)) };
}

/** The date of the parts, `1980-04-01`; empty while they are none. `year` may hold a whole date such as S55.4.1. */
export function dateOf(parts: Parts): string {
  const whole = wholeDate(parts.year);
  if (whole !== null) return whole;
  return dated(parts.era, figures(parts.year), figures(parts.month), figures(parts.day));
}

/** What is kept while it is being typed: the date as soon as the parts are one, else `昭和55年4月`; nothing of an era alone. */
export function draftOf(parts: Parts): string {
  const { era, year, month, day } = parts;
  const date = dated(era, figures(year), figures(month), figures(day));
  if (date !== '') return date;
  const after = (text: string, unit: string): string => (text === '' ? '' : text + unit);
  const rest = after(month, '月') + after(day, '日');
  return year === '' && rest === '' ? '' : `${era}${year}年${rest}`;
}

/** `昭和55年 西暦 1980年4月1日 46歳`; empty for no date. */
export function bothCalendars(date: string, now: number): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/u.exec(date);
  if (found === null) return '';
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const parts = partsOf(date);
  return `${parts.era}${parts.year === '1' ? '元' : parts.year}年 西暦 ${year}年${month}月${day}日 ${age(date, now)}歳`;
}

/** `昭和55年4月1日(1980年)`; what is no date stays as it is. */
export function birthWord(date: string): string {
  const { era, year, month, day } = partsOf(date);
  return !isDate(date) ? date : `${era}${year === '1' ? '元' : year}年${month}月${day}日(${date.slice(0, 4)}年)`;
}

function typedParts(text: string): Parts {
  const named = [...ERAS.map(({ name }) => name), WESTERN].find((name) => text.startsWith(name));
  const found = named === undefined ? null : /^(.*?)年(?:(.*?)月)?(?:(.*?)日)?$/u.exec(text.slice(named.length));
  const [, year = '', month = '', day = ''] = found ?? [];
  return { era: named ?? '昭和', year, month, day };
}

function wholeDate(text: string): string | null {
  const narrow = text.normalize('NFKC').trim();
  const found = /^([A-Za-z]|明治|大正|昭和|平成|令和|明|大|昭|平|令)?\s*(\d{1,4}|元)[年./-]\s*(\d{1,2})[月./-]\s*(\d{1,2})日?$/u.exec(narrow);
  if (found === null) return null;
  const [, sign = '', year = '', month = '', day = ''] = found;
  const era = sign === '' ? WESTERN : ERAS.find(({ name, sign: letter }) => name.startsWith(sign) || letter === sign.toUpperCase())?.name;
  return era === undefined ? null : dated(era, year === '元' ? 1 : Number(year), Number(month), Number(day));
}

function dated(name: string, year: number, month: number, day: number): string {
  const era = ERAS.find((each) => each.name === name);
  const western = era === undefined ? year : year + Number(era.from.slice(0, 4)) - 1;
  const date = new Date(Date.UTC(western, month - 1, day));
  if (western < 1868 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return '';
  const written = date.toISOString().slice(0, 10);
  if (era === undefined) return written;
  const next = ERAS[ERAS.indexOf(era) - 1];
  return written >= era.from && (next === undefined || written < next.from) ? written : '';
}

function figures(text: string): number {
  const narrow = text.normalize('NFKC').trim();
  return narrow === '元' ? 1 : /^\d+$/u.test(narrow) ? Number(narrow) : Number.NaN;
}

/** Whole years in Japan. */
function age(date: string, now: number): number {
  const today = new Date(now + 9 * 3_600_000).toISOString().slice(0, 10);
  return Number(today.slice(0, 4)) - Number(date.slice(0, 4)) - (today.slice(5) < date.slice(5) ? 1 : 0);
}
