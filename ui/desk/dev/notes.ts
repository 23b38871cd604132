// Every screen of the notes for the samples, by name.
import type { DeskView } from '$generated/DeskView';
import type { Head } from '$generated/Head';
import type { NotesView } from '$generated/NotesView';
import type { Record as Paper } from '$generated/Record';
import type { SheetRow } from '$generated/SheetRow';
import type { View } from '$generated/View';
import { calling, callWrapping, deskView, MINUTE, offering, quietState, SECOND, talking, wrapping } from './base';
import { lostCalls } from './callbacks';
import { leading, mondayWall } from './walls';
import { ATTENTION, earlier, facts, HALF, handovers, hits, local, pane, PERSON, promises, QUIET_NOTES, sheets, written } from './papers';

const RESULT = { ...HALF, disposition: 'dispatch_requested' as const };

/** A view with papers. */
function papers(view: View, more: Partial<NotesView>, desk: Partial<DeskView> = {}): View {
  if (view.screen.kind !== 'desk') return view;
  return { ...view, screen: { ...view.screen, ...desk, notes: { ...QUIET_NOTES, ...more } } };
}

const idle = (now: number, more: Partial<NotesView>): View => papers(deskView(quietState(now), {}, now), more);

function cut(view: View): View {
  return { ...view, line: { kind: 'down', since: Date.now() - 42 * SECOND, fenced: true } };
}

const stored = (synced: boolean) => ({ kind: 'stored' as const, at: Date.now() - 9 * SECOND, synced });

function calls(now: number): Record<string, View> {
  const call = (text: Parameters<typeof pane>[1], more: Parameters<typeof pane>[2] = {}, notes: Partial<NotesView> = {}): View =>
    papers(calling(now, {}, {}), { pane: pane(now, text, { earlier: earlier(now), ...more }), ...notes });
  return {
    'note-empty': call({}, { saved: { kind: 'empty' }, missing: ['category', 'party', 'disposition', 'text'], earlier: [] }),
    note: call(HALF, { missing: ['disposition'] }),
    'note-ready': call({ ...HALF, disposition: 'guided' }, { saved: stored(true) }),
    'note-finished': call({ ...HALF, disposition: 'guided' }, { saved: stored(true), finished: true }),
    'note-writing': call(HALF, { saved: { kind: 'writing' }, missing: ['disposition'] }),
    'note-blocked': call({ ...HALF, text: '番号は 1234 5678 9018 とのこと。' }, { saved: { kind: 'draft', at: Date.now(), held_back: true }, missing: ['disposition'], findings: [{ field: 'text', blocked: 'individual_number', doubts: [] }] }),
    'note-secret': call({ ...HALF, text: '署名用の暗証番号はABC123' }, { missing: ['disposition'], findings: [{ field: 'text', blocked: 'secret_text', doubts: [] }] }),
    'note-doubt': call({ ...HALF, disposition: 'guided', text: '受付番号 123456789012 の申請について。' }, { missing: ['doubt_reason'], findings: [{ field: 'text', blocked: null, doubts: ['twelve_digits'] }] }),
    'note-failed': call(HALF, { saved: { kind: 'failed' }, missing: ['disposition'] }, { trouble: 'disk_full', unsynced: 3 }),
    'note-loss': call({ categories: [601] }, { missing: ['party', 'disposition', 'text'], needs: { loss: true }, earlier: [] }),
    'note-reservation': call({ ...HALF, categories: [201], disposition: 'reservation_made' }, { missing: ['reservation_kind', 'reservation_when', 'registered'], needs: { reservation: true } }),
    'note-promise': call({ ...HALF, disposition: 'callback_planned' }, { missing: ['kana', 'phone', 'reachable', 'promise_due'], needs: { phone: true, promise: true } }),
    'note-dispatch': call(RESULT, { missing: ['name', 'kana', 'birth', 'sex', 'address', 'phone', 'sheet'], needs: { person: true, sheet: 'dispatch' } }),
    'note-broken': papers(calling(now, {}, {}), { trouble: 'broken' }),
  };
}

function booths(now: number): Record<string, View> {
  const known = facts(now, { number: 'W-20260406-0007', channel: 'booth', booth: 'ブース2', caller: null, caller_key: null });
  const text = { categories: [102], party: 'household' as const, text: '申請サイトで入力中。写真は1回で撮影できた。', photos: 1 };
  return {
    'note-booth': papers(talking(now, {}, {}), { pane: pane(now, text, { facts: known, missing: ['disposition', 'checks'], needs: { booth: true } }) }),
    'note-booth-assist2': papers(wrapping(now, 84 * SECOND), { pane: pane(now, { ...text, disposition: 'switched_to_assist2' }, { facts: known, missing: ['assist2', 'checks'], needs: { booth: true, assist2: true, issue_counter: true } }) }),
  };
}

