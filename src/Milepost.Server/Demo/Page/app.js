import { ActionsView } from './actions-view.js';
import { Api, customers, streets } from './api.js';
import { ConnectionView } from './connection-view.js';
import { DetailView, newsOf } from './detail-view.js';
import { Announcer, byId, h } from './dom.js';
import { InboxView } from './inbox-view.js';
import { LiveConnection } from './live.js';
import { MapView } from './map-view.js';
import { MessagesView } from './messages-view.js';
import { OrdersView } from './orders-view.js';
import { PreferencesView } from './preferences-view.js';
import { Store } from './store.js';
import { isOnTheWay } from './words.js';

/** @import { Frame, Order, TransportKind } from './types.js' */

const FOLLOWED_PAST = 10;
const INBOX = 'notifications';
const ANNOUNCE_EVERY_MS = 30_000;
const ETA_CHANGE_MS = 300_000;
const news = new Announcer(byId('news'), ANNOUNCE_EVERY_MS);

/** One customer's session: from choosing the name to choosing another one. */
class Session {
  #store = new Store();
  #api;
  #live;
  #orders = new OrdersView((id) => this.select(id, true));
  #detail;
  #inbox;
  #messages;
  #preferences;
  /** @type {string | null} */ #selected = null;
  #isChosen = false;
  #frame = 0;
  #clock = setInterval(() => this.#draw(), 5_000);

  /** The routes that are being read, by order. @type {Map<string, string>} */ #asked = new Map();

  /** @param {string} customer @param {DetailView} detail @param {ActionsView} actions @param {ConnectionView} connection */
  constructor(customer, detail, actions, connection) {
    this.#api = new Api(customer);
    this.#detail = detail;
    actions.use({
      share: (id) => this.#do(this.#api.share(id)),
      rate: async (id, stars) => {
        const rating = await this.#do(this.#api.rate(id, stars));
        if (rating !== undefined) {
          this.#store.takeRating(id, rating);
          this.#draw();
        }
      },
    });
    this.#inbox = new InboxView({
      read: (id) => this.#do(this.#api.markRead(id)),
      unread: (id) => this.#do(this.#api.markUnread(id)),
      archive: (id) => this.#do(this.#api.archive(id)),
      open: (note) => {
        if (note.readAt === undefined) {
          this.#do(this.#api.markRead(note.id));
        }
        if (note.orderId !== undefined) {
          this.select(note.orderId, true);
          showView('orders');
        }
      },
    });
    this.#messages = new MessagesView({ list: () => this.#api.messages(), why: (id) => this.#api.why(id) });
    this.#preferences = new PreferencesView((patch) => {
      const change = this.#api.changePreferences(patch);
      this.#do(change);
      return change;
    });
    this.#live = new LiveConnection({
      api: this.#api,
      onFrame: (frame) => this.#take(frame),
      onState: (state) => connection.show(state),
      onGap: (streams) => streams.forEach((stream) => this.#do(this.#read(stream))),
      onCaughtUp: (entries) => toast(entries === 1 ? 'Caught up: 1 update you had missed' : `Caught up: ${entries} updates you had missed`),
    });
  }

  get live() {
    return this.#live;
  }

  async open() {
    this.#store.takeList(await this.#api.orders());
    this.#draw();
    this.#do(this.#messages.refresh());
    const active = this.#store.sorted().filter((order) => order.active);
    this.#live.start([INBOX, ...active.map((order) => `order:${order.id}`)]);
  }

  close() {
    clearInterval(this.#clock);
    cancelAnimationFrame(this.#frame);
    this.#live.close();
    this.#messages.close();
    this.#preferences.close();
  }

  /** Somebody looks at them now. */
  showMessages() {
    this.#do(this.#messages.refresh());
  }

  markAllRead() {
    this.#do(this.#api.markAllRead());
  }

  /** @param {string} id @param {boolean} byHand */
  select(id, byHand) {
    this.#isChosen ||= byHand;
    this.#selected = id;
    if (this.#store.orders.get(id)?.timeline === undefined) {
      this.#do(this.#read(`order:${id}`));
    }
    this.#draw();
  }

  /** Reads the snapshot of a stream, and follows the stream from there. @param {string} stream */
  async #read(stream) {
    if (stream === INBOX) {
      const [inbox, preferences] = await Promise.all([this.#api.notifications(), this.#api.preferences()]);
      this.#store.takeInbox(inbox);
      this.#preferences.take(preferences);
    } else {
      const tracking = await this.#api.tracking(stream.slice('order:'.length));
      this.#store.takeTracking(tracking);
      if (tracking.active && tracking.stream !== undefined) {
        this.#live.follow(stream, tracking.stream.cursor);
      }
      this.#leaveOld();
    }
    this.#draw();
  }

  /** @param {Frame} frame */
  #take(frame) {
    const stream = frame.stream ?? '';
    if (frame.type === 'reset') {
      this.#store.forget(stream);
      this.#do(this.#read(stream));
      return;
    }
    if (frame.type === 'driver.location.updated') {
      if (this.#store.takeLocation(frame.data)) {
        this.#readWay(frame.data.orderId, frame.data.routeVersion);
      }
      this.#draw();
      return;
    }
    if (frame.type === 'preferences.changed') {
      this.#preferences.take(frame.data);
    } else if (stream === INBOX) {
      this.#store.takeInboxFrame(frame);
      const note = frame.data?.notification;
      if (note?.orderId !== undefined && !this.#store.orders.has(note.orderId)) {
        this.#do(this.#read(`order:${note.orderId}`));
      }
      if (note !== undefined) {
        news.say(`${note.title}. ${note.body}`);
        this.#do(this.#messages.refresh());
      }
    } else {
      this.#takeOrder(frame);
    }
    this.#draw();
  }

  /** @param {Frame} frame */
  #takeOrder(frame) {
    const before = this.#store.orders.get(frame.data.orderId);
    if (!this.#store.takeOrderFrame(frame)) {
      return;
    }
    const order = this.#store.orders.get(frame.data.orderId);
    if (order === undefined) {
      return;
    }
    requestAnimationFrame(() => this.#orders.flash(order.id));
    if (isNews(before, order, frame.data.event.type)) {
      news.say(newsOf(order));
    }
    if (isOnTheWay(order) && (before === undefined || !isOnTheWay(before))) {
      this.#readWay(order.id, '');
    }
  }

  /** Reads the way to an order's door, once for each version of it. @param {string} id @param {string | undefined} version */
  #readWay(id, version = '') {
    if (this.#asked.get(id) !== version) {
      this.#asked.set(id, version);
      this.#do(this.#read(`order:${id}`));
    }
  }

  // Orders that ended stay followed for a while, for what arrives late.
  #leaveOld() {
    const past = this.#store.sorted().filter((order) => !order.active && order.id !== this.#selected);
    past.slice(FOLLOWED_PAST).forEach((order) => this.#live.leave(`order:${order.id}`));
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      const orders = this.#store.sorted();
      const current = orders.find((order) => order.id === this.#selected);
      // Until somebody chooses, the page shows an order that is under way.
      const next = orders.filter((order) => order.active).at(-1) ?? orders[0];
      if (next !== undefined && next.id !== this.#selected && (current === undefined || (!this.#isChosen && !current.active && next.active))) {
        this.select(next.id, false);
        return;
      }
      this.#orders.render(orders, this.#selected);
      this.#detail.render(current);
      this.#inbox.render(this.#store.notifications, this.#store.unread);
    });
  }

  /** Tells of what fails; the answer is undefined then. @template T @param {Promise<T>} work @returns {Promise<T | undefined>} */
  #do(work) {
    return work.catch((error) => {
      toast(error.message);
      return undefined;
    });
  }
}

