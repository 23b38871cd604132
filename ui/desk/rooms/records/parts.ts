// A record cut into what a person compares and decides on: one part a field, with its word, and how it is taken from
// another head or written anew. Knows nothing of screens.
import type { Forms } from '$generated/Forms';
import type { Note } from '$generated/Note';
import type { Person } from '$generated/Person';
import type { Record as Paper } from '$generated/Record';
import type { Sheet } from '$generated/Sheet';
import type { Written } from '$generated/Written';
import { dayWord } from '$shared/hours';
import { clock, reiwaDate } from '$shared/time';
import { birthWord } from '../../words/birth';
import { categoryWord } from '../../words/category';
import { partyWord, RESERVATIONS, sexWord } from '../../words/party';
import { dispositionWord } from '../../words/results';
import { sheetKindWord, sheetStatusWord, URGENCIES } from '../../words/sheet';

/** One field of a record. */
export interface Part {
  readonly id: string;
  readonly label: string;
  /** About a person: hidden until it is asked for. */
  readonly personal: boolean;
  /** What it says; empty: nothing. */
  word(record: Paper, forms: Forms): string;
  /** `into` with this part of `from`. */
  take(into: Paper, from: Paper): Paper;
  /** `into` with a new text; none: it can only be taken. */
  readonly write: ((into: Paper, text: string) => Paper) | null;
}

type Word<Whole> = (whole: Whole, forms: Forms) => string;

function noteParts(id: string, label: string, word: Word<Written>, mix: (into: Written, from: Written) => Written, write?: (into: Written, text: string) => Written, personal = false): Part {
  const change = (paper: Paper, by: (written: Written) => Written): Paper => (paper.record === 'note' ? { ...paper, written: by(paper.written) } : paper);
  return {
    id, label, personal,
    word: (record, forms) => (record.record === 'note' ? word(record.written, forms) : ''),
    take: (into, from) => (from.record === 'note' ? change(into, (written) => mix(written, from.written)) : into),
    write: write === undefined ? null : (into, text) => change(into, (written) => write(written, text)),
  };
}

function personParts<Whole extends { person: Person }>(make: (id: string, label: string, word: Word<Whole>, mix: (into: Whole, from: Whole) => Whole, write?: (into: Whole, text: string) => Whole, personal?: boolean) => Part): Part[] {
  const text = (id: Exclude<keyof Person, 'sex'>, label: string): Part =>
    make(id, label, ({ person }) => (id === 'birth' ? birthWord(person.birth) : person[id]), (into, from) => ({ ...into, person: { ...into.person, [id]: from.person[id] } }), (into, written) => ({ ...into, person: { ...into.person, [id]: written } }), true);
  return [
    text('name', '氏名'),
    text('kana', 'フリガナ'),
    text('birth', '生年月日'),
    make('sex', '性別', ({ person }) => (person.sex === null ? '' : sexWord(person.sex)), (into, from) => ({ ...into, person: { ...into.person, sex: from.person.sex } }), undefined, true),
    text('postcode', '郵便番号'),
    text('address', '住所'),
    text('phone', '連絡先'),
    text('reachable', '連絡できる時間帯'),
  ];
}

const yes = (is: boolean): string => (is ? '済' : '');
const time = (at: number | null): string => (at === null ? '' : `${reiwaDate(at)} ${clock(at)}`);

const NOTE: readonly Part[] = [
  noteParts('categories', '区分', ({ categories }, { categories: groups }) => categories.map((code) => categoryWord(groups, code)).join('、'), (into, { categories }) => ({ ...into, categories })),
  noteParts('party', '相手区分', ({ party }) => (party === null ? '' : partyWord(party)), (into, { party }) => ({ ...into, party })),
  noteParts('disposition', '対応結果', ({ disposition }) => (disposition === null ? '' : dispositionWord(disposition)), (into, { disposition }) => ({ ...into, disposition })),
  noteParts('text', '案内内容', ({ text }) => text, (into, { text }) => ({ ...into, text }), (into, text) => ({ ...into, text })),
  ...personParts<Written>(noteParts),
  noteParts('reservation', '予約', ({ reservation: { kind, when, place, registered } }) => [RESERVATIONS.find(({ value }) => value === kind)?.word ?? '', when, place, registered ? '登録済み' : ''].filter((word) => word !== '').join(' '), (into, { reservation }) => ({ ...into, reservation })),
  noteParts('promise', '折返し', ({ promise: { due, who, result } }) => [time(due), who, result].filter((word) => word !== '').join(' '), (into, { promise }) => ({ ...into, promise })),
  noteParts('articles', '参照', ({ articles }) => articles.join('、'), (into, { articles }) => ({ ...into, articles })),
  noteParts('handouts', 'お渡し書類', ({ handouts }) => handouts.join('、'), (into, { handouts }) => ({ ...into, handouts })),
  noteParts('people', '人数', ({ people }) => (people === null ? '' : `${people}人`), (into, { people }) => ({ ...into, people })),
  noteParts('photos', '写真撮影', ({ photos }) => (photos === 0 ? '' : `${photos}回`), (into, { photos }) => ({ ...into, photos })),
  noteParts('assist2', '切替理由', ({ assist2 }) => (assist2 === null ? '' : assist2 === 'equipment' ? '機材の不具合' : '来庁者の急増'), (into, { assist2 }) => ({ ...into, assist2 })),
  noteParts('checks', '終了チェック', ({ checks: { logged_out: out, history_cleared: cleared, card_returned: returned } }) => yes(out && cleared && returned), (into, { checks }) => ({ ...into, checks })),
  noteParts('doubt_reason', '警告の理由', ({ doubt_reason: reason }) => reason, (into, { doubt_reason: reason }) => ({ ...into, doubt_reason: reason }), (into, text) => ({ ...into, doubt_reason: text })),
];