function wraps(now: number): Record<string, View> {
  const wrap = (text: Parameters<typeof pane>[1], more: Parameters<typeof pane>[2]): View => papers(callWrapping(now, 84 * SECOND), { pane: pane(now, text, { saved: stored(true), ...more }) });
  return {
    'wrapup-note': wrap({ ...HALF, disposition: 'guided' }, {}),
    'wrapup-dispatch': wrap({ ...RESULT, person: { ...PERSON, phone: '782-992' } }, { missing: ['phone', 'sex', 'sheet'], needs: { person: true, sheet: 'dispatch' } }),
    'wrapup-sheet': wrap({ ...RESULT, person: { ...PERSON, sex: 'female', phone: '048-782-9922' } }, { missing: ['sheet'], needs: { person: true, sheet: 'dispatch' } }),
    'wrapup-raised': wrap({ ...RESULT, person: { ...PERSON, sex: 'female', phone: '048-782-9922' } }, { needs: { person: true, sheet: 'dispatch' }, sheet: sheets(now)[2] ?? null }),
    'wrapup-withheld': wrap({ ...HALF, disposition: 'callback_planned' }, { facts: facts(now, { caller: '非通知', caller_key: null }), missing: ['kana', 'phone', 'reachable', 'promise_due'], needs: { phone: true, promise: true } }),
    'wrapup-promise': wrap({ ...HALF, disposition: 'callback_planned', promise: { due: now + 90 * MINUTE, who: '', result: '' } }, { missing: ['kana', 'phone', 'reachable'], needs: { phone: true, promise: true } }),
  };
}

function desks(now: number): Record<string, View> {
  const work: Partial<NotesView> = { handovers: handovers(now), promises: promises(now), sheets: sheets(now), local: local() };
  const aside = pane(now, {}, { facts: facts(now, { number: 'M-20260406-7K3Q', contact: null, channel: 'aside', caller: null, answered: null }), saved: { kind: 'empty' }, missing: ['category', 'party', 'disposition', 'text'] });
  const busy = idle(now, { ...work, unsynced: 2, attention: ATTENTION });
  if (busy.screen.kind === 'desk') busy.screen.state.callbacks = { cards: lostCalls(now), more: 2 };
  return {
    work: idle(now, work),
    'work-callbacks': busy,
    'work-handover': idle(now, { handovers: handovers(now) }),
    'note-aside': idle(now, { ...work, pane: aside }),
    'offline-notes': papers(cut(deskView(quietState(now), {}, now)), { ...work, unsynced: 3, pane: { ...aside, saved: stored(false), written: written({ ...HALF, disposition: 'guided' }), missing: [] } }),
    'offline-local': papers(cut(deskView(quietState(now), {}, now)), { ...work, unsynced: 3 }),
    'card-foreign': papers(talking(now, {}, {}), { pane: pane(now, {}, { missing: ['category', 'party', 'disposition', 'text'] }) }),
    'card-loss': idle(now, {}),
    locked: idle(now, { ...work, locked: true, unsynced: 2 }),
    'locked-refused': idle(now, { ...work, locked: true, unlock_refused: true }),
    'locked-offer': papers(offering(now, {}, {}), { locked: true }),
  };
}

/** A record that is read, or two heads of it. */
export function heads(now: number, count: 1 | 2): Head[] {
  const note = (text: string, more: object): Paper => ({ record: 'note', facts: facts(now, { number: 'W-20260330-0004', channel: 'booth', booth: 'ブース2', caller: null, ended: now - 7 * MINUTE }), written: written({ categories: [401], party: 'household', disposition: 'guided', text, ...more }), finished: true });
  const one: Head = { rev: 'rev-1', author: '責任者01', written_at: Date.now() - 50 * MINUTE, record: note('電子証明書の更新。暗証番号を覚えておらず、窓口での再設定を案内した。', { articles: ['FAQ-012'] }) };
  const two: Head = { rev: 'rev-2', author: 'オペレーター04', written_at: Date.now() - 42 * MINUTE, record: note('電子証明書の更新。暗証番号の再設定は、予約が要ると案内した。', { articles: ['FAQ-012'], disposition: 'sent_to_issue_counter', people: 2 }) };
  return count === 1 ? [one] : [one, two];
}

const ARTICLE = `# 電子証明書の更新

有効期限の**3か月前**から、無料で更新できます。

## 持ち物

1. マイナンバーカード
2. 暗証番号(数字4桁、英数字6〜16文字)
   - 忘れたときは、その場で再設定できます
3. 有効期限通知書(なくても手続きできます)

> 代理人が来るときは、照会書兼回答書が要ります。

| 証明書 | 暗証番号 | 間違えられる回数 |
|---|---|---|
| 署名用 | 英数字6〜16文字 | 5回 |
| 利用者証明用 | 数字4桁 | 3回 |

くわしくは [国のサイト](https://www.kojinbango-card.go.jp/) へ。<b>太字</b>は使えません。
`;

