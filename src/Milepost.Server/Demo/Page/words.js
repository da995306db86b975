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

/** Whether a driver has the order with them and comes. @param {Order} order */
export function isOnTheWay(order) {
  return order.active && ['picked_up', 'out_for_delivery', 'arriving'].includes(order.status);
}

/** Whether the driver has come near in this attempt. @param {Order} order */
export function isNearby(order) {
  const timeline = order.timeline ?? [];
  const last = (/** @type {(entry: TimelineEntry) => boolean} */ is) => timeline.findLastIndex(is);
  return isOnTheWay(order) && (order.status === 'arriving' || last((entry) => entry.type === 'order.nearby') > last((entry) => entry.status === 'attempt_failed'));
}

/** @param {Order} order */
export function driverName(order) {
  return order.driver?.name?.split(' ')[0] ?? 'The driver';
}

/** @param {number} meters */
export function distanceWords(meters) {
  return meters < 950 ? `${Math.max(50, Math.round(meters / 50) * 50)} m` : `${(meters / 1000).toFixed(1)} km`;
}

/** When, in as few words as a card has room for. @param {Order} order */
export function shortWhen(order) {
  if (!order.active) {
    return moment(order.updatedAt);
  }
  if (order.status === 'ready_for_collection') {
    return 'now';
  }
  return order.eta === undefined ? '' : isNext(order) ? expected(order, order.eta).replace(/^In (?:about )?/, '') : clock(order.eta.at);
}

/** What an entry of a timeline says. @param {TimelineEntry} entry */
export function entryWords(entry) {
  if (entry.status !== undefined) {
    return statusWords(entry.status).text;
  }
  const texts = {
    'order.eta.updated': 'New arrival time',
    'order.driver.assigned': 'Courier assigned',
    'order.note.added': 'Message',
    'order.nearby': 'The driver is nearby',
    'order.delayed': entry.raised === false ? 'No longer late' : 'Later than promised',
    'order.location.stale': entry.raised === false ? 'The driver is heard again' : 'No signal from the driver',
    'order.rated': 'You rated the delivery',
    'order.proof.added': 'Proof of delivery',
  };
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

// The driver comes to this customer now, with nobody before.
/** @param {Order} order */
const isNext = (order) => isOnTheWay(order) && (order.stopsBefore ?? 0) === 0;

/** Nobody is told minutes that are not meant so exactly: above 30 to 5, above 10 to 2, else to 1, and never 0. @param {number} minutes */
function rounded(minutes) {
  const step = minutes > 30 ? 5 : minutes > 10 ? 2 : 1;
  return Math.max(1, Math.round(minutes / step) * step);
}

/** A window until the driver is on the way to this customer, then minutes; other words once the time has passed. @param {Order} order @param {Eta} eta */
export function expected(order, eta) {
  const now = Date.now();
  if (now > Date.parse(eta.to ?? eta.at) + 60_000) {
    return order.status === 'arriving' ? 'Any minute now' : 'Running late';
  }
  if (!isNext(order)) {
    return windowOf(eta);
  }
  const minutes = (Date.parse(eta.at) - now) / 60_000;
  return order.status === 'arriving' && minutes <= 2 ? 'In 1 to 2 min'
    : minutes < 60 ? `In about ${rounded(minutes)} min`
    : `About ${clock(eta.at)}`;
}

/** The clock's time beside {@link expected}, where that counts minutes. @param {Order} order @param {Eta} eta */
export function besideExpected(order, eta) {
  return isNext(order) && Date.now() <= Date.parse(eta.to ?? eta.at) + 60_000 ? clock(eta.at) : '';
}

/** @param {Eta} eta */
export function windowOf(eta) {
  const from = clock(eta.from ?? eta.at);
  const to = clock(eta.to ?? eta.at);
  return from === to ? `About ${from}` : `Between ${from} and ${to}`;
}

const REASONS = { traffic: 'traffic on the way', stops: 'a stop before yours takes longer', driver_changed: 'another driver brings it' };

/** Why it is later. @param {string} reason */
export const reasonWords = (reason) => REASONS[/** @type {keyof typeof REASONS} */ (reason)] ?? `${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;

/** What was promised first, once something else is expected. @param {Order} order */
export function promiseWords(order) {
  const changes = (order.timeline ?? []).filter((entry) => entry.type === 'order.eta.updated').length - 1;
  if (!order.active || order.promise === undefined || changes < 1) {
    return '';
  }
  const last = order.eta?.revisedAt === undefined ? '' : `, last ${ago(order.eta.revisedAt)}`;
  return `First promised: ${windowOf(order.promise).replace(/^[AB]/, (letter) => letter.toLowerCase())} · changed ${changes === 1 ? 'once' : `${changes} times`}${last}`;
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
