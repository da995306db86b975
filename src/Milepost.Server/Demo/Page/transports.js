/** @import { Frame } from './types.js' */
/** @import { Api } from './api.js' */

const PING_MS = 20_000;

/**
 * @typedef {object} Dial What a transport needs: the streams, the position, and whom to tell.
 * @property {Api} api
 * @property {string[]} streams
 * @property {string | null} since
 * @property {(frame: Frame) => void} frame
 * @property {(end: { code: number, reason: string }) => void} end Called once, unless `close` came first. Code 0: not a close code.
 *
 * @typedef {{ close(): void, send?(frame: object): void }} Line
 */

/** @param {string} path @param {Dial} dial */
function address(path, { streams, since }) {
  const url = new URL(path, location.href);
  url.searchParams.set('streams', streams.join(','));
  if (since !== null) {
    url.searchParams.set('since', since);
  }
  return url;
}

/** The token goes as a subprotocol, since a page cannot set headers here. @param {Dial} dial @returns {Promise<Line>} */
async function openWebSocket(dial) {
  const url = address('/ws', dial);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url, ['milepost.v1', `milepost.bearer.${await dial.api.token()}`]);
  const send = (/** @type {object} */ frame) => {
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(frame));
    }
  };
  const ping = setInterval(() => send({ type: 'ping' }), PING_MS);
  socket.onmessage = (event) => dial.frame(JSON.parse(event.data));
  socket.onclose = (event) => {
    clearInterval(ping);
    dial.end({ code: event.code, reason: event.reason });
  };
  return {
    send,
    close() {
      clearInterval(ping);
      socket.onclose = null;
      socket.onmessage = null;
      socket.close(1000);
    },
  };
}

/** A ticket works once, so the browser's own reconnecting would fail: every connection is a new EventSource. @param {Dial} dial @returns {Promise<Line>} */
async function openSse(dial) {
  const url = address('/api/v1/sse', dial);
  url.searchParams.set('ticket', await dial.api.ticket());
  const source = new EventSource(url);
  source.onmessage = (event) => dial.frame(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    dial.end({ code: 0, reason: 'the connection ended' });
  };
  return { close: () => source.close() };
}

/**
 * Without a position the server answers at once, with its own. That is asked first in any case: an answer means that the line is good,
 * while the next one may wait 25 s for news.
 * @param {Dial} dial @returns {Promise<Line>}
 */
async function openPoll(dial) {
  const stop = new AbortController();
  const ask = async (/** @type {string | null} */ since) => {
    const headers = { Authorization: `Bearer ${await dial.api.token()}` };
    const reply = await fetch(address('/api/v1/poll', { ...dial, since }), { headers, signal: stop.signal });
    if (!reply.ok) {
      throw new Error(`the server answered ${reply.status}`);
    }
    return await reply.json();
  };
  const loop = async () => {
    const position = await ask(null);
    let since = dial.since ?? position.cursor;
    dial.frame({ type: 'ready', cursor: since });
    for (let isFirst = true; !stop.signal.aborted; isFirst = false) {
      const asked = performance.now();
      const { frames, cursor } = await ask(since);
      frames.forEach(dial.frame);
      since = cursor;
      // What came without waiting had been missed.
      const replayed = isFirst && dial.since !== null && performance.now() - asked < 1_000 ? frames.length : 0;
      dial.frame({ type: 'ready', resumed: true, cursor, streams: [{ stream: '', offset: 0, replayed }] });
    }
  };
  loop().catch((error) => {
    if (!stop.signal.aborted) {
      dial.end({ code: 0, reason: error.message });
    }
  });
  return { close: () => stop.abort() };
}

export const TRANSPORTS = { websocket: openWebSocket, sse: openSse, poll: openPoll };
