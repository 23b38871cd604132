// How a line sounds, by the loss bands for Opus with repair (LiveKit's connection quality).

/** Loss up to which speech is clean, and up to which it can be followed; percent. */
const GOOD = 3.75;
const FAIR = 11.25;

/** The lamp: word, colour and how many of four bars. */
export interface LineQuality {
  readonly word: string;
  readonly tone: 'avail' | 'work' | 'lost' | 'rest';
  readonly bars: number;
}

/** The lamp for a measured loss; none before the first report. */
export function lineQuality(lossPercent: number | null): LineQuality {
  if (lossPercent === null) return { word: '測定中', tone: 'rest', bars: 0 };
  if (lossPercent <= GOOD) return { word: '良好', tone: 'avail', bars: 4 };
  if (lossPercent <= FAIR) return { word: 'やや不安定', tone: 'work', bars: 2 };
  return { word: '不安定', tone: 'lost', bars: 1 };
}

/** `38ミリ秒 損失0.2%`, as far as it is known. */
export function lineFigures(roundTripMs: number | null, lossPercent: number | null): string {
  const parts: string[] = [];
  if (roundTripMs !== null) parts.push(`${roundTripMs}ミリ秒`);
  if (lossPercent !== null) parts.push(`損失${lossPercent.toFixed(1)}%`);
  return parts.join(' ');
}
