/** @import { Eta, Order, TimelineEntry } from './types.js' */

/** @type {Record<string, { text: string, tone: 'go' | 'done' | 'warn' | 'bad' | 'info', step: number }>} */
const STATUSES = {
  placed: { text: 'Order placed', tone: 'go', step: 0 },
  paid: { text: 'Paid, waiting for the shop', tone: 'go', step: 0 },
  accepted: { text: 'Accepted by the shop', tone: 'go', step: 1 },
  preparing: { text: 'Being prepared', tone: 'go', step: 2 },
  ready: { text: 'Ready to leave', tone: 'go', step: 2 },
  courier_assigned: { text: 'Courier on the way to the shop', tone: 'go', step: 2 },
  picked_up: { text: 'Picked up by the courier', tone: 'go', step: 3 },
  out_for_delivery: { text: 'On the way to you', tone: 'go', step: 3 },
  arriving: { text: 'Almost there', tone: 'go', step: 3 },
  delivered: { text: 'Delivered', tone: 'done', step: 4 },
  ready_for_collection: { text: 'Ready to collect', tone: 'info', step: 3 },
  attempt_failed: { text: 'We missed you', tone: 'warn', step: 3 },
  exception: { text: 'Held up', tone: 'warn', step: 3 },
  cancelled: { text: 'Cancelled', tone: 'bad', step: 1 },
  returning: { text: 'On its way back', tone: 'warn', step: 3 },
  returned: { text: 'Returned', tone: 'bad', step: 3 },
};

export const STEPS = ['Placed', 'Accepted', 'Prepared', 'On the way', 'Delivered'];

export const COLLECTION_STEPS = ['Placed', 'Accepted', 'Prepared', 'Ready', 'Collected'];

/** @param {string} status */
export function statusWords(status) {
  return STATUSES[status] ?? { text: status.replaceAll('_', ' '), tone: 'info', step: 2 };
}

/** Whether the customer fetches the order. @param {Order} order */
export function isCollection(order) {
  return order.status === 'ready_for_collection' || (order.timeline !== undefined && order.destination === undefined);
}

/** @param {Order} order */
export function orderWords(order) {
  const words = statusWords(order.status);
  return order.status === 'delivered' && isCollection(order) ? { ...words, text: 'Collected' } : words;
}

/** When, in as few words as a card has room for. @param {Order} order */
export function shortWhen(order) {
  if (!order.active) {
    return moment(order.updatedAt);
  }
  if (order.status === 'ready_for_collection') {
    return 'now';
  }
  return order.eta === undefined ? '' : remaining(order.eta).replace('in about ', '').replace(' moment now', ' moment');
}

/** What an entry of a timeline says. @param {TimelineEntry} entry */
export function entryWords(entry) {
  if (entry.status !== undefined) {
    return statusWords(entry.status).text;
  }
  const texts = { 'order.eta.updated': 'New arrival time', 'order.driver.assigned': 'Courier assigned', 'order.note.added': 'Message' };
  return texts[/** @type {keyof typeof texts} */ (entry.type)] ?? entry.type.replace('order.', '').replaceAll('.', ' ');
}

/** @param {string | undefined} time */
export function clock(time) {
  return time === undefined ? '' : new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** With the day when it is not today. @param {string} time */
export function moment(time) {
  const date = new Date(time);
  const today = new Date();
  const full = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return date.toDateString() === today.toDateString() ? full : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clock(time)}`;
}

/** @param {string} time */
export function ago(time) {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (seconds < 45) {
    return 'just now';
  }
  if (seconds < 3600) {
    return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  }
  return moment(time);
}

/** How long until then, in words. @param {Eta} eta */
export function remaining(eta) {
  const minutes = (Date.parse(eta.at) - Date.now()) / 60000;
  if (minutes < -1) {
    return 'a little late';
  }
  if (minutes < 0.75) {
    return 'any moment now';
  }
  return minutes < 90 ? `in about ${Math.round(minutes)} min` : `in about ${Math.round(minutes / 60)} hours`;
}

/** @param {Eta} eta */
export function windowOf(eta) {
  const from = clock(eta.from ?? eta.at);
  const to = clock(eta.to ?? eta.at);
  return from === to ? `about ${from}` : `${from}–${to}`;
}

/** @param {{ amount: number, currency: string }} money */
export function price(money) {
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency: money.currency }).format(money.amount);
}

/** The first item, and how many more there are. @param {Order} order @returns {[string, string]} */
export function titleParts(order) {
  const [first, ...rest] = order.items;
  if (first === undefined) {
    return [`Order ${order.id}`, ''];
  }
  return [first.quantity > 1 ? `${first.quantity} × ${first.name}` : first.name, rest.length === 0 ? '' : `+ ${rest.length} more`];
}

/** @param {Order} order */
export function titleOf(order) {
  return titleParts(order).join(' ').trim();
}

/** The shop's name, from the source of the first event: `/restaurants/hikari-ramen`. @param {Order} order */
export function shopOf(order) {
  const source = order.timeline?.[0]?.source;
  return source?.split('/').at(-1)?.split('-').map((word) => word === 'und' ? '&' : word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
