// Whole lists as files: what they hold and say about themselves, the same bytes on both databases,
// and that a file shows one moment while others write.
import assert from 'node:assert/strict';
import test from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { ask, databases } from './ask.mjs';

const operator = (token) => [['Authorization', `Bearer ${token}`]];
const get = (base, path, headers = []) => ask(base, 'GET', path, headers);
const post = async ({ url, token }, path, body) => {
  const reply = await ask(url, 'POST', path, [...operator(token), ['Content-Type', 'application/json']], JSON.stringify(body));
  assert.ok(reply.status < 300, `${path}: ${reply.status} ${reply.body}`);
  return JSON.parse(reply.body);
};

// CSV as RFC 4180 has it, into rows of cells.
function parse(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n|$)/gy)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replace(/""/g, '"'));
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  rows.pop();
  return rows;
}
const table = (reply) => {
  const [names, ...rows] = parse(reply.body.replace(/^\uFEFF/, ''));
  return rows.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]])));
};

// The parts of a ZIP file, from its directory at the end.
function unzip(bytes) {
  const parts = {};
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n--) {
    const [size, nameLength, extra, comment] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    const local = bytes.readUInt32LE(at + 42), name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    parts[name] = inflateRawSync(bytes.subarray(from, from + size)).toString();
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}

// Code numbers with their check characters (GB 32100, GB 11714): see access.mjs.
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
function creditCode(n) {
  const body = String(n).padStart(8, '0'), weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const rest = 11 - [...body].reduce((sum, c, i) => sum + weights[i] * Number(c), 0) % 11;
  const seventeen = `91500101${body}${rest === 11 ? '0' : rest === 10 ? 'X' : rest}`;
  const sum = [...seventeen].reduce((all, c, i) => all + alphabet.indexOf(c) * (3 ** i % 31), 0);
  return seventeen + alphabet[(31 - sum % 31) % 31];
}

// Texts that a spreadsheet would run, and others that look as if they had been disarmed.
const dangerous = ['=1+1', '+cmd|\' /C calc\'!A0', '-2+3+cmd', '@SUM(A1:A9)', '\t=1', '＝1+1', '\'=1', '\'\'@x', '=HYPERLINK("http://x","a, b")'];
const harmless = ['\'tis', '重庆=1', '3-2'];
const organisations = [...dangerous, ...harmless].map((name, i) => ({ code: creditCode(31000 + i), name, kind: 'other', area_code: '500101', note: name }));
test('organisations with dangerous names are registered', async () => {
  for (const database of databases)
    for (const organisation of organisations) await post(database, '/api/organisations', organisation);
});

const ours = (rows) => rows.filter((row) => organisations.some(({ code }) => code === row.code));

for (const { url, token } of databases) {
  test(`no cell of a CSV file runs, and each can be taken back: ${url}`, async () => {
    const rows = ours(table(await get(url, '/api/organisations.csv', operator(token))));
    assert.equal(rows.length, organisations.length);
    for (const { code, name } of organisations) {
      const row = rows.find((r) => r.code === code);
      for (const cell of [row.name, row.note]) {
        assert.doesNotMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/);
        assert.equal(/^'+[=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell, name);
      }
      assert.equal(row.name.startsWith('\''), dangerous.includes(name) || name.startsWith('\''));
    }
  });

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

  test(`codes of eighteen digits stay texts, and formulas do not run in a workbook: ${url}`, async () => {
    const rows = unzip((await get(url, '/api/organisations.xlsx', operator(token))).bytes)['xl/worksheets/sheet1.xml'];
    assert.match(rows, new RegExp(`t="inlineStr"><is><t>${organisations[0].code}</t>`));
    assert.match(rows, /t="inlineStr"><is><t>=1\+1<\/t>/);
    assert.doesNotMatch(rows, /<f>/);
  });
}

