// The loan against intellectual property, from application to registration and payment, by all its
// parties; what each sees of it, and what waits for whom. On both databases.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, newMember, newOrganisation, newUser, servers } from './access.mjs';

const answers = (values) => Object.entries(values).map(([code, value]) => ({ code, value: String(value) }));

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = {}, codes = {};

  const stepOf = async (reader, id, code) => (await reader.done('GET', `/api/cases/${id}`)).steps.find((step) => step.code === code);
  const complete = async (reader, id, code, values = {}) => {
    const { id: step } = await stepOf(reader, id, code);
    return reader.post(`/api/case_steps/${step}/completion`, { answers: answers(values) });
  };
  const done = async (...args) => {
    const reply = await complete(...args);
    assert.equal(reply.status, 200, reply.body);
    return reply.json;
  };
  const statesOf = async (reader, id) => Object.fromEntries((await reader.done('GET', `/api/cases/${id}`)).steps.map(({ code, state }) => [code, state]));
  const begin = () => who.firm.done('POST', '/api/cases', { template_code: 'ip_pledge' });
  const need = (more = {}) => ({ ip_kind: '专利', ip_no: 'ZL201910000000.1', ip_name: '样例装置', months_left: 96, coowners: 0,
    need_amount: 300, term_months: 24, bank: codes.bank, valuer: codes.valuer, ...more });
  const open = async (reader) => (await reader.done('GET', '/api/inbox')).items.map(({ title }) => title);

  test(called('setting up'), async () => {
    who.admin = await administrator(server);
    codes.firm = await newOrganisation(who.admin);
    codes.other = await newOrganisation(who.admin);
    codes.bank = await newOrganisation(who.admin, { kind: 'bank' });
    codes.valuer = await newOrganisation(who.admin, { kind: 'institute' });
    who.firm = await newMember(who.admin, codes.firm);
    who.other = await newMember(who.admin, codes.other);
    who.bank = await newMember(who.admin, codes.bank, 'bank');
    who.colleague = await newMember(who.admin, codes.bank, 'bank');
    who.valuer = await newMember(who.admin, codes.valuer, 'institute');
    who.office = await newUser(who.admin, 'department_officer', { department_code: 'XD02' });
    who.finance = await newUser(who.admin, 'department_officer', { department_code: 'XD03' });
    who.analyst = await newUser(who.admin, 'analyst');
    who.district = await newUser(who.admin, 'district_officer', { area_code: 'XZ-DL' });
  });

  test(called('the whole way, with parallel steps and the join behind them'), async () => {
    const { id, steps } = await begin();
    assert.equal(steps.find(({ code }) => code === 'need').state, 'open');
    assert.equal((await who.bank.get(`/api/cases/${id}`)).status, 404, 'not before the firm has named it');
    assert.equal((await who.other.get(`/api/cases/${id}`)).status, 404);
    await done(who.firm, id, 'need', need());
    assert.deepEqual(await statesOf(who.bank, id), { need: 'done', consent: 'skipped', valuation: 'open', review: 'open',
      contract: 'waiting', registration: 'waiting', loan: 'waiting' });

    const review = await stepOf(who.bank, id, 'review');
    assert.equal(review.clock_phase, 'running');
    assert.equal(review.limit_seconds, 2 * 7 * 3600, 'two workdays of seven hours');
    const clock = await who.bank.done('GET', `/api/clocks/${review.clock_id}`);
    assert.equal(clock.events.length, 1);
    assert.equal(clock.day_seconds, 7 * 3600);
    assert.equal((await who.other.get(`/api/clocks/${review.clock_id}`)).status, 404);

    const { items: kinds } = await who.firm.done('GET', '/api/lifecycles');
    for (const kind of ['case_file', 'case_step', 'delivery', 'import', 'proposal']) assert.ok(kinds.some((one) => one.kind === kind && one.steps.length), kind);
    const next = async (reader, kind, key) => { const { state, items } = await reader.done('GET', `/api/next_steps?kind=${kind}&key=${key}`); return [state, items.map(({ event }) => event)]; };
    assert.deepEqual(await next(who.firm, 'case_file', id), ['running', ['withdrawal']]);
    assert.deepEqual(await next(who.bank, 'case_file', id), ['running', []], 'the firm withdraws it, not the bank');
    assert.deepEqual(await next(who.bank, 'case_step', review.id), ['open', ['completion', 'pause', 'return']]);
    assert.deepEqual(await next(who.firm, 'case_step', review.id), ['open', []], 'it is the bank\'s');
    assert.equal((await who.other.get(`/api/next_steps?kind=case_file&key=${id}`)).status, 404);
    assert.equal((await who.firm.get('/api/next_steps?kind=area&key=1')).status, 404, 'has no lifecycle');
    const apply = await who.firm.done('GET', `/api/case_steps/${(await stepOf(who.firm, id, 'need')).id}`);
    assert.ok(apply.fields.find(({ code }) => code === 'bank').candidates.some(({ code }) => code === codes.bank), 'whoever can be named is offered');
    assert.ok(!apply.fields.find(({ code }) => code === 'bank').candidates.some(({ code }) => code === codes.valuer));
    const form = await who.bank.done('GET', `/api/case_steps/${review.id}`);
    assert.deepEqual(form.fields.map(({ code, value }) => [code, value]), [['review_result', null], ['credit_amount', '300'], ['review_reason', null]]);
    assert.equal(form.may_act, true);
    assert.equal((await complete(who.valuer, id, 'review', {})).status, 403);
    assert.equal((await complete(who.bank, id, 'valuation', {})).status, 403);
    const wrong = await complete(who.bank, id, 'review', { review_result: '再说', credit_amount: '-1', nonsense: 'x' });
    assert.equal(wrong.status, 422);
    assert.deepEqual(wrong.json.errors.map(({ field }) => field), ['nonsense']);
    await done(who.bank, id, 'review', { review_result: '同意' });
    assert.equal((await statesOf(who.firm, id)).contract, 'waiting', 'the valuation is still missing');
    await done(who.valuer, id, 'valuation', { method: '收益法', valuation: 500, valued_on: '2026-11-20' });

    const over = await complete(who.bank, id, 'contract', { contract_no: 'ZY-1' });
    assert.equal(over.status, 422);
    assert.match(over.json.detail, /50%/);
    await who.bank.done('POST', `/api/case_steps/${(await stepOf(who.bank, id, 'contract')).id}/return`,
      { to: 'review', reason: '贷款额超过评估值的一半，重新核定' });
    assert.deepEqual(await statesOf(who.bank, id), { need: 'done', consent: 'skipped', valuation: 'done', review: 'open',
      contract: 'waiting', registration: 'waiting', loan: 'waiting' });
    await done(who.bank, id, 'review', { review_result: '同意', credit_amount: 240 });
    await done(who.bank, id, 'contract', { contract_no: 'ZY-1' });

    assert.equal((await who.finance.get(`/api/cases/${id}`)).status, 404);
    const unreceipted = await complete(who.office, id, 'registration', { registration_no: 'Y2026500000001', registered_on: '2026-11-25' });
    assert.equal(unreceipted.status, 422);
    assert.match(unreceipted.json.errors[0].message, /还缺材料“登记回执”：请上传它的文件，或填“回执号”/);
    await done(who.office, id, 'registration', { registration_no: 'Y2026500000001', registered_on: '2026-11-25', receipt_no: 'H-1' });
    assert.deepEqual((await who.office.done('GET', `/api/case_steps/${(await stepOf(who.office, id, 'registration')).id}`)).materials.map(({ code, files, given }) => [code, files, given]), [['receipt', 0, true]], 'a field stands for it');
    await done(who.bank, id, 'loan', { paid_on: '2026-11-26' });
    const whole = await who.firm.done('GET', `/api/cases/${id}`);
    assert.equal(whole.state, 'done');
    assert.equal(whole.answers.find(({ code }) => code === 'pledgor').value, `单位${codes.firm}`, 'filled in from the register');
    assert.ok(whole.steps.every(({ clock_phase }) => clock_phase === null || clock_phase === 'stopped'));
    const { items } = await who.firm.done('GET', `/api/case_timelines/${id}`);
    assert.equal(items[0].what, '申请');
    assert.ok(items.some(({ reason }) => /重新核定/.test(reason ?? '')));
    assert.equal((await complete(who.bank, id, 'loan', { paid_on: '2026-11-26' })).status, 409);
    const csv = await who.firm.get('/api/cases.csv');
    assert.ok(csv.body.includes(codes.firm));
    assert.equal((await who.other.done('GET', '/api/cases')).items.length, 0);
    assert.ok((await who.district.done('GET', '/api/cases')).items.some((one) => one.id === id));
  });

  test(called('a condition opens a step; its material has to be there'), async () => {
    const { id } = await begin();
    await done(who.firm, id, 'need', need({ coowners: 2 }));
    const consent = await stepOf(who.firm, id, 'consent');
    assert.equal(consent.state, 'open');
    const missing = async () => (await complete(who.firm, id, 'consent', { agreed: 2 })).json.errors?.map(({ field, message }) => [field, message]);
    const materials = async () => (await who.firm.done('GET', `/api/case_steps/${consent.id}`)).materials.map(({ code, required, files, given }) => [code, required, files, given]);
    const upload = (name, part) => who.firm.done('POST', `/api/files?kind=case_step&key=${consent.id}${part ? `&part=${part}` : ''}&name=${encodeURIComponent(name)}`, `样例：${name}`, [['Content-Type', 'text/plain']]);
    assert.deepEqual(await missing(), [['consent', '还缺材料“共有人同意书”：请上传它的文件（别的文件不能代替）']]);
    await upload('营业执照.txt');
    await upload('别的.txt', 'certificate');
    assert.deepEqual(await missing(), [['consent', '还缺材料“共有人同意书”：请上传它的文件（别的文件不能代替）']], 'two files, and neither is the letter of consent');
    assert.deepEqual(await materials(), [['consent', true, 0, false]]);
    assert.equal((await upload('同意书.txt', 'consent')).part, 'consent');
    assert.deepEqual(await materials(), [['consent', true, 1, true]]);
    assert.equal((await complete(who.firm, id, 'consent', { agreed: 1 })).status, 422, 'one of two');
    await done(who.firm, id, 'consent', { agreed: 2 });
    assert.equal((await who.other.get(`/api/files?kind=case_step&key=${consent.id}`)).status, 404);
    await who.firm.done('POST', `/api/cases/${id}/withdrawal`, { reason: '不贷了' });
    assert.ok(Object.values(await statesOf(who.bank, id)).every((state) => state !== 'open' && state !== 'waiting'));
    assert.ok(!(await open(who.bank)).length, 'nothing is left in the inbox');
  });

  test(called('a refusal ends the case and tells the firm why; what is to be mended goes back to it'), async () => {
    const { id } = await begin();
    await done(who.firm, id, 'need', need());
    const unsaid = await complete(who.bank, id, 'review', { review_result: '补正后再审' });
    assert.equal(unsaid.status, 422, 'without a reason');
    assert.deepEqual(unsaid.json.errors.map(({ field }) => field), ['review_reason']);
    assert.equal((await stepOf(who.bank, id, 'review')).state, 'open', 'nothing has been written');
    await done(who.bank, id, 'review', { review_result: '补正后再审', review_reason: '资料不全或有误' });
    assert.deepEqual(await statesOf(who.firm, id), { need: 'open', consent: 'waiting', valuation: 'waiting', review: 'waiting',
      contract: 'waiting', registration: 'waiting', loan: 'waiting' });
    assert.equal((await who.valuer.done('GET', '/api/inbox')).items.length, 0, 'the valuation waits, too');

    await done(who.firm, id, 'need');
    await done(who.bank, id, 'review', { review_result: '不同意', review_reason: '还款能力不足' });
    const ended = await who.firm.done('GET', `/api/cases/${id}`);
    assert.deepEqual([ended.state, ended.outcome, ended.outcome_name], ['done', 'refused', '银行不同意']);
    assert.ok(ended.ended_at);
    assert.deepEqual(ended.next, []);
    assert.equal(ended.answers.find(({ code }) => code === 'review_reason').value, '还款能力不足');
    assert.deepEqual(await statesOf(who.firm, id), { need: 'done', consent: 'skipped', valuation: 'cancelled', review: 'done',
      contract: 'cancelled', registration: 'cancelled', loan: 'cancelled' });
    assert.ok(ended.steps.every(({ clock_phase }) => clock_phase === null || clock_phase === 'stopped'));
    for (const reader of [who.firm, who.bank, who.valuer]) assert.deepEqual(await open(reader), [], 'nothing is left to do');
    const told = (await who.firm.done('GET', '/api/notices')).items.filter(({ kind, address }) => kind === 'case.outcome' && address === `/cases/${id}`);
    assert.deepEqual(told.map(({ text }) => text).sort(), ['知识产权质押融资：银行不同意，还款能力不足', '知识产权质押融资：银行请补正后再审，资料不全或有误'].sort());
    const { items } = await who.firm.done('GET', `/api/case_timelines/${id}`);
    assert.ok(items.some(({ what, reason }) => what === '按一步的结果办结' && reason === '银行不同意：还款能力不足'));
    assert.equal((await who.firm.post(`/api/cases/${id}/withdrawal`, { reason: '？' })).status, 409, 'it has ended');
    const { outcomes } = await who.firm.done('GET', '/api/case_templates/ip_pledge');
    assert.deepEqual(outcomes.map(({ code, effect, to_step }) => [code, effect, to_step]), [['refused', 'end', null], ['to_mend', 'return', 'need']]);
  });

  test(called('a first response, another limit by whom the template says, and natural days'), async () => {
    const { id } = await begin();
    await done(who.firm, id, 'need', need());
    const review = await who.bank.done('GET', `/api/case_steps/${(await stepOf(who.bank, id, 'review')).id}`);
    const clockOf = (number) => who.bank.done('GET', `/api/clocks/${number}`);
    assert.deepEqual([review.responded_at, (await clockOf(review.response_clock_id)).limit_seconds], [null, 4 * 3600]);
    const waits = async () => (await who.bank.done('GET', '/api/inbox')).items.find(({ subject_key }) => subject_key === String(review.id));
    const line = await stepOf(who.bank, id, 'review');
    assert.deepEqual([line.response.clock_id, line.response.limit_seconds, line.response.overdue, line.may_relimit], [review.response_clock_id, 4 * 3600, false, false]);
    assert.equal((await waits()).respond_by, line.response.due_at, 'the inbox says by when to respond');
    assert.equal((await stepOf(who.analyst, id, 'review')).may_relimit, true);
    await who.firm.done('POST', `/api/cases/${id}/notes`, { text: '请看一下' });
    assert.equal((await clockOf(review.response_clock_id)).phase, 'running', 'the firm does not answer for the bank');
    await who.bank.done('POST', `/api/cases/${id}/notes`, { text: '已收到' });
    assert.equal((await clockOf(review.response_clock_id)).phase, 'stopped');
    assert.equal((await clockOf(review.clock_id)).phase, 'running', 'the work itself goes on');
    assert.equal((await waits()).respond_by, null);
    assert.ok((await who.bank.done('GET', `/api/case_steps/${review.id}`)).responded_at);

    const limit = (reader, body) => reader.post(`/api/case_steps/${review.id}/limit`, body);
    const before = await clockOf(review.clock_id);
    assert.equal((await limit(who.bank, { amount: 5, reason: '自己给自己' })).status, 403);
    assert.equal((await limit(who.other, { amount: 5, reason: '？' })).status, 404);
    assert.equal((await limit(who.analyst, { amount: 5 })).status, 422, 'without a reason');
    assert.equal((await limit(who.analyst, { amount: 0, reason: '？' })).status, 422);
    const changed = await limit(who.analyst, { amount: 5, reason: '要到现场核实' });
    assert.equal(changed.status, 200, changed.body);
    const after = await clockOf(review.clock_id);
    assert.equal(after.limit_seconds, 5 * 7 * 3600);
    assert.ok(after.due_at > before.due_at);
    assert.deepEqual(after.events.slice(1).map(({ kind_number, reason }) => [kind_number, reason]), [[3, '要到现场核实']]);
    assert.ok((await who.bank.done('GET', '/api/inbox')).items.some(({ subject_key, due_at }) => subject_key === String(review.id) && due_at === after.due_at), 'the inbox knows');
    assert.match((await who.firm.done('GET', `/api/cases/${id}`)).notes.at(-1).text, /时限改为 5 个工作日：要到现场核实/);

    await done(who.bank, id, 'review', { review_result: '同意', credit_amount: 200 });
    assert.equal((await limit(who.analyst, { amount: 6, reason: '晚了' })).status, 409);
    await done(who.valuer, id, 'valuation', { method: '收益法', valuation: 500, valued_on: '2026-11-20' });
    await done(who.bank, id, 'contract', { contract_no: 'ZY-2' });
    const registration = await stepOf(who.office, id, 'registration');
    const clock = await who.office.done('GET', `/api/clocks/${registration.clock_id}`);
    assert.deepEqual([clock.measure, clock.limit_seconds, clock.day_seconds], ['natural', 5 * 86400, 86400]);
    const day = (text) => Math.floor((Date.parse(text) + 8 * 36e5) / 864e5);
    assert.equal(day(clock.counts_from), day(clock.started_at) + 1, 'the day on which it came does not count');
    assert.ok(day(clock.due_at) >= day(clock.counts_from) + 5);
    await who.firm.done('POST', `/api/cases/${id}/withdrawal`, { reason: '测试完' });
    assert.equal((await who.office.done('GET', `/api/clocks/${registration.clock_id}`)).phase, 'stopped');
  });

  test(called('pauses with a reason: the clock stands still and says why'), async () => {
    const { id } = await begin();
    await done(who.firm, id, 'need', need());
    const { id: step, clock_id } = await stepOf(who.bank, id, 'review');
    assert.equal((await who.bank.post(`/api/case_steps/${step}/pause`, {})).status, 422);
    await who.bank.done('POST', `/api/case_steps/${step}/pause`, { reason: '等企业补报表' });
    const paused = await who.bank.done('GET', `/api/clocks/${clock_id}`);
    assert.equal(paused.phase, 'paused');
    assert.equal(paused.due_at, null);
    assert.equal(paused.events[1].reason, '等企业补报表');
    assert.equal((await complete(who.bank, id, 'review', { review_result: '同意' })).status, 409);
    await who.bank.done('POST', `/api/case_steps/${step}/resumption`);
    assert.equal((await who.bank.done('GET', `/api/clocks/${clock_id}`)).phase, 'running');
    await who.bank.done('POST', `/api/cases/${id}/notes`, { text: `报表已收到 @${who.firm.name} @${who.other.name}` });
    assert.match((await who.firm.done('GET', `/api/cases/${id}`)).notes[0].text, /报表已收到/);
    const told = async (reader, kind) => (await reader.done('GET', '/api/notices')).items.filter((one) => one.kind === kind && one.address === `/cases/${id}`).length;
    assert.equal(await told(who.firm, 'case.mention'), 1);
    assert.equal(await told(who.other, 'case.mention'), 0, 'who may not see the case is not told of it');
    assert.equal(await told(who.bank, 'case.step_open'), 1);
    await who.firm.done('POST', `/api/cases/${id}/withdrawal`, { reason: '测试完' });
  });

  test(called('the inbox: claimed, handed over, done by whoever stands in; its counts are right'), async () => {
    const ids = [];
    for (let i = 0; i < 4; i++) {
      const { id } = await begin();
      ids.push(id);
      await done(who.firm, id, 'need', need());
    }
    const inbox = await who.bank.done('GET', '/api/inbox');
    assert.equal(inbox.role_open, 4);
    assert.equal(inbox.items.length, 4);
    const next = (await who.bank.done('GET', '/api/inbox_next')).items;
    assert.equal(next.length, 3);
    assert.ok(next.every(({ reason }) => reason));
    const [first, second] = inbox.items;
    await who.bank.done('POST', `/api/inbox_items/${first.id}/claim`);
    assert.equal((await who.colleague.post(`/api/inbox_items/${first.id}/claim`)).status, 409);
    assert.equal((await who.valuer.post(`/api/inbox_items/${first.id}/claim`)).status, 404);
    assert.equal((await who.colleague.post(`/api/case_steps/${first.subject_key}/completion`, { answers: answers({ review_result: '同意' }) })).status, 409);
    const shares = async (reader) => { const { mine_open, role_open } = await reader.done('GET', '/api/inbox'); return [mine_open, role_open]; };
    assert.deepEqual(await shares(who.bank), [1, 3]);
    await who.bank.done('POST', `/api/inbox_items/${first.id}/handover`, { account_name: who.colleague.name, note: '我下周不在' });
    assert.deepEqual([await shares(who.bank), await shares(who.colleague)], [[0, 3], [1, 3]]);
    assert.equal((await who.bank.post(`/api/inbox_items/${second.id}/handover`, { account_name: who.valuer.name, note: '？' })).status, 422);
    const today = new Date(Date.now() + 8 * 36e5).toISOString().slice(0, 10);
    const away = await who.colleague.done('POST', '/api/delegations', { to_account_name: who.bank.name, from_day: today, to_day: today, reason: '开会' });
    assert.deepEqual(await shares(who.bank), [1, 3]);
    assert.equal((await who.bank.post(`/api/case_steps/${first.subject_key}/completion`, { answers: answers({ review_result: '同意' }) })).status, 200);
    await who.colleague.done('POST', `/api/delegations/${away.id}/end`);
    // At once, by two: one of them gets each.
    const race = await Promise.all([who.bank, who.colleague].flatMap((reader) =>
      inbox.items.slice(1).map((item) => reader.post(`/api/inbox_items/${item.id}/claim`))));
    assert.equal(race.filter(({ status }) => status === 200).length, 3);
    const [mine] = await shares(who.bank), [his] = await shares(who.colleague);
    assert.equal(mine + his, 3);
    assert.equal((await who.bank.done('GET', '/api/inbox?which=mine')).items.length, mine, 'the count is that of a full count');
    for (const id of ids) await who.firm.done('POST', `/api/cases/${id}/withdrawal`, { reason: '测试完' });
    assert.deepEqual([await shares(who.bank), await shares(who.colleague)], [[0, 0], [0, 0]]);
    const board = (await who.bank.done('GET', '/api/case_board')).items;
    assert.ok(board.every(({ open_count, late_count }) => open_count === 0 && late_count === 0), JSON.stringify(board));
  });
}
