// 手もとの仕事: what this desk and its shift owe, as one list in the order of hurry. Times are the server's, ms.
import type { CategoryGroup } from '$generated/CategoryGroup';
import type { NoteId } from '$generated/NoteId';
import type { NotesView } from '$generated/NotesView';
import { dayWord } from '$shared/hours';
import { clockWithSeconds, dayAndClock } from '$shared/time';
import { categoryWord } from '../../words/category';
import { checkWord, sheetKindWord, sheetStatusWord } from '../../words/sheet';

/** What sort of work it is. */
export type Sort = 'promise' | 'draft' | 'sheet' | 'handover';

/** One line of it. */
export interface Item {
  readonly sort: Sort;
  readonly note: NoteId;
  readonly hurry: 'over' | 'soon' | 'later';
  /** Until when. */
  readonly when: string;
  readonly title: string;
  readonly about: string;
  /** The disk does not have it yet. */
  readonly unsaved: boolean;
  /** For the order: ms. */
  readonly at: number;
}

/** Japan has no daylight saving: one fixed offset, ms. */
const JAPAN = 9 * 3_600_000;
const DAY = 24 * 3_600_000;
/** From here on a promise is in a hurry, ms. */
const SOON = 30 * 60_000;

/** The sort's word. */
export function sortWord(sort: Sort): string {
  switch (sort) {
    case 'promise': return '折返し';
    case 'draft': return '書きかけ';
    case 'sheet': return '連絡票';
    case 'handover': return '引継ぎ';
  }
}

/** Everything, the most urgent first; `offset` makes this machine's clock the server's. */
export function items(notes: NotesView, groups: readonly CategoryGroup[], now: number, offset: number): Item[] {
  const today = Math.floor((now + JAPAN) / DAY);
  const named = (code: number | null): string => (code === null ? '区分なし' : categoryWord(groups, code));
  const promises = notes.promises.map((row): Item => ({
    sort: 'promise', note: row.note, at: row.due, unsaved: false,
    hurry: row.due < now ? 'over' : row.due - now <= SOON ? 'soon' : 'later',
    when: row.due < now ? '期限超過' : `${dayAndClock(row.due, now)} まで`,
    title: `${named(row.category)} の折返し`,
    about: [row.phone, row.reachable, row.who === '' ? '担当は決めていません' : `担当 ${row.who}`, row.number].filter((word) => word !== '').join(' ・ '),
  }));
  const sheets = notes.sheets.filter(({ status }) => status !== 'done').map((row): Item => ({
    sort: 'sheet', note: row.note, at: (row.due + 1) * DAY - JAPAN, unsaved: row.unsaved,
    hurry: row.due < today ? 'over' : row.due === today ? 'soon' : 'later',
    when: row.due < today ? '期限超過' : row.due === today ? '本日まで' : `${dayWord(row.due)} まで`,
    title: `${sheetKindWord(row.kind)} ${row.summary}`,
    about: `${sheetStatusWord(row.status)} ・ ${checkWord(row.check, row.right === 'second')} ・ ${row.number}`,
  }));
  const drafts = notes.local.filter(({ draft }) => draft).map((row): Item => ({
    sort: 'draft', note: row.note, unsaved: false, at: (today + 1) * DAY - JAPAN - 1, hurry: 'later', when: '本日中',
    title: named(row.category), about: `${row.number} ・ 保存 ${clockWithSeconds(row.saved + offset)}`,
  }));
  const handovers = notes.handovers.map(({ note, handover, unsaved }): Item => ({
    sort: 'handover', note, unsaved, at: handover.written_at, hurry: 'later', when: '引継ぎ',
    title: handover.text, about: `${handover.operator_name}から ${dayAndClock(handover.written_at, now)}`,
  }));
  return [...handovers, ...[...promises, ...sheets, ...drafts].sort((one, other) => one.at - other.at)];
}

