// The cards that are given out in a hurry: within one key for whoever lost a card, within two for another language.
// The numbers are fixed strings, written as their owner writes them.

/** Which card. */
export type CardName = 'foreign' | 'loss';

/** A sentence to say or to show, and in which language. */
export interface Sentence {
  readonly language: string;
  readonly lang: string;
  readonly text: string;
}

/** 外国語のご案内: what it is about decides the number. */
export const FOREIGN: readonly { readonly number: string; readonly about: string }[] = [
  { number: '0120-0178-27', about: 'マイナンバーカードについて' },
  { number: '0120-0178-26', about: '制度とマイナポータルについて' },
];

/** What is said or shown. */
export const SENTENCES: readonly Sentence[] = [
  { language: 'やさしい日本語', lang: 'ja', text: 'あなたの ことばで 話せる 電話が あります。この番号に 電話して ください。0120-0178-27' },
  { language: 'English', lang: 'en', text: 'Please call this number for help in your language: 0120-0178-27 (free of charge).' },
  { language: '中文', lang: 'zh', text: '请拨打此号码,可用中文咨询:0120-0178-27(免费)。' },
  { language: '한국어', lang: 'ko', text: '한국어 상담은 이 번호로 전화해 주세요: 0120-0178-27 (무료).' },
  { language: 'Español', lang: 'es', text: 'Para atención en español, llame a este número: 0120-0178-27 (gratuito).' },
  { language: 'Português', lang: 'pt', text: 'Para atendimento em português, ligue para: 0120-0178-27 (gratuito).' },
];