function sheetPart(id: string, label: string, word: Word<Sheet>, mix: (into: Sheet, from: Sheet) => Sheet, write?: (into: Sheet, text: string) => Sheet, personal = false): Part {
  return {
    id, label, personal,
    word: (record, forms) => (record.record === 'sheet' ? word(record, forms) : ''),
    take: (into, from) => (into.record === 'sheet' && from.record === 'sheet' ? { record: 'sheet', ...mix(into, from) } : into),
    write: write === undefined ? null : (into, text) => (into.record === 'sheet' ? { record: 'sheet', ...write(into, text) } : into),
  };
}

const SHEET: readonly Part[] = [
  sheetPart('kind', '種別', ({ kind }) => sheetKindWord(kind), (into, { kind }) => ({ ...into, kind })),
  sheetPart('urgency', '緊急度', ({ urgency }) => URGENCIES.find(({ value }) => value === urgency)?.word ?? '', (into, { urgency }) => ({ ...into, urgency })),
  sheetPart('summary', '要旨', ({ summary }) => summary, (into, { summary }) => ({ ...into, summary }), (into, summary) => ({ ...into, summary })),
  ...personParts<Sheet>(sheetPart),
  sheetPart('household', '世帯分', ({ household }) => `${household}人`, (into, { household }) => ({ ...into, household })),
  sheetPart('due', '回答期限', ({ due }) => dayWord(due), (into, { due }) => ({ ...into, due })),
  sheetPart('status', '状態', ({ status }) => sheetStatusWord(status), (into, { status }) => ({ ...into, status })),
  sheetPart('checked', '業務責任者確認', ({ checked }) => (checked === null ? '' : `${checked.name}${checked.alone ? '(自己確認)' : ''} ${time(checked.at)}`), (into, { checked }) => ({ ...into, checked })),
  sheetPart('city', '市の処理', ({ city }) => [city.received, city.person, city.done, city.completed].filter((word) => word !== '').join(' '), (into, { city }) => ({ ...into, city })),
];

const HANDOVER: readonly Part[] = [
  {
    id: 'text', label: '引継ぎ', personal: false,
    word: (record) => (record.record === 'handover' ? record.text : ''),
    take: (into, from) => (into.record === 'handover' && from.record === 'handover' ? { ...into, text: from.text } : into),
    write: (into, text) => (into.record === 'handover' ? { ...into, text } : into),
  },
  {
    id: 'settled', label: '済み', personal: false,
    word: (record) => (record.record === 'handover' && record.settled !== null ? `${record.settled[0]} ${time(record.settled[1])}` : ''),
    take: (into, from) => (into.record === 'handover' && from.record === 'handover' ? { ...into, settled: from.settled } : into),
    write: null,
  },
];

/** The parts of a record, in the order of its form. */
export function partsOf(record: Paper): readonly Part[] {
  switch (record.record) {
    case 'note': return NOTE;
    case 'sheet': return SHEET;
    case 'handover': return HANDOVER;
  }
}

/** What the record is called, and by which number. */
export function titleOf(record: Paper): { readonly what: string; readonly number: string } {
  switch (record.record) {
    case 'note': return { what: '対応記録', number: record.facts.number };
    case 'sheet': return { what: '連絡票', number: record.number };
    case 'handover': return { what: '引継ぎ', number: record.number };
  }
}

/** The facts of a note, as one line. */
export function factsLine({ facts }: Note): string {
  const ended = facts.ended === null ? '' : `–${clock(facts.ended)}`;
  return [`${reiwaDate(facts.opened)} ${clock(facts.opened)}${ended}`, facts.booth ?? '', facts.caller ?? '', facts.operator_name].filter((word) => word !== '').join(' ・ ');
}
