import { address, ask, token } from './link.js';

/** @import { Frame } from './types.js' */

const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
const PING_MS = 20_000;
const SILENCE_MS = 45_000;
// So often in a row a way may fail before the other one is tried.
const PATIENCE = 2;

/**
 * Follows the one stream of the link, over a WebSocket or, where none comes about, by long-polling.
 *
 * @typedef {object} LiveOptions
 * @property {(frame: Frame) => void} onFrame Entries, locations and resets.
 * @property {(isLive: boolean) => void} onState
 * @property {() => void} onRefused The credential is not taken: read the order to learn why.
 */
export class Live {
  #options;
  /** @type {string | undefined} */ #cursor;
  /** @type {(() => void) | undefined} */ #hangUp;
  #generation = 0;
  #failures = 0;
  #polls = false;
  #heardAt = 0;
  #timer = 0;
  #watch = 0;

  /** @param {LiveOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {string} cursor */
  start(cursor) {
    this.#cursor = cursor;
    this.#watch = setInterval(() => this.#checkSilence(), 5_000);
    addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#hurry);
    this.#dial();
  }

  stop() {
    this.#end();
    clearInterval(this.#watch);
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#hurry);
  }

  #hurry = () => {
    if (this.#hangUp === undefined && document.visibilityState === 'visible' && this.#generation > 0) {
      this.#dial();
    }
  };

  #end() {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#hangUp?.();
    this.#hangUp = undefined;
  }

  #dial() {
    this.#end();
    const generation = this.#generation;
    this.#heardAt = Date.now();
    this.#hangUp = (this.#polls ? this.#poll : this.#socket).call(this, () => generation === this.#generation);
  }

  /** @param {() => boolean} current */
  #socket(current) {
    const url = address('ws');
    url.protocol = url.protocol.replace('http', 'ws');
    url.search = this.#query();
    // A page cannot set headers here: the credential goes as a subprotocol, never in the address.
    const socket = new WebSocket(url, ['milepost.v1', `milepost.bearer.${token}`]);
    const ping = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send('{"type":"ping"}'), PING_MS);
    socket.onmessage = (event) => current() && this.#take(JSON.parse(event.data));
    socket.onclose = (event) => {
      clearInterval(ping);
      if (current()) {
        this.#lost(event.code);
      }
    };
    return () => {
      clearInterval(ping);
      socket.onclose = null;
      socket.close(1000);
    };
  }

  /** @param {() => boolean} current */
  #poll(current) {
    const stop = new AbortController();
    (async () => {
      while (current()) {
        const answer = await ask(`api/v1/poll?${this.#query()}`, stop.signal);
        if (!current()) {
          return;
        }
        if (!answer.ok) {
          this.#lost(answer.status === 404 || answer.status === 410 ? 4003 : 0);
          return;
        }
        const reply = await answer.json();
        this.#cursor = reply.cursor;
        this.#isUp();
        reply.frames.forEach((/** @type {Frame} */ frame) => current() && this.#take(frame));
      }
    })().catch(() => current() && this.#lost(0));
    return () => stop.abort();
  }

  #query = () => new URLSearchParams({ streams: 'order', ...(this.#cursor === undefined ? {} : { since: this.#cursor }) }).toString();

  #isUp() {
    this.#heardAt = Date.now();
    this.#failures = 0;
    this.#options.onState(true);
  }

  /** @param {Frame} frame */
  #take(frame) {
    this.#heardAt = Date.now();
    if (frame.type === 'ready') {
      this.#isUp();
    } else if (frame.type === 'reconnect') {
      this.#cursor = frame.cursor ?? this.#cursor;
      this.#wait(frame.afterMs ?? BACKOFF_MIN_MS);
      return;
    } else if (frame.stream !== undefined) {
      this.#options.onFrame(frame);
    }
    // Applied first, then kept: what fails half-way comes again.
    this.#cursor = frame.cursor ?? this.#cursor;
  }

  /** @param {number} code A close code; 0: none. */
  #lost(code) {
    if (code >= 4000 && code <= 4099) {
      this.#end();
      this.#options.onRefused();
      return;
    }
    this.#failures++;
    if (this.#failures % PATIENCE === 0) {
      this.#polls = !this.#polls;
    }
    // Full jitter: pages that lost one server must not come back in step.
    this.#wait(BACKOFF_MIN_MS / 2 + Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures));
  }

  /** @param {number} ms */
  #wait(ms) {
    this.#end();
    this.#options.onState(false);
    this.#timer = setTimeout(() => this.#dial(), ms);
  }

  #checkSilence() {
    if (this.#hangUp !== undefined && Date.now() - this.#heardAt > SILENCE_MS) {
      this.#lost(0);
    }
  }
}
