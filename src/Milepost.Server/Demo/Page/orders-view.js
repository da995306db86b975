import { byId, flash, h, reconcile, setText } from './dom.js';
import { createProgress, updateProgress } from './progress.js';
import { orderWords, shopOf, shortWhen, titleParts } from './words.js';

/** @import { Order } from './types.js' */

/** The cards of a customer's orders. */
export class OrdersView {
  #onSelect;

  /** @param {(id: string) => void} onSelect */
  constructor(onSelect) {
    this.#onSelect = onSelect;
  }

  /** @param {Order[]} orders Sorted. @param {string | null} selected */
  render(orders, selected) {
    const active = orders.filter((order) => order.active);
    const past = orders.filter((order) => !order.active);
    const draw = (/** @type {Element} */ list, /** @type {Order[]} */ items) =>
      reconcile(list, items, (order) => order.id, (order) => this.#create(order), (element, order) => this.#update(element, order, order.id === selected));
    // The past first: an order that just ended moves over with its element.
    draw(byId('past'), past);
    draw(byId('active'), active);
    byId('empty').hidden = active.length > 0;
    byId('past-title').hidden = past.length === 0;
    setText(byId('orders-count'), active.length === 0 ? '' : `${active.length} under way`);
  }

  /** @param {string} id */
  flash(id) {
    const card = document.querySelector(`[data-key="${CSS.escape(id)}"] > .card`);
    if (card !== null) {
      flash(card);
    }
  }

  /** @param {Order} order */
  #create(order) {
    return h('li', {}, h('button.card', { type: 'button', onclick: () => this.#onSelect(order.id) },
      h('span.title', {}, h('span'), h('span')),
      h('span.when'),
      h('span.status'),
      h('span.shop'),
      createProgress(false)));
  }

  /** @param {HTMLElement} element @param {Order} order @param {boolean} isSelected */
  #update(element, order, isSelected) {
    const card = /** @type {HTMLElement} */ (element.firstElementChild);
    const [title, when, status, shop, line] = card.children;
    const words = orderWords(order);
    card.dataset.tone = words.tone;
    card.setAttribute('aria-pressed', String(isSelected));
    const [name, more] = titleParts(order);
    setText(/** @type {Element} */ (title.firstElementChild), name);
    setText(/** @type {Element} */ (title.lastElementChild), more);
    setText(status, words.text);
    setText(shop, [shopOf(order), order.id].filter(Boolean).join(' · '));
    setText(when, shortWhen(order));
    updateProgress(/** @type {HTMLElement} */ (line), order);
  }
}
