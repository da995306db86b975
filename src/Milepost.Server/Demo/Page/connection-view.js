import { byId, setText } from './dom.js';

/** @import { TransportKind } from './types.js' */
/** @import { LiveState } from './live.js' */

const NAMES = { websocket: 'WebSocket', sse: 'SSE', poll: 'long-poll' };

/** The state of the live connection, and the switch between transports. */
export class ConnectionView {
  /** @type {LiveState} */ #state = { name: 'connecting' };
  /** @type {TransportKind} */ #kind = 'websocket';

  /** @param {{ use(kind: TransportKind): void, goOffline(): void, goOnline(): void }} actions */
  constructor(actions) {
    for (const button of byId('transport').querySelectorAll('button')) {
      button.addEventListener('click', () => {
        this.#kind = /** @type {TransportKind} */ (button.value);
        for (const other of byId('transport').querySelectorAll('button')) {
          other.setAttribute('aria-pressed', String(other === button));
        }
        actions.use(this.#kind);
      });
    }
    byId('pause').addEventListener('click', () => (this.#state.name === 'offline' || this.#state.name === 'stopped' ? actions.goOnline() : actions.goOffline()));
    setInterval(() => this.#render(), 500);
  }

  /** @param {LiveState} state */
  show(state) {
    this.#state = state;
    this.#render();
  }

  #render() {
    const state = this.#state;
    byId('state').dataset.state = state.name;
    byId('state').title = 'reason' in state ? state.reason : '';
    setText(byId('state-text'), this.#words(state));
    setText(byId('pause'), state.name === 'offline' || state.name === 'stopped' ? 'Go online' : 'Go offline');
  }

  /** @param {LiveState} state */
  #words(state) {
    switch (state.name) {
      case 'live': return `Live by ${NAMES[this.#kind]}`;
      case 'connecting': return 'Connecting';
      case 'offline': return 'Offline';
      case 'waiting': return `Reconnecting in ${Math.max(1, Math.ceil((state.until - Date.now()) / 1000))} s`;
      case 'stopped': return `Stopped: ${state.reason}`;
    }
  }
}
