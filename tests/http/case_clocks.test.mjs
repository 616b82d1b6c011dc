// A limit runs out: 50, 80 and 100 percent are told once each, by whichever of two programs comes
// first; the step is late in the inbox and on the board. Time is made to pass by moving the clock's
// beginning into the past.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { folder, get, makers, operator, post, start } from './apart.mjs';

const bank = '91350100M000100Y43';

// One statement, past the program.
function change(kind, db, text) {
  if (kind === 'SQLite') execFileSync('sqlite3', ['-cmd', '.timeout 20000', db.replace('sqlite:', ''), text]);
  else execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', db, '-c', text]);
}

for (const [kind, make] of Object.entries(makers))
  test(`${kind}: each share of a limit is told once, by one of two programs`, async () => {
    const db = make('clocks');
    const started = () => start(db, 'tests/packs/xingzhou', '--key-file', `${folder}/clocks-${kind}.key`);
    const first = await started(), second = kind === 'PostgreSQL' ? await started() : first;
    const json = async (path) => JSON.parse((await get(first.url, path, operator(first.token))).body);
    await post(first, '/api/organisations', { code: bank, name: '样例', kind: 'bank', area_code: 'XZ-DL' });
    const { id, steps } = await post(first, '/api/cases', { template_code: 'ip_pledge', organisation_code: bank });
    const need = { ip_kind: '专利', ip_no: 'X', ip_name: 'X', months_left: '9', coowners: '0', need_amount: '1', term_months: '3', bank, valuer: bank };
    await post(first, `/api/case_steps/${steps[0].id}/completion`, { answers: Object.entries(need).map(([code, value]) => ({ code, value })) });
    const review = (await json(`/api/cases/${id}`)).steps.find(({ code }) => code === 'review');
    const long = 60 * 86400;
    // Nobody has responded: the clock of the first response is told at its shares, too, and the work is not late by it.
    change(kind, db, `UPDATE work_clock_event SET at = at - ${long} WHERE clock_id = ${review.response.clock_id};
      UPDATE work_clock SET next_at = 1 WHERE id = ${review.response.clock_id};`);
    for (const end = Date.now() + 20000; ;) {
      const { marks } = await json(`/api/clocks/${review.response.clock_id}`);
      if (marks === 3) break;
      assert.ok(Date.now() < end, `told ${marks} of three shares of the first response`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    for (const server of [first, second]) await post(server, '/api/case_clock_rounds', {});
    const unanswered = await json(`/api/cases/${id}`);
    assert.deepEqual(unanswered.notes.map(({ text }) => text.match(/(已超期，)?首次响应的时限已用 \d+%/)?.[0]), ['首次响应的时限已用 50%', '首次响应的时限已用 80%', '已超期，首次响应的时限已用 100%']);
    const silent = unanswered.steps.find(({ code }) => code === 'review');
    assert.deepEqual([silent.response.overdue, silent.late, silent.responded_at], [true, false, null]);
    change(kind, db, `UPDATE work_clock_event SET at = at - ${long} WHERE clock_id = ${review.clock_id};
      UPDATE work_clock SET next_at = 1 WHERE id = ${review.clock_id};`);
    for (const end = Date.now() + 20000; ;) {
      const { marks } = await json(`/api/clocks/${review.clock_id}`);
      if (marks === 3) break;
      assert.ok(Date.now() < end, `told ${marks} of three shares`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    // Whatever either of them would do once more, it does now.
    for (const server of [first, second]) await post(server, '/api/case_clock_rounds', {});
    const notes = (await json(`/api/cases/${id}`)).notes.map(({ text }) => text.match(/\d+%/)[0]);
    assert.deepEqual(notes.slice(3), ['50%', '80%', '100%']);
    const after = (await json(`/api/cases/${id}`)).steps.find(({ code }) => code === 'review');
    assert.equal(after.late, true);
    const board = (await json('/api/case_board')).items;
    assert.deepEqual(board.filter(({ late_count }) => late_count).map(({ step, open_count, late_count }) => [step, open_count, late_count]), [['review', 1, 1]]);

    // Another calendar: what is due moves, without anybody asking.
    const { due_at: before } = (await json(`/api/cases/${id}`)).steps.find(({ code }) => code === 'valuation');
    change(kind, db, `INSERT INTO calendar_day (date, kind, name) SELECT '${before.slice(0, 10)}', 'holiday', '样例' WHERE NOT EXISTS (SELECT 1 FROM calendar_day WHERE date = '${before.slice(0, 10)}');`);
    for (const end = Date.now() + 20000; ;) {
      const { due_at: now } = (await json(`/api/cases/${id}`)).steps.find(({ code }) => code === 'valuation');
      if (now > before) break;
      assert.ok(Date.now() < end, `still due at ${now}`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }

    // A template that was damaged past the program says all that is wrong, and takes no case.
    const flaws = async () => (await json('/api/case_templates/ip_pledge')).flaws.map(({ file, code, column, text }) => `${file} ${code} ${column} ${text}`);
    assert.deepEqual(await flaws(), []);
    change(kind, db, "UPDATE case_template_step SET after = 'loan' WHERE code = 'need';");
    const circle = await flaws();
    assert.equal(circle.length, 7, 'no step can be reached');
    assert.match(circle[0], /steps.csv need after 步骤互相等待.*: loan/);
    change(kind, db, "UPDATE case_template_step SET after = NULL, party = 'field:nobody', rule = 'colour > 1 and months_left' WHERE code = 'need';");
    assert.deepEqual(await flaws(), [
      'case_template_steps.csv need rule 没有这个数字字段: colour',
      'case_template_steps.csv need rule 不是比较: months_left',
      'case_template_steps.csv need party 没有这个选单位的字段: nobody']);
  });
