import { byId } from './dom.js';

/** @import { Preferences } from './types.js' */

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const NIGHT = { from: '22:00', to: '07:00' };

/** The customer's choices. Every switch is the server's to set: here, and at once on all open devices. */
export class PreferencesView {
  #change;
  /** @type {Preferences | null} */ #preferences = null;
  #isClosed = false;
  #switches = /** @type {HTMLInputElement[]} */ ([...byId('preferences').querySelectorAll('input[name]')]);

  /** @param {(patch: object) => Promise<Preferences>} change Merges into the choices and answers what holds then. */
  constructor(change) {
    this.#change = change;
    for (const box of this.#switches) {
      box.onchange = () => this.#set(box);
    }
    this.#render();
  }

  close() {
    this.#isClosed = true;
  }

  /** What holds now. An older version than the known one changes nothing. @param {Preferences} preferences */
  take(preferences) {
    if (this.#preferences === null || preferences.version >= this.#preferences.version) {
      this.#preferences = preferences;
    }
    this.#render();
  }

  /** @param {HTMLInputElement} box */
  async #set(box) {
    const patch = box.name === 'quiet'
      ? { quietHours: box.checked ? { enabled: true, days: Object.fromEntries(WEEK.map((day) => [day, [NIGHT]])) } : { enabled: false } }
      : { channels: { [box.name]: box.checked } };
    try {
      this.take(await this.#change(patch));
    } catch {
      // Whoever was asked tells the reason; the switch goes back to what holds.
      this.#render();
    }
  }

  #render() {
    if (this.#isClosed) {
      return;
    }
    for (const box of this.#switches) {
      box.disabled = this.#preferences === null;
      box.checked = box.name === 'quiet'
        ? this.#preferences?.quietHours?.enabled === true
        : this.#preferences?.categories.order[/** @type {'email'} */ (box.name)].allowed === true;
    }
  }
}
