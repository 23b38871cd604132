// What a booth's line on the board says.
import type { BoothDoing } from '$generated/BoothDoing';
import type { OperatorId } from '$generated/OperatorId';
import type { ShapeName } from '$shared/icons';

/** A booth's state: word, shape and colour. */
export interface BoothFace {
  readonly word: string;
  readonly tone: 'rest' | 'ring' | 'video' | 'lost';
  readonly shape: ShapeName;
  /** How long it has been so is worth a figure. */
  readonly timed: boolean;
}

/** Nobody knows: the line to the server is down. */
export const UNKNOWN: BoothFace = { word: '確認できません', tone: 'rest', shape: 'none', timed: false };

/** What a booth does, as seen from the seat of `me`. */
export function boothFace(doing: BoothDoing, me: OperatorId): BoothFace {
  switch (doing.kind) {
    case 'offline': return { word: '接続なし', tone: 'lost', shape: 'lost', timed: true };
    case 'idle': return { word: '空き', tone: 'rest', shape: 'rest', timed: false };
    case 'ringing': return { word: '呼出中', tone: 'ring', shape: 'ring', timed: true };
    case 'talking': return { word: doing.operator === me ? 'あなた' : '対応中', tone: 'video', shape: 'video', timed: true };
  }
}
