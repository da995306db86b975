import { photo, read } from './link.js';
import { Live } from './live.js';
import { RouteMap } from './map.js';
import { ago, clock, driverWords, expected, headline, isBad, language, moment, say, speak, stepName } from './words.js';

/** @import { Frame, GuestTracking } from './types.js' */

const BANNER_AFTER_MS = 4_000;
const READ_MEANWHILE_MS = 20_000;
const ANNOUNCE_EVERY_MS = 30_000;
const ETA_CHANGE_MS = 300_000;

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);
const map = new RouteMap();

/** @type {GuestTracking | undefined} */ let order;
let readAt = 0;
let triedAt = 0;
let isLive = false;
let lostAt = 0;
let isReading = false;
let isDirty = false;
let photoOf = '';
let announced = { status: '', eta: 0, at: 0 };

/** @param {string} id @param {string | undefined} text */
function write(id, text) {
  const target = element(id);
  target.hidden = text === undefined || text === '';
  if (target.textContent !== (text ?? '')) {
    target.textContent = text ?? '';
  }
}

/** Status changes and large changes of the time are said aloud, not more often than anybody can listen. */
function announce() {
  if (order === undefined) {
    return;
  }
  const now = Date.now();
  const eta = order.eta === undefined ? 0 : Date.parse(order.eta.at);
  const isNews = order.status !== announced.status || Math.abs(eta - announced.eta) >= ETA_CHANGE_MS;
  if (isNews && (order.status !== announced.status || now - announced.at > ANNOUNCE_EVERY_MS)) {
    announced = { status: order.status, eta, at: now };
    element(isBad(order.status) ? 'alert' : 'announce').textContent = [headline(order), order.eta && expected(order.eta, order.status, now)].filter(Boolean).join('. ');
  }
}

/** @param {GuestTracking} shown */
function paintBrand(shown) {
  write('shop', shown.brand?.name);
  if (shown.brand?.color !== undefined && /^#[0-9a-f]{6}$/i.test(shown.brand.color)) {
    document.documentElement.style.setProperty('--brand', shown.brand.color);
  }
  const logo = element('logo');
  if (shown.brand?.logoUrl !== undefined && logo.src !== shown.brand.logoUrl) {
    logo.onload = () => (logo.hidden = false);
    logo.onerror = () => (logo.hidden = true);
    logo.referrerPolicy = 'no-referrer';
    logo.src = shown.brand.logoUrl;
  }
}

/** @param {GuestTracking} shown @param {number} now */
function paintSteps(shown, now) {
  const steps = shown.timeline.map((step, index) => {
    const item = document.createElement('li');
    const time = document.createElement('time');
    time.dateTime = step.time;
    time.textContent = moment(Date.parse(step.time), now);
    item.append(stepName(step.status), time);
    if (index === shown.timeline.length - 1) {
      item.setAttribute('aria-current', 'step');
    }
    return item;
  });
  element('steps').replaceChildren(...steps.reverse());
  element('history').hidden = steps.length === 0;
}

/** @param {GuestTracking} shown @param {number} now */
function paintProof(shown, now) {
  element('proof').hidden = shown.proof === undefined;
  if (shown.proof === undefined) {
    return;
  }
  write('proof-words', [shown.proof.leftAt === undefined ? undefined : say('left', { place: shown.proof.leftAt }), moment(Date.parse(shown.proof.at), now)].filter(Boolean).join(' \u00b7 '));
  if (shown.proof.photoUrl !== undefined && photoOf !== shown.proof.at) {
    photoOf = shown.proof.at;
    photo().then((source) => {
      const picture = element('photo');
      picture.hidden = source === undefined;
      picture.src = source ?? '';
    }, () => (photoOf = ''));
  }
}

function paint() {
  if (order === undefined) {
    return;
  }
  const now = Date.now();
  element('main').dataset.state = isBad(order.status) ? 'bad' : order.active ? 'open' : 'ended';
  write('headline', headline(order));
  write('eta', order.eta === undefined ? undefined : expected(order.eta, order.status, now));
  write('detail', driverWords(order));
  document.title = [headline(order), order.brand?.name].filter(Boolean).join(' \u00b7 ');
  paintBrand(order);
  paintSteps(order, now);
  paintProof(order, now);
  map.show(order);
  announce();
  tick();
}

/** What only time changes. */
function tick() {
  const now = Date.now();
  const waits = order !== undefined && !isLive && lostAt > 0 && now - lostAt > BANNER_AFTER_MS;
  write('banner', waits ? say('banner.reconnecting', { time: clock(readAt) }) : undefined);
  if (order === undefined) {
    return;
  }
  write('eta', order.eta === undefined ? undefined : expected(order.eta, order.status, now));
  write('seen', say('seen', { ago: ago(readAt, now) }));
  map.refresh(now);
  if (waits && now - triedAt > READ_MEANWHILE_MS) {
    refresh();
  }
}

/** The link does nothing any more: what was known goes too. @param {'over' | 'unknown'} kind */
function end(kind) {
  live.stop();
  order = undefined;
  element('main').dataset.state = 'over';
  write('headline', say(`${kind}.title`));
  write('detail', say(`${kind}.text`));
  ['banner', 'eta', 'seen'].forEach((id) => write(id, undefined));
  ['map', 'proof', 'history'].forEach((id) => (element(id).hidden = true));
  element('announce').textContent = element('headline').textContent;
  document.title = element('headline').textContent;
}

/** The page in another language. Where its words cannot be had now, it stays as it is until the next reading. @param {string} wanted */
async function change(wanted) {
  if (wanted === language() || !(await speak(wanted))) {
    return;
  }
  document.querySelectorAll('[data-say]').forEach((label) => (label.textContent = say(label.dataset.say)));
  element('photo').alt = say('page.photo');
}

/** Reads the order again; while one reading is under way, further ones wait for its end. */
async function refresh() {
  if (isReading) {
    isDirty = true;
    return;
  }
  isReading = true;
  isDirty = false;
  triedAt = Date.now();
  const reading = await read(order !== undefined);
  if (reading.kind === 'order') {
    await change(reading.order.language);
  }
  isReading = false;
  if (reading.kind === 'order') {
    const isFirst = order === undefined;
    order = reading.order;
    readAt = Date.now();
    paint();
    if (isFirst) {
      live.start(order.stream.cursor);
    }
  } else if (reading.kind === 'later') {
    lostAt ||= Date.now();
    write('banner', order === undefined ? say('banner.reaching') : element('banner').textContent);
    setTimeout(refresh, reading.seconds * 1000 * (1 + Math.random()));
    return;
  } else {
    end(reading.kind);
    return;
  }
  if (isDirty) {
    refresh();
  }
}

/** A frame says that something happened; what guests see of it, the server's view says. @param {Frame} frame */
function take(frame) {
  if (frame.type === 'driver.location.updated' && typeof frame.data?.lat === 'number') {
    map.place(frame.data);
  } else {
    refresh();
  }
}

const live = new Live({
  onFrame: take,
  onState: (now) => {
    lostAt = now ? 0 : lostAt || Date.now();
    isLive = now;
    element('main').dataset.live = String(now);
    tick();
  },
  onRefused: refresh,
});

setInterval(tick, 1_000);
refresh();
