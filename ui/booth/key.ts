// The booth's key: made in this browser and never to leave it, kept in its database. Knows no server.

import type { BoothId } from '$generated/BoothId';

const DATABASE = 'kenmu.booth';
const STORE = 'key';
/** There is one key a browser. */
const PLACE = 'own';
const KIND: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE: EcdsaParams = { name: 'ECDSA', hash: 'SHA-256' };

/** The key, and the booth that it was approved for; null: not yet. */
export interface Kept {
  secret: CryptoKey;
  /** Uncompressed point of 65 bytes, base64url. */
  publicKey: string;
  booth: BoothId | null;
}

/** The kept key, or null. */
export async function kept(): Promise<Kept | null> {
  const found: Kept | undefined = await use('readonly', (store) => store.get(PLACE));
  return found ?? null;
}

/** Makes a new key and keeps it in place of any older one. */
export async function makeKey(): Promise<Kept> {
  const pair = await crypto.subtle.generateKey(KIND, false, ['sign', 'verify']);
  const point = await crypto.subtle.exportKey('raw', pair.publicKey);
  const made: Kept = { secret: pair.privateKey, publicKey: base64url(point), booth: null };
  await keep(made);
  // Without it the browser may throw the key away when its disk is full.
  void navigator.storage.persist();
  return made;
}

/** Keeps a key, with what was learnt about it. */
export async function keep(key: Kept): Promise<void> {
  await use('readwrite', (store) => store.put(key, PLACE));
}

/** The proof that the key is here: signs the challenge's text. */
export async function sign(key: Kept, challenge: string): Promise<string> {
  return base64url(await crypto.subtle.sign(SIGNATURE, key.secret, new TextEncoder().encode(challenge)));
}

/** Base64 for addresses, without padding. */
export function base64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function use<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error ?? new Error('the browser keeps no data'));
    opening.onsuccess = () => {
      const database = opening.result;
      const turn = database.transaction(STORE, mode);
      const asked = act(turn.objectStore(STORE));
      turn.oncomplete = () => resolve(asked.result);
      turn.onabort = () => reject(turn.error ?? new Error('the browser keeps no data'));
      turn.onerror = () => reject(turn.error ?? new Error('the browser keeps no data'));
    };
  });
}
