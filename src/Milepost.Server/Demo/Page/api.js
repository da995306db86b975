/** @import { Decision, Message, NotificationPage, Order, Preferences, Streets } from './types.js' */

const RENEW_BEFORE_MS = 2 * 60_000;

/** An answer of the server that is not a success. */
export class ApiError extends Error {
  /** @param {number} status @param {string} code @param {string} detail */
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** @returns {Promise<{ id: string, name: string }[]>} */
export async function customers() {
  return await (await fetch('/demo/customers')).json();
}

/** Where the demo's drivers ride. @returns {Promise<Streets>} */
export async function streets() {
  return await (await fetch('/demo/streets')).json();
}

/** The REST calls of one customer, with a token that is renewed in time. */
export class Api {
  #customer;
  #token = '';
  #tenant = '';
  #expires = 0;

  /** @param {string} customer */
  constructor(customer) {
    this.#customer = customer;
  }

  /** @param {boolean} [fresh] A new one even if the old one is still good. */
  async token(fresh = false) {
    if (fresh || Date.now() > this.#expires - RENEW_BEFORE_MS) {
      const reply = await fetch('/demo/token', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ customer: this.#customer }),
      });
      if (!reply.ok) {
        throw new ApiError(reply.status, 'no_token', 'The demo gives no token for this customer');
      }
      const { token, tenant } = await reply.json();
      this.#token = token;
      this.#tenant = tenant;
      this.#expires = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))).exp * 1000;
    }
    return this.#token;
  }

  /** @returns {Promise<Order[]>} */
  async orders() {
    return (await this.#call('GET', 'orders?limit=30')).items;
  }

  /** @param {string} id @returns {Promise<Order>} */
  tracking(id) {
    return this.#call('GET', `orders/${encodeURIComponent(id)}/tracking`);
  }

  /** @returns {Promise<NotificationPage>} */
  notifications() {
    return this.#call('GET', 'notifications?limit=40');
  }

  /** @param {string} id */
  markRead(id) {
    return this.#call('PUT', `notifications/${encodeURIComponent(id)}/read`);
  }

  /** @param {string} id */
  markUnread(id) {
    return this.#call('DELETE', `notifications/${encodeURIComponent(id)}/read`);
  }

  markAllRead() {
    return this.#call('PUT', 'notifications/read-all');
  }

  /** @param {string} id */
  archive(id) {
    return this.#call('PUT', `notifications/${encodeURIComponent(id)}/archived`);
  }

  /** @returns {Promise<Preferences>} */
  preferences() {
    return this.#call('GET', 'notification-preferences');
  }

  /** @param {object} patch A JSON merge patch. @returns {Promise<Preferences>} */
  changePreferences(patch) {
    return this.#call('PATCH', 'notification-preferences', patch);
  }

  /** Makes a link for guests. @param {string} id @returns {Promise<string>} */
  async share(id) {
    return (await this.#call('POST', `orders/${encodeURIComponent(id)}/share`)).url;
  }

  /** @param {string} id @param {number} stars @returns {Promise<{ stars: number }>} */
  rate(id, stars) {
    return this.#call('POST', `orders/${encodeURIComponent(id)}/rating`, { stars });
  }

  /** What would have gone out to the customer, newest first. @returns {Promise<Message[]>} */
  messages() {
    return this.#demo('outbox', {});
  }

  /** What was decided of a notification, way by way. @param {string} notification @returns {Promise<Decision>} */
  why(notification) {
    return this.#demo('why', { notification });
  }

  /** A single-use ticket for where headers are out of reach. @returns {Promise<string>} */
  async ticket() {
    return (await this.#call('POST', 'realtime/tickets')).ticket;
  }

  /** What customers cannot ask a real server, the demo tells. @param {string} what @param {Record<string, string>} query */
  async #demo(what, query) {
    return await read(await fetch(`/demo/${what}?${new URLSearchParams({ customer: this.#customer, ...query })}`));
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async #call(method, path, body) {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { Authorization: `Bearer ${await this.token()}`, ...(body && { 'Content-Type': type }) };
    return await read(await fetch(`/api/v1/${this.#tenant}/${path}`, { method, headers, body: body && JSON.stringify(body) }));
  }
}

/** The body of an answer. @param {Response} reply */
async function read(reply) {
  const body = reply.status === 204 ? null : await reply.json().catch(() => null);
  if (!reply.ok) {
    throw new ApiError(reply.status, body?.code ?? 'unknown', body?.detail ?? body?.title ?? `The server answered ${reply.status}`);
  }
  return body;
}
