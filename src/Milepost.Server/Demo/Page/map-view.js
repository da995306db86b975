import { h, setText, svg } from './dom.js';
import { Line, Plane, decode } from './geo.js';
import { Motion } from './motion.js';
import { clock, distanceWords, driverName, isOnTheWay } from './words.js';

/** @import { Spot } from './geo.js' */
/** @import { Order, Streets } from './types.js' */

const DIM_MS = 15_000;
const GONE_MS = 300_000;
const MARGIN = 0.16;
const MARGIN_OF_PINS = 0.26;
const LEAST_METERS = 420;

/** A plain map of one order: where it comes from, where it goes, the way, and the driver while the driver has it. Beside it the same in words. */
export class MapView {
  element;
  #side = svg('path', { class: 'street' });
  #main = svg('path', { class: 'street main' });
  #done = svg('polyline', { class: 'way done' });
  #left = svg('polyline', { class: 'way left' });
  #shop = svg('g', { class: 'mark shop' }, svg('circle', { r: 13 }), svg('path', { d: 'M-5-1.5h10v6h-10zM-6-5h12l1 3.2h-14z' }));
  #door = svg('g', { class: 'mark door' }, svg('path', { d: 'M0 0c-2-6-11-9.500-11-18a11 11 0 0 1 22 0c0 8.500-9 12-11 18z' }), svg('circle', { cy: -18, r: 4.2 }));
  #driver = svg('g', { class: 'mark driver', hidden: true }, svg('circle', { class: 'halo', r: 20 }), svg('circle', { class: 'dot', r: 9 }));
  #canvas = svg('svg', { 'aria-hidden': 'true', preserveAspectRatio: 'xMidYMid meet' }, this.#side, this.#main, this.#done, this.#left, this.#shop, this.#door, this.#driver);
  #seen = h('span.seen');
  #words = h('strong');
  #motion = new Motion((spot) => this.#moved(spot));
  /** @type {Streets} */ #streets;
  /** @type {Order | undefined} */ #order;
  #shown = '';
  #version = '';
  /** @type {Plane | undefined} */ #plane;
  /** @type {Line | undefined} */ #line;
  /** Where the driver has been. @type {Spot[]} */ #trail = [];
  /** The shop and the door. @type {Spot[]} */ #ends = [];
  #view = { x: 0, y: 0, width: 1, height: 1 };

