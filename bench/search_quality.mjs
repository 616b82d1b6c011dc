// How good the order of what is found is: policy documents (title, issuer, summary) are loaded into the program, queries are
// asked over HTTP, and a run is written that tools/score_search.py of the shared folder scores.
//   node bench/search_quality.mjs load URL TOKEN POLICIES.jsonl > IDS.json
//   node bench/search_quality.mjs ask URL TOKEN QUERIES.jsonl IDS.json > RUN.jsonl
// A document counts where it is found itself or a line of it is, once, at its best place.
import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';

const [, , what, base, token, file, idsFile] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const ask = (method, path, body) => new Promise((resolve, reject) => {
  const sent = request(`${base}${path}`, { agent, method, headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body) }) } }, (reply) => {
    const parts = [];
    reply.on('data', (part) => parts.push(part));
    reply.on('end', () => {
      const text = Buffer.concat(parts).toString();
      if (reply.statusCode < 300) resolve(JSON.parse(text));
      else reject(new Error(`${method} ${path}: ${reply.statusCode} ${text}`));
    });
  });
  sent.on('error', reject).end(body);
});

if (what === 'load') { // under their titles, as files are named
  const ids = {};
  for (const policy of lines(file)) {
    const name = [...policy.title].slice(0, 80).join('').replaceAll('/', '／');
    const query = new URLSearchParams({ name: `${name}.txt`, visibility: 'public' });
    ids[(await ask('POST', `/api/documents?${query}`, `${policy.title}\n${policy.issuer}\n${policy.summary}\n`)).id] = policy.id;
  }
  console.log(JSON.stringify(ids));
} else {
  const documents = new Map(Object.entries(JSON.parse(readFileSync(idsFile, 'utf8'))));
  for (const { qid, query } of lines(file)) {
    const ids = [];
    for (let after = null, page; ids.length < 50 && after !== undefined; after = page.next ?? undefined) {
      page = await ask('GET', `/api/search?${new URLSearchParams({ q: query, limit: '50', ...(after && { after }) })}`);
      for (const hit of page.items) {
        const id = hit.kind === 'document' ? documents.get(hit.key) : documents.get(hit.key.split(':')[0]);
        if (id && !ids.includes(id)) ids.push(id);
      }
    }
    console.log(JSON.stringify({ qid, ids }));
  }
}
agent.destroy();
