// What the browser's statistics tell of a leg: what arrives, how loud the own voice was. Pure.

/** The parts of the browser's reports that are read here. */
interface Report {
  type: string;
  bytesReceived?: number;
  responsesReceived?: number;
  totalAudioEnergy?: number;
  totalSamplesDuration?: number;
}

/** One reading; counts since the leg began. */
export interface Reading {
  /** Grows with all that arrives: the media's bytes, and the answers to ICE's checks, which no bytes count. */
  arrived: number;
  /** Energy and seconds of the own sound. */
  energy: number;
  seconds: number;
}

/** The reports come as a map of anything. */
export function read(stats: { forEach(each: (report: Report) => void): void }): Reading {
  const reading: Reading = { arrived: 0, energy: 0, seconds: 0 };
  stats.forEach((report) => {
    if (report.type === 'transport') reading.arrived += report.bytesReceived ?? 0;
    if (report.type === 'candidate-pair') reading.arrived += report.responsesReceived ?? 0;
    if (report.type !== 'media-source') return;
    reading.energy += report.totalAudioEnergy ?? 0;
    reading.seconds += report.totalSamplesDuration ?? 0;
  });
  return reading;
}

/** Compares a reading with the one before. */
export class Loudness {
  #before: Reading | null = null;

  /** The own sound since the last reading, root mean square of full scale. */
  take(reading: Reading): number {
    const before = this.#before;
    this.#before = reading;
    if (before === null || reading.seconds <= before.seconds || reading.energy < before.energy) return 0;
    return Math.sqrt((reading.energy - before.energy) / (reading.seconds - before.seconds));
  }
}
