import { isOnTheWay } from './words.js';

/** @import { Fix, Frame, Notification, NotificationPage, Order, TimelineEntry } from './types.js' */

const RECENT = 100;
const INBOX = 'notifications';

/** One customer's orders and inbox: snapshots go in, frames go in, the page shows what is here. */
export class Store {
  /** @type {Map<string, Order>} */ orders = new Map();
  /** @type {Notification[]} */ notifications = [];
  unread = 0;
  total = 0;

  /**
   * The last frames of each stream. A snapshot was read while frames came in: what it does not know yet is applied to it again.
   * @type {Map<string, Frame[]>}
   */
  #recent = new Map();

  /** What is under way first, the newest first; then what is over, by when it ended. */
  sorted() {
    const rank = (/** @type {Order} */ order) => (order.active ? order.placedAt : undefined) ?? order.updatedAt;
    return [...this.orders.values()].sort((left, right) => Number(right.active) - Number(left.active) || Date.parse(rank(right)) - Date.parse(rank(left)));
  }

  /** @param {Order[]} orders From the list; what is known better already stays. */
  takeList(orders) {
    for (const order of orders) {
      this.orders.set(order.id, { ...order, ...this.orders.get(order.id) });
    }
  }

  /** @param {Order} tracking A snapshot with its position. */
  takeTracking(tracking) {
    const known = this.orders.get(tracking.id)?.stream;
    const isOlder = known !== undefined && known.epoch === tracking.stream?.epoch && known.offset > (tracking.stream?.offset ?? 0);
    if (!isOlder) {
      const seen = this.orders.get(tracking.id)?.location;
      const isBehind = tracking.location !== undefined && seen !== undefined && Date.parse(seen.time) > Date.parse(tracking.location.time);
      this.orders.set(tracking.id, { ...tracking, location: isBehind ? seen : tracking.location, metersToGo: tracking.route?.metersToGo });
      this.#missing(`order:${tracking.id}`, tracking.stream?.offset).forEach((frame) => this.takeOrderFrame(frame));
    }
  }

  /** @param {NotificationPage} page */
  takeInbox(page) {
    this.notifications = page.items;
    this.#count(page);
    this.#missing(INBOX, page.stream.offset).forEach((frame) => this.#applyToInbox(frame));
  }

  /** The stream starts over: what came before says nothing of it. @param {string} stream */
  forget(stream) {
    this.#recent.delete(stream);
  }

  /** @param {string} stream @param {Frame} frame */
  #remember(stream, frame) {
    const frames = this.#recent.get(stream) ?? [];
    this.#recent.set(stream, [...frames, frame].slice(-RECENT));
  }

  /** @param {string} stream @param {number | undefined} offset That of a snapshot. */
  #missing(stream, offset) {
    return (this.#recent.get(stream) ?? []).filter((frame) => (frame.offset ?? 0) > (offset ?? 0));
  }

  /**
   * Applies an entry of an order's stream. True: it was new.
   * @param {Frame} frame
   */
  takeOrderFrame(frame) {
    const change = frame.data;
    const offset = frame.offset ?? 0;
    if (!this.#missing(`order:${change.orderId}`, 0).includes(frame)) {
      this.#remember(`order:${change.orderId}`, frame);
    }
    const order = this.orders.get(change.orderId);
    if (order === undefined) {
      return false;
    }
    if (order.stream !== undefined && offset <= order.stream.offset) {
      return false;
    }
    this.#put({
      ...order,
      status: change.status,
      active: change.active,
      eta: change.eta,
      // What is not there is not to be seen: of the driver nothing, once the order is delivered.
      driver: change.driver && { ...order.driver, ...change.driver },
      promise: change.promise ?? order.promise,
      delayed: change.delayed,
      locationStale: change.locationStale,
      updatedAt: change.event.time > order.updatedAt ? change.event.time : order.updatedAt,
      timeline: withEntry(order.timeline ?? [], change.event),
      stream: order.stream && { ...order.stream, offset },
    });
    return true;
  }

  /**
   * Applies a live frame: the newest place wins. True: the order's way is another one than is known here.
   * @param {{ orderId: string, location: Fix, metersToGo?: number, stopsBefore?: number, routeVersion?: string }} seen
   */
  takeLocation({ orderId, location, metersToGo, stopsBefore, routeVersion }) {
    const order = this.orders.get(orderId);
    if (order === undefined || !isOnTheWay(order) || (order.location !== undefined && Date.parse(location.time) <= Date.parse(order.location.time))) {
      return false;
    }
    this.#put({ ...order, location, metersToGo, stopsBefore });
    return routeVersion !== order.route?.version;
  }

  /** @param {string} id @param {{ stars: number }} rating */
  takeRating(id, rating) {
    const order = this.orders.get(id);
    if (order !== undefined) {
      this.#put({ ...order, rating });
    }
  }

  /** Keeps nothing of where the driver is when the driver does not have the order. @param {Order} order */
  #put(order) {
    this.orders.set(order.id, isOnTheWay(order) ? order : { ...order, location: undefined, route: undefined, metersToGo: undefined, stopsBefore: undefined });
  }

  /** Applies an entry of the inbox's stream. Counts are the server's, always. @param {Frame} frame */
  takeInboxFrame(frame) {
    this.#remember(INBOX, frame);
    this.#applyToInbox(frame);
  }

  /** @param {Frame} frame */
  #applyToInbox(frame) {
    const change = frame.data;
    if (frame.type === 'notification.new' && change.notification.archivedAt !== undefined) {
      // The customer does not want these in the inbox: they were archived from the start.
    } else if (frame.type === 'notification.new') {
      this.notifications = [change.notification, ...this.notifications.filter((note) => note.id !== change.notification.id)].slice(0, 60);
    } else if (frame.type === 'notification.updated') {
      this.notifications = this.notifications
        .map((note) => note.id === change.id ? { ...note, readAt: change.readAt, archivedAt: change.archivedAt } : note)
        .filter((note) => note.archivedAt === undefined);
    } else if (frame.type === 'unread.changed') {
      this.notifications = this.notifications.map((note) => ({ ...note, readAt: note.readAt ?? change.readAt }));
    } else {
      return;
    }
    this.#count(change);
  }

  /** @param {{ unread: number, total: number }} counts */
  #count(counts) {
    this.unread = counts.unread;
    this.total = counts.total;
  }
}

/** In the server's order: time, source, id. @param {TimelineEntry[]} timeline @param {TimelineEntry} entry */
function withEntry(timeline, entry) {
  const key = (/** @type {TimelineEntry} */ one) => `${new Date(one.time).toISOString()} ${one.source} ${one.eventId}`;
  const others = timeline.filter((one) => one.eventId !== entry.eventId || one.source !== entry.source);
  return [...others, entry].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

/**
 * What is unusual about an entry. `late`: something that happened after it was known before it came. `ignored`: it contradicts the rest.
 * @param {TimelineEntry} entry @param {TimelineEntry[]} timeline @returns {'late' | 'ignored' | null}
 */
export function remarkOn(entry, timeline) {
  const isLate = timeline.some((other) => Date.parse(other.time) > Date.parse(entry.time) && Date.parse(other.receivedAt) < Date.parse(entry.receivedAt));
  if (isLate) {
    return 'late';
  }
  return entry.status !== undefined && !entry.moved ? 'ignored' : null;
}
