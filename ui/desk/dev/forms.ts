// What the note pane offers in the samples: the field's categories, a few chips, papers and articles.
import type { Forms } from '$generated/Forms';

export const FORMS: Forms = {
  categories: [
    { code: 1, word: '交付申請', items: [{ code: 101, word: '申請方法' }, { code: 102, word: 'オンライン窓口で申請' }, { code: 103, word: '支援窓口・マイナアシスト2' }, { code: 104, word: '交付申請書の発送依頼' }, { code: 105, word: '顔写真' }, { code: 106, word: '申請状況・不備' }, { code: 107, word: '15歳未満・成年被後見人' }, { code: 108, word: '1歳未満・出生届同時' }, { code: 109, word: '特急発行' }] },
    { code: 2, word: '受取(交付)', items: [{ code: 201, word: '予約登録' }, { code: 202, word: '予約変更' }, { code: 203, word: '予約取消' }, { code: 204, word: '交付通知書 未着・紛失' }, { code: 205, word: '受取期限' }, { code: 206, word: '持ち物・本人確認書類' }, { code: 207, word: '代理人受取' }, { code: 208, word: '郵送受取' }] },
    { code: 3, word: 'カード更新(有効期限)', items: [{ code: 301, word: '有効期限通知書' }, { code: 302, word: '更新申請' }, { code: 303, word: '18歳未満(5年)' }, { code: 304, word: '期限切れ' }] },
    { code: 4, word: '電子証明書', items: [{ code: 401, word: '更新(5年)' }, { code: 402, word: '期限切れ・再発行' }, { code: 403, word: '署名用の失効' }, { code: 404, word: '代理人(照会書兼回答書)' }, { code: 405, word: '追加発行・不要' }] },
    { code: 5, word: '暗証番号', items: [{ code: 501, word: '失念・再設定' }, { code: 502, word: 'ロック解除' }, { code: 503, word: 'コンビニ初期化' }, { code: 504, word: '変更' }, { code: 505, word: '顔認証カード' }] },
    { code: 6, word: '紛失・再交付', items: [{ code: 601, word: '紛失・盗難(一時停止)' }, { code: 602, word: '一時停止解除' }, { code: 603, word: '再交付' }, { code: 604, word: '破損・IC不良' }, { code: 605, word: '返納・廃止' }] },
    { code: 12, word: 'その他', items: [{ code: 1201, word: '苦情・要望' }, { code: 1202, word: '不当要求・カスハラ' }, { code: 1203, word: '他課・他機関' }, { code: 1204, word: '他市町村住民' }, { code: 1205, word: '間違い・無言・いたずら' }, { code: 1206, word: '市からの折返し関連' }] },
  ],
  templates: [
    { label: '申請方法を案内', text: '交付申請の方法(スマートフォン・パソコン・証明写真機・郵送)を案内した。', categories: [1] },
    { label: '発送を案内', text: '交付申請書を市から住民登録地へ送ると案内した。', categories: [104] },
    { label: '持ち物を案内', text: '受け取りに必要な持ち物を案内した。', categories: [2] },
    { label: '更新は無料と案内', text: '電子証明書の更新は無料で、有効期限の3か月前から手続きできると案内した。', categories: [3, 4] },
    { label: '代理人の要件', text: '代理人が来庁する場合の要件と持ち物を案内した。', categories: [2, 4] },
    { label: '一時停止を案内', text: 'カードの一時停止(24時間365日)を案内した。', categories: [601] },
    { label: '折返しを約束', text: '確認のうえ、市から折り返すことを約束した。', categories: [] },
  ],
  handouts: ['照会書兼回答書', '交付申請書', '再交付申請書', 'コンビニ初期化のご案内', '外国語のご案内'],
  reservation_url: 'https://reservation.example/',
  reservation_places: ['上尾市役所', '支援窓口', '大石支所'],
  articles: [
    { code: 'FAQ-012', title: '電子証明書の更新', version: '第4版' },
    { code: 'FAQ-015', title: '有効期限通知書が届いた', version: '第2版' },
    { code: 'FAQ-031', title: '暗証番号を忘れた', version: '第3版' },
    { code: 'MAN-004', title: '発送依頼の受け方', version: '第1版' },
  ],
  lock_after_ms: 600_000,
  keep_days: 7,
  offline_days: 7,
  columns: [
    { field: 'number', header: '連絡票番号' },
    { field: 'summary', header: '要旨' },
  ],
  opening_days: [],
};
