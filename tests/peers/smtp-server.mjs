// An SMTP server by other people (smtp-server) that tells on standard output, as JSON lines, what it gets. What it answers stands in the addresses:
//   mail-550-text@, rcpt-450-text@, end-552-5.2.2-text@   this code and text at this stage (dashes become spaces, a code with dots stays one)
//   hold-end@    takes the message and never answers      close-end@   takes the message and closes without an answer
//   close-data@  closes at the first bytes of the message
// The only argument: {"user","password","mechanisms","key","cert","implicit","starttls","utf8","greeting","answerAfter"}: answerAfter,
// in milliseconds, is how long it has a message before it says so.
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const options = JSON.parse(process.argv[2] ?? '{}');
const tell = (event, rest) => process.stdout.write(`${JSON.stringify({ event, ...rest })}\n`);
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });
const told = (stage, address) => {
  const match = new RegExp(`^${stage}-(\\d{3})-(.*)@`).exec(address);
  return match && refusal(Number(match[1]), match[2].replaceAll('-', ' '));
};
const socketOf = session => [...server.connections].find(connection => connection.session === session)?._socket;

const server = new SMTPServer({
  ...(options.key ? { key: readFileSync(options.key), cert: readFileSync(options.cert) } : {}),
  secure: options.implicit === true,
  hideSTARTTLS: options.starttls !== true,
  hideENHANCEDSTATUSCODES: true,
  hideSMTPUTF8: options.utf8 !== true,
  authMethods: options.mechanisms ?? ['PLAIN', 'LOGIN'],
  authOptional: !options.user,
  allowInsecureAuth: true,
  disableReverseLookup: true,
  closeTimeout: 100,
  onConnect(session, callback) {
    tell('connected', { id: session.id });
    callback(options.greeting ? refusal(Number(options.greeting.slice(0, 3)), options.greeting.slice(4)) : undefined);
  },
  onAuth(auth, session, callback) {
    const good = auth.username === options.user && auth.password === options.password;
    callback(good ? null : refusal(535, '5.7.8 Authentication credentials invalid'), good ? { user: auth.username } : undefined);
  },
  onMailFrom(address, session, callback) {
    callback(told('mail', address.address));
  },
  onRcptTo(address, session, callback) {
    callback(told('rcpt', address.address));
  },
  onData(stream, session, callback) {
    const to = session.envelope.rcptTo[0].address;
    const chunks = [];
    stream.on('error', () => {});
    stream.on('data', chunk => {
      chunks.push(chunk);
      if (to.startsWith('close-data@')) {
        socketOf(session)?.destroy();
      }
    });
    stream.on('end', () => {
      const refused = told('end', to);
      if (refused) {
        callback(refused);
        return;
      }

      tell('message', {
        id: session.id,
        from: session.envelope.mailFrom.address,
        to,
        secure: session.secure,
        user: session.user || null,
        hello: session.hostNameAppearsAs,
        raw: Buffer.concat(chunks).toString('base64'),
      });
      if (to.startsWith('close-end@')) {
        socketOf(session)?.destroy();
      } else if (!to.startsWith('hold-end@')) {
        setTimeout(callback, options.answerAfter ?? 0, null, '2.0.0 Ok: queued as 4WxYz12AbC');
      }
    });
  },
  onClose(session) {
    tell('closed', { id: session.id });
  },
});
server.on('error', failure => tell('error', { text: failure.message }));
server.listen(0, '127.0.0.1', () => tell('listening', { port: server.server.address().port }));

// Whoever started it is gone.
process.stdin.resume();
process.stdin.on('end', () => process.exit());
