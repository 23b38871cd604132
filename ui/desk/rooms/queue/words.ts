// What a booth's line on the board says, and when a wait is long.
import type { BoothDevice } from '$generated/BoothDevice';
import type { BoothDoing } from '$generated/BoothDoing';
import type { ChannelBoard } from '$generated/ChannelBoard';
import type { OperatorId } from '$generated/OperatorId';
import type { Quality } from '$generated/Quality';
import type { LineName, ShapeName } from '$shared/icons';
import { lineFigures, lineQuality, type LineQuality } from '$shared/quality';

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

/** What stands on the booth's table. */
export function deviceFace(device: BoothDevice): { word: string; icon: LineName } {
  switch (device) {
    case 'pc': return { word: 'PC', icon: 'pc' };
    case 'tablet': return { word: 'タブレット', icon: 'tablet' };
  }
}

/** A booth's Wi-Fi: the lamp and its figures in words. */
export function wifi(quality: Quality): LineQuality & { figures: string } {
  const percent = quality.loss_permille / 10;
  return { ...lineQuality(percent), figures: lineFigures(quality.round_trip_ms, percent) };
}

/** True when somebody has waited longer than the setting allows; `long` in ms. */
export function waitsLong(arrived: number | null, long: number, now: number): boolean {
  return arrived !== null && now - arrived > long;
}

/** True when the first of a queue has. */
export function queueWaitsLong(board: ChannelBoard | null, long: number, now: number): boolean {
  return board !== null && board.waiting > 0 && waitsLong(board.oldest, long, now);
}
