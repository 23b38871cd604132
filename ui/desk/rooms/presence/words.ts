// The word, the shape and the colour of each state: always all three.
import type { Channels } from '$generated/Channels';
import type { Chosen } from '$generated/Chosen';
import type { Presence } from '$generated/Presence';
import type { LineName, ShapeName } from '$shared/icons';

/** How a state looks; `tone` is the name behind `is-` in base.css. */
export interface Face {
  readonly word: string;
  readonly tone: 'avail' | 'ring' | 'talk' | 'video' | 'work' | 'lead' | 'rest' | 'learn' | 'lost';
  readonly shape: ShapeName;
}

/** One of the small lamps at the foot of the tag. */
export type Lamp = { readonly text: string } & ({ readonly shape: ShapeName } | { readonly line: LineName });

const CHANNELS: Record<Channels, string> = { both: '兼務', phone: '電話', booth: '窓口' };

const face = (word: string, tone: Face['tone'], shape: ShapeName): Face => ({ word, tone, shape });

/** What the board shows. */
export function faceOf(presence: Presence): Face {
  switch (presence.kind) {
    case 'off': return face('退席', 'rest', 'none');
    case 'available': return face(`受付可(${CHANNELS[presence.channels]})`, 'avail', 'avail');
    case 'ringing': return face(presence.channel === 'phone' ? '着信中' : '窓口呼出中', 'ring', 'ring');
    case 'call': return face('通話中', 'talk', 'talk');
    case 'hold': return face('保留中', 'talk', 'hold');
    case 'video': return face('映像対応中', 'video', 'video');
    case 'wrapping': return face('後処理', 'work', 'work');
    case 'callback': return face('折返し発信中', 'talk', 'out');
    case 'admin': return face('事務処理(連絡票)', 'work', 'work');
    case 'lead': return face('業務責任者対応', 'lead', 'lead');
    case 'away': return face(presence.why === 'no_answer' ? '離席(不応答)' : '離席', 'rest', 'rest');
    case 'break': return face('休憩', 'rest', 'rest');
    case 'lunch': return face('昼休憩', 'rest', 'rest');
    case 'training': return face('研修', 'learn', 'learn');
    case 'meeting': return face('打合せ', 'learn', 'learn');
    case 'lost': return face('接続断', 'lost', 'lost');
  }
}

/** The word for a wish. */
export function wishWord(chosen: Chosen): string {
  switch (chosen.kind) {
    case 'available': return `受付可(${CHANNELS[chosen.channels]})`;
    case 'admin': return '事務処理(連絡票)';
    case 'lead': return '業務責任者対応';
    case 'away': return '離席';
    case 'break': return '休憩';
    case 'lunch': return '昼休憩';
    case 'training': return '研修';
    case 'meeting': return '打合せ';
  }
}

const takes = (channel: string): Lamp => ({ shape: 'avail', text: `${channel} 受ける` });
const refuses = (channel: string): Lamp => ({ shape: 'none', text: `${channel} 受けない` });

/** What the tag says of the two channels; `booth` is the name of the booth that rings or is in the talk, `talk` how long
 *  the call that is on hold has gone. */
export function lampsOf(presence: Presence, booth: string | null, talk: string | null = null): Lamp[] {
  switch (presence.kind) {
    case 'available':
      return [
        presence.channels === 'booth' ? refuses('電話') : takes('電話'),
        presence.channels === 'phone' ? refuses('窓口') : takes('窓口'),
      ];
    case 'ringing':
      return presence.channel === 'phone'
        ? [{ line: 'phone', text: '電話から' }]
        : [{ line: 'booth', text: `${booth ?? '窓口'}から` }];
    case 'video': return [{ line: 'booth', text: booth ?? '窓口' }, refuses('電話')];
    case 'hold': return [{ line: 'phone', text: talk === null ? '電話' : `電話 通話 ${talk}` }];
    case 'call':
    case 'callback': return [{ line: 'phone', text: '電話' }, refuses('窓口')];
    case 'lost': return [{ shape: 'none', text: '電話・窓口 受けられません' }];
    case 'off':
    case 'wrapping':
    case 'admin':
    case 'lead':
    case 'away':
    case 'break':
    case 'lunch':
    case 'training':
    case 'meeting': return [refuses('電話・窓口')];
  }
}