/** What is worth saying aloud: another status, a driver who comes near, a delay, a time that is quite another. @param {Order | undefined} before @param {Order} order @param {string} type */
function isNews(before, order, type) {
  const [was, is] = [before?.eta, order.eta].map((eta) => (eta === undefined ? 0 : Date.parse(eta.at)));
  return before?.status !== order.status || type === 'order.nearby' || type === 'order.delayed' || Math.abs(is - was) >= ETA_CHANGE_MS;
}

/** @param {string} text */
function toast(text) {
  const box = byId('toast');
  box.textContent = text;
  box.classList.add('shown');
  setTimeout(() => box.classList.toggle('shown', box.textContent !== text), 4_000);
}

const VIEWS = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('.tabs button, .side > .switch button'));

/** @param {'orders' | 'inbox' | 'messages'} view On narrow screens one at a time; on wide ones the orders stand beside the two others. */
function showView(view) {
  byId('main').dataset.view = view;
  for (const button of VIEWS) {
    const isBeside = view === 'orders' && button.value === 'inbox' && button.closest('.tabs') === null;
    button.setAttribute('aria-pressed', String(button.value === view || isBeside));
  }
}

async function start() {
  const people = await customers();
  const select = /** @type {HTMLSelectElement} */ (byId('customer'));
  select.append(...people.map((person) => h('option', { value: person.id }, person.name)));
  const asked = location.hash.slice(1);
  select.value = people.some((person) => person.id === asked) ? asked : people[0].id;

  /** @type {Session | null} */
  let session = null;
  /** @type {TransportKind} */
  let transport = 'websocket';
  const map = new MapView(await streets());
  const actions = new ActionsView();
  const detail = new DetailView(map, actions);
  setInterval(() => map.tick(), 1_000);
  const connection = new ConnectionView({
    use: (kind) => session?.live.use(transport = kind),
    goOffline: () => session?.live.goOffline(),
    goOnline: () => session?.live.goOnline(),
  });
  const enter = async () => {
    session?.close();
    history.replaceState(null, '', `#${select.value}`);
    const opened = session = new Session(select.value, detail, actions, connection);
    opened.live.prefer(transport);
    try {
      await opened.open();
    } catch (error) {
      toast(`The server cannot be reached: ${error instanceof Error ? error.message : error}`);
      setTimeout(() => session === opened && enter(), 3_000);
    }
  };
  select.addEventListener('change', enter);
  byId('read-all').addEventListener('click', () => session?.markAllRead());
  for (const button of VIEWS) {
    button.addEventListener('click', () => {
      showView(/** @type {'orders'} */ (button.value));
      session?.showMessages();
    });
  }
  await enter();
}

start().catch((error) => toast(`The page could not start: ${error.message}`));
