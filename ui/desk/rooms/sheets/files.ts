// A file on its way to the desk, and what came of one.
import type { Told } from '$generated/Told';

/** The largest file that is read, bytes: a year of sheets is a tenth of it. */
export const MOST_BYTES = 4 * 1024 * 1024;
/** Bytes that are turned into letters at once: more arguments than this overflow a call. */
const PIECE = 0x2000;

/** The bytes in base64. */
export function base64(bytes: Uint8Array): string {
  const letters: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) letters.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return btoa(letters.join(''));
}

/** What came of an export or an import. */
export function toldWord(told: Told): { readonly bad: boolean; readonly text: string } {
  switch (told.kind) {
    case 'exported': return { bad: false, text: `${told.lines}件を書き出しました。${told.path}${leftOut(told.unchecked, told.two_heads)}` };
    case 'imported':
      return {
        bad: false,
        text: `${told.changed}件の連絡票を新しくしました。${told.unknown > 0 ? `番号の分からない行が${told.unknown}件あります。市に確かめてください。` : ''}${told.unchecked > 0 ? `責任者の確認がまだの連絡票が${told.unchecked}件あり、回答を読み込んでいません。` : ''}`,
      };
    case 'failed': return { bad: true, text: told.words };
  }
}

/** What is not in the file, and why. */
function leftOut(unchecked: number, twoHeads: number): string {
  const waiting = unchecked > 0 ? ` 責任者の確認がまだの${unchecked}件は、入れていません。` : '';
  return waiting + (twoHeads > 0 ? ` 2つの内容がある${twoHeads}件は、入れていません。対応記録で1つにしてください。` : '');
}
