// 連絡票 in words: its kind, how urgent it is and how far.
import type { NoteChannel } from '$generated/NoteChannel';
import type { SheetCheck } from '$generated/SheetCheck';
import type { SheetKind } from '$generated/SheetKind';
import type { SheetStatus } from '$generated/SheetStatus';
import type { Urgency } from '$generated/Urgency';
import type { Choice } from './party';

/** 種別. */
export const SHEET_KINDS: readonly Choice<SheetKind>[] = [
  { value: 'dispatch', word: '発送依頼' },
  { value: 'judgement', word: '判断依頼' },
  { value: 'callback', word: '折返し依頼' },
  { value: 'complaint', word: '苦情' },
  { value: 'trouble', word: '障害' },
  { value: 'incident', word: '事故' },
];

/** 緊急度. */
export const URGENCIES: readonly Choice<Urgency>[] = [
  { value: 'usual', word: '通常' },
  { value: 'urgent', word: '至急' },
];

/** The kind's word. */
export function sheetKindWord(kind: SheetKind): string {
  return SHEET_KINDS.find(({ value }) => value === kind)?.word ?? '―';
}

/** How far a sheet is. */
export function sheetStatusWord(status: SheetStatus): string {
  switch (status) {
    case 'unsent': return '未送付';
    case 'sent': return '送付済';
    case 'confirmed': return '市確認';
    case 'done': return '完了';
  }
}

/** 業務責任者確認 in a line. Whoever looks at it may be the one who must check: `yours`. */
export function checkWord(check: SheetCheck, yours: boolean): string {
  switch (check.kind) {
    case 'done': return `${check.name} 確認済み`;
    case 'alone': return `${check.name} が自己確認`;
    case 'waits': return yours ? 'あなたの確認待ち' : check.by.length === 0 ? '責任者の確認待ち' : `確認待ち: ${check.by.join('・')}`;
  }
}

/** By when the city answers: 事故 on the same day, everything else on the next opening day. */
export function dueRule(kind: SheetKind): string {
  return kind === 'incident' ? '当日' : '翌開庁日';
}

/** How a note's contact came. */
export function channelWord(channel: NoteChannel): string {
  switch (channel) {
    case 'booth': return '窓口';
    case 'phone': return '電話(着信)';
    case 'callback': return '電話(折返し)';
    case 'aside': return '手もと';
  }
}
