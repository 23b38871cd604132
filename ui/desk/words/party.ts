// 相手区分, 性別 and 予約の種別 in words.
import type { Party } from '$generated/Party';
import type { ReservationKind } from '$generated/ReservationKind';
import type { Sex } from '$generated/Sex';

/** A value and its word, in the order of a list. */
export interface Choice<Value extends string> {
  readonly value: Value;
  readonly word: string;
}

const PARTY_WORDS: readonly (readonly [string, string])[] = [
  ['self', '本人'],
  ['household', '同一世帯員'],
  ['legal_agent', '法定代理人'],
  ['agent', '任意代理人'],
  ['supporter', '施設・支援者'],
  ['other', 'その他'],
];

/** Who the visitor or caller is to the person whom it is about. */
export const PARTIES: readonly Choice<Party>[] = PARTY_WORDS.flatMap(([value, word]) => (isParty(value) ? [{ value, word }] : []));

/** True for one of ours. */
export function isParty(text: string): text is Party {
  return PARTY_WORDS.some(([value]) => value === text);
}

/** The party's word. */
export function partyWord(party: Party): string {
  return PARTIES.find(({ value }) => value === party)?.word ?? '―';
}

/** 性別. */
export const SEXES: readonly Choice<Sex>[] = [
  { value: 'male', word: '男' },
  { value: 'female', word: '女' },
  { value: 'unsaid', word: '回答なし' },
];

/** The word for 性別. */
export function sexWord(sex: Sex): string {
  return SEXES.find(({ value }) => value === sex)?.word ?? '―';
}

/** 予約の種別. */
export const RESERVATIONS: readonly Choice<ReservationKind>[] = [
  { value: 'issue', word: '交付(受取)' },
  { value: 'certificate', word: '電子証明書の更新' },
  { value: 'application', word: '申請時来庁' },
  { value: 'other', word: 'その他' },
];

/** The value of `choices` that a `select` gave back; none for its empty line. */
export function chosenOf<Value extends string>(choices: readonly Choice<Value>[], text: string): Value | null {
  return choices.find(({ value }) => value === text)?.value ?? null;
}
