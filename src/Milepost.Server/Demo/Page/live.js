import { TRANSPORTS } from './transports.js';

/** @import { Frame, TransportKind } from './types.js' */
/** @import { Api } from './api.js' */
/** @import { Line } from './transports.js' */

const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
const SILENCE_MS = 45_000;
const ACK_MS = 1_000;

/** Codes after which connecting again in the same way does not help (docs/protocol/realtime.md). @param {number} code */
const isFinal = (code) => (code >= 4000 && code <= 4099) || [1002, 1003, 1007, 1009].includes(code);

/**
 * @typedef {{ name: 'connecting' | 'live' | 'offline' } | { name: 'waiting', until: number, reason: string } | { name: 'stopped', reason: string }} LiveState
 *
 * @typedef {object} LiveOptions
 * @property {Api} api
 * @property {(frame: Frame) => void} onFrame Entries and resets.
 * @property {(state: LiveState) => void} onState
 * @property {(streams: string[]) => void} onGap These streams now go on from now: read their snapshots.
 * @property {(entries: number) => void} onCaughtUp So many entries were missed and have come.
 */

/** Follows streams over any transport and keeps one cursor across all of them. */
export class LiveConnection {
  #options;
  /** @type {TransportKind} */ #kind = 'websocket';
  /** @type {Set<string>} */ #wanted = new Set();
  /** Streams that the cursor speaks of. @type {Set<string>} */ #covered = new Set();
  /** @type {string | null} */ #cursor = null;
  /** @type {Line | null} */ #line = null;
  /** Numbers the connections: what a closed one still calls is ignored. */ #generation = 0;
  #failures = 0;
  #heardAt = 0;
  #offline = false;
  #isReady = false;
  #timer = 0;
  #redial = 0;
  #ackTimer = 0;
  #watch = 0;

  /** @param {LiveOptions} options */
  constructor(options) {
    this.#options = options;
    this.#watch = setInterval(() => this.#checkSilence(), 5_000);
    addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#tellVisible);
  }

  get cursor() {
    return this.#cursor;
  }

  /** Which transport to start with. @param {TransportKind} kind */
  prefer(kind) {
    this.#kind = kind;
  }

  /** Changes over at once; the cursor goes along. @param {TransportKind} kind */
  use(kind) {
    this.#kind = kind;
    this.#failures = 0;
    this.#dial();
  }

  /** @param {string[]} streams */
  start(streams) {
    this.#wanted = new Set(streams);
    this.#dial();
  }

