// The two questions that a booth asks before it may come in.

import type { Challenge } from '$generated/Challenge';
import type { Enrol } from '$generated/Enrol';
import type { EnrolCode } from '$generated/EnrolCode';

/** A server that has not answered by then is asked again, ms. */
const LIMIT_MS = 5_000;

/** Asks for a code that an administrator can approve. */
export async function askCode(publicKey: string): Promise<EnrolCode> {
  const body: Enrol = { public_key: publicKey };
  return answer('/api/booth/enrol', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Asks for a challenge to sign, and whether the key is approved. */
export async function askChallenge(publicKey: string): Promise<Challenge> {
  return answer(`/api/booth/challenge?key=${encodeURIComponent(publicKey)}`, {});
}

async function answer<T>(path: string, request: RequestInit): Promise<T> {
  const response = await fetch(path, { ...request, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS) });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}
