import { h, setText } from './dom.js';
import { COLLECTION_STEPS, STEPS, isCollection, orderWords } from './words.js';

/** @import { Order } from './types.js' */

/** The line of an order's main steps. @param {boolean} isLabelled */
export function createProgress(isLabelled) {
  const line = h(isLabelled ? 'ol.progress.labelled' : 'ol.progress', isLabelled ? {} : { 'aria-hidden': 'true' });
  line.append(...STEPS.map((step) => h('li', {}, isLabelled ? h('span', {}, step) : null)));
  return line;
}

/** @param {HTMLElement} line @param {Order} order */
export function updateProgress(line, order) {
  const { step, tone } = orderWords(order);
  const labels = isCollection(order) ? COLLECTION_STEPS : STEPS;
  line.dataset.tone = tone;
  line.classList.toggle('over', !order.active);
  [...line.children].forEach((item, index) => {
    item.classList.toggle('past', index < step || (index === step && !order.active));
    item.classList.toggle('now', index === step && order.active);
    if (index === step) {
      item.setAttribute('aria-current', 'step');
    } else {
      item.removeAttribute('aria-current');
    }
    if (item.firstElementChild !== null) {
      setText(item.firstElementChild, labels[index]);
    }
  });
}
