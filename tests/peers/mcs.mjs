// What goes over the wire between Chromium and Google's push service, as google_apis/gcm/protocol/mcs.proto of Chromium has it: a version byte in
// each direction, then frames of a tag, a length and a message of protocol buffers. Only the kinds of fields that these few messages have.
export const version = 41;
export const tags = { heartbeatPing: 0, heartbeatAck: 1, loginRequest: 2, loginResponse: 3, dataMessage: 8 };

const kinds = { varint: 0, fixed64: 1, bytes: 2 };

export function varint(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

export const number = (field, value) => Buffer.concat([varint(field * 8 + kinds.varint), varint(value)]);

export function fixed64(field, value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(field * 8 + kinds.fixed64), bytes]);
}

export function bytes(field, value) {
  const content = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + kinds.bytes), varint(content.length), content]);
}

export const frame = (tag, ...fields) => {
  const message = Buffer.concat(fields);
  return Buffer.concat([Buffer.from([tag]), varint(message.length), message]);
};

// The values of each field, by number.
export function read(message) {
  const fields = new Map();
  for (let at = 0; at < message.length;) {
    const key = readVarint(message, at);
    const [field, kind] = [Math.floor(key.value / 8), key.value % 8];
    if (kind !== kinds.varint && kind !== kinds.bytes) throw new Error(`field ${field} is of kind ${kind}`);
    const { value, end } = readVarint(message, key.end);
    at = kind === kinds.bytes ? end + value : end;
    fields.set(field, [...(fields.get(field) ?? []), kind === kinds.bytes ? message.subarray(end, at) : value]);
  }

  return fields;
}

// Takes what comes in as it is cut by the network and gives whole frames.
export function reader(take) {
  let waiting = Buffer.alloc(0);
  let greeted = false;
  return (part) => {
    waiting = Buffer.concat([waiting, part]);
    if (!greeted && waiting.length > 0) {
      if (waiting[0] !== version) throw new Error(`MCS version ${waiting[0]}`);
      greeted = true;
      waiting = waiting.subarray(1);
    }

    while (greeted) {
      const length = waiting.length > 1 ? readVarint(waiting, 1) : undefined;
      if (!length || waiting.length < length.end + length.value) return;
      const [tag, message] = [waiting[0], waiting.subarray(length.end, length.end + length.value)];
      waiting = waiting.subarray(length.end + length.value);
      take(tag, read(message));
    }
  };
}

// Undefined where the number is not complete. Numbers of more than 53 bits lose some: none that matters has as many.
function readVarint(from, at) {
  for (let [value, factor] = [0, 1]; at < from.length; factor *= 128) {
    const byte = from[at];
    at += 1;
    value += (byte % 128) * factor;
    if (byte < 128) return { value, end: at };
  }

  return undefined;
}
