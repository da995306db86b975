// The far sides of `notify.mjs drain`: Twilio's API, Firebase Cloud Messaging, Apple's service, a browser's push service. Each is one HTTPS server that
// takes whatever it is given. Signatures are not verified and pushes not decrypted: the work would be done by the processors that the server has to share,
// and the tests of the channels do it (tests/peers/push-sink.mjs).
import { execFileSync } from 'node:child_process';
import { createECDH, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import { join } from 'node:path';

// Per channel: what routes and preferences call it, the server's settings, what an order says of its customer or a device that the customer registers, and the
// answer to a request; "to" is the address that has its message by it. No address is used twice: one that is registered again leaves its customer.
const channels = {
  sms: {
    route: 'sms',
    settings: (host) => [`--Channels:Sms:Providers:0=https://ACbench:secret@${host}?from=%2B4915100000000`],
    contact: (index) => ({ phone: `+4917${String(index).padStart(8, '0')}` }),
    answer: (path, body) => path === '/2010-04-01/Accounts/ACbench/Messages.json'
      && { to: new URLSearchParams(body.toString()).get('To'), status: 201, body: { sid: `SM${randomUUID().replaceAll('-', '')}`, status: 'queued' } },
  },
  webpush: {
    route: 'push',
    settings: () => [],
    device: (host) => {
      const browser = createECDH('prime256v1');
      return { path: 'push-subscriptions', body: { endpoint: `https://${host}/push/${randomUUID()}`, keys: { p256dh: browser.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') } } };
    },
    answer: (path, body, headers) => path.startsWith('/push/') && headers['content-encoding'] === 'aes128gcm' && headers.authorization?.startsWith('vapid ')
      && { to: path, status: 201, headers: { location: `/message/${randomUUID()}` } },
  },
  fcm: {
    route: 'push',
    settings: (host, directory) => [
      `--Channels:Fcm:ServiceAccountFile=${file(directory, 'account.json', JSON.stringify({
        project_id: 'bench', client_email: 'bench@bench.example', private_key_id: 'bench', private_key: key('rsa', { modulusLength: 2048 }), token_uri: `https://${host}/token`,
      }))}`,
      `--Channels:Fcm:BaseUrl=https://${host}`,
    ],
    device: () => ({ path: 'devices/phone', body: { kind: 'fcm', token: randomBytes(100).toString('base64url') } }),
    answer: (path, body, headers) => path === '/token' ? { status: 200, body: { access_token: 'bench', token_type: 'Bearer', expires_in: 3600 } }
      : path === '/v1/projects/bench/messages:send' && headers.authorization === 'Bearer bench'
        && { to: JSON.parse(body).message.token, status: 200, body: { name: `projects/bench/messages/${randomUUID()}` } },
  },
  apns: {
    route: 'push',
    settings: (host, directory) => [
      `--Channels:Apns:KeyFile=${file(directory, 'apns.p8', key('ec', { namedCurve: 'P-256' }))}`,
      '--Channels:Apns:KeyId=BENCHKEY01', '--Channels:Apns:TeamId=BENCHTEAM1', '--Channels:Apns:Topic=example.shop', `--Channels:Apns:BaseUrl=https://${host}`,
    ],
    device: () => ({ path: 'devices/phone', body: { kind: 'apns', token: randomBytes(32).toString('hex') } }),
    answer: (path, body, headers) => path.startsWith('/3/device/') && headers.authorization?.startsWith('bearer ')
      && { to: path, status: 200, headers: { 'apns-id': headers['apns-id'] } },
  },
};

export const sinkNames = Object.keys(channels);

// Listens for a channel, and tells "take" each address whose message has come. Certificate and keys are written below the directory.
export async function listen(name, directory, take) {
  const channel = channels[name];
  mkdirSync(directory, { recursive: true });
  const [certificate, secret] = [join(directory, 'sink.pem'), join(directory, 'sink.key')];
  // Node makes keys but no certificates.
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', secret, '-out', certificate], { stdio: ['ignore', 'ignore', 'pipe'] });

  // Twilio is called by HTTP/1.1, the others by HTTP/2.
  const server = http2.createSecureServer({ cert: readFileSync(certificate), key: readFileSync(secret), allowHTTP1: true });
  server.on('request', (request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const answer = channel.answer(request.url, Buffer.concat(parts), request.headers) || { status: 404 };
      response.writeHead(answer.status, { ...(answer.body ? { 'content-type': 'application/json' } : {}), ...answer.headers });
      response.end(answer.body ? JSON.stringify(answer.body) : '');
      if (answer.to) take(answer.to);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${server.address().port}`;
  return {
    route: channel.route,
    settings: [`--Outgoing:CaFile=${certificate}`, ...channel.settings(host, directory)],
    contact: (index) => channel.contact?.(index),
    device: () => channel.device?.(host),
  };
}

function file(directory, name, text) {
  writeFileSync(join(directory, name), text, { mode: 0o600 });
  return join(directory, name);
}

const key = (type, options) => generateKeyPairSync(type, { ...options, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;
