/**
 * The answer of GET /api/v1/guest/tracking (docs/protocol/openapi.yaml, GuestTracking). Times are RFC 3339.
 *
 * @typedef {{ at: string, from?: string, to?: string }} GuestEta
 * @typedef {{ lat: number, lon: number }} GuestPoint
 * @typedef {{ lat: number, lon: number, time: string, heading?: number }} GuestLocation
 * @typedef {object} GuestTracking
 * @property {string} status
 * @property {boolean} active
 * @property {GuestEta} [eta]
 * @property {{ status: string, time: string }[]} timeline
 * @property {{ name?: string, color?: string, logoUrl?: string }} [brand]
 * @property {{ firstName?: string, vehicle?: string }} [driver]
 * @property {GuestLocation} [location]
 * @property {{ points: GuestPoint[], remainingMeters?: number }} [route]
 * @property {{ photoUrl?: string, leftAt?: string, at: string }} [proof]
 * @property {string} language
 * @property {{ stream: string, offset: number, cursor: string }} stream
 *
 * @typedef {object} Frame A frame of the live protocol (docs/protocol/realtime.md).
 * @property {string} type
 * @property {string} [stream]
 * @property {string} [cursor]
 * @property {number} [afterMs]
 * @property {boolean} [retry]
 * @property {any} [data]
 */
export {};
