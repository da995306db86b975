/** @import { GuestTracking, GuestEta } from './types.js' */

const MINUTE = 60_000;
const ON_THE_WAY = ['picked_up', 'out_for_delivery', 'arriving'];

/** @type {Record<string, (name: string | undefined) => string>} */
const HEADLINES = {
  placed: () => 'Order received',
  paid: () => 'Order received',
  accepted: () => 'Order accepted',
  preparing: () => 'Being prepared',
  ready: () => 'Ready to go',
  courier_assigned: (name) => `${name ?? 'A driver'} will pick it up`,
  picked_up: (name) => `${name ?? 'The driver'} has it`,
  out_for_delivery: (name) => `${name ?? 'The driver'} is on the way`,
  arriving: () => 'Almost there',
  delivered: () => 'Delivered',
  ready_for_collection: () => 'Ready for collection',
  attempt_failed: () => 'Nobody was there',
  exception: () => 'There is a problem',
  cancelled: () => 'Cancelled',
  returning: () => 'On its way back',
  returned: () => 'Returned',
};

/** @type {Record<string, string>} */
const STEPS = {
  placed: 'Ordered',
  paid: 'Paid',
  accepted: 'Accepted',
  preparing: 'Being prepared',
  ready: 'Ready',
  courier_assigned: 'Driver found',
  picked_up: 'Picked up',
  out_for_delivery: 'On the way',
  arriving: 'Arriving',
  delivered: 'Delivered',
  ready_for_collection: 'Ready for collection',
  attempt_failed: 'Delivery tried',
  exception: 'Held up',
  cancelled: 'Cancelled',
  returning: 'Going back',
  returned: 'Returned',
};

/** @param {GuestTracking} order */
export const headline = (order) => (HEADLINES[order.status] ?? (() => 'On its way'))(order.driver?.firstName);

/** @param {string} status */
export const stepName = (status) => STEPS[status] ?? status;

/** @param {string} status */
export const isBad = (status) => ['attempt_failed', 'exception', 'cancelled'].includes(status);

/** Local, and in the reader's 12 or 24 hours. @param {number} time */
export const clock = (time) => new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(time);

/** With the day where it is not today's. @param {number} time @param {number} now */
export function moment(time, now) {
  return new Date(time).toDateString() === new Date(now).toDateString()
    ? clock(time)
    : new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(time);
}

/** Nobody is told minutes that are not meant so exactly: above 30 to 5, above 10 to 2, else to 1, and never 0. @param {number} minutes */
export function rounded(minutes) {
  const step = minutes > 30 ? 5 : minutes > 10 ? 2 : 1;
  return Math.max(1, Math.round(minutes / step) * step);
}

/** A window until the driver is on the way, then minutes; other words once the time has passed. @param {GuestEta} eta @param {string} status @param {number} now */
export function expected(eta, status, now) {
  const at = Date.parse(eta.at);
  const last = Date.parse(eta.to ?? eta.at);
  if (now > last + MINUTE) {
    return status === 'arriving' ? 'Any minute now' : 'Running late';
  }
  if (ON_THE_WAY.includes(status)) {
    const minutes = rounded((at - now) / MINUTE);
    return minutes < 60 ? `About ${minutes} min \u00b7 ${clock(at)}` : `About ${moment(at, now)}`;
  }
  return eta.from !== undefined && eta.to !== undefined && clock(Date.parse(eta.from)) !== clock(last)
    ? `Between ${moment(Date.parse(eta.from), now)} and ${clock(last)}`
    : `About ${moment(at, now)}`;
}

/** How long ago, roughly. @param {number} since @param {number} now */
export function ago(since, now) {
  const seconds = Math.max(0, Math.round((now - since) / 1000));
  if (seconds < 45) {
    return 'just now';
  }
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60 ? `${minutes} min ago` : `at ${moment(since, now)}`;
}

/** @type {Record<string, string>} */
const VEHICLES = { bicycle: 'by bicycle', motorcycle: 'by motorcycle', car: 'by car', van: 'by van', truck: 'by truck', on_foot: 'on foot' };

/** @param {GuestTracking} order */
export function driverWords(order) {
  const by = order.driver?.vehicle === undefined ? undefined : VEHICLES[order.driver.vehicle];
  return order.driver?.firstName === undefined ? undefined : by === undefined ? `${order.driver.firstName} brings it` : `${order.driver.firstName} brings it ${by}`;
}
