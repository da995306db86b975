// What leaves the server and how fast: posts paid orders at a rate, takes the mails with an SMTP server (package smtp-server of tests/peers) and webhooks
// with an HTTP server in this process, so that one clock measures all; the other channels' far sides are in notify-sinks.mjs. bench/notify.sh starts it with a
// server beside it.
//   latency    --rate N --seconds S [--bulk 10]   from the answer to the POST until the mail has arrived; with --bulk so many requests of 1,000 customers go out meanwhile
//   drain      --channel email|outbox|webhook|sms|webpush|fcm|apns --count N     how fast one worker empties a queue of N that is due at once
import { createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import { createRequire } from 'node:module';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listen, sinkNames } from './notify-sinks.mjs';

const { SMTPServer } = createRequire(new URL('../tests/peers/package.json', import.meta.url))('smtp-server');
const { values: asked, positionals: [mode] } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string' }, data: { type: 'string' }, rate: { type: 'string', default: '50' }, seconds: { type: 'string', default: '20' }, bulk: { type: 'string', default: '0' },
    channel: { type: 'string', default: 'email' }, count: { type: 'string', default: '4000' }, concurrency: { type: 'string' },
  },
});
const url = 'http://127.0.0.1:5096';
const tenant = 'bench';
const key = randomUUID() + randomUUID();
const run = randomUUID().slice(0, 8);
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const arrived = new Map(); // what a message is for -> when it came
const posted = new Map(); // order -> when its POST was answered
const acks = [];
const part = (text) => Buffer.from(JSON.stringify(text)).toString('base64url');
function tokenOf(claims) {
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ tenant, exp: Math.floor(Date.now() / 1000) + 86400, ...claims })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
const shop = tokenOf({ sub: 'bench', scope: 'events:write notifications:write admin' });
const came = (to) => arrived.set(to, [...(arrived.get(to) ?? []), performance.now()]);

const mails = new SMTPServer({
  authOptional: true, hideSTARTTLS: true, disableReverseLookup: true,
  onData(stream, session, callback) {
    stream.resume();
    stream.on('end', () => {
      // An order's second mail, for its payment, is the one whose event is the newer.
      came(session.envelope.rcptTo[0].address);
      callback(null, '2.0.0 Ok: queued');
    });
  },
});
let hooks = 0;
const sink = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => { hooks++; response.end(); });
});