// The headings are field names in CSV and titles in XLSX; an import knows both.
const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
for (const { url, token } of databases)
  for (const [ending, type] of [['csv', 'text/csv'], ['xlsx', workbookType]])
    test(`what was exported as ${ending} is imported as it was: ${url}`, async () => {
      const { bytes } = await get(url, `/api/organisations.${ending}?kind=other`, operator(token));
      const sent = await ask(url, 'POST', `/api/imports?target=organisations&name=back.${ending}&mode=all`,
        [...operator(token), ['Content-Type', type], ['Content-Length', bytes.length]], bytes);
      assert.equal(sent.status, 201, sent.body);
      const { id } = JSON.parse(sent.body);
      await post({ url, token }, `/api/imports/${id}/check`, {});
      let state;
      do state = JSON.parse((await get(url, `/api/imports/${id}`, operator(token))).body);
      while (state.state === 'uploaded' || state.state === 'checking');
      assert.equal(state.state, 'checked', state.message);
      // An import takes blanks off the ends of cells, and so the tab off one of the names.
      assert.deepEqual(state.counts, { new: 0, changed: 1, same: organisations.length - 1, wrong: 0 });
    });

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

// Two organisations, one at each end of the list and pages of rows between them, are renamed in turn:
// the first gets the next number, and only then does the last. In any moment the first has the
// number of the last, or one more. Others are registered meanwhile, so that on PostgreSQL numbers are
// committed in another order than they are taken.
for (const database of databases) {
  test(`an export shows one moment while others write: ${database.url}`, async () => {
    const { url, token } = database;
    const [first, last] = [creditCode(1), creditCode(99999999)];
    for (const code of [first, last])
      await post(database, '/api/organisations', { code, name: '第 0 次', kind: 'other', area_code: '500101' });
    let stop = false, renamed = 0, made = 0;
    const register = async (until) => {
      while (!until())
        await post(database, '/api/organisations', { code: creditCode(40000 + made++), name: `其间 ${made}`, kind: 'other', area_code: '500101' });
    };
    await Promise.all(Array.from({ length: 16 }, () => register(() => made >= 2300)));
    const rename = async (code, name) => {
      const { changed_seq: seq } = JSON.parse((await get(url, `/api/organisations/${code}`, operator(token))).body);
      const reply = await ask(url, 'PATCH', `/api/organisations/${code}`,
        [...operator(token), ['Content-Type', 'application/json'], ['If-Match', `"${seq}"`]], JSON.stringify({ name }));
      assert.equal(reply.status, 200, reply.body);
    };
    const others = Array.from({ length: 3 }, () => register(() => stop));
    const writer = (async () => {
      for (let n = 1; !stop; n++, renamed++) {
        await rename(first, `第 ${n} 次`);
        await rename(last, `第 ${n} 次`);
      }
    })();
    const exports = [];
    let busy = 0;
    try {
      while (exports.length < 25 || renamed < 20) {
        const reply = await get(url, '/api/organisations.json', operator(token));
        if (reply.status === 503) { busy++; assert.ok(busy < 100); continue; }
        assert.equal(reply.status, 200, reply.body);
        const { items, about } = JSON.parse(reply.body);
        const [a, b] = [first, last].map((code) => items.find((row) => row.code === code));
        const [n, m] = [a, b].map(({ name }) => Number(name.match(/\d+/)[0]));
        assert.ok(n === m || n === m + 1, `${n} and ${m} were never there together`);
        for (const row of items) assert.ok(row.changed_seq <= about.seq, `${row.changed_seq} is beyond ${about.seq}`);
        exports.push({ seq: about.seq, codes: new Set(items.map((row) => row.code)) });
      }
    } finally {
      stop = true;
      await Promise.all([writer, ...others]);
    }
    // Afterwards it is known what there was at each number: what was registered by then, all of it and no more.
    const rows = JSON.parse((await get(url, '/api/organisations.json', operator(token))).body).items;
    for (const { seq, codes } of exports)
      for (const { code, name, changed_seq: number } of rows)
        if (name.startsWith('其间')) assert.equal(codes.has(code), number <= seq, `${number} in an export at ${seq}`);
    assert.ok(new Set(exports.map(({ seq }) => seq)).size > 10);
  });
}
