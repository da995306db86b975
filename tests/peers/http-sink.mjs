// A receiver of other people's making: takes plain HTTP, verifies webhooks with the npm package standardwebhooks, and answers what the test says.
// Talks with the test in lines of JSON: commands on stdin, each answered by {"done":true}; requests on stdout.
import http from 'node:http';
import readline from 'node:readline';
import { Webhook } from 'standardwebhooks';

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');
const plans = new Map(); // path -> the answers to come; the last one stays
const secrets = new Map(); // path -> the secrets that the receiver knows

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('error', () => {});
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('utf8');
    const path = request.url.split('?')[0];
    say({ method: request.method, path: request.url, headers: request.headers, body, verified: verify(path, body, request.headers) });
    answer(path, request, response);
  });
});

function answer(path, request, response) {
  const answers = plans.get(path) ?? [{ status: 404 }];
  const plan = answers.length > 1 ? answers.shift() : answers[0];
  switch (plan.action) {
    case 'hang': return;
    case 'close': request.socket.destroy(); return;
    case 'cut':
      response.writeHead(plan.status, { 'content-length': '1000' });
      response.write(plan.body ?? 'half', () => request.socket.destroy());
      return;
    default:
      response.writeHead(plan.status, plan.headers ?? {});
      response.end(plan.repeat ? (plan.body ?? '').repeat(plan.repeat) : plan.body ?? '');
  }
}

// One answer for each secret that the receiver knows: its own library decides.
function verify(path, body, headers) {
  return (secrets.get(path) ?? []).map((secret) => {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  });
}

server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
const commands = readline.createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const command = JSON.parse(line);
  if (command.answers) plans.set(command.path, command.answers);
  if (command.secrets) secrets.set(command.path, command.secrets);
  say({ done: true });
});
commands.on('close', () => process.exit(0));