  /** @param {Streets} streets */
  constructor(streets) {
    this.#streets = streets;
    this.element = h('figure.map', { hidden: true, 'aria-label': 'Where your order is' }, this.#canvas, h('figcaption', {}, this.#words, this.#seen));
    new ResizeObserver(() => this.#scale()).observe(this.#canvas);
  }

  /** @param {Order} order */
  render(order) {
    const { pickup, destination } = order;
    const isShown = order.active && pickup?.lat !== undefined && pickup.lon !== undefined && destination?.lat !== undefined && destination.lon !== undefined;
    this.element.hidden = !isShown;
    this.#order = isShown ? order : undefined;
    if (!isShown) {
      this.#forget();
      this.#shown = '';
      return;
    }
    const [from, to] = [{ lat: pickup.lat ?? 0, lon: pickup.lon ?? 0 }, { lat: destination.lat ?? 0, lon: destination.lon ?? 0 }];
    if (this.#shown !== order.id) {
      this.#shown = order.id;
      this.#open(from, to);
    }
    this.#renderWay(order);
    const { location } = order;
    if (isOnTheWay(order) && location !== undefined && this.#plane !== undefined) {
      this.#motion.take(this.#plane.spot(location), Date.parse(location.time), this.#line);
    } else {
      this.#forget();
    }
    this.tick();
  }

  /** What only time changes: how old the fix is. */
  tick() {
    const order = this.#order;
    if (order === undefined) {
      return;
    }
    const name = driverName(order);
    const age = order.location === undefined ? Infinity : Math.max(0, Date.now() - Date.parse(order.location.time));
    const isSeen = isOnTheWay(order) && age < GONE_MS;
    this.#driver.toggleAttribute('hidden', !isSeen || this.#motion.spot === undefined);
    this.#driver.classList.toggle('dim', age > DIM_MS);
    this.element.classList.toggle('dim', isSeen && age > DIM_MS);
    if (isSeen) {
      setText(this.#words, order.metersToGo === undefined ? `${name} has your order` : order.metersToGo < 60 ? `${name} is at your door` : `${name} is ${distanceWords(order.metersToGo)} away`);
      setText(this.#seen, `seen ${age < 2_000 ? 'just now' : age < 90_000 ? `${Math.round(age / 1000)} s ago` : `${Math.round(age / 60_000)} min ago`}`);
    } else {
      const stops = order.stopsBefore ?? 0;
      setText(this.#words, !isOnTheWay(order) ? 'The driver appears here once your order is picked up'
        : stops > 0 ? `${name} makes ${stops === 1 ? 'one stop' : `${stops} stops`} before yours`
        : `Nothing is heard of ${name} at the moment`);
      setText(this.#seen, isOnTheWay(order) && order.location !== undefined ? `last seen at ${clock(order.location.time)}` : '');
    }
  }

  #forget() {
    this.#motion.forget();
    this.#trail = [];
    this.#done.setAttribute('points', '');
    this.#driver.toggleAttribute('hidden', true);
  }

  /** @param {{ lat: number, lon: number }} from @param {{ lat: number, lon: number }} to */
  #open(from, to) {
    this.#forget();
    const plane = this.#plane = new Plane({ lat: (from.lat + to.lat) / 2, lon: (from.lon + to.lon) / 2 });
    const path = (/** @type {number[][]} */ lines) => lines.map(([lat, lon, lat2, lon2]) => `M${text(plane.spot({ lat, lon }))}L${text(plane.spot({ lat: lat2, lon: lon2 }))}`).join('');
    this.#side.setAttribute('d', path(this.#streets.side));
    this.#main.setAttribute('d', path(this.#streets.main));
    this.#line = undefined;
    this.#version = '';
    this.#left.setAttribute('points', '');
    this.#ends = [plane.spot(from), plane.spot(to)];
    this.#place(this.#shop, this.#ends[0]);
    this.#place(this.#door, this.#ends[1]);
    this.#look(this.#ends);
  }

  /** @param {Order} order */
  #renderWay(order) {
    const route = isOnTheWay(order) ? order.route : undefined;
    const version = route === undefined ? '' : `${route.version} ${route.polyline}`;
    if (version === this.#version || this.#plane === undefined) {
      return;
    }
    this.#version = version;
    const plane = this.#plane;
    const corners = route === undefined ? [] : decode(route.polyline, route.precision).map((place) => plane.spot(place));
    this.#line = corners.length < 2 ? undefined : new Line(corners);
    this.#left.setAttribute('points', corners.map(text).join(' '));
    if (this.#line !== undefined) {
      this.#look([...corners, ...this.#trail, ...this.#ends]);
    }
  }

  /** @param {Spot} spot */
  #moved(spot) {
    const from = this.#trail.at(-1);
    this.#place(this.#driver, spot);
    if (from === undefined || Math.hypot(from.x - spot.x, from.y - spot.y) > 4) {
      this.#trail.push(spot);
      const { x, y, width, height } = this.#view;
      if (spot.x < x || spot.y < y || spot.x > x + width || spot.y > y + height) {
        this.#look([...(this.#line?.corners ?? []), ...this.#trail, ...this.#ends]);
      }
    }
    this.#done.setAttribute('points', [...this.#trail, spot].map(text).join(' '));
    const along = this.#line?.nearest(spot);
    if (this.#line !== undefined && along !== undefined && along.off < 60) {
      this.#left.setAttribute('points', this.#line.part(along.along, this.#line.length).map(text).join(' '));
    }
  }

  /** Shows all of these. @param {Spot[]} spots */
  #look(spots) {
    const [xs, ys] = [spots.map((spot) => spot.x), spots.map((spot) => spot.y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const width = Math.max(right - left, LEAST_METERS) * (1 + 2 * MARGIN);
    const height = Math.max(bottom - top, LEAST_METERS / 2) * (1 + 2 * MARGIN_OF_PINS);
    this.#view = { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
    this.#canvas.setAttribute('viewBox', [this.#view.x, this.#view.y, width, height].map((value) => value.toFixed(1)).join(' '));
    this.#scale();
  }

  /** Marks keep their size, whatever the scale. */
  #scale() {
    const { width, height } = this.#canvas.getBoundingClientRect();
    if (width > 0) {
      this.#canvas.style.setProperty('--unit', String(Math.max(this.#view.width / width, this.#view.height / height)));
    }
  }

  /** @param {SVGElement} mark @param {Spot} spot */
  #place(mark, spot) {
    mark.style.transform = `translate(${spot.x.toFixed(1)}px, ${spot.y.toFixed(1)}px) scale(var(--unit))`;
  }
}

/** @param {Spot} spot */
const text = (spot) => `${spot.x.toFixed(1)},${spot.y.toFixed(1)}`;
