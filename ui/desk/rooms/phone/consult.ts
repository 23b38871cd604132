// What a consultation says and offers, stage by stage, and what its end says. Every reason has its words.
import type { ConsultCard } from '$generated/ConsultCard';
import type { ConsultEnd } from '$generated/ConsultEnd';
import type { Counterpart } from '$generated/Counterpart';
import type { DialFailure } from '$generated/DialFailure';
import type { Intent } from '$generated/Intent';

/** A deed: its word and what it sends; `main` is filled. */
export interface Deed {
  readonly id: 'back' | 'join' | 'part' | 'transfer';
  readonly word: string;
  readonly intent: Intent;
  readonly main: boolean;
}

/** What the strip says. */
export interface ConsultWords {
  readonly stage: string;
  /** Where the caller is meanwhile. */
  readonly caller: string;
  /** What comes by itself; none: nothing does. */
  readonly next: string | null;
  readonly deeds: readonly Deed[];
}

const back = (word: string): Deed => ({ id: 'back', word, intent: { kind: 'end_consult' }, main: false });
const transfer = (word: string): Deed => ({ id: 'transfer', word, intent: { kind: 'transfer' }, main: true });
const HELD = 'お客様は保留中です。';

/** The strip in words. */
export function consultWords({ stage, blind }: ConsultCard): ConsultWords {
  switch (stage) {
    case 'ringing':
      return { stage: '呼出中…', caller: HELD, next: blind ? 'つながりしだい転送します。' : null, deeds: [back('取りやめて戻る')] };
    case 'talking':
      return {
        stage: '相談中',
        caller: HELD,
        next: null,
        deeds: [back('電話に戻る'), { id: 'join', word: '三者通話にする', intent: { kind: 'join_consult', joined: true }, main: false }, transfer('転送する')],
      };
    case 'joined':
      return {
        stage: '三者通話中',
        caller: '三者で通話中です。お客様にも聞こえています。',
        next: null,
        deeds: [{ id: 'part', word: '二者に戻す', intent: { kind: 'join_consult', joined: false }, main: false }, transfer('転送して抜ける')],
      };
  }
}

/** Who is asked. */
export function counterpartWord(counterpart: Counterpart): string {
  switch (counterpart.kind) {
    case 'operator': return `${counterpart.name}さん`;
    case 'directory': return counterpart.label;
    // A server that was started anew does not know any more whom its operator called.
    case 'number': return counterpart.number === '' ? '外の番号' : counterpart.number;
  }
}

/** Why a consultation is over; none where the operator meant it. */
export function consultEndWord(end: ConsultEnd): string | null {
  switch (end.kind) {
    case 'taken_back': return null;
    case 'left': return '相手が相談を終えました。';
    case 'declined': return '相手は、いま受けられません。';
    case 'not_answered': return '応答がありませんでした。';
    case 'seat_gone': return '相手の席との接続が切れました。';
    case 'failed': return dialWord(end.why);
    case 'talk_over': return '通話がいちど途切れ、相談は終わりました。';
  }
}

/** Why a call of ours was not answered. */
export function dialWord(why: DialFailure): string {
  switch (why) {
    case 'busy': return '話し中でした。';
    case 'not_answered': return '応答がありませんでした。';
    case 'not_found': return '使われていない番号です。番号を確かめてください。';
    case 'refused': return '相手が着信を断りました。';
    case 'carrier_trouble': return '電話回線の不調で、発信できませんでした。少し待って、もう一度お試しください。';
    case 'not_a_number': return '電話番号として読めません。市外局番から入力してください。例: 048-782-9922';
    case 'foreign': return '国際電話や、電話会社を選ぶ番号へは発信できません。';
    case 'emergency': return '緊急通報(110・118・119)は、一般の電話からお願いします。';
    case 'special': return 'この種類の番号(104、0570など)へは、設定により発信できません。';
    case 'refused_here': return 'この番号へは、設定により発信できません。';
    case 'limit_reached': return '発信できる数の上限です。少し待って、もう一度お試しください。';
    case 'not_set_up': return '発信の設定がありません。管理者に連絡してください。';
    case 'exchange_lost': return '交換機との接続が切れ、発信は取りやめになりました。';
  }
}
