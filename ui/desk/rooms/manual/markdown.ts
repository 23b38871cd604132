// Markdown of foreign hands, as a small tree that the page draws by itself. Links, pictures and HTML become plain text:
// an article opens nothing and loads nothing.
import { lexer, type Token, type Tokens } from 'marked';

/** A piece of a line. */
export type Inline = { readonly kind: 'text' | 'strong' | 'em' | 'code'; readonly text: string } | { readonly kind: 'break' };

/** A block. */
export type Block =
  | { readonly kind: 'heading'; readonly depth: number; readonly line: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly line: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'rule' }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly head: readonly (readonly Inline[])[]; readonly rows: readonly (readonly (readonly Inline[])[])[] };

/** The blocks of a text; a first heading that only says the title again is left out. */
export function blocksOf(text: string, title: string): Block[] {
  const [first, ...rest] = lexer(text).flatMap(blockOf);
  if (first === undefined) return [];
  const again = first.kind === 'heading' && first.line.map((piece) => (piece.kind === 'break' ? '' : piece.text)).join('') === title;
  return again ? rest : [first, ...rest];
}

function blockOf(token: Token): Block[] {
  if (is(token, 'heading')) return [{ kind: 'heading', depth: token.depth, line: lineOf(token.tokens) }];
  if (is(token, 'paragraph')) return [{ kind: 'paragraph', line: lineOf(token.tokens) }];
  if (is(token, 'text')) return [{ kind: 'paragraph', line: lineOf(token.tokens ?? [token]) }];
  if (is(token, 'code')) return [{ kind: 'code', text: token.text }];
  if (is(token, 'blockquote')) return [{ kind: 'quote', blocks: token.tokens.flatMap(blockOf) }];
  if (is(token, 'list')) return [{ kind: 'list', ordered: token.ordered, items: token.items.map((item) => item.tokens.flatMap(blockOf)) }];
  if (is(token, 'table')) return [{ kind: 'table', head: token.header.map((cell) => lineOf(cell.tokens)), rows: token.rows.map((row) => row.map((cell) => lineOf(cell.tokens))) }];
  if (token.type === 'hr') return [{ kind: 'rule' }];
  if (token.type === 'space' || token.type === 'def') return [];
  return [{ kind: 'paragraph', line: [{ kind: 'text', text: token.raw }] }];
}

function lineOf(tokens: readonly Token[]): Inline[] {
  return tokens.flatMap((token): Inline[] => {
    if (token.type === 'br') return [{ kind: 'break' }];
    if (is(token, 'strong')) return [{ kind: 'strong', text: plain(token.tokens) }];
    if (is(token, 'em')) return [{ kind: 'em', text: plain(token.tokens) }];
    if (is(token, 'codespan')) return [{ kind: 'code', text: token.text }];
    if (is(token, 'link')) return [{ kind: 'text', text: linkText(token) }];
    if (is(token, 'text') && token.tokens !== undefined) return lineOf(token.tokens);
    if (is(token, 'text') || is(token, 'escape')) return [{ kind: 'text', text: unescaped(token.text) }];
    return [{ kind: 'text', text: token.raw }];
  });
}

/** A link cannot be followed, so that its address is shown beside its words. */
function linkText({ text, href }: Tokens.Link): string {
  return text === href ? text : `${text}(${href})`;
}

function plain(tokens: readonly Token[]): string {
  return lineOf(tokens).map((piece) => (piece.kind === 'break' ? ' ' : piece.text)).join('');
}

/** The lexer writes five signs as HTML would; the page writes text. */
function unescaped(text: string): string {
  return text.replace(/&lt;/gu, '<').replace(/&gt;/gu, '>').replace(/&quot;/gu, '"').replace(/&#39;/gu, "'").replace(/&amp;/gu, '&');
}

interface Known {
  heading: Tokens.Heading;
  paragraph: Tokens.Paragraph;
  text: Tokens.Text;
  code: Tokens.Code;
  blockquote: Tokens.Blockquote;
  list: Tokens.List;
  table: Tokens.Table;
  strong: Tokens.Strong;
  em: Tokens.Em;
  codespan: Tokens.Codespan;
  link: Tokens.Link;
  escape: Tokens.Escape;
}

function is<Kind extends keyof Known>(token: Token, kind: Kind): token is Known[Kind] {
  return token.type === kind;
}
