import { byId, h, reconcile, setText } from './dom.js';
import { ago } from './words.js';

/** @import { Notification } from './types.js' */

/** The customer's notifications. */
export class InboxView {
  #actions;

  /** @param {{ read(id: string): void, unread(id: string): void, archive(id: string): void, open(note: Notification): void }} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  /** @param {Notification[]} notes @param {number} unread The server's count. */
  render(notes, unread) {
    reconcile(byId('notes'), notes, (note) => note.id, (note) => this.#create(note), (element, note) => this.#update(element, note));
    byId('inbox-empty').hidden = notes.length > 0;
    /** @type {HTMLButtonElement} */ (byId('read-all')).disabled = unread === 0;
    for (const badge of document.querySelectorAll('[data-unread]')) {
      /** @type {HTMLElement} */ (badge).hidden = unread === 0;
      setText(badge, unread > 99 ? '99+' : String(unread));
      badge.setAttribute('aria-label', `${unread} unread`);
    }
    document.title = unread === 0 ? 'Your orders · Milepost' : `(${unread}) Your orders · Milepost`;
  }

  /** @param {Notification} note */
  #create(note) {
    return h('li.note.entering', { 'data-id': note.id },
      h('button.open', { type: 'button', onclick: () => this.#actions.open(note) }, h('strong', {}, note.title), h('span.body', {}, note.body)),
      h('div.foot', {}, h('time', { datetime: note.createdAt }),
        h('button.quiet', { type: 'button' }),
        h('button.quiet', { type: 'button', onclick: () => this.#actions.archive(note.id), 'aria-label': `Archive: ${note.title}` }, 'Archive')));
  }

  /** @param {HTMLElement} element @param {Notification} note */
  #update(element, note) {
    const isUnread = note.readAt === undefined;
    element.classList.toggle('unread', isUnread);
    const [time, toggle] = /** @type {Element} */ (element.lastElementChild).children;
    setText(time, ago(note.createdAt));
    setText(toggle, isUnread ? 'Mark read' : 'Mark unread');
    toggle.setAttribute('aria-label', `${toggle.textContent}: ${note.title}`);
    /** @type {HTMLButtonElement} */ (toggle).onclick = () => (isUnread ? this.#actions.read(note.id) : this.#actions.unread(note.id));
  }
}
