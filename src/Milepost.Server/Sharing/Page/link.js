/** @import { GuestTracking } from './types.js' */

/** The last part of the address. It goes out as a credential and is shown nowhere. */
export const token = decodeURIComponent(location.pathname.replace(/\/+$/, '').split('/').at(-1) ?? '');

/** Relative, for the server may stand below a path. @param {string} path */
export const address = (path) => new URL(`../${path}`, location.href);

/** @param {string} path @param {AbortSignal} [signal] */
export const ask = (path, signal) => fetch(address(path), { headers: { Authorization: `Bearer ${token}` }, cache: 'no-store', referrerPolicy: 'no-referrer', signal });

/**
 * @typedef {{ kind: 'order', order: GuestTracking } | { kind: 'over' } | { kind: 'unknown' } | { kind: 'later', seconds: number }} Reading
 * @param {boolean} again Whether the page has shown the order before.
 * @returns {Promise<Reading>}
 */
export async function read(again) {
  let answer;
  try {
    answer = await ask(`api/v1/guest/tracking${again ? '?refresh=true' : ''}`);
  } catch {
    return { kind: 'later', seconds: 5 };
  }
  if (answer.ok) {
    return { kind: 'order', order: await answer.json() };
  }
  if (answer.status === 410) {
    return { kind: 'over' };
  }
  return answer.status >= 500 || answer.status === 429 || answer.status === 408
    ? { kind: 'later', seconds: Number(answer.headers.get('Retry-After') ?? '5') || 5 }
    : { kind: 'unknown' };
}

/** The photo as an address within the page; a picture cannot bring the credential itself. */
export async function photo() {
  const answer = await ask('api/v1/guest/proof/photo');
  return answer.ok ? URL.createObjectURL(await answer.blob()) : undefined;
}
