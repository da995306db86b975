// Signed tokens as other people's libraries see them.
import crypto from 'node:crypto';
import jws from 'jws';

// Who says to have sent a web push (RFC 8292): the key in base64url, and what its token is worth.
export function vapid(authorization) {
  const [, token, point] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization ?? '') ?? [];
  return token ? { point, ...check(token, 'ES256', pointKey(point)) } : undefined;
}

export function check(token, algorithm, pem) {
  if (!jws.verify(token, algorithm, pem)) return { verified: false };
  const { header, payload } = jws.decode(token);
  return { verified: true, header, claims: typeof payload === 'string' ? JSON.parse(payload) : payload, text: token };
}

function pointKey(point) {
  const bytes = Buffer.from(point, 'base64url');
  return crypto.createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: bytes.subarray(1, 33).toString('base64url'), y: bytes.subarray(33).toString('base64url') },
  }).export({ type: 'spki', format: 'pem' });
}
