import { h, setText } from './dom.js';

/** @import { Order } from './types.js' */

/**
 * @typedef {object} Actions
 * @property {(id: string) => Promise<string>} share Answers the link.
 * @property {(id: string, stars: number) => Promise<unknown>} rate
 */

/** What a customer can do with an order: let somebody else follow it, and say how it was. */
export class ActionsView {
  element;
  #share = h('button.quiet', { type: 'button', id: 'share' }, 'Share');
  #link = h('a.link', { target: '_blank', rel: 'noopener noreferrer', hidden: true, id: 'share-link' });
  #shareBox = h('p.share', {}, h('span.soft', {}, 'Somebody else waits for it too?'), this.#share, this.#link);
  #stars = [1, 2, 3, 4, 5].map((star) => h('button.star', { type: 'button', 'aria-label': star === 1 ? '1 star' : `${star} stars`, 'aria-pressed': 'false' }, '★'));
  #thanks = h('span.soft', { role: 'status' });
  #rating = h('div.rating', { role: 'group', 'aria-label': 'How was the delivery?' }, h('span', {}, 'How was the delivery?'), h('span.stars', {}, ...this.#stars), this.#thanks);
  /** The links that were made here, by order. @type {Map<string, string>} */ #links = new Map();
  /** @type {Actions | undefined} */ #actions;
  #order = '';

  constructor() {
    this.element = h('div.actions', {}, this.#rating, this.#shareBox);
    this.#share.addEventListener('click', () => this.#makeLink(this.#order));
    this.#stars.forEach((star, index) => star.addEventListener('click', () => this.#actions?.rate(this.#order, index + 1)));
  }

  /** @param {Actions} actions Those of the customer who is shown. */
  use(actions) {
    this.#actions = actions;
    this.#links.clear();
  }

  /** @param {Order} order */
  render(order) {
    this.#order = order.id;
    this.#shareBox.hidden = !order.active;
    const link = this.#links.get(order.id);
    this.#link.hidden = link === undefined;
    this.#share.hidden = link !== undefined;
    if (link !== undefined) {
      this.#link.setAttribute('href', link);
      setText(this.#link, 'Open the page for guests');
    }
    this.#rating.hidden = order.status !== 'delivered';
    this.#stars.forEach((star, index) => {
      star.classList.toggle('on', index < (order.rating?.stars ?? 0));
      star.setAttribute('aria-pressed', String(index + 1 === order.rating?.stars));
    });
    setText(this.#thanks, order.rating === undefined ? '' : 'Thank you');
  }

  /** @param {string} order */
  async #makeLink(order) {
    const link = await this.#actions?.share(order);
    if (link !== undefined) {
      this.#links.set(order, link);
      if (order === this.#order) {
        this.#link.setAttribute('href', link);
        setText(this.#link, 'Open the page for guests');
        this.#link.hidden = false;
        this.#share.hidden = true;
        this.#link.focus();
      }
    }
  }
}