async function call(method, path, body, type = 'application/json', token = shop) {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(url + path, { method, agent, headers: { authorization: `Bearer ${token}`, 'content-type': type, 'content-length': Buffer.byteLength(text) } }, (response) => {
      const parts = [];
      response.on('data', (chunk) => parts.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(parts).toString();
        response.statusCode < 300 ? resolve(answer) : reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

const event = (type, order, data) => ({ specversion: '1.0', source: '/bench', id: `${order}-${type}`, type, subject: order, time: new Date().toISOString(), ...(data ? { data } : {}) });
const placed = (order, contact) => event('order.placed', order, { customer: { id: order, name: 'Ada', email: `${order}@example.org`, ...contact }, items: [{ name: 'Soup', quantity: 1 }], total: { amount: 12.5, currency: 'EUR' } });
const post = (events) => call('POST', `/api/v1/${tenant}/events`, events, 'application/cloudevents-batch+json');
const quantile = (values, at) => values.toSorted((left, right) => left - right)[Math.min(values.length - 1, Math.ceil(at * values.length) - 1)]?.toFixed(1);
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
async function until(done, limit, what) {
  const end = performance.now() + limit;
  while (!done()) {
    if (performance.now() > end) throw new Error(`not in time: ${what()}`);
    await pause(20);
  }
}

async function serve(extra) {
  const child = spawn('dotnet', [asked.server, 'serve', '--urls', url, `--Storage:DataDirectory=${asked.data}`, '--Gateway:DrainSeconds=0', '--Channels:Email:From=no-reply@shop.example',
    ...(asked.concurrency ? [`--Delivery:Concurrency=${asked.concurrency}`] : []), ...extra], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, MILEPOST__AUTH__SIGNINGKEY: key } });
  process.on('exit', () => child.kill('SIGKILL'));
  let ready = false;
  while (!ready) {
    if (child.exitCode !== null) throw new Error('the server ended');
    ready = await fetch(`${url}/healthz/ready`).then((answer) => answer.ok, () => false);
    await pause(100);
  }
}

// The order is placed well before it is paid, so that only the payment's mail is under way.
async function latency() {
  const [rate, seconds, bulk] = [Number(asked.rate), Number(asked.seconds), Number(asked.bulk)];
  const total = rate * seconds;
  const names = Array.from({ length: total }, (_, index) => `o-${run}-${index}`);
  for (let at = 0; at < total; at += 100) await post(names.slice(at, at + 100).map((name) => placed(name)));
  await until(() => arrived.size === total, 180_000, () => `${arrived.size} of ${total} mails of orders placed`);
  arrived.clear();
  let bulkDone = null;
  if (bulk > 0) {
    const crowd = Array.from({ length: bulk * 1000 }, (_, index) => `b-${run}-${index}`);
    for (let at = 0; at < crowd.length; at += 100) {
      await post(crowd.slice(at, at + 100).map((customer) => ({ ...event('customer.updated', customer, { name: 'Ada', email: `${customer}@example.org` }) })));
    }
    const began = performance.now();
    bulkDone = (async () => {
      for (let at = 0; at < crowd.length; at += 1000) {
        await call('POST', `/api/v1/${tenant}/notifications`, { id: `bulk-${run}-${at}`, customers: crowd.slice(at, at + 1000), type: 'news', category: 'system', title: 'News', body: 'There is news.', channels: ['email'] });
      }
      return performance.now() - began;
    })();
    bulkDone.catch((failure) => { console.error(failure); process.exit(1); });
  }
  const start = performance.now();
  const sends = [];
  for (let index = 0; index < total; index++) {
    const due = start + index * 1000 / rate;
    if (due > performance.now()) await pause(due - performance.now());
    sends.push(post([event('order.paid', names[index])]).then(() => { const now = performance.now(); posted.set(names[index], now); acks.push(now - due); }));
  }
  await Promise.all(sends);
  const crowdThere = () => [...arrived.keys()].filter((to) => to.startsWith('b-')).length;
  const still = bulk * 1000 - crowdThere();
  await until(() => names.every((name) => arrived.has(`${name}@example.org`)), 180_000, () => `${arrived.size} of ${total} mails of orders paid`);
  const waits = names.map((name) => Math.max(0, arrived.get(`${name}@example.org`)[0] - posted.get(name)));
  console.log(`${rate} paid orders/s for ${seconds} s${bulk ? ` beside ${bulk} x 1,000 bulk mails (${still} of them left at the end of the posting, taken in ${(await bulkDone / 1000).toFixed(1)} s)` : ''}: `
    + `acknowledgement p50 ${quantile(acks, 0.5)} p99 ${quantile(acks, 0.99)} ms; acknowledgement to mail p50 ${quantile(waits, 0.5)} p90 ${quantile(waits, 0.9)} p99 ${quantile(waits, 0.99)} max ${quantile(waits, 1)} ms; ${waits.length} mails`);
}

// That placed orders are told over the channel alone, and the devices of those who are told. SMS go to nobody who has not asked for them, unless the tenant says so.
async function prepare(names) {
  await call('PUT', `/api/v1/${tenant}/admin/settings`, { preferences: { channels: { [provider.route]: true } }, routes: { 'order.placed': [{ channel: provider.route }] } });
  for (let at = 0; at < names.length; at += 200) {
    await Promise.all(names.slice(at, at + 200).map((name) => {
      const device = provider.device();
      return device && call('PUT', `/api/v1/${tenant}/${device.path}`, device.body, 'application/json', tokenOf({ sub: name }));
    }));
  }
}

async function drain() {
  const count = Number(asked.count);
  const names = Array.from({ length: count }, (_, index) => `o-${run}-${index}`);
  const webhook = asked.channel === 'webhook';
  if (webhook) await call('POST', `/api/v1/${tenant}/admin/webhooks`, { url: `http://127.0.0.1:${sink.address().port}/` });
  if (provider) await prepare(names);
  const done = async () => {
    if (webhook) return hooks;
    if (provider || asked.channel === 'email') return arrived.size;
    const text = await (await fetch(`${url}/metrics`)).text();
    return [...text.matchAll(/^milepost_delivery_attempts\w*\{[^}]*sent[^}]*\} (\d+)/gm)].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const began = performance.now();
  for (let at = 0; at < count; at += 200) await post(names.slice(at, at + 200).map((name, index) => placed(name, provider?.contact(at + index))));
  const filled = performance.now();
  const before = await done();
  let now = before;
  const end = filled + 300_000;
  while (now < count && performance.now() < end) { await pause(50); now = await done(); }
  const last = performance.now();
  const again = [...arrived.values()].reduce((sum, times) => sum + times.length - 1, 0);
  console.log(`${asked.channel}: ${now} of ${count} sent ${((last - began) / 1000).toFixed(2)} s after the first post: ${Math.round(now / (last - began) * 1000)}/s; behind the last post ${Math.round((now - before) / (last - filled) * 1000)}/s (${now - before} in ${((last - filled) / 1000).toFixed(2)} s)${again > 0 ? `; ${again} arrived more than once` : ''}`);
}

if (mode === 'drain' && !['email', 'outbox', 'webhook', ...sinkNames].includes(asked.channel)) throw new Error(`no such channel: ${asked.channel}`);
mails.listen(0, '127.0.0.1');
await once(mails.server, 'listening');
sink.listen(0, '127.0.0.1');
await once(sink, 'listening');
const provider = mode === 'drain' && sinkNames.includes(asked.channel) ? await listen(asked.channel, join(asked.data, 'sinks'), came) : undefined;
const useSmtp = mode === 'latency' || asked.channel === 'email';
await serve([
  ...(useSmtp ? [`--Channels:Email:Servers:0=smtp://127.0.0.1:${mails.server.address().port}?tls=off`] : []),
  '--Outgoing:AllowHttp=true', '--Outgoing:AllowPrivate:0=127.0.0.0/8', '--Outgoing:Ports:0=*',
  ...(provider?.settings ?? []),
]);
await (mode === 'latency' ? latency() : drain());
process.exit(0);
