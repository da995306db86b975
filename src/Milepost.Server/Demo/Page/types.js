// The wire types of docs/protocol that this page uses, for editors that read JSDoc.

/**
 * @typedef {{ at: string, from?: string, to?: string, reason?: string, revisedAt?: string }} Eta
 * @typedef {{ id: string, name?: string, vehicle?: string }} Driver
 * @typedef {{ name: string, quantity: number, price?: number }} Item
 * @typedef {{ eventId: string, source: string, type: string, time: string, receivedAt: string, status?: string, moved: boolean, note?: string, raised?: boolean }} TimelineEntry
 * @typedef {{ lat: number, lon: number, time: string, accuracyMeters?: number }} Fix
 * @typedef {{ main: number[][], side: number[][] }} Streets Each from a latitude and longitude to another one.
 * @typedef {{ stream: string, epoch: string, offset: number, cursor: string }} StreamState
 *
 * @typedef {object} Order An order as the list gives it, and more once its tracking was read.
 * @property {string} id
 * @property {string} status
 * @property {boolean} active
 * @property {Item[]} items
 * @property {{ amount: number, currency: string }} [total]
 * @property {Eta} [eta]
 * @property {string} [placedAt]
 * @property {string} updatedAt
 * @property {{ at: string, from?: string, to?: string }} [promise] What was expected first.
 * @property {object} [delayed]
 * @property {object} [locationStale]
 * @property {{ address?: string, lat?: number, lon?: number }} [destination]
 * @property {{ name?: string, address?: string, lat?: number, lon?: number }} [pickup]
 * @property {{ stars: number }} [rating]
 * @property {Fix} [location] Where the driver is; only while the driver has the order.
 * @property {{ polyline: string, precision: number, version: string, metersToGo: number }} [route] What is left of the way.
 * @property {number} [metersToGo]
 * @property {number} [stopsBefore]
 * @property {Driver} [driver]
 * @property {TimelineEntry[]} [timeline]
 * @property {StreamState} [stream]
 *
 * @typedef {object} Notification
 * @property {string} id
 * @property {string} type
 * @property {string} title
 * @property {string} body
 * @property {string} [orderId]
 * @property {string} createdAt
 * @property {string} [readAt]
 * @property {string} [archivedAt]
 * @property {string} priority
 *
 * @typedef {{ items: Notification[], unread: number, total: number, next?: string, stream: StreamState }} NotificationPage
 *
 * @typedef {{ allowed: boolean, source: string, fixed: boolean }} Choice
 * @typedef {Record<'in_app' | 'email' | 'sms' | 'push', Choice>} Choices
 * @typedef {{ version: number, categories: { order: Choices }, quietHours?: { enabled: boolean } }} Preferences What holds, as far as the page shows it.
 *
 * @typedef {{ id: string, notificationId: string, channel: string, address: string, title: string, body: string, sentAt: string }} Message Of the outbox.
 * @typedef {{ channel?: 'in_app' | 'email' | 'sms' | 'push', code: string, text: string, delivery?: { id: string, state: string, text: string } }} Way
 * @typedef {{ notification: Notification, channels: Way[] }} Decision
 *
 * @typedef {object} Frame A frame from the server.
 * @property {string} type
 * @property {string} [stream]
 * @property {number} [offset]
 * @property {string} [cursor]
 * @property {any} [data]
 * @property {{ stream: string, offset: number, replayed: number }[]} [streams]
 * @property {boolean} [resumed] Long-poll only, made by the page: the first answer after a resume.
 * @property {string} [code]
 * @property {string} [detail]
 * @property {boolean} [retry]
 * @property {number} [afterMs]
 *
 * @typedef {'websocket' | 'sse' | 'poll'} TransportKind
 */

export {};
