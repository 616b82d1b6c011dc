// What the HTTP tests share: one request, and what of its reply must be equal on both databases.
import { request } from 'node:http';

// What an operation that not everybody may use is asked with.
export const asOperator = (operation, token) => (operation.security ? [['Authorization', `Bearer ${token}`]] : []);

export const databases = [
  { url: process.env.SQLITE_URL, token: process.env.SQLITE_TOKEN },
  { url: process.env.POSTGRES_URL, token: process.env.POSTGRES_TOKEN },
];

// Not fetch(): it would not send what a hostile client sends.
export function ask(base, method, path, headers = [], body = undefined) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const sent = request({ hostname, port, method, path, headers: Object.fromEntries(headers) }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => {
        const bytes = Buffer.concat(parts);
        resolve({ status: reply.statusCode, headers: reply.headers, bytes, body: bytes.toString() });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

// The database's own name is the only thing in which two replies may differ.
export function comparable({ status, headers, body }) {
  const ownName = /"database":"\w+"/, instants = /\d{4}-\d\d-\d\dT[\d:]+Z/g;
  return {
    status,
    type: headers['content-type'],
    etag: ownName.test(body) || instants.test(body) ? undefined : headers.etag,
    // The two programs were not started in the same second.
    body: body.replace(ownName, '"database":""').replace(instants, 'instant'),
  };
}

// The n-th code of an organisation, with its check characters (GB 32100, GB 11714).
const codeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
export function creditCode(n) {
  const body = String(n).padStart(8, '0'), weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const rest = 11 - [...body].reduce((sum, c, i) => sum + weights[i] * Number(c), 0) % 11;
  const seventeen = `91500101${body}${rest === 11 ? '0' : rest === 10 ? 'X' : rest}`;
  const sum = [...seventeen].reduce((all, c, i) => all + codeAlphabet.indexOf(c) * (3 ** i % 31), 0);
  return seventeen + codeAlphabet[(31 - sum % 31) % 31];
}
