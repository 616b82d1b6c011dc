// The inbox's counts under a long random run of rivals: they claim, give back, hand over, complete,
// pause, send back and withdraw at once, and afterwards every count is that of a naive count. Time
// and chance make its replies differ, so that it has servers of its own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, newMember, newOrganisation } from './access.mjs';
import { folder, makers, sql, start } from './apart.mjs';

const ROUNDS = Number(process.env.KECHUANG_RIVAL_ROUNDS ?? 25); // of 40 requests at once
let seed = 20261125;
const chance = (most) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % most; };
const pick = (list) => list[chance(list.length)];

const rows = (db, text) => sql(db, text).split('\n').filter(Boolean).sort();

for (const [kind, make] of Object.entries(makers))
  test(`${kind}: after ${ROUNDS * 40} requests of rivals every count is that of a full count`, async () => {
    const db = make('rivals');
    const server = await start(db, 'tests/packs/xingzhou', '--key-file', `${folder}/rivals-${kind}.key`);
    const admin = await administrator({ name: kind, url: server.url, firstPassword: server.password });
    const home = { area_code: 'XZ-DL' };
    const firmCode = await newOrganisation(admin, home), bankCode = await newOrganisation(admin, { ...home, kind: 'bank' });
    const firm = await newMember(admin, firmCode), bank = await newMember(admin, bankCode, 'bank'), colleague = await newMember(admin, bankCode, 'bank');
    const need = { ip_kind: '专利', ip_no: 'X', ip_name: 'X', months_left: '90', coowners: '0', need_amount: '100', term_months: '12', bank: bankCode, valuer: bankCode };
    const answers = (of) => ({ answers: Object.entries(of).map(([code, value]) => ({ code, value })) });
    const cases = [];
    const begin = async () => {
      const { id, steps } = await firm.done('POST', '/api/cases', { template_code: 'ip_pledge' });
      await firm.post(`/api/case_steps/${steps.find(({ code }) => code === 'need').id}/completion`, answers(need));
      cases.push(id);
    };
    for (let i = 0; i < 12; i++) await begin();
    const tried = new Map();
    const act = async (item) => {
      const who = pick([bank, colleague]), other = who === bank ? colleague : bank;
      const [what, path, body] = pick([
        ['claim', `/api/inbox_items/${item.id}/claim`], ['release', `/api/inbox_items/${item.id}/release`],
        ['handover', `/api/inbox_items/${item.id}/handover`, { account_name: other.name, note: '换手' }],
        ['pause', `/api/case_steps/${item.subject_key}/pause`, { reason: '等材料' }],
        ['resumption', `/api/case_steps/${item.subject_key}/resumption`],
        ['mend', `/api/case_steps/${item.subject_key}/completion`, answers({ review_result: '补正后再审', credit_amount: '40', review_reason: '其他' })],
        ['completion', `/api/case_steps/${item.subject_key}/completion`, answers({ review_result: '同意', credit_amount: '40' })]]);
      const { status, body: text } = await who.post(path, body);
      assert.ok([200, 201, 403, 404, 409, 422].includes(status), `${what}: ${status} ${text}`);
      if (status < 300) tried.set(what, (tried.get(what) ?? 0) + 1);
    };
    for (let round = 0; round < ROUNDS; round++) {
      const { items } = await bank.done('GET', '/api/inbox?limit=100');
      const theirs = (await colleague.done('GET', '/api/inbox?limit=100')).items;
      const all = [...items, ...theirs];
      if (all.length < 8) await begin();
      const own = (await firm.done('GET', '/api/inbox?limit=100')).items;
      const jobs = Array.from({ length: 38 }, () => (all.length ? act(pick(all)) : null));
      for (const item of own.slice(0, 1)) jobs.push(firm.post(`/api/case_steps/${item.subject_key}/completion`, answers(need)));
      if (chance(6) === 0) jobs.push(firm.post(`/api/cases/${pick(cases)}/withdrawal`, { reason: '不办了' }));
      await Promise.all(jobs);
    }
    for (const what of ['claim', 'release', 'handover', 'pause', 'resumption', 'mend', 'completion']) assert.ok(tried.get(what) > 0, `nobody could ${what}`);

    const counted = rows(db, `SELECT audience || ' ' || CAST(COUNT(*) AS TEXT) || ' ' || CAST(SUM(CASE WHEN late THEN 1 ELSE 0 END) AS TEXT) FROM inbox_item GROUP BY audience`);
    const kept = rows(db, `SELECT audience || ' ' || CAST(SUM(open_count) AS TEXT) || ' ' || CAST(SUM(late_count) AS TEXT) FROM inbox_tally GROUP BY audience HAVING SUM(open_count) <> 0 OR SUM(late_count) <> 0`);
    assert.deepEqual(kept, counted);
    for (const reader of [firm, bank, colleague]) {
      const { items, mine_open, role_open } = await reader.done('GET', '/api/inbox?limit=500');
      assert.equal(items.length, mine_open + role_open, 'the page is as long as its counts say');
    }
    // What is in an inbox is what is open, and the board counts the same.
    assert.deepEqual(rows(db, "SELECT subject_key FROM inbox_item"), rows(db, "SELECT CAST(id AS TEXT) FROM case_step WHERE state IN ('open', 'paused')"));
    assert.deepEqual(rows(db, "SELECT CAST(SUM(open_count) AS TEXT) FROM case_tally WHERE party = ''"), rows(db, 'SELECT CAST(COUNT(*) AS TEXT) FROM inbox_item'));
  });
