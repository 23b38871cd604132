// Takes out of a text what the guard has refused. What may be kept is the guard's to say and never decided here: the
// text that is left is judged again like any other.
import type { Code } from '$generated/Code';

const DIGIT = '[0-9０-９〇一二三四五六七八九零壱弐参]';
/** What may stand between two digits of one number: a dash, a point, a mark, a space, or a sign without width. */
const JOINT = '[-‐-―−－ーｰ・･./,_\\s\\u3000\\u200b-\\u200d\\u2060\\ufeff]{0,3}';
/** Eleven digits already give away the twelfth, so shorter runs than a whole number go too when they stand alone. */
const RUN = new RegExp(`${DIGIT}(?:${JOINT}${DIGIT}){10,}`, 'gu');
const FIVE = new RegExp(`${DIGIT}{5,}`, 'gu');
const SECRET = /(暗証番号|暗証|パスワード|PIN)([^\n]{0,8}?)[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]{4,16}/giu;

/** The text without the digits, or without the secret, for which it was refused. */
export function without(text: string, blocked: Code): string {
  if (blocked === 'secret_text') return text.normalize('NFC').replace(SECRET, '$1$2');
  const shorter = text.replace(RUN, '');
  return shorter === text ? text.replace(FIVE, '') : shorter;
}
