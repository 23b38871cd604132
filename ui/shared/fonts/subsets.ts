// A build step: from the font package's stylesheet keep the faces that can show a character of Windows' Japanese
// code page (every name that a form can carry), as woff2 only. Knows nothing of a screen.
import type { Plugin } from 'vite';

/** Every code point that Shift_JIS (with the vendors' additions) can write. */
function japanese(): Set<number> {
  const decoder = new TextDecoder('shift_jis');
  const found = new Set<number>();
  for (let low = 0x20; low < 0x7f; low += 1) found.add(low);
  for (let lead = 0x81; lead <= 0xfc; lead += 1) {
    for (let trail = 0x40; trail <= 0xfc; trail += 1) {
      for (const char of decoder.decode(new Uint8Array([lead, trail]))) found.add(char.codePointAt(0) ?? 0);
    }
  }
  found.delete(0xfffd);
  return found;
}

/** True when a `unicode-range` value covers one of `wanted`. */
function covers(range: string, wanted: Set<number>): boolean {
  return range.split(',').some((part) => {
    const [from = 0, to = from] = part.trim().slice(2).split('-').map((hex) => parseInt(hex, 16));
    for (let point = from; point <= to; point += 1) if (wanted.has(point)) return true;
    return false;
  });
}

/** The stylesheet with the needed faces only. */
export function keepJapanese(css: string): string {
  const wanted = japanese();
  const faces = css.match(/@font-face \{[^}]*\}/g) ?? [];
  return faces
    .filter((face) => covers(/unicode-range: ([^;]*);/.exec(face)?.[1] ?? 'U+20', wanted))
    .map((face) => face.replace(/, url\([^)]*\.woff\) format\('woff'\)/, ''))
    .join('\n');
}

/** The Vite plugin that both pages share. */
export function japaneseSubsets(): Plugin {
  return {
    name: 'kenmu-japanese-subsets',
    enforce: 'pre',
    transform(code, id) {
      return /@fontsource\/biz-udpgothic\/\d+\.css/.test(id) ? { code: keepJapanese(code), map: null } : null;
    },
  };
}
