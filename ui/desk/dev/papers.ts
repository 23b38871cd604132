// Notes, sheets and handovers for the samples: one Monday's papers. Names are specimens.
import type { Attention } from '$generated/Attention';
import type { Facts } from '$generated/Facts';
import type { HandoverRow } from '$generated/HandoverRow';
import type { Hit } from '$generated/Hit';
import type { LocalRow } from '$generated/LocalRow';
import type { Needs } from '$generated/Needs';
import type { NotePane } from '$generated/NotePane';
import type { NotesView } from '$generated/NotesView';
import type { Person } from '$generated/Person';
import type { PromiseRow } from '$generated/PromiseRow';
import type { SheetRow } from '$generated/SheetRow';
import type { Written } from '$generated/Written';
import { blank } from '../rooms/note/editing.svelte';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A desk without any paper. */
export const QUIET_NOTES: NotesView = {
  pane: null,
  unsynced: 0,
  attention: [],
  local: [],
  search: null,
  reading: null,
  sheets: [],
  handovers: [],
  promises: [],
  manual: null,
  trouble: null,
  locked: false,
  unlock_refused: false,
  told: null,
};

const NOTHING: Needs = { person: false, phone: false, reservation: false, promise: false, sheet: null, assist2: false, booth: false, loss: false, issue_counter: false };

/** What the system knows of the sample's call. */
export function facts(now: number, more: Partial<Facts> = {}): Facts {
  return {
    number: 'C-20260406-0062', contact: 7, channel: 'phone', booth: null, caller: '090-****-5678', caller_key: 'k-5678', calls_before: 2,
    opened: now - 4 * MINUTE, answered: now - 4 * MINUTE + 14_000, ended: null, closed: null, holds: 1, held_ms: 20_000, interruptions: 0,
    operator: 1, operator_name: 'オペレーター01', combined: true, ...more,
  };
}

/** A specimen. */
export const PERSON: Person = { name: '見本 花子', kana: 'ミホン　ハナコ', birth: '1980-04-01', sex: null, postcode: '362-8501', address: '埼玉県上尾市本町三丁目1番1号', phone: '', reachable: '平日の午前' };

/** What stands in a note, a little different each time. */
export function written(more: Partial<Written> = {}): Written {
  return { ...blank(), ...more };
}

/** The call's note half written. */
export const HALF: Partial<Written> = { categories: [104], party: 'household', text: '交付申請書の発送依頼。世帯2人分。住民登録地へ転送不要で送ることを説明し、了承。' };

/** A pane over the sample's call. */
export function pane(now: number, text: Partial<Written>, more: Partial<Omit<NotePane, 'needs'>> & { needs?: Partial<Needs> } = {}): NotePane {
  const { needs, ...rest } = more;
  return {
    note: '01890000-0000-7000-8000-000000000001', facts: facts(now), written: written(text), version: 1, saved: { kind: 'draft', at: Date.now() - 4000, held_back: false },
    missing: [], findings: [], earlier: [], finished: false, sheet: null, ...rest, needs: { ...NOTHING, ...needs },
  };
}

function hit(number: string, opened: number, more: Partial<Hit>): Hit {
  return { note: `hit-${number}`, number, opened, channel: 'phone', categories: [104], disposition: 'guided', text: '', operator_name: 'オペレーター04', talk_ms: 310_000, conflict: false, ...more };
}

/** これまでの記録 of the design. */
export function earlier(now: number): Hit[] {
  return [
    hit('C-20260403-0097', now - 3 * DAY + 220 * MINUTE, { text: '家族の分もいっしょに頼みたいとのこと。必要な項目を伝え、そろえて掛け直していただく。' }),
    hit('C-20260331-0058', now - 6 * DAY + 23 * MINUTE, { categories: [106], operator_name: 'オペレーター02', talk_ms: 266_000, text: '写真の不備で返送。申請書を再び送る方法を案内。' }),
  ];
}

/** What a search finds. */
export function hits(now: number): Hit[] {
  return [
    ...earlier(now),
    hit('W-20260330-0004', now - 7 * DAY, { channel: 'booth', categories: [401], text: '電子証明書の更新。暗証番号を覚えておらず、窓口での再設定を案内した。', conflict: true, operator_name: '責任者01' }),
    hit('M-20260328-7K3Q', now - 9 * DAY, { channel: 'aside', categories: [], disposition: null, text: '回線が切れていたあいだのメモ。折返しが要る。', talk_ms: null }),
    hit('C-20260327-0031', now - 10 * DAY, { categories: [202], disposition: 'reservation_changed', text: '受け取りの予約を4月9日 10:30に変更。' }),
    hit('C-20260326-0012', now - 11 * DAY, { categories: [601], disposition: 'sent_to_national_line', text: '財布ごと紛失。一時停止と警察への届け出を案内。' }),
  ];
}

