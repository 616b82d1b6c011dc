// An anonymous crawl of the whole interface: every address, every id found or guessed, lists with every
// filter, order, page and file, history and past states. What is not published leaves no trace in it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, figure, newName, newOrganisation, newUser, Reader, servers, tomorrow, workbookText } from './access.mjs';

const text = [['Content-Type', 'text/plain']];

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const anybody = new Reader(server), who = {};
  // In words, in a number, in a phone number: what nobody may find.
  const mark = newName('Geheim'), value = 8612345678, phone = '13912344321';
  const traces = new RegExp(`${mark}|${value}|${phone}`);
  const kinds = ['observation', 'document', 'uploaded', 'source', 'person', 'account', 'user', 'grant', 'invitation', 'letter', 'proposal', 'organisation',
    'consent', 'attachment', 'session', 'session_view', 'api_token', 'setting', 'decision', 'erased', ''];
  let newest = 0;

  const published = async (proposal) => (await who.leader.done('POST', `/api/proposals/${proposal.id}/approval`, {})).location;
  const hidden = (more) => figure({ value, note: `${mark} 说明`, scope: `${mark} 主体`, fact_id: newName(mark), ...more });

  test(called('what has been published after a hidden past'), async () => {
    who.administrator = await administrator(server);
    for (const role of ['analyst', 'leader', 'expert']) who[role] = await newUser(who.administrator, role);
    who.officer = await newUser(who.administrator, 'district_officer', { area_code: 'XZ-NP' });
    const draft = await who.analyst.done('POST', '/api/observations', figure({ value, note: `${mark} 草稿`, fact_id: newName('open'), visibility: 'draft' }));
    const revised = await who.analyst.done('POST', `/api/observations/${draft.id}/revisions`, { value: 5, note: '定稿' }, [['If-Match', `"${draft.recorded_seq}"`]]);
    await published(await who.analyst.done('POST', `/api/observations/${revised.id}/publication`, { visibility: 'public' }));
    const document = await who.analyst.done('POST', `/api/documents?name=${newName('open')}.txt&visibility=draft`, `${newName('x')} 42亿元\n`, text);
    await who.analyst.done('PATCH', `/api/documents/${document.id}`, { title: `${mark} 初稿` }, [['If-Match', `"${document.changed_seq}"`]]);
    const { headers } = await who.analyst.get(`/api/documents/${document.id}`);
    await who.analyst.done('PATCH', `/api/documents/${document.id}`, { title: '定稿' }, [['If-Match', headers.etag]]);
    const proposal = await who.analyst.done('POST', `/api/documents/${document.id}/publication`, { visibility: 'public' });
    await published(proposal);
    // A hidden figure that cites the public document.
    await who.analyst.done('POST', '/api/observations', hidden({ source_code: document.source_code, line: 1, token: '42亿元', visibility: 'draft' }));
    await who.analyst.done('POST', '/api/observations', hidden({ source_code: document.source_code, line: 1, token: '42亿元', visibility: 'government' }));
  });

  // Everything that the description lets one ask for, with the values that the public lists have.
  const { paths, components } = await anybody.done('GET', '/api/openapi.json');
  async function addresses() {
    const codes = async (path, member = 'code') => (await anybody.done('GET', path)).items.map((item) => item[member]);
    const known = { area_code: await codes('/api/areas'), indicator_code: await codes('/api/indicators'), area_set: await codes('/api/area_sets'),
      source_code: await codes('/api/sources?limit=500'), department_code: await codes('/api/departments'), year: [2025, 2026], period: ['2023', '2024', '2025', '2026'],
      with: ['RD02'], date: ['2025-06-30', '2026-06-30'], as_of: [1, newest - 2], published_by: ['2026-11-25'], status: ['estimate', 'final'], from: ['2026-01-01'], to: ['2027-01-01'] };
    const found = new Set();
    for (const [path, { get }] of Object.entries(paths)) {
      if (!get || path.includes('{') || /history|past/.test(path)) continue;
      const names = get.parameters.filter((p) => p.in === 'query'), needed = names.filter((p) => p.required).map((p) => p.name);
      const list = names.some((p) => p.name === 'after');
      const bases = needed.reduce((all, name) => all.flatMap((q) => (known[name] ?? ['x']).map((v) => `${q}&${name}=${encodeURIComponent(v)}`)), ['']);
      for (const base of bases) {
        found.add(`${path}?${base.slice(1)}`);
        if (bases.length > 20) continue;
        for (const { name, schema } of names) {
          const values = known[name] ?? schema.enum ?? (schema.type?.includes?.('boolean') ? ['true', 'false'] : ['1', '']);
          if (!['after', 'limit', ...needed].includes(name)) for (const v of values) if (v !== null) found.add(`${path}?${base.slice(1)}&${name}=${encodeURIComponent(v)}`.replace('?&', '?'));
        }
      }
      if (list) found.add(`${path}?sort=-id`).add(`${path}?sort=id&limit=500`).add(`${path}?sort=-period_end&limit=500`).add(`${path}.csv?`);
      else if (!needed.length) found.add(`${path}.csv?`);
    }
    return found;
  }
  // SDMX says when and at which number a message was made.
  const plain = (body) => body.replace(/"(seq|sequence|as_of)":\d+|OBSERVATIONS-\d+|"prepared":"[^"]*"|<message:Prepared>[^<]*/g, '');
  const pages = async (path) => {
    const bodies = [];
    for (let next = path; next;) {
      const reply = await anybody.get(next);
      assert.ok(reply.status < 500, `${next}: ${reply.status} ${reply.body}`);
      assert.ok(!traces.test(reply.body), `${next}: ${reply.body.match(traces)?.[0]}`);
      bodies.push(plain(reply.body));
      next = reply.json?.next && /^"?[\w-]+"?$/.test(String(reply.json.next)) ? `${path}&after=${reply.json.next}` : null;
      if (bodies.length > 40) break;
    }
    return bodies.join('\n');
  };
  const before = new Map();

  test(called('the crawl before there is anything to hide'), async () => {
    newest = (await anybody.done('GET', '/healthz')).seq;
    for (const path of await addresses()) before.set(path, await pages(path));
    assert.ok(before.size > 150, `${before.size} addresses`);
  });

  test(called('hidden records of all kinds are made'), async () => {
    const { administrator: admin, analyst, officer } = who;
    const made = [];
    for (const visibility of ['draft', 'bureau', 'government'])
      for (const [by, more] of [[analyst, {}], [analyst, { area_code: 'XZ', indicator_code: 'EN01', unit: '家', measure: 'stock', period: '2026' }], [officer, { area_code: 'XZ-NP' }],
        [analyst, { status: 'target', period: '2027', indicator_code: 'GDP', area_code: 'XZ' }], [analyst, { area_code: 'XZ', period: '2025', indicator_code: 'GDP', source_code: 'B001', line: 9, token: '920家' }]])
        made.push(await by.done('POST', '/api/observations', hidden({ ...more, visibility })));
    await analyst.done('POST', `/api/observations/${made[0].id}/revisions`, { value: value + 0, note: `${mark} 再改` }, [['If-Match', `"${made[0].recorded_seq}"`]]);
    for (const visibility of ['draft', 'bureau', 'government'])
      for (const by of [analyst, officer]) {
        const document = await by.done('POST', `/api/documents?name=${newName(mark)}.txt&visibility=${visibility}`, `${newName(mark)} 正文\n${value}\n`, text);
        await by.done('PATCH', `/api/documents/${document.id}`, { title: `${mark} 标题` }, [['If-Match', `"${document.changed_seq}"`]]);
        await by.done('POST', '/api/observations', hidden({ source_code: document.source_code, line: 1, token: '1', visibility, ...(by === officer ? { area_code: 'XZ-NP' } : {}) }));
      }
    const asked = [];
    for (let i = 0; i < 4; i++) asked.push(await analyst.done('POST', '/api/observations', hidden({ visibility: 'public' })));
    await who.leader.done('POST', `/api/proposals/${asked[0].id}/rejection`, { reason: `${mark} 理由` });
    await analyst.done('POST', `/api/proposals/${asked[1].id}/withdrawal`, {});
    await admin.done('POST', '/api/settings/reset_hours', { value: 24 });
    const person = { name: `${mark} 姓名`, phone, email: `${mark}@example.org`, note: `${mark} 备注` };
    const { id } = await admin.done('POST', '/api/people', person);
    const user = await newUser(admin, 'expert', {}, { display_name: `${mark} 用户`, phone });
    const { person_id } = await user.done('GET', '/api/session');
    await user.done('POST', '/api/consents', { person_id, purpose: 'contact', expires_on: tomorrow(), text: `${mark} 同意` });
    await user.done('POST', `/api/people/${person_id}/attachments?name=${mark}.txt`, `${mark} ${phone}`, text);
    await user.done('POST', '/api/tokens', { name: `${mark} 令牌`, scopes: 'read', expires_on: tomorrow() });
    await admin.done('POST', `/api/people/${id}/reveal`, { reason: `${mark} 理由` });
    await newOrganisation(admin, { name: `${mark} 公司`, note: mark, area_code: 'XZ-NP' });
    assert.ok(traces.test((await analyst.get('/api/observations?indicator_code=RD01&sort=-id')).body), 'whoever may see them does');
  });

  test(called('the crawl afterwards finds nothing, and no difference'), async () => {
    newest = (await anybody.done('GET', '/healthz')).seq;
    const changed = [];
    for (const [path, was] of before) {
      const now = await pages(path);
      if (now !== was) changed.push(`${path}\n  before: ${was.slice(0, 3000)}\n  now: ${now.slice(0, 3000)}`);
    }
    assert.deepEqual(changed, []);
    for (const path of await addresses()) if (!before.has(path)) await pages(path);
    for (const name of ['observations', 'documents', 'sources', 'areas']) {
      const reply = await anybody.get(`/api/${name}.xlsx`);
      assert.equal(reply.status, 200);
      assert.ok(!traces.test(workbookText(reply.bytes)), `${name}.xlsx`);
    }
  });

  test(called('nor do ids that are guessed'), async () => {
    const { items: [last] } = await who.analyst.done('GET', '/api/observations?sort=-id&limit=1');
    const highest = last.id + 3;
    const codes = [...new Set([...before.values()].join().match(/\bU\d+\b/g) ?? []), 'RD01', 'XZ-NP', 'B001'];
    for (const [path, { get }] of Object.entries(paths)) {
      if (!get || !path.includes('{')) continue;
      const ids = Array.from({ length: /observations|documents/.test(path) ? highest : 30 }, (_, i) => i + 1);
      for (const id of [...ids, ...(path.includes('{code}') ? codes : [])]) {
        const reply = await anybody.get(path.replace(/\{\w+\}/, id));
        assert.ok(!traces.test(reply.body), `${path} ${id}: ${reply.body}`);
        assert.ok(reply.status < 500, `${path} ${id}`);
      }
    }
    const step = Math.max(1, Math.floor(newest / 12));
    for (const kind of kinds)
      for (let key = 1; key <= (kind === 'observation' ? highest : kind === 'document' ? 40 : 12); key++) {
        const history = await anybody.get(`/api/history?kind=${kind}&key=${key}`);
        assert.ok(!traces.test(history.body), `history of ${kind} ${key}: ${history.body}`);
        assert.ok(!/"actor_name":"/.test(history.body), 'the public is not told who');
        if (history.status !== 200) {
          const past = await anybody.get(`/api/past?kind=${kind}&key=${key}&sequence=${newest}`);
          assert.notEqual(past.status, 200, `the past of ${kind} ${key}: ${past.body}`);
          continue;
        }
        for (let sequence = newest; sequence > 0; sequence -= step) {
          const past = await anybody.get(`/api/past?kind=${kind}&key=${key}&sequence=${sequence}`);
          assert.ok(!traces.test(past.body), `the past of ${kind} ${key} at ${sequence}: ${past.body}`);
        }
      }
    assert.ok(components.schemas.observation);
  });
}
