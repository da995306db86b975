import { byId, h, reconcile, setText } from './dom.js';
import { createProgress, updateProgress } from './progress.js';
import { remarkOn } from './store.js';
import { besideExpected, clock, distanceWords, driverName, entryWords, expected, isNearby, isOnTheWay, moment, orderWords, price, promiseWords, reasonWords, shopOf, statusWords, titleOf } from './words.js';

/** @import { ActionsView } from './actions-view.js' */
/** @import { MapView } from './map-view.js' */
/** @import { Order, TimelineEntry } from './types.js' */

const NARROW = matchMedia('(max-width: 760px)');

/** The selected order: how far it is, when it comes, who brings it, what happened. */
export class DetailView {
  #root = byId('detail');
  #shop = h('p.eyebrow');
  #title = h('h2', { id: 'detail-title' });
  #eta = h('p.eta');
  #remaining = h('strong');
  #window = h('span.window');
  #reason = h('p.reason', { hidden: true });
  #promise = h('p.promise', { hidden: true });
  #badges = h('p.badges');
  #nearby = h('span.chip', { 'data-tone': 'go' }, 'Nearby');
  #delayed = h('span.chip', { 'data-tone': 'warn' }, 'Delayed');
  #silent = h('span.chip', { 'data-tone': 'warn' }, 'No signal from the driver');
  #map;
  #actions;
  #progress = createProgress(true);
  #driver = h('div.fact.driver');
  #place = h('div.fact');
  #items = h('ul.items');
  #total = h('p.total');
  #timeline = h('ol.timeline');

