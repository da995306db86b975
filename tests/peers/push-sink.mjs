// Push services as other people's libraries see them: takes what Milepost sends over HTTP/2 (or 1.1) with TLS, decrypts and verifies it, and
// answers what the test says. Talks with the test in lines of JSON: commands on stdin, each answered by {"done":true}; requests on stdout.
//   node push-sink.mjs <certificate.pem> <key.pem>
import crypto from 'node:crypto';
import fs from 'node:fs';
import http2 from 'node:http2';
import readline from 'node:readline';
import ece from 'http_ece';
import { check, vapid } from './tokens.mjs';

const [certificate, key] = process.argv.slice(2);
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');

// A browser of its own: the keys of its subscription.
const browser = crypto.createECDH('prime256v1');
browser.generateKeys();
const secret = crypto.randomBytes(16);

const queued = new Map(); // path prefix -> answers, each given once
const standing = new Map(); // path prefix -> the answer when nothing is queued
let publicKeys = {};

const server = http2.createSecureServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key), allowHTTP1: true });
let sessions = 0;
server.on('session', () => { sessions += 1; });
server.on('request', (request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('error', () => {});
  request.on('end', () => answer(request, response, Buffer.concat(parts)));
});

function answer(request, response, body) {
  const plan = find(request.url);
  say({
    method: request.method,
    path: request.url,
    version: request.httpVersion,
    session: sessions,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => typeof name === 'string')),
    length: body.length,
    text: request.headers['content-encoding'] === 'aes128gcm' ? undefined : body.toString('utf8'),
    push: request.headers['content-encoding'] === 'aes128gcm' ? decrypt(body) : undefined,
    token: verify(request.headers.authorization, body),
  });
  const stream = response.stream;
  switch (plan.action) {
    case 'reset': stream.close(plan.code); return;
    case 'destroy': (stream?.session ?? request.socket).destroy(); return;
    case 'goaway':
      // Says farewell, then answers what it has: what comes next must use another connection.
      stream.session.goaway(http2.constants.NGHTTP2_NO_ERROR);
      break;
    default:
  }

  response.writeHead(plan.status ?? 201, plan.headers ?? {});
  response.end(plan.body ?? '');
}

function find(path) {
  for (const [prefix, answers] of queued) {
    if (path.startsWith(prefix) && answers.length > 0) return answers.shift();
  }

  for (const [prefix, plan] of standing) {
    if (path.startsWith(prefix)) return plan;
  }

  return { status: 404 };
}

function decrypt(body) {
  return ece.decrypt(body, { version: 'aes128gcm', privateKey: browser, authSecret: secret }).toString('utf8');
}

// VAPID carries its key; for the others the test has told it.
function verify(authorization, body) {
  const push = vapid(authorization);
  if (push) return push;
  const assertion = new URLSearchParams(body.toString('utf8')).get('assertion');
  if (assertion && publicKeys.fcm) return check(assertion, 'RS256', publicKeys.fcm);
  const bearer = /^bearer (.+\..+\..+)$/.exec(authorization ?? '')?.[1];
  return bearer && publicKeys.apns ? check(bearer, 'ES256', publicKeys.apns) : undefined;
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.queue) queued.set(command.path, [...(queued.get(command.path) ?? []), ...command.queue]);
  if (command.standing) standing.set(command.path, command.standing);
  if (command.publicKeys) publicKeys = command.publicKeys;
  say({ done: true });
}).on('close', () => process.exit(0));

server.listen(0, '127.0.0.1', () => say({
  port: server.address().port,
  p256dh: browser.getPublicKey('base64url'),
  auth: secret.toString('base64url'),
}));