  /** Follows one more stream, from its snapshot's cursor. @param {string} stream @param {string} since */
  follow(stream, since) {
    if (this.#wanted.has(stream)) {
      return;
    }
    this.#wanted.add(stream);
    if (this.#line?.send !== undefined && this.#isReady) {
      this.#covered.add(stream);
      this.#line.send({ type: 'subscribe', streams: [stream], since });
    } else {
      // Two cursors cannot be put together: connect again, and read the snapshot once more when the stream runs.
      clearTimeout(this.#redial);
      this.#redial = setTimeout(() => this.#dial(), 200);
    }
  }

  /** @param {string} stream */
  leave(stream) {
    if (this.#wanted.delete(stream)) {
      this.#covered.delete(stream);
      this.#line?.send?.({ type: 'unsubscribe', streams: [stream] });
    }
  }

  goOffline() {
    this.#offline = true;
    this.#hangUp();
    this.#options.onState({ name: 'offline' });
  }

  goOnline() {
    this.#offline = false;
    this.#failures = 0;
    this.#dial();
  }

  close() {
    this.#hangUp();
    clearInterval(this.#watch);
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#tellVisible);
  }

  #hangUp() {
    this.#generation++;
    clearTimeout(this.#timer);
    clearTimeout(this.#redial);
    this.#line?.close();
    this.#line = null;
    this.#isReady = false;
  }

  async #dial() {
    this.#hangUp();
    if (this.#offline || this.#wanted.size === 0) {
      return;
    }
    const generation = this.#generation;
    const streams = [...this.#wanted];
    const current = () => generation === this.#generation;
    this.#heardAt = Date.now();
    // Long-poll tells no position for a stream that is new in a request, so there everything starts over from now, with snapshots.
    if (this.#kind === 'poll' && streams.some((stream) => !this.#covered.has(stream))) {
      this.#cursor = null;
    }
    if (this.#cursor === null) {
      this.#covered.clear();
    }
    this.#options.onState({ name: 'connecting' });
    try {
      const line = await TRANSPORTS[this.#kind]({
        api: this.#options.api,
        streams,
        since: this.#cursor,
        frame: (frame) => current() && this.#take(frame, streams),
        end: (end) => current() && this.#ended(end),
      });
      if (current()) {
        this.#line = line;
      } else {
        line.close();
      }
    } catch (error) {
      if (current()) {
        this.#ended({ code: 0, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  }

  /** @param {Frame} frame @param {string[]} streams Those of the connection. */
  #take(frame, streams) {
    this.#heardAt = Date.now();
    if (frame.type === 'reconnect') {
      this.#keep(frame);
      this.#wait(frame.afterMs ?? BACKOFF_MIN_MS, 'the server moves');
    } else if (frame.type === 'token.expiring') {
      this.#options.api.token(true).then((token) => this.#line?.send?.({ type: 'token', token }), () => {});
    } else if (frame.type === 'error') {
      this.#refused(frame);
    } else if (frame.type === 'ready') {
      this.#keep(frame);
      this.#ready(frame, streams);
    } else if (frame.stream !== undefined) {
      // Applied first, then kept: what fails half-way comes again.
      this.#options.onFrame(frame);
      this.#keep(frame);
    }
  }

  /** @param {Frame} frame */
  #refused(frame) {
    if (frame.stream !== undefined) {
      this.#wanted.delete(frame.stream);
      this.#covered.delete(frame.stream);
    } else if (frame.retry === false && this.#line?.send === undefined) {
      // On Server-Sent Events this stands for a close code.
      this.#ended({ code: 4000, reason: frame.code ?? 'refused' });
    }
  }

  /** @param {Frame} frame @param {string[]} streams Those of the connection. */
  #ready(frame, streams) {
    const isFirst = !this.#isReady;
    const replayed = (frame.streams ?? []).reduce((sum, stream) => sum + stream.replayed, 0);
    if ((isFirst || frame.resumed === true) && replayed > 0) {
      this.#options.onCaughtUp(replayed);
    }
    if (!isFirst) {
      return;
    }
    this.#isReady = true;
    this.#failures = 0;
    const gap = streams.filter((stream) => !this.#covered.has(stream));
    this.#covered = new Set(streams);
    this.#options.onState({ name: 'live' });
    this.#tellVisible();
    if (gap.length > 0) {
      this.#options.onGap(gap);
    }
  }

  /** @param {Frame} frame */
  #keep(frame) {
    if (frame.cursor === undefined) {
      return;
    }
    this.#cursor = frame.cursor;
    if (this.#ackTimer === 0) {
      this.#ackTimer = setTimeout(() => {
        this.#ackTimer = 0;
        this.#line?.send?.({ type: 'ack', cursor: this.#cursor });
      }, ACK_MS);
    }
  }

  /** @param {{ code: number, reason: string }} end */
  #ended({ code, reason }) {
    if (isFinal(code)) {
      this.#hangUp();
      this.#options.onState({ name: 'stopped', reason: reason || `closed with ${code}` });
      return;
    }
    // Full jitter: a thousand pages that lost one server must not come back in step.
    const most = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures++);
    this.#wait(BACKOFF_MIN_MS / 2 + Math.random() * most, reason || `closed with ${code}`);
  }

  /** @param {number} ms @param {string} reason */
  #wait(ms, reason) {
    this.#hangUp();
    this.#options.onState({ name: 'waiting', until: Date.now() + ms, reason });
    this.#timer = setTimeout(() => this.#dial(), ms);
  }

  #checkSilence() {
    if (this.#line !== null && Date.now() - this.#heardAt > SILENCE_MS) {
      this.#ended({ code: 0, reason: 'nothing was heard for 45 s' });
    }
  }

  #hurry = () => {
    if (this.#line === null && !this.#offline) {
      this.#dial();
    }
  };

  #tellVisible = () => {
    this.#line?.send?.({ type: 'visible', visible: document.visibilityState === 'visible' });
  };
}
