// 区分 in words: the taxonomy is data of the settings, so that a code without a word is still shown.
import type { CategoryCode } from '$generated/CategoryCode';
import type { CategoryGroup } from '$generated/CategoryGroup';

/** `01` or `0104`: a 大区分 has two figures, a 小区分 four. */
export function codeFigures(code: number): string {
  return String(code).padStart(code < 100 ? 2 : 4, '0');
}

/** The 大区分 of a 小区分. */
export function groupOf(code: CategoryCode): number {
  return Math.floor(code / 100);
}

/** `0104 交付申請書の発送依頼`; only the figures where the word is gone. */
export function categoryWord(groups: readonly CategoryGroup[], code: CategoryCode): string {
  const word = groups.find((group) => group.code === groupOf(code))?.items.find((item) => item.code === code)?.word;
  return word === undefined ? codeFigures(code) : `${codeFigures(code)} ${word}`;
}
