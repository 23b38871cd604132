// Words with readings: `{係|かかり}の{者|もの}` is 係の者 with ふりがな over it. Pure.

/** A piece of words; `reading` over it, or none. */
export interface Piece {
  words: string;
  reading: string | null;
}

/** The pieces of each line. */
export function pieces(text: string): Piece[][] {
  return text.split('\n').map((line) =>
    line
      .split(/(\{[^}]*\})/)
      .filter((part) => part !== '')
      .map((part) => {
        const found = /^\{(.*)\|(.*)\}$/.exec(part);
        return { words: found?.[1] ?? part, reading: found?.[2] ?? null };
      }),
  );
}
