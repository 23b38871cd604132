// The timers themselves: told a number and a time, says the number when the time is over.

import type { Order } from './steady';

const running = new Map<number, ReturnType<typeof setTimeout>>();

onmessage = ({ data: { id, ms } }: MessageEvent<Order>) => {
  clearTimeout(running.get(id));
  running.delete(id);
  if (ms !== null) running.set(id, setTimeout(() => due(id), ms));
};

function due(id: number): void {
  running.delete(id);
  postMessage(id);
}
