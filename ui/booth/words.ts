// Words and figures that several screens share. No markup.

import type { Code } from '$generated/Code';
import type { Time } from '$generated/Time';
import type { Standing } from './devices';

const CLOCK = new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });

/** The State's line for the Individual Number Card: shown while no server has named another number. */
export const NATIONAL_PHONE = '0120-95-0178';
/** What to choose there when a card is lost; day and night. */
export const LOST_CARD_CHOICE = '2番';

/** 10:50 in Japan. */
export function clock(now: Time): string {
  return CLOCK.format(now);
}

/** 0:18, 12:03: minutes and seconds from one instant to another. */
export function elapsed(since: Time, now: Time): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Whole seconds until an instant: 0 when it has come. */
export function secondsLeft(until: Time, now: Time): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/** Why a call was not taken. */
export function refusedCall(code: Code): string {
  if (code === 'closed') return 'ただいま、受付時間外です。';
  if (code === 'queue_full') return 'ただいま、たいへん混み合っています。';
  return 'うまく呼び出せませんでした。もういちど押してください。';
}

/** Why a written word was not sent. */
export function refusedText(code: Code): string {
  if (code === 'individual_number') return '12けたの個人番号(マイナンバー)は、書かないでください。送っていません。';
  if (code === 'secret_text') return '暗証番号やパスワードは、書かないでください。送っていません。';
  if (code === 'bad_length') return '200文字までで書いてください。送っていません。';
  return '送れませんでした。もういちど「送る」を押してください。';
}

/** What is wrong with the camera; empty: nothing. */
export function cameraTrouble(standing: Standing): string {
  switch (standing) {
    case 'asking':
    case 'good':
      return '';
    case 'missing':
      return 'カメラが見つかりません。映像なしで話せます。';
    case 'denied':
      return 'カメラの使用が許可されていません。映像なしで話せます。';
    case 'busy':
      return 'カメラを使えません。映像なしで話せます。';
  }
}

/** What is wrong with the microphone; empty: nothing. */
export function microphoneTrouble(standing: Standing): string {
  switch (standing) {
    case 'asking':
    case 'good':
      return '';
    case 'missing':
      return 'マイクが見つかりません。文字で話せます。';
    case 'denied':
      return 'マイクの使用が許可されていません。文字で話せます。';
    case 'busy':
      return 'マイクを使えません。文字で話せます。';
  }
}
