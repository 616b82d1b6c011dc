// Reading back the files that lists become.
import { inflateRawSync } from 'node:zlib';

// CSV as RFC 4180 has it, into rows of cells.
export function parse(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n|$)/gy)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replace(/""/g, '"'));
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  rows.pop();
  return rows;
}
export const table = (reply) => {
  const [names, ...rows] = parse(reply.body.replace(/^\uFEFF/, ''));
  return rows.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]])));
};

// The parts of a ZIP file, from its directory at the end.
export function unzip(bytes) {
  const parts = {};
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n--) {
    const [size, nameLength, extra, comment] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    const local = bytes.readUInt32LE(at + 42), name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    parts[name] = inflateRawSync(bytes.subarray(from, from + size)).toString();
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}
