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
    case 'microphone': return { what: 'マイクが使えません', how: 'あなたの声は届きません。差し込みを確かめてください。差すと自動で戻ります。' };
    case 'speaker': return { what: 'スピーカーが使えません', how: '相手の声が聞こえません。差し込みを確かめてください。差すと自動で戻ります。' };
    case 'ringer': return { what: '呼出音が鳴りません', how: '呼び出しは画面だけで知らせます。この画面を出しておいてください。' };
    case 'camera': return { what: 'カメラが使えません', how: '声だけで対応できます。来庁者にはあなたの映像が出ません。' };
    case 'no_keyring': return { what: '鍵の保管場所がありません', how: '次に起動したときは、もう一度ログインしてください。' };
  }
}
