// What is wrong with the seat's equipment: what happened, what goes on without it, and what to do.
import type { Trouble } from '$generated/Trouble';

/** The words of a trouble. */
export interface TroubleWords {
  readonly what: string;
  /** What works instead, and what to do. */
  readonly how: string;
}

/** The words for each trouble. */
export function troubleWords(trouble: Trouble): TroubleWords {
  switch (trouble) {
    case 'microphone': return { what: 'マイクが外れています', how: 'ほかのマイクがあれば、それを使っています。差し直すと自動で戻ります。' };
    case 'speaker': return { what: 'スピーカーが外れています', how: 'ほかのスピーカーがあれば、そこから聞こえます。差し直すと自動で戻ります。' };
    case 'ringer': return { what: '呼出音の機器が外れています', how: 'ほかの機器で鳴らします。鳴らないときは、画面だけで知らせます。' };
    case 'camera': return { what: 'カメラが使えません', how: '来庁者にあなたの映像は出ません。声だけで続けられます。' };
    case 'no_keyring': return { what: '鍵の保管場所がありません', how: '次に起動したときは、もう一度ログインしてください。' };
  }
}
