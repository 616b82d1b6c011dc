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
