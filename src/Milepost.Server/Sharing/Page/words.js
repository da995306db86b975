/** @import { GuestTracking, GuestEta } from './types.js' */

const MINUTE = 60_000;
const ON_THE_WAY = ['picked_up', 'out_for_delivery', 'arriving'];

/** @type {Intl.DateTimeFormatOptions} */ const CLOCK = { hour: 'numeric', minute: '2-digit' };
/** @type {Intl.DateTimeFormatOptions} */ const DAY_AND_CLOCK = { weekday: 'short', day: 'numeric', month: 'short', ...CLOCK };

/** @type {Record<string, string>} */
let words = JSON.parse(document.documentElement.dataset.words ?? '{}');
let locale = localeOf(language());

/** The language that the page is in now. */
export function language() {
  return document.documentElement.lang;
}

/** Dates as the reader writes them, where the reader's language is the page's; else as its language does. @param {string} spoken */
function localeOf(spoken) {
  return navigator.languages.find((tag) => tag.split('-')[0].toLowerCase() === spoken) ?? spoken;
}

/** Speaks another language from now on. @param {string} wanted @returns {Promise<boolean>} False: its words cannot be had now. */
export async function speak(wanted) {
  try {
    const answer = await fetch(new URL(`page/${wanted}.json`, location.href), { cache: 'no-store', referrerPolicy: 'no-referrer' });
    if (!answer.ok) {
      return false;
    }
    words = await answer.json();
  } catch {
    return false;
  }
  locale = localeOf(wanted);
  document.documentElement.lang = wanted;
  return true;
}

/** @param {string | undefined} key @param {Record<string, string | number>} [values] */
export const say = (key, values = {}) => (words[key ?? ''] ?? '').replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

/** @param {GuestTracking} order */
export function headline(order) {
  const [name, key] = [order.driver?.firstName, `headline.${order.status}`];
  return name !== undefined && `${key}.named` in words ? say(`${key}.named`, { name }) : say(key in words ? key : 'headline.other');
}

/** @param {string} status */
export const stepName = (status) => say(`step.${status}`) || status;

/** @param {string} status */
export const isBad = (status) => ['attempt_failed', 'exception', 'cancelled'].includes(status);

/** Local, and in the reader's 12 or 24 hours. @param {number} time */
export const clock = (time) => new Intl.DateTimeFormat(locale, CLOCK).format(time);

/** @param {number} time @param {number} now */
const isToday = (time, now) => new Date(time).toDateString() === new Date(now).toDateString();

/** With the day where it is not today's. @param {number} time @param {number} now */
export const moment = (time, now) => new Intl.DateTimeFormat(locale, isToday(time, now) ? CLOCK : DAY_AND_CLOCK).format(time);

/** Nobody is told minutes that are not meant so exactly: above 30 to 5, above 10 to 2, else to 1, and never 0. @param {number} minutes */
export function rounded(minutes) {
  const step = minutes > 30 ? 5 : minutes > 10 ? 2 : 1;
  return Math.max(1, Math.round(minutes / step) * step);
}

/** A window until the driver is on the way, then minutes; other words once the time has passed. @param {GuestEta} eta @param {string} status @param {number} now */
export function expected(eta, status, now) {
  const at = Date.parse(eta.at);
  const [first, last] = [Date.parse(eta.from ?? eta.at), Date.parse(eta.to ?? eta.at)];
  if (now > last + MINUTE) {
    return say(status === 'arriving' ? 'eta.soon' : 'eta.late');
  }
  if (ON_THE_WAY.includes(status)) {
    const minutes = rounded((at - now) / MINUTE);
    return minutes < 60 ? say('eta.minutes', { minutes, time: clock(at) }) : say('eta.time', { time: moment(at, now) });
  }
  if (clock(first) === clock(last)) {
    return say('eta.time', { time: moment(at, now) });
  }
  const isNear = isToday(first, now) && isToday(last, now);
  return say('eta.window', { window: new Intl.DateTimeFormat(locale, isNear ? CLOCK : DAY_AND_CLOCK).formatRange(first, last) });
}

/** How long ago, roughly. @param {number} since @param {number} now */
export function ago(since, now) {
  const seconds = Math.max(0, Math.round((now - since) / 1000));
  const minutes = Math.max(1, Math.round(seconds / 60));
  const format = new Intl.RelativeTimeFormat(locale);
  return seconds < 45 ? say('ago.now')
    : minutes < 60 ? format.format(-minutes, 'minute')
    : minutes < 24 * 60 ? format.format(-Math.round(minutes / 60), 'hour')
    : format.format(-Math.round(minutes / 60 / 24), 'day');
}

/** @param {GuestTracking} order */
export function driverWords(order) {
  const name = order.driver?.firstName;
  return name === undefined ? undefined : say(`driver.${order.driver?.vehicle}` in words ? `driver.${order.driver?.vehicle}` : 'driver', { name });
}
