// The steps of loudness: each about 4 dB, the last one the full level of the device.

export const LEVELS = [0.16, 0.25, 0.4, 0.63, 1] as const;
/** A lobby is loud: one step below the full level. */
export const FIRST_LEVEL = 3;

/** The loudness of a step, 0 to 1. */
export function loudness(level: number): number {
  return LEVELS[level] ?? 1;
}

/** The next step, within the scale. */
export function stepped(level: number, step: 1 | -1): number {
  return Math.min(LEVELS.length - 1, Math.max(0, level + step));
}
