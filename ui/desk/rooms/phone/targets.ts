// Whom a call can be taken to: the city first, then other numbers, then colleagues. The order is the server's, so that
// no line moves under a hand; a colleague who is not ready stays in it and cannot be chosen.
import type { Callee } from '$generated/Callee';
import type { Colleague } from '$generated/Colleague';
import type { DirectoryEntry } from '$generated/DirectoryEntry';
import type { Presence } from '$generated/Presence';
import { plain } from '$shared/plain';
import type { ShapeName } from '$shared/icons';

/** How a state looks; given by whoever knows the words of presence. */
export interface Face {
  readonly word: string;
  readonly tone: string;
  readonly shape: ShapeName;
}

/** Names a state. */
export type Faces = (presence: Presence) => Face;

/** Whom the server knows. */
export interface Known {
  readonly directory: readonly DirectoryEntry[];
  readonly colleagues: readonly Colleague[];
}

/** One line of the panel. */
export interface Target {
  /** Its name in the page. */
  readonly key: string;
  readonly name: string;
  /** A directory's number, as its owner writes it. */
  readonly number: string | null;
  readonly note: string | null;
  /** A colleague's state. */
  readonly presence: Presence | null;
  /** It can be chosen now. */
  readonly ready: boolean;
  readonly to: Callee;
}

/** Lines under one heading. */
export interface Group {
  readonly id: 'city' | 'outside' | 'colleagues';
  readonly title: string;
  readonly targets: readonly Target[];
}

/** From one more line on, a field to look for one is there: as many as the eye finds at once. */
const FEW = 12;

/** True when there is something to look for. */
export function isLong({ directory, colleagues }: Known): boolean {
  return directory.length + colleagues.length > FEW;
}

/** The lines that fit what is looked for, group by group; a group without one is left out. */
export function groups(known: Known, query: string): Group[] {
  const wanted = plain(query);
  const fits = ({ name, number, note }: Target): boolean => plain(name + (number ?? '') + (note ?? '')).includes(wanted);
  const entries = (city: boolean): Target[] => known.directory.filter((entry) => entry.city === city).map(ofEntry);
  const all: Group[] = [
    { id: 'city', title: '市へ転送', targets: entries(true) },
    { id: 'outside', title: 'そのほかの番号', targets: entries(false) },
    { id: 'colleagues', title: 'ほかの担当者', targets: known.colleagues.map(ofColleague) },
  ];
  return all.map((group) => ({ ...group, targets: group.targets.filter(fits) })).filter(({ targets }) => targets.length > 0);
}

/** The line of a name in the page; none when it is there no more. */
export function targetOf(known: Known, key: string | null): Target | null {
  return groups(known, '').flatMap(({ targets }) => targets).find((target) => target.key === key) ?? null;
}

function ofEntry({ entry, label, number, note }: DirectoryEntry): Target {
  return { key: `entry-${entry}`, name: label, number, note, presence: null, ready: true, to: { kind: 'directory', entry } };
}

function ofColleague({ operator, name, presence, ready }: Colleague): Target {
  return { key: `operator-${operator}`, name, number: null, note: null, presence, ready, to: { kind: 'operator', operator } };
}
