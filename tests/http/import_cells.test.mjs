// What tables write differently and mean the same, and what they do not say: dates of spreadsheets, two columns for one field.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, newName, newUser, servers } from './access.mjs';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  let analyst;
  const rest = async (id) => {
    for (;;) {
      const found = await analyst.done('GET', `/api/imports/${id}`);
      if (found.state !== 'checking' && found.state !== 'running') return found;
      await pause(20);
    }
  };
  const take = async (id, step) => {
    await analyst.done('POST', `/api/imports/${id}/${step}`);
    return rest(id);
  };
  const send = async (target, rows) => (await analyst.done('POST', `/api/imports?target=${target}&name=t.csv`, `${rows.join('\n')}\n`,
    [['Content-Type', 'text/csv']])).id;

  test(called('days are taken as spreadsheets write them, wherever days are imported'), async () => {
    analyst = await newUser(await administrator(server), 'analyst');
    const forms = { '2020/1/1': '2020-01-01', '2020-1-1': '2020-01-01', '2020.1.1': '2020-01-01', '2020年1月1日': '2020-01-01', 20200101: '2020-01-01',
      '2020/1/1 0:00': '2020-01-01', '2020-01-01 00:00:00': '2020-01-01', '２０２０/１/１': '2020-01-01', '2020年3月': '2020-03', '2020/3': '2020-03', '2020年': '2020', 2020: '2020' };
    const heading = 'fact_id,indicator_code,area_code,period,value,unit,measure,status,approximation,published';
    const facts = Object.keys(forms).map((_, i) => newName(`D${i}x`));
    const id = await send('observations', [heading, ...Object.keys(forms).map((form, i) => `${facts[i]},RD01,XZ-DL,${1980 + i},5,元,flow,estimate,exact,${form}`)]);
    const checked = await take(id, 'check');
    assert.deepEqual([checked.counts.wrong, checked.counts.new], [0, facts.length], JSON.stringify((await analyst.done('GET', `/api/imports/${id}/problems`)).items));
    assert.equal((await take(id, 'run')).state, 'done');
    for (const [i, published] of Object.values(forms).entries())
      assert.equal((await analyst.done('GET', `/api/observations?fact_id=${facts[i]}`)).items[0].published, published, Object.keys(forms)[i]);
    // Whose month nobody can know.
    const unclear = await send('observations', [heading, `${newName('D')},RD01,XZ-DL,1979,5,元,flow,estimate,exact,3/4/2020`]);
    assert.equal((await take(unclear, 'check')).counts.wrong, 1);
  });

  test(called('two columns for one field are told with their places, and chosen between'), async () => {
    const code = newName('RDX');
    const id = await send('indicator_definitions', ['indicator_code,version,definition,basis,definition', `RD01,90,${code}甲,ours,${code}乙`]);
    const failed = await take(id, 'check');
    assert.equal(failed.state, 'failed');
    assert.match(failed.message, /第 3 列“definition”和第 5 列“definition”/);
    const { headers } = await analyst.get(`/api/imports/${id}`);
    await analyst.done('PATCH', `/api/imports/${id}`, { columns: [{ number: 5, field: 'definition' }] }, [['If-Match', headers.etag]]);
    const done = await take(id, 'run');
    assert.deepEqual([done.state, done.counts.new], ['done', 1], done.message);
    const { definitions } = await analyst.done('GET', '/api/indicators/RD01');
    assert.equal(definitions.find(({ version }) => version === 90).definition, `${code}乙`);
    assert.equal((await take(id, 'undo')).state, 'undone');
  });
}
