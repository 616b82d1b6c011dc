// How long an inbox takes over HTTP when a million pieces of work wait: pages of 50, at the top and
// behind a cursor, of an audience that has a tenth of them, and the next three.
//   node bench/inbox.mjs URL TOKEN WHERE [TIMES]      WHERE: "SQLite", for the lines that it prints
// The database has the items of bench/fill_inbox.sql.
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';

const [, , base, token, where, times = '400'] = process.argv;
const GOAL_MS = 30;
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
for (const [what, path] of [['the first page', '/api/inbox'], ['behind a cursor', `/api/inbox?after=${top.next}`],
  ['deep behind a cursor', '/api/inbox?after=1790000000.900000'], ['the next three', '/api/inbox_next']]) {
  const all = [];
  for (let i = 0; i < Number(times); i++) all.push((await ask(path)).ms);
  all.sort((a, b) => a - b);
  const at = (part) => all[Math.min(all.length - 1, Math.floor(all.length * part))];
  const figures = [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]].map(([name, part]) => `${name} ${at(part).toFixed(1)} ms`).join(', ');
  console.log(`| inbox, ${what}, ${top.role_open} of a million items, ${where} | ${figures} | p95 ≤ ${GOAL_MS} ms | ${at(0.95) <= GOAL_MS ? '✓' : '✕'} | ${loadavg()[0].toFixed(2)} |`);
}
agent.destroy();
