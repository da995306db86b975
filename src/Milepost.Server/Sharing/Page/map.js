import { ago, say } from './words.js';

/** @import { GuestTracking, GuestLocation, GuestPoint } from './types.js' */

const WIDTH = 640;
const HEIGHT = 400;
const MARGIN = 48;
const STALE_MS = 120_000;
const GONE_MS = 300_000;

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

/** A ground without streets: the way, its end and the driver. What it shows stands beside it in words. */
export class RouteMap {
  /** @type {GuestPoint[]} */ #points = [];
  /** @type {GuestLocation | undefined} */ #location;
  /** @type {(point: GuestPoint) => [number, number]} */ #project = () => [0, 0];
  /** @type {string | undefined} */ #name;
  #isFresh = true;

  /** @param {GuestTracking} order */
  show(order) {
    const route = order.route?.points ?? [];
    this.#name = order.driver?.firstName;
    if (route.length !== this.#points.length || route.some((point, index) => point.lat !== this.#points[index].lat || point.lon !== this.#points[index].lon)) {
      this.#points = route;
      this.#draw();
    }
    this.place(order.location);
  }

  /** @param {GuestLocation | undefined} location The newest one wins. */
  place(location) {
    if (location !== undefined && this.#location !== undefined && Date.parse(location.time) < Date.parse(this.#location.time)) {
      return;
    }
    this.#location = location;
    this.refresh(Date.now());
  }

  /** Ages what is shown: an old place is dimmed, then hidden. @param {number} now */
  refresh(now) {
    const age = this.#location === undefined ? Infinity : now - Date.parse(this.#location.time);
    const driver = element('driver');
    const isShown = age < GONE_MS && this.#points.length > 1;
    element('map').hidden = this.#points.length < 2;
    this.#isFresh ||= driver.hasAttribute('hidden');
    driver.toggleAttribute('hidden', !isShown);
    if (isShown && this.#location !== undefined) {
      const [x, y] = this.#project(this.#location);
      // The first place, and the same place on another scale, are no movement.
      driver.style.transition = this.#isFresh ? 'none' : '';
      driver.style.transform = `translate(${x}px, ${y}px)`;
      driver.getBoundingClientRect();
      this.#isFresh = false;
      driver.classList.toggle('stale', age > STALE_MS);
    }
    element('map-words').textContent = this.words(now);
  }

  /** @param {number} now */
  words(now) {
    if (this.#location === undefined) {
      return say('map.way');
    }
    const seen = Date.parse(this.#location.time);
    return say(now - seen < GONE_MS ? 'map.here' : 'map.last', { name: this.#name ?? say('map.driver'), ago: ago(seen, now) });
  }

  #draw() {
    if (this.#points.length < 2) {
      return;
    }
    // Degrees of longitude are shorter than those of latitude, the more so the farther from the equator.
    const squeeze = Math.cos((this.#points[0].lat * Math.PI) / 180);
    const xs = this.#points.map((point) => point.lon * squeeze);
    const ys = this.#points.map((point) => -point.lat);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = Math.min((WIDTH - 2 * MARGIN) / Math.max(right - left, 1e-6), (HEIGHT - 2 * MARGIN) / Math.max(bottom - top, 1e-6));
    this.#project = (point) => [
      WIDTH / 2 + (point.lon * squeeze - (left + right) / 2) * scale,
      HEIGHT / 2 + (-point.lat - (top + bottom) / 2) * scale,
    ];
    this.#isFresh = true;
    const drawn = this.#points.map(this.#project);
    element('route').setAttribute('points', drawn.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '));
    const [x, y] = drawn[drawn.length - 1];
    const door = element('door');
    door.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    door.toggleAttribute('hidden', false);
  }
}