const row = (number: string, saved: number, more: Partial<LocalRow>): LocalRow => ({ note: `local-${number}`, number, category: null, sheet: null, draft: false, saved, synced: true, ...more });

/** このパソコンにある記録 of the design. */
export function local(ago = Date.now()): LocalRow[] {
  return [
    row('C-20260406-0074', ago - 4000, { category: 401, draft: true, synced: false }),
    row('C-20260406-0071', ago - 26_000, { category: 206, synced: false }),
    row('R-20260406-7K3Q', ago - 35_000, { sheet: 'dispatch', synced: false }),
    row('C-20260406-0068', ago - 10 * MINUTE, { category: 202 }),
    row('H-20260406-2M4X', ago - 55 * MINUTE, {}),
  ];
}

const today = (now: number): number => Math.floor((now + 9 * HOUR) / DAY);

function sheet(number: string, kind: SheetRow['kind'], due: number, more: Partial<SheetRow>, now: number): SheetRow {
  return {
    note: `sheet-${number}`, number, kind, urgency: 'usual', summary: '', operator: 4, operator_name: 'オペレーター04', raised: now - HOUR, due, status: 'unsent', step: null, check: { kind: 'waits', by: [] }, open: { writer: 4, others: true, own: false }, right: 'none', unsaved: false, changed_by: null,
    city: { received: '', person: '', done: '', completed: '' }, ...more,
  };
}

/** 連絡票 at every step. */
export function sheets(now: number): SheetRow[] {
  const day = today(now);
  return [
    sheet('R-20260403-5B1D', 'judgement', day - 1, { urgency: 'urgent', summary: '代理受取の理由にあたるか(通院のため来庁できない)。医師の書類はないとのこと。', status: 'sent', step: 'confirmed', check: { kind: 'alone', name: '責任者02' }, operator: 2, operator_name: '責任者02' }, now),
    sheet('R-20260406-9QZ2', 'incident', day, { urgency: 'urgent', summary: 'ブース1で前の来庁者の画面が残っていた。氏名だけが見えた。ログアウトし、業務責任者に報告した。', operator: 1, operator_name: 'オペレーター01', check: { kind: 'waits', by: ['責任者01', '責任者02'] } }, now),
    sheet('R-20260406-7K3Q', 'dispatch', day + 1, { summary: '交付申請書の発送依頼。世帯2人分。', step: 'sent', check: { kind: 'done', name: '責任者01' } }, now),
    sheet('R-20260405-0H8T', 'complaint', day + 1, { summary: '電話がつながりにくいとのこと。', status: 'confirmed', step: 'done', check: { kind: 'done', name: '責任者01' }, city: { received: '4月6日 9:10', person: '市民課 見本', done: '回線の数を確認中', completed: '' } }, now),
    sheet('R-20260404-3C6V', 'callback', day + 2, { summary: '届いた通知書の書き方について、市から電話がほしいとのこと。' }, now),
  ];
}

/** 引継ぎ of the shift before. */
export function handovers(now: number): HandoverRow[] {
  const one = (number: string, text: string, ago: number): HandoverRow => ({
    note: `handover-${number}`,
    handover: { number, text, note: null, written_at: now - ago, operator: 9, operator_name: '責任者01', settled: null },
    unsaved: false,
  });
  return [
    one('H-20260405-1A2B', '4月は転入の電話が多いため、0701 は先に「継続利用」の期限(90日)を確かめてください。', 14 * HOUR),
    one('H-20260405-3C4D', 'マイナアシスト2は支援窓口の棚にあります。使うときは責任者へ一言。', 15 * HOUR),
  ];
}

/** 折返しの約束. */
export function promises(now: number): PromiseRow[] {
  const one = (number: string, due: number, more: Partial<PromiseRow>): PromiseRow => ({ note: `promise-${number}`, number, due, who: '', reachable: '', phone: '090-****-3391', category: 202, ...more });
  return [
    one('C-20260406-0041', now - 12 * MINUTE, { phone: '048-***-9922', reachable: '平日の午前' }),
    one('C-20260406-0049', now + 18 * MINUTE, { who: 'オペレーター01' }),
    one('C-20260406-0055', now + 170 * MINUTE, { category: 104, phone: '080-****-1104' }),
  ];
}

/** 要対応: one that the server did not take, one with two heads. */
export const ATTENTION: Attention[] = [
  { note: 'hit-W-20260330-0004', number: 'W-20260330-0004', refused: null },
  { note: 'local-C-20260406-0071', number: 'C-20260406-0071', refused: 'individual_number' },
];
