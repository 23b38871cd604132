// Whether what carries the talks is there: the exchange, the telephone's lines, the booths.
import type { DeskState } from '$generated/DeskState';
import type { Wall } from '$generated/Wall';
import { brokenBooths } from './needs';

/** One tile. */
export interface Tile {
  readonly id: 'exchange' | 'trunks' | 'booths';
  readonly name: string;
  readonly state: 'well' | 'bad' | 'none';
  /** How many of how many, or a word. */
  readonly figure: string;
  readonly more: string;
}

/** The tiles in their order. */
export function health(state: DeskState, { trunks }: Wall): Tile[] {
  const down = trunks.filter(({ up }) => !up).map(({ name }) => name);
  const away = brokenBooths(state).map(({ name }) => name);
  return [
    { id: 'exchange', name: '交換機', ...(state.exchange_up ? { state: 'well', figure: '接続', more: 'つながっています' } : { state: 'bad', figure: '切断', more: 'つなぎ直しています' }) },
    { id: 'trunks', name: '電話回線', ...counted(trunks.length, down, '切断', 'すべて良好') },
    { id: 'booths', name: '窓口ブース', ...(state.queue.booth.open ? counted(state.booths.length, away, '接続なし', 'すべて良好') : { state: 'none', figure: '―', more: '受付時間外' }) },
  ];
}

function counted(all: number, broken: readonly string[], word: string, well: string): Pick<Tile, 'state' | 'figure' | 'more'> {
  if (all === 0) return { state: 'none', figure: '―', more: '登録されていません' };
  const figure = `${all - broken.length}/${all}`;
  return broken.length === 0 ? { state: 'well', figure, more: well } : { state: 'bad', figure, more: `${broken.join('、')} ${word}` };
}
