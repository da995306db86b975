// The push service that Chromium brings with it (Google's GCM), so far as a subscription needs it: a browser checks in, registers, and keeps a
// connection on which its messages come; whoever has a subscription posts to it (RFC 8030), and the body goes on to the browser as it is. Talks with
// the test in lines of JSON: commands on stdin, each answered by {"done":true}; what was posted on stdout.
//   node gcm-server.mjs <certificate.pem> <key.pem>
// Chromium's side is in google_apis/gcm/engine (checkin_request.cc, registration_request.cc, mcs_client.cc) and components/gcm_driver.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import readline from 'node:readline';
import tls from 'node:tls';
import { bytes, fixed64, frame, number, reader, tags, version } from './mcs.mjs';
import { vapid } from './tokens.mjs';

const [certificate, key] = process.argv.slice(2);
const secure = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');

const random = () => crypto.randomBytes(8).readBigUInt64LE() >> 1n;
const device = { id: random(), secret: random() };
const subscriptions = new Map(); // token -> app, subtype and sender of the registration
const messages = new Map(); // by id, until the browser says that it has them: it connects anew when it finds its network, which loses what is under way
let browser; // sends on the newest connection
let posted = 0;
let damaged = false;

const checkIn = (response) => {
  response.writeHead(200, { 'content-type': 'application/x-protobuffer' });
  response.end(Buffer.concat([number(1, 1), number(3, Date.now()), fixed64(7, device.id), fixed64(8, device.secret), bytes(11, 'milepost')]));
};

function register(form, authorization, response) {
  if (authorization !== `AidLogin ${device.id}:${device.secret}`) {
    response.end('Error=AUTHENTICATION_FAILED');
    return;
  }

  const token = crypto.randomBytes(24).toString('base64url');
  subscriptions.set(token, { app: form.get('app'), subtype: form.get('X-subtype'), sender: form.get('sender') });
  response.end(`token=${token}`);
}

const accounts = http.createServer(async (request, response) => {
  const body = await read(request);
  if (request.url === '/checkin') checkIn(response);
  else register(new URLSearchParams(body.toString()), request.headers.authorization, response);
});

const connections = tls.createServer(secure, (socket) => {
  const send = (...frames) => socket.write(Buffer.concat(frames));
  socket.on('error', () => {});
  socket.on('close', () => { browser = browser === send ? undefined : browser; });
  socket.on('data', reader((tag, message) => {
    if (tag === tags.loginRequest) login(message, socket, send);
    if (tag === tags.heartbeatPing) send(frame(tags.heartbeatAck));
  }));
});

function login(message, socket, send) {
  const [id, user, secret] = [1, 3, 5].map((field) => `${message.get(field)[0]}`);
  if (user !== `${device.id}` || secret !== `${device.secret}`) {
    socket.destroy();
    return;
  }

  for (const received of message.get(10) ?? []) messages.delete(`${received}`);
  send(Buffer.from([version]), frame(tags.loginResponse, bytes(1, id)), ...messages.values());
  browser = send;
}

const posts = http2.createSecureServer({ ...secure, allowHTTP1: true }, async (request, response) => {
  const body = await read(request);
  const subscription = subscriptions.get(request.url.replace('/fcm/send/', ''));
  const status = refusal(request, subscription) ?? 201;
  say({ method: request.method, path: request.url, status, length: body.length });
  if (status === 201) {
    pass(subscription, request.headers['content-encoding'], body);
    response.setHeader('location', `https://${authority(request)}/0:${posted}`);
  }

  response.writeHead(status);
  response.end();
});

// The status for what Google's service does not take either.
function refusal(request, subscription) {
  if (!subscription) return 404;
  if (!/^\d+$/.test(request.headers.ttl ?? '')) return 400;
  const sender = vapid(request.headers.authorization);
  if (!sender?.verified || sender.point !== subscription.sender) return 403;
  const { aud, exp } = sender.claims;
  const left = exp - Date.now() / 1000;
  return aud === `https://${authority(request)}` && left > 0 && left <= 24 * 3600 ? undefined : 403;
}

function pass(subscription, encoding, body) {
  if (damaged) body[body.length - 1] ^= 1;
  damaged = false;
  posted += 1;
  const id = `0:${posted}`;
  const data = Object.entries({ subtype: subscription.subtype, 'content-encoding': encoding })
    .map(([name, value]) => bytes(7, Buffer.concat([bytes(1, name), bytes(2, value)])));
  messages.set(id, frame(tags.dataMessage, bytes(3, subscription.sender), bytes(5, subscription.app), ...data, bytes(9, id), bytes(21, body)));
  browser?.(messages.get(id));
}

const authority = (request) => request.authority ?? request.headers.host;

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  damaged = JSON.parse(line).damage;
  say({ done: true });
}).on('close', () => process.exit(0));

const listen = (server) => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server.address().port)); });
const [accountsPort, connectionsPort, port] = [await listen(accounts), await listen(connections), await listen(posts)];
say({ checkIn: `http://127.0.0.1:${accountsPort}/checkin`, registration: `http://127.0.0.1:${accountsPort}/register`, connection: `https://127.0.0.1:${connectionsPort}`, port });
