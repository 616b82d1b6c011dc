// What the tests of access share: people who sign in, on both databases. Accounts are made as an
// administration makes them: one-time links, letters of invitation.
import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';
import { ask } from './ask.mjs';

export const servers = ['SQLITE', 'POSTGRES'].map((database) => ({
  name: { SQLITE: 'SQLite', POSTGRES: 'PostgreSQL' }[database],
  url: process.env[`ACCESS_${database}_URL`],
  firstPassword: process.env[`ACCESS_${database}_PASSWORD`],
  token: process.env[`ACCESS_${database}_TOKEN`],
  process: process.env[`ACCESS_${database}_PROCESS`],
}));

export const password = 'Blau-Wal-77';
const unique = process.hrtime.bigint().toString(36).slice(-6);
let made = 0;
export const newName = (start) => `${start}${unique}${++made}`;

// Valid unified social credit codes, one after the other (GB 32100, GB 11714).
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
export function newCode() {
  const digits = `9135${unique.replace(/[^0-9]/g, '').padStart(4, '7').slice(0, 4)}`;
  return codeOf(digits, String(Number(process.hrtime.bigint() % 100000n) * 1000 + ++made).padStart(8, '0').slice(-8));
}
// From eight digits of the registrar and eight of the organisation.
export function codeOf(digits, body) {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const rest = 11 - [...body].reduce((sum, c, i) => sum + weights[i] * Number(c), 0) % 11;
  const seventeen = digits + body + (rest === 11 ? '0' : rest === 10 ? 'X' : String(rest));
  const sum = [...seventeen].reduce((all, c, i) => all + alphabet.indexOf(c) * (3 ** i % 31), 0);
  return seventeen + alphabet[(31 - sum % 31) % 31];
}

const inJson = ['Content-Type', 'application/json'];
export const cookieOf = (reply) => reply.headers['set-cookie']?.[0]?.match(/^kechuang_session=([^;]*)/)?.[1];

// Somebody at a server: anybody, or whoever signed in with this cookie. `headers` are added to each request.
export class Reader {
  constructor(server, headers = []) { this.server = server; this.headers = headers; this.role = 'public'; }
  signedIn(reply) {
    const body = JSON.parse(reply.body);
    this.session = cookieOf(reply) ?? this.session;
    this.csrf = body.csrf_token;
    this.role = body.role;
    this.id = body.account_id;
    this.name = body.name;
    this.grant_id = body.grant_id;
    this.headers = [['Cookie', `kechuang_session=${this.session}`]];
    return this;
  }
  async ask(method, path, body, headers = []) {
    const all = [...this.headers, ...headers];
    if (method !== 'GET' && this.csrf) all.push(['X-CSRF-Token', this.csrf]);
    const raw = typeof body === 'string';
    if (body !== undefined && !raw) all.push(inJson);
    const sent = raw || body === undefined ? body : JSON.stringify(body);
    if (sent !== undefined) all.push(['Content-Length', Buffer.byteLength(sent)]);
    const reply = await ask(this.server.url, method, path, all, sent);
    reply.json = /[/+]json/.test(reply.headers['content-type']) && reply.body ? JSON.parse(reply.body) : null;
    return reply;
  }
  get(path, headers) { return this.ask('GET', path, undefined, headers); }
  post(path, body, headers) { return this.ask('POST', path, body, headers); }
  // The same, where it has to go well.
  async done(method, path, body, headers) {
    const reply = await this.ask(method, path, body, headers);
    assert.ok(reply.status < 300, `${method} ${path} as ${this.role}: ${reply.status} ${reply.body}`);
    return reply.json;
  }
}

// From an address of its own: wrong passwords count by address, too.
export const from = (address) => [['X-Forwarded-For', address]];
let address = 0;
export const newAddress = () => `10.${process.pid % 250}.${++address}.1`;

export async function signIn(server, name, word = password) {
  const reply = await new Reader(server).post('/api/session', { name, password: word }, from(newAddress()));
  assert.equal(reply.status, 201, `${name}: ${reply.body}`);
  return new Reader(server).signedIn(reply);
}

// The first administrator; whoever comes first changes the one-time password.
export async function administrator(server) {
  const anybody = new Reader(server);
  const reply = await anybody.post('/api/session', { name: 'admin', password }, from(newAddress()));
  if (reply.status === 201) return new Reader(server).signedIn(reply);
  const first = await signIn(server, 'admin', server.firstPassword);
  return first.signedIn(await first.post('/api/session/password', { old_password: server.firstPassword, new_password: password }));
}

// An account with one grant, signed in: its owner has used the one-time link.
export async function newUser(admin, role, scope = {}, more = {}) {
  const name = newName(role.slice(0, 4));
  const user = await admin.done('POST', '/api/users', { name, role, ...scope, ...more });
  const reply = await new Reader(admin.server).post('/api/password_resets', { token: user.reset_token, new_password: password });
  assert.equal(reply.status, 200, reply.body);
  return new Reader(admin.server).signedIn(reply);
}

export async function newOrganisation(admin, more = {}) {
  const code = newCode();
  await admin.done('POST', '/api/organisations', { code, name: `单位${code}`, kind: 'enterprise', area_code: 'XZ-DL', ...more });
  return code;
}

// Somebody who came with a letter of invitation.
export async function newMember(inviter, organisation_code, role = 'enterprise', may_delegate = false) {
  const letter = await inviter.done('POST', '/api/invitations', { organisation_code, role, may_delegate });
  const reply = await new Reader(inviter.server).post('/api/claims', {
    method: 'letter', organisation_code, one_time_code: letter.one_time_code, name: newName('firm'), password });
  assert.equal(reply.status, 201, reply.body);
  return new Reader(inviter.server).signedIn(reply);
}

// Fields of a figure that the invented city takes.
export const figure = (more = {}) => ({
  indicator_code: 'RD01', area_code: 'XZ-DL', period: '2023', value: 7, unit: '元', measure: 'flow',
  status: 'estimate', approximation: 'exact', note: '测试', ...more });

// The texts of all parts of a workbook (a ZIP file), one after the other.
export function workbookText(bytes) {
  let text = '', at = bytes.readUInt32LE(bytes.lastIndexOf('PK\x05\x06') + 16); // of the central directory
  while (bytes.toString('latin1', at, at + 4) === 'PK\x01\x02') {
    const packed = bytes.readUInt16LE(at + 10) === 8, size = bytes.readUInt32LE(at + 20), header = bytes.readUInt32LE(at + 42);
    const begin = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const part = bytes.subarray(begin, begin + size);
    text += (packed ? inflateRawSync(part) : part).toString();
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return text;
}

// Every row of a list, page by page.
export async function wholeList(reader, path, query = '') {
  const items = [];
  for (let after = ''; after !== null;) {
    const page = await reader.done('GET', `${path}?limit=7${query}${after && `&after=${encodeURIComponent(after)}`}`);
    items.push(...page.items);
    after = page.next;
  }
  return items;
}

// In the city, whose clock is eight hours ahead.
export const tomorrow = () => new Date(Date.now() + 8 * 36e5 + 864e5).toISOString().slice(0, 10);