  /** @param {MapView} map @param {ActionsView} actions */
  constructor(map, actions) {
    this.#map = map;
    this.#actions = actions;
    this.#eta.append(this.#remaining, this.#window);
    this.#badges.append(this.#nearby, this.#delayed, this.#silent);
    this.#root.append(
      h('header', {}, this.#shop, this.#title, this.#eta, this.#promise, this.#badges, this.#reason),
      this.#map.element,
      this.#progress,
      h('div.facts', {}, this.#driver, this.#place),
      this.#actions.element,
      h('section', { 'aria-label': 'What happened' }, h('h3', {}, 'Timeline'), this.#timeline),
      h('section', { 'aria-label': 'What was ordered' }, h('h3', {}, 'Your order'), this.#items, this.#total));
  }

  /** @param {Order | undefined} order */
  render(order) {
    this.#root.hidden = order === undefined;
    if (order === undefined) {
      return;
    }
    this.#put(order);
    const words = orderWords(order);
    this.#root.dataset.tone = words.tone;
    setText(this.#shop, [shopOf(order), `Order ${order.id}`].filter(Boolean).join(' · '));
    setText(this.#title, words.text);
    this.#renderEta(order);
    this.#renderBadges(order);
    this.#map.render(order);
    this.#actions.render(order);
    updateProgress(this.#progress, order);
    this.#renderFacts(order);
    this.#renderItems(order);
    this.#renderTimeline(order.timeline ?? []);
  }

  // On a narrow screen the order unfolds under its own card.
  /** @param {Order} order */
  #put(order) {
    const card = NARROW.matches ? document.querySelector(`.cards > [data-key="${CSS.escape(order.id)}"]`) : null;
    const parent = card ?? byId('stage');
    if (this.#root.parentElement !== parent) {
      parent.append(this.#root);
    }
  }

  /** @param {Order} order */
  #renderEta(order) {
    const last = order.timeline?.filter((entry) => entry.moved || entry.status === order.status).at(-1);
    const note = last?.note ?? '';
    if (order.status === 'ready_for_collection') {
      setText(this.#remaining, note);
      setText(this.#window, '');
    } else if (order.active && order.eta !== undefined) {
      setText(this.#remaining, expected(order, order.eta));
      setText(this.#window, besideExpected(order, order.eta));
    } else {
      setText(this.#remaining, order.active ? (note || 'Waiting for the shop’s estimate') : `${clock(order.updatedAt)}`);
      setText(this.#window, order.active ? '' : note);
    }
    const reason = order.active ? order.eta?.reason : undefined;
    this.#reason.hidden = reason === undefined;
    setText(this.#reason, reason === undefined ? '' : `Later than planned: ${reasonWords(reason)}`);
    const promise = promiseWords(order);
    this.#promise.hidden = promise === '';
    setText(this.#promise, promise);
  }

  /** @param {Order} order */
  #renderBadges(order) {
    this.#nearby.hidden = !isNearby(order);
    this.#delayed.hidden = !order.active || order.delayed === undefined;
    this.#silent.hidden = !isOnTheWay(order) || order.locationStale === undefined;
    this.#badges.hidden = this.#nearby.hidden && this.#delayed.hidden && this.#silent.hidden;
  }

  /** @param {Order} order */
  #renderFacts(order) {
    const { driver, destination } = order;
    this.#driver.hidden = driver === undefined;
    const who = driver && [driver.id, driver.name, driver.vehicle].join(' ');
    if (driver !== undefined && this.#driver.dataset.id !== who) {
      this.#driver.dataset.id = who;
      const name = driver.name ?? driver.id;
      this.#driver.replaceChildren(
        h('span.avatar', { 'aria-hidden': 'true' }, name.charAt(0)),
        h('div', {}, h('span.soft', {}, 'Your courier'), h('strong', {}, [name, driver.vehicle].filter(Boolean).join(', '))));
    }
    if (driver === undefined) {
      delete this.#driver.dataset.id;
    }
    const place = destination?.address ?? (order.timeline === undefined ? undefined : 'You collect it yourself');
    this.#place.hidden = place === undefined;
    if (place !== undefined && this.#place.dataset.id !== place) {
      this.#place.dataset.id = place;
      this.#place.replaceChildren(
        h('span.avatar.pin', { 'aria-hidden': 'true' }),
        h('div', {}, h('span.soft', {}, destination === undefined ? 'Pick-up' : 'Delivered to'), h('strong', {}, place)));
    }
  }

  /** @param {Order} order */
  #renderItems(order) {
    reconcile(this.#items, order.items, (item) => item.name,
      (item) => h('li', {}, h('span.quantity', {}, `${item.quantity} ×`), h('span', {}, item.name), h('span.price')),
      (element, item) => {
        const text = item.price === undefined || order.total === undefined ? '' : price({ amount: item.price * item.quantity, currency: order.total.currency });
        setText(/** @type {Element} */ (element.lastElementChild), text);
      });
    this.#total.hidden = order.total === undefined;
    if (order.total !== undefined) {
      this.#total.replaceChildren(h('span', {}, 'Total'), h('strong', {}, price(order.total)));
    }
  }

  /** @param {TimelineEntry[]} timeline */
  #renderTimeline(timeline) {
    reconcile(this.#timeline, [...timeline].reverse(), (entry) => `${entry.source} ${entry.eventId}`,
      (entry) => h('li.entering', {}, h('div.line', {}, h('strong', {}, entryWords(entry)), h('span.remark', { hidden: true }), h('time', { datetime: entry.time }, moment(entry.time))),
        h('p.note', { hidden: entry.note === undefined }, entry.note ?? '')),
      (element, entry) => {
        const remark = remarkOn(entry, timeline);
        const chip = /** @type {HTMLElement} */ (element.querySelector('.remark'));
        element.dataset.tone = entry.status === undefined ? 'plain' : statusWords(entry.status).tone;
        element.classList.toggle('aside', remark === 'ignored');
        chip.hidden = remark === null;
        setText(chip, remark === 'late' ? `arrived late, at ${moment(entry.receivedAt)}` : remark === 'ignored' ? 'did not change the order' : '');
      });
  }
}

/** What to say aloud about an order. @param {Order} order */
export function newsOf(order) {
  const eta = order.active && order.eta !== undefined ? `. ${expected(order, order.eta)}` : '';
  const way = isOnTheWay(order) && order.metersToGo !== undefined ? `. ${driverName(order)} is about ${distanceWords(order.metersToGo)} away, heading to you` : '';
  return `${titleOf(order)}: ${isNearby(order) && order.status !== 'arriving' ? 'The driver is nearby' : orderWords(order).text}${eta}${way}`;
}
