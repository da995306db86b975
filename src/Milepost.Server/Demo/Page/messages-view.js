import { byId, h, reconcile, setText } from './dom.js';
import { ago } from './words.js';

/** @import { Decision, Message, Way } from './types.js' */

const EVERY_MS = 2_000;

const CHANNELS = { email: 'E-mail', sms: 'SMS', push: 'Push', in_app: 'Inbox', fcm: 'Push', apns: 'Push', web_push: 'Push', webhook: 'Webhook' };

/** @type {Record<string, [string, string]>} What stands on the chip, and its tone. */
const STANDS = {
  planned: ['Shown', 'go'],
  queued: ['Waits', 'info'],
  leased: ['In hand', 'info'],
  sending: ['In hand', 'info'],
  sent: ['Sent', 'go'],
  delivered: ['Delivered', 'go'],
  opened: ['Opened', 'go'],
  failed: ['Failed', 'bad'],
  unknown: ['Uncertain', 'warn'],
  expired: ['Too late', 'plain'],
  cancelled: ['Not needed', 'plain'],
  suppressed: ['Not sent', 'warn'],
};

/** What would have gone out to the customer, and why: asked for while it is on the screen. */
export class MessagesView {
  #actions;
  /** @type {Message[]} */ #messages = [];
  /** @type {Map<string, Decision>} By the notification's id. */ #reasons = new Map();
  /** @type {string | null} The unfolded message. */ #open = null;
  #isAsking = false;
  #isClosed = false;
  #timer = setInterval(() => this.refresh(), EVERY_MS);

  /** @param {{ list(): Promise<Message[]>, why(notification: string): Promise<Decision> }} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#say('');
    this.#render();
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /** Reads the messages anew, unless nobody looks or they are being read. */
  async refresh() {
    if (this.#isAsking || document.hidden || !byId('messages').checkVisibility()) {
      return;
    }
    this.#isAsking = true;
    try {
      this.#messages = await this.#actions.list();
      await this.#explain();
      this.#say('');
    } catch {
      this.#say('The messages cannot be read at the moment. The page keeps asking.');
    } finally {
      this.#isAsking = false;
    }
    this.#render();
  }

  async #explain() {
    const notification = this.#messages.find((message) => message.id === this.#open)?.notificationId;
    if (notification !== undefined) {
      this.#reasons.set(notification, await this.#actions.why(notification));
    }
  }

  /** @param {string} problem */
  #say(problem) {
    if (this.#isClosed) {
      return;
    }
    byId('messages-problem').hidden = problem === '';
    setText(byId('messages-problem'), problem);
  }

  /** @param {string} id */
  async #toggle(id) {
    this.#open = this.#open === id ? null : id;
    this.#render();
    await this.#explain().then(() => this.#render(), () => this.#say('The reasons cannot be read at the moment. The page keeps asking.'));
  }

  #render() {
    if (this.#isClosed) {
      return;
    }
    reconcile(byId('outbox'), this.#messages, (message) => message.id, (message) => this.#create(message), (element, message) => this.#update(element, message));
    byId('messages-empty').hidden = this.#messages.length > 0;
  }

  /** @param {Message} message */
  #create(message) {
    const channel = CHANNELS[/** @type {keyof typeof CHANNELS} */ (message.channel)] ?? message.channel;
    return h('li.message.entering', { 'data-channel': message.channel },
      h('button.open', { type: 'button', 'aria-expanded': 'false', onclick: () => this.#toggle(message.id) },
        h('span.envelope', { 'aria-hidden': 'true' }),
        h('span.words', {},
          h('span.to', {}, h('span', {}, `${channel} · ${message.address}`), h('time', { datetime: message.sentAt })),
          h('strong', {}, message.title),
          h('span.body', {}, message.body))),
      h('div.why', { hidden: true }, h('h3', {}, 'Why'), h('ul', {}), h('p.soft', {}, 'Asking…')));
  }

  /** @param {HTMLElement} element @param {Message} message */
  #update(element, message) {
    const [button, why] = /** @type {[HTMLElement, HTMLElement]} */ ([...element.children]);
    const isOpen = this.#open === message.id;
    const reasons = this.#reasons.get(message.notificationId);
    button.setAttribute('aria-expanded', String(isOpen));
    setText(/** @type {Element} */ (button.querySelector('time')), ago(message.sentAt));
    why.hidden = !isOpen;
    const [, list, waiting] = /** @type {[Element, Element, HTMLElement]} */ ([...why.children]);
    waiting.hidden = reasons !== undefined;
    reconcile(list, isOpen ? reasons?.channels ?? [] : [], (way) => `${way.delivery?.id ?? way.channel}`, createWay, updateWay);
  }
}

function createWay() {
  return h('li', {}, h('p.line', {}, h('strong'), h('span.chip')), h('p.soft'));
}

/** @param {HTMLElement} element @param {Way} way */
function updateWay(element, way) {
  const [line, text] = element.children;
  const [stand, tone] = STANDS[way.delivery?.state ?? way.code] ?? ['Not sent', 'plain'];
  element.dataset.tone = tone;
  setText(line.children[0], CHANNELS[way.channel ?? 'webhook']);
  setText(line.children[1], stand);
  setText(text, readable(way.delivery?.text ?? way.text));
}

/** The server says instants in UTC; here they are the reader's. @param {string} text */
function readable(text) {
  return text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, (instant) => new Date(instant.replace(' ', 'T')).toLocaleTimeString('en-GB'));
}
