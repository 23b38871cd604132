// What the operator should know in this minute of a talk, most urgent first. One place, a few lines: what is told is short.
import type { ContactCard } from '$generated/ContactCard';
import type { LineName } from '$shared/icons';

/** The most that may lie over the picture's foot: more would hide the visitor. */
const MOST = 3;

/** One line over the picture. */
export interface Notice {
  readonly id: 'visitor-microphone' | 'visitor-away' | 'quiet' | 'mask-proposed';
  readonly icon: LineName;
  readonly what: string;
  readonly how: string;
}

/** What is to be told of a contact in a talk. */
export function notices(contact: ContactCard): Notice[] {
  const found: Notice[] = [];
  const { trouble, shown, mask } = contact;
  if (trouble.walked_away) found.push({ id: 'visitor-away', icon: 'clock', what: '席を外された可能性', how: '画面でたずねています。返事がないと終了します。' });
  if (trouble.microphone) found.push({ id: 'visitor-microphone', icon: 'mic', what: '来庁者のマイクが使えません', how: '筆談と案内カードで伝えてください。' });
  if (shown?.card.mask === true && mask.kind === 'off') found.push({ id: 'mask-proposed', icon: 'mask', what: '暗証番号を入力する手順です', how: '目隠しをすすめます。' });
  if (shown?.card.quiet === true) found.push({ id: 'quiet', icon: 'speaker-low', what: '読み上げ注意', how: '番号や住所は声に出さず、筆談か案内カードで伝えてください。' });
  return found.slice(0, MOST);
}