function rooms(now: number): Record<string, View> {
  const search = { query: { words: '', category: null, disposition: null, operator: null, channel: null, from: '', to: '' }, hits: hits(now), more: true, keep_days: 7, bad_date: false, older: { kind: 'unasked' as const } };
  const reading = { note: 'hit-W-20260330-0004', heads: heads(now, 1), person_shown: false, person_hidden: true, refused: null, redacted: false };
  const lead = (notes: Partial<NotesView>): View => papers(leading(now, mondayWall(now)), notes);
  const found = [
    { code: 'FAQ-012', title: '電子証明書の更新', version: '第4版', passage: '…有効期限の3か月前から、無料で更新できます…' },
    { code: 'FAQ-015', title: '有効期限通知書が届いた', version: '第2版', passage: '…通知書がなくても更新の手続きは…' },
    { code: 'MAN-004', title: '発送依頼の受け方', version: '第1版', passage: '' },
  ];
  return {
    records: idle(now, { search, attention: ATTENTION, unsynced: 2 }),
    'records-none': idle(now, { search: { ...search, hits: [], more: false, bad_date: true } }),
    'records-older': idle(now, { search: { ...search, more: false, older: { kind: 'here', more: true } } }),
    'records-failed': idle(now, { search: { ...search, more: false, older: { kind: 'failed' } } }),
    'records-waiting': idle(now, {}),
    'records-call': papers(calling(now, {}, {}), { search, pane: pane(now, HALF, { missing: ['disposition'] }) }),
    reading: lead({ search, reading }),
    'reading-shown': idle(now, { search, reading: { ...reading, person_shown: true, person_hidden: false, refused: 'secret_text', heads: heads(now, 1).map((head) => (head.record.record === 'note' ? { ...head, record: { ...head.record, written: { ...head.record.written, person: PERSON } } } : head)) } }),
    'reading-redacted': idle(now, { search, reading: { ...reading, person_hidden: false, redacted: true } }),
    resolve: idle(now, { search, reading: { ...reading, heads: heads(now, 2), person_hidden: false } }),
    'resolve-hidden': idle(now, { search, reading: { ...reading, heads: heads(now, 2) } }),
    sheets: idle(now, { sheets: sheets(now) }),
    'sheets-lead': lead({ sheets: forLead(now), told: { kind: 'exported', path: '連絡票_20260406.xlsx', lines: 1, unchecked: 2, two_heads: 0 } }),
    'sheets-unsaved': papers(idle(now, {}), { sheets: sheets(now).map((row, at) => ({ ...row, unsaved: at === 1 })), handovers: handovers(now).map((row) => ({ ...row, unsaved: true })), trouble: 'disk_full' }),
    'sheets-none': idle(now, { told: { kind: 'imported', changed: 4, unknown: 1, unchecked: 0 } }),
    'sheet-new': idle(now, { sheets: sheets(now), told: { kind: 'failed', words: 'この表は読めません。連絡票のシートがあるか確かめてください。' } }),
    manual: idle(now, { manual: { words: '更新', found, open: { code: 'FAQ-012', title: '電子証明書の更新', version: '第4版', text: ARTICLE } } }),
    'manual-none': idle(now, { manual: { words: 'ほげ', found: [], open: null } }),
    'manual-call': papers(calling(now, {}, {}), { pane: pane(now, HALF, { missing: ['disposition'] }), manual: { words: '', found, open: { code: 'FAQ-012', title: '電子証明書の更新', version: '第4版', text: ARTICLE } } }),
  };
}

/** The same list before a lead: one sheet to check, one of the lead's own that cannot wait. */
function forLead(now: number): SheetRow[] {
  return sheets(now).map((row, at): SheetRow => {
    if (at === 1) return { ...row, right: 'alone', operator_name: '責任者01', check: { kind: 'waits', by: [] } };
    return at === 0 || at === 4 ? { ...row, right: 'second' } : row;
  });
}

/** What is pressed before a sample of the notes is looked at. */
export const NOTE_PRESSED: Readonly<Record<string, string>> = {
  'card-foreign': 'key:Digit9',
  'card-loss': 'quick-loss',
  records: 'room-records',
  'records-none': 'room-records',
  'records-older': 'room-records',
  'records-failed': 'room-records',
  'records-waiting': 'room-records',
  'records-call': 'room-records',
  reading: 'room-records',
  'reading-shown': 'room-records',
  'reading-redacted': 'room-records',
  resolve: 'room-records',
  'resolve-hidden': 'room-records',
  sheets: 'room-sheets',
  'sheets-lead': 'room-sheets',
  'sheets-none': 'room-sheets',
  'sheets-unsaved': 'room-sheets',
  'sheet-new': 'room-sheets sheet-new',
  manual: 'room-manual',
  'manual-none': 'room-manual',
  'manual-call': 'room-manual',
  'work-handover': 'handover-open',
};

/** Every sample of the notes by its name. */
export function notes(now: number): Record<string, View> {
  return { ...calls(now), ...booths(now), ...wraps(now), ...desks(now), ...rooms(now) };
}
