// What the line to the server means for the whole window.
import type { LineView } from '$generated/LineView';
import type { ShapeName } from '$shared/icons';

/** The small sign in the bar. */
export interface LineSign {
  readonly word: string;
  readonly tone: 'avail' | 'work' | 'lost' | 'rest';
  readonly shape: ShapeName;
}

/** The sign for a line. */
export function lineSign(line: LineView): LineSign {
  switch (line.kind) {
    case 'idle': return { word: '未接続', tone: 'rest', shape: 'none' };
    case 'connecting': return { word: '接続中', tone: 'work', shape: 'work' };
    case 'up': return { word: '接続 良好', tone: 'avail', shape: 'avail' };
    case 'down':
      return line.fenced ? { word: '接続断', tone: 'lost', shape: 'lost' } : { word: '再接続中', tone: 'work', shape: 'work' };
  }
}

/** Since when nothing is known any more, in the server's time; none while the line is good or only just broke. */
export function fencedSince(line: LineView, offsetMs: number): number | null {
  return line.kind === 'down' && line.fenced ? line.since + offsetMs : null;
}
