// What the page keeps over a reload to show while the server cannot be asked.

const LAST_KNOWN = 'kenmu.booth.last-known';

/** Names and the phone number, the last that the server said. */
export interface LastKnown {
  city: string;
  name: string;
  phone: string;
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
