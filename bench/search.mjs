// How long searches take over HTTP: a stated mix of queries, one after the other, on one connection.
//   node bench/search.mjs URL TOKEN WHERE [TIMES]      WHERE: "SQLite", for the lines that it prints
// The database has the organisations of bench/make_organisations (bench/search puts them there). The
// first time of a query is printed as cold: what the caches do not hold yet. The goal is for those of
// two characters; the others are told for what they are.
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';

const [, , base, token, where, times = '200'] = process.argv;
const GOAL_MS = 10;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const queries = [['two characters', '鑫宏'], ['two characters', '瑞祥'], ['traditional', '寶龍'], ['one character', '鑫'],
  ['very common', '公司'], ['very common', '重庆'], ['never meet', '餐馆 股份'], ['initials', 'cqkj'], ['pinyin', 'baolong'],
  ['a code', 'Y1500117MA00000072'], ['its beginning', 'Y15001'], ['a name', '优睿茶叶商行']];

const ask = (q) => new Promise((resolve, reject) => {
  const began = process.hrtime.bigint();
  request(`${base}/api/search?${new URLSearchParams({ q, limit: '8' })}`, { agent, headers: { Authorization: `Bearer ${token}` } }, (reply) => {
    const parts = [];
    reply.on('data', (part) => parts.push(part));
    reply.on('end', () => resolve({ ms: Number(process.hrtime.bigint() - began) / 1e6, answer: JSON.parse(Buffer.concat(parts)) }));
  }).on('error', reject).end();
});

for (const [what, q] of queries) {
  const { ms: cold, answer } = await ask(q);
  const all = [];
  for (let i = 0; i < Number(times); i++) all.push((await ask(q)).ms);
  all.sort((a, b) => a - b);
  const at = (part) => all[Math.min(all.length - 1, Math.floor(all.length * part))].toFixed(1);
  const found = `${answer.total} found${answer.truncated ? ', 200 compared' : ''}${answer.relaxed ? ', none has all' : ''}`;
  const held = all[Math.floor(all.length * 0.99)] <= GOAL_MS;
  const goal = what === 'two characters' || what === 'very common' || what === 'never meet';
  console.log(`| search ${q} (${what}; ${found}), ${where} | cold ${cold.toFixed(1)} ms, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms | ${goal ? `p99 ≤ ${GOAL_MS} ms` : '–'} | ${!goal || held ? '✓' : '✕'} | ${loadavg()[0].toFixed(2)} |`);
}
agent.destroy();
