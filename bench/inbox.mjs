// How long an inbox takes over HTTP when a million pieces of work wait: pages of 50, at the top and
// behind a cursor, of an audience that has a tenth of them, and the next three.
//   node bench/inbox.mjs URL TOKEN [TIMES]
// The database has the items of bench/fill_inbox.sql.
import { Agent, request } from 'node:http';

const [, , base, token, times = '400'] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = (path) => new Promise((resolve, reject) => {
  const began = process.hrtime.bigint();
  request(`${base}${path}`, { agent, headers: { Authorization: `Bearer ${token}` } }, (reply) => {
    const parts = [];
    reply.on('data', (part) => parts.push(part));
    reply.on('end', () => resolve({ ms: Number(process.hrtime.bigint() - began) / 1e6, body: JSON.parse(Buffer.concat(parts)) }));
  }).on('error', reject).end();
});

const { body: top } = await ask('/api/inbox');
console.log(`an inbox of ${top.role_open} among a million\n\n| what | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|`);
for (const [what, path] of [['the first page', '/api/inbox'], ['behind a cursor', `/api/inbox?after=${top.next}`],
  ['deep behind a cursor', '/api/inbox?after=1790000000.900000'], ['the next three', '/api/inbox_next']]) {
  const all = [];
  for (let i = 0; i < Number(times); i++) all.push((await ask(path)).ms);
  all.sort((a, b) => a - b);
  const at = (part) => all[Math.min(all.length - 1, Math.floor(all.length * part))].toFixed(1);
  console.log(`| ${what} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} |`);
}
agent.destroy();
