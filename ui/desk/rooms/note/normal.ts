// How a field is put right when it is left: never while it is being typed. Names, addresses and free text keep their
// signs (NFKC would turn 神 of U+FA19 and ㈱ into something else).

/** NFC only. */
export function plainText(text: string): string {
  return text.normalize('NFC').trim();
}

/** フリガナ: full width katakana; a lone ゛ is put onto its sign first. */
export function kana(text: string): string {
  const whole = text.replace(/[\uff61-\uff9f]+/gu, (half) => half.normalize('NFKC'));
  const joined = whole.replace(/([\u3040-\u30ff])[\u309b\uff9e]/gu, '$1\u3099').replace(/([\u3040-\u30ff])[\u309c\uff9f]/gu, '$1\u309a').normalize('NFC');
  const katakana = joined.replace(/[\u3041-\u3096]/gu, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0x60));
  return katakana.replace(/\s+/gu, '\u3000').trim();
}

/** 郵便番号: `362-8501`; what is none stays as it is. */
export function postcode(text: string): string {
  const figures = digits(text);
  return figures.length === 7 ? `${figures.slice(0, 3)}-${figures.slice(3)}` : text.trim();
}

/** 連絡先: `048-782-9922`, `090-1234-5678`; what is no number stays as it is. */
export function phone(text: string): string {
  const narrow = text.normalize('NFKC').replace(/^\s*\+?81[\s-]*(?:\(0\))?0?/u, '0');
  const figures = narrow.replace(/[^0-9]/gu, '');
  if (/[^0-9()\s\-‐-―−ー.]/u.test(narrow)) return text.trim();
  if (/^0[5-9]0\d{8}$/u.test(figures)) return `${figures.slice(0, 3)}-${figures.slice(3, 7)}-${figures.slice(7)}`;
  if (!/^0\d{9}$/u.test(figures)) return text.trim();
  const dashed = /^(0\d{1,4})[-()\s]+(\d{1,4})[-)\s]+(\d{4})$/u.exec(narrow.replace(/[‐-―−ー.]/gu, '-').trim());
  const area = dashed?.[1]?.length ?? (/^0[36]/u.test(figures) ? 2 : 3);
  return `${figures.slice(0, area)}-${figures.slice(area, 6)}-${figures.slice(6)}`;
}

/** What is wrong with a number, and an example of what is right; none: nothing. */
export function phoneFault(text: string): string | null {
  if (text === '' || /^0\d{1,4}-\d{1,4}-\d{3,4}$/u.test(text)) return null;
  return '市外局番から入力してください。例: 048-782-9922';
}

/** What is wrong with a postcode; none: nothing. */
export function postcodeFault(text: string): string | null {
  return text === '' || /^\d{3}-\d{4}$/u.test(text) ? null : '7桁で入力してください。例: 362-8501';
}

function digits(text: string): string {
  return text.normalize('NFKC').replace(/[\s\-‐-―−ー]/gu, '');
}
