// What the page keeps over a reload: who it is, and what to show while the server cannot be asked.

import type { BoothId } from '$generated/BoothId';

const ENROLMENT = 'kenmu.booth.enrolment';
const LAST_KNOWN = 'kenmu.booth.last-known';

/** The booth's number and its secret, typed once by staff. */
export interface Enrolment {
  booth: BoothId;
  secret: string;
}

/** Names and the phone number, the last that the server said. */
export interface LastKnown {
  city: string;
  name: string;
  phone: string;
}

export function enrolment(): Enrolment | null {
  const kept = read(ENROLMENT);
  const { booth, secret } = kept ?? {};
  return typeof booth === 'number' && typeof secret === 'string' ? { booth, secret } : null;
}

export function keepEnrolment(value: Enrolment): void {
  localStorage.setItem(ENROLMENT, JSON.stringify(value));
}

export function lastKnown(): LastKnown {
  const kept = read(LAST_KNOWN);
  const text = (name: string): string => (typeof kept?.[name] === 'string' ? kept[name] : '');
  return { city: text('city'), name: text('name'), phone: text('phone') };
}

export function keepLastKnown(value: LastKnown): void {
  localStorage.setItem(LAST_KNOWN, JSON.stringify(value));
}

function read(key: string): Record<string, unknown> | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof kept === 'object' && kept !== null ? { ...kept } : null;
  } catch {
    return null;
  }
}
