import { expect, test } from 'vitest';
import { Loudness, read } from './readings';

test('a reading counts all that arrives and the own sound, whatever else is reported', () => {
  const reports = [
    { type: 'transport', bytesReceived: 900 },
    { type: 'candidate-pair', bytesReceived: 900, responsesReceived: 7 },
    { type: 'inbound-rtp', bytesReceived: 5 },
    { type: 'media-source', totalAudioEnergy: 0.25, totalSamplesDuration: 1 },
    { type: 'media-source' },
  ];
  expect(read(reports)).toEqual({ arrived: 907, energy: 0.25, seconds: 1 });
});

test('loudness is of the time between two readings alone', () => {
  const loudness = new Loudness();
  const at = (seconds: number, energy: number): number => loudness.take({ arrived: 0, seconds, energy });
  expect(at(1, 0.5)).toBe(0);
  expect(at(2, 0.5)).toBe(0);
  expect(at(3, 0.54)).toBeCloseTo(0.2);
  expect(at(0.5, 0)).toBe(0);
});
