// The numbers that a visitor or caller may be sent to, and the few letters by which one is found. What is typed stays
// while other things happen in the pane.
import type { LineName } from '$shared/icons';
import { plain } from '$shared/plain';

/** A number to give out. Directory numbers are fixed strings: they are written as their owner writes them. */
export interface Line {
  readonly icon: LineName;
  readonly title: string;
  readonly number: string;
  readonly about: string;
}

const LINES: readonly Line[] = [
  { icon: 'alert', title: '紛失・盗難', number: '0120-95-0178 → 2番', about: '24時間365日 一時停止を受け付けます' },
  { icon: 'phone', title: '国のコールセンター', number: '0120-95-0178', about: '平日 9:30–20:00、土日祝 9:30–17:30、12/29–1/3は休み' },
  { icon: 'globe', title: '外国語のご案内', number: '0120-0178-27', about: 'マイナンバーカードについて' },
  { icon: 'globe', title: '外国語のご案内', number: '0120-0178-26', about: '制度とマイナポータルについて' },
];

/** The pane's memory. */
export class Directory {
  /** What is looked for. */
  query = $state('');

  /** The numbers that fit; all of them while nothing is typed. */
  get found(): readonly Line[] {
    const wanted = plain(this.query);
    return LINES.filter((line) => plain(line.title + line.number + line.about).includes(wanted));
  }
}
