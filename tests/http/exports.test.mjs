// Whole lists as files: what they hold and say about themselves, the same bytes on both databases.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, databases } from './ask.mjs';
import { table, unzip } from './tables.mjs';

const get = (base, path, headers = []) => ask(base, 'GET', path, headers);

for (const { url } of databases) {
  test(`JSON holds the whole list as the pages have it, and says what it is: ${url}`, async () => {
    const whole = JSON.parse((await get(url, '/api/observations.json')).body);
    const items = [];
    for (let next = ''; next !== null;) {
      const page = JSON.parse((await get(url, `/api/observations?limit=500${next && `&after=${next}`}`)).body);
      items.push(...page.items);
      next = page.next;
    }
    assert.equal(whole.rows, items.length);
    assert.equal(whole.about.path, '/api/observations');
    assert.equal(whole.about.key, 'id');
    assert.ok(whole.about.seq > 0);
    assert.deepEqual(whole.items.map(({ lineage, ...row }) => row), items);
    for (const row of whole.items) assert.equal(row.lineage, `/api/observations/${row.id}/lineage`);
    assert.deepEqual(whole.about.fields.map((field) => field.name), Object.keys(whole.items[0]));
  });

  test(`the citation travels with each observation: ${url}`, async () => {
    const rows = table(await get(url, '/api/observations.csv?indicator_code=RD01'));
    assert.ok(rows.length > 5);
    for (const row of rows.filter((r) => r.source_code)) {
      assert.ok(row.source_title && row.token, row.id);
      assert.equal((await get(url, row.lineage)).status, 200);
      if (rows.indexOf(row) > 5) break;
    }
  });

  test(`the description beside the CSV describes it: ${url}`, async () => {
    const csv = await get(url, '/api/observations.csv?indicator_code=RD01');
    const link = csv.headers.link.match(/^<([^>]+)>; rel="describedby"; type="application\/csvm\+json"$/);
    assert.ok(link, csv.headers.link);
    const reply = await get(url, link[1]);
    assert.equal(reply.headers['content-type'], 'application/csvm+json');
    const described = JSON.parse(reply.body);
    assert.equal(new URL(described.url, `http://host${link[1]}`).pathname, '/api/observations.csv');
    assert.equal(new URL(described.url, `http://host${link[1]}`).search, '?indicator_code=RD01');
    const [row] = table(csv), columns = described.tableSchema.columns;
    assert.deepEqual(columns.map(({ name }) => name), Object.keys(row));
    for (const { titles } of columns) assert.ok(titles.und && titles.zh && titles.en);
    assert.equal(described.tableSchema.primaryKey, 'id');
    assert.equal(columns.find(({ name }) => name === 'value').datatype, 'double');
    assert.equal(columns.find(({ name }) => name === 'period_end').datatype, 'date');
    assert.match(columns.find(({ name }) => name === 'status').datatype.format, /^as_reported\|/);
    assert.ok(described.notes.some(({ note }) => /样例/.test(note.zh)));
  });

  test(`a workbook has typed cells and says what it is: ${url}`, async () => {
    const reply = await get(url, '/api/observations.xlsx?indicator_code=RD01&lang=zh');
    const parts = unzip(reply.bytes), rows = parts['xl/worksheets/sheet1.xml'];
    assert.match(rows, /<t>指标名<\/t>/); // titles in the reader's language
    assert.match(parts['xl/worksheets/sheet2.xml'], /<t>indicator_name<\/t>/); // and the fields' names
    assert.match(parts['xl/worksheets/sheet2.xml'], /其中样例/);
    assert.match(rows, /<c r="[A-Z]+2" t="b"><v>0<\/v>/); // a truth
    assert.match(rows, /<c r="O2"><v>\d+<\/v>/); // the value, a number
    assert.match(rows, /<c r="N2" s="\d"><v>\d{5}<\/v>/); // a day, in days
    assert.match(parts['xl/styles.xml'], /yyyy-mm-dd/);
    assert.doesNotMatch(rows, /<f>/); // no formula
    const places = unzip((await get(url, '/api/places.xlsx?lang=en')).bytes)['xl/worksheets/sheet1.xml'];
    assert.match(places, /Longitude/);
  });
}

test('the files of every kind are the same bytes on both databases', async () => {
  for (const path of ['/api/areas.csv', '/api/areas.json', '/api/areas.csv-metadata.json', '/api/areas.xlsx', '/api/observations.json?status=target', '/api/targets.json', '/api/targets.csv-metadata.json', '/api/releases_due.xlsx']) {
    const [a, b] = await Promise.all(databases.map(({ url }) => get(url, path)));
    assert.equal(a.status, 200, a.body);
    assert.equal(b.status, 200, b.body);
    // The sequence number at which it was made is the database's own.
    const workbook = ({ bytes }) => {
      const parts = unzip(bytes);
      parts['xl/worksheets/sheet2.xml'] = parts['xl/worksheets/sheet2.xml'].replace(/<row r="3".*?<\/row>/, '');
      return parts;
    };
    if (path.includes('xlsx')) assert.deepEqual(workbook(a), workbook(b), path);
    else assert.equal(a.body.replace(/"seq":\d+/, ''), b.body.replace(/"seq":\d+/, ''), path);
  }
});
