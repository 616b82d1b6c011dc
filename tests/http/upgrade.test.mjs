// A database that an earlier program left (tests/upgrade) is the same city after the new program has
// taken it over, on both databases; and one that a later program made is left alone.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { ask } from './ask.mjs';
import { makers, operator, sql, start } from './apart.mjs';

const program = process.env.KECHUANG_PROGRAM, left = 'tests/upgrade';
const commits = readdirSync(left).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
const folder = mkdtempSync(join(tmpdir(), 'kechuang-upgrade-'));
after(() => rmSync(folder, { recursive: true }));

const load = {
  SQLite(db, commit) {
    execFileSync('sqlite3', [db.slice(7)], { input: readFileSync(join(left, `${commit}.sqlite.sql`)) });
    return join(left, `${commit}.key`);
  },
  PostgreSQL(db, commit) {
    execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', db, '-f', join(left, `${commit}.postgres.sql`)], { stdio: 'ignore' });
    return join(left, `${commit}.postgres.key`);
  },
};

// In a folder of its own, with its keys, which are to be their owner's alone.
function keyFor(name, commit, kept) {
  const own = join(folder, name), key = join(own, 'city.key');
  mkdirSync(own);
  for (const [from, to] of [[kept, key], [join(left, `${commit}.audit.key`), join(own, 'audit.key')]])
    if (existsSync(from)) {
      copyFileSync(from, to);
      chmodSync(to, 0o600);
    }
  return key;
}
const audit = (db, key) => spawnSync(program, ['audit', 'verify', '--db', db, '--key-file', key], { encoding: 'utf8' });

test('there are databases of earlier programs', () => assert.ok(commits.length >= 3, commits.join(' ')));

for (const commit of commits)
  for (const [name, make] of Object.entries(makers))
    test(`${name}: a database of ${commit} is taken over`, async () => {
      const db = make(`upgrade_${commit}`), key = keyFor(`${name}-${commit}`, commit, load[name](db, commit));
      sql(db, "UPDATE department SET name = '改过名的部门' WHERE code = 'XD01'");
      const { url, token } = await start(db, 'tests/packs/xingzhou', '--key-file', key);
      // What the pack has and that program did not know is there now, and found; what people changed stays.
      const list = async (path) => JSON.parse((await ask(url, 'GET', path, operator(token))).body).items;
      const sets = await list('/api/data_sets?limit=500');
      assert.ok(sets.length >= 3, `${sets.length} data sets`);
      assert.equal((await list('/api/departments?limit=500')).find(({ code }) => code === 'XD01').name, '改过名的部门');
      assert.ok((await list(`/api/search?q=${sets[0].code}`)).some(({ kind, key: code }) => kind === 'data_set' && code === sets[0].code));
      const before = JSON.parse(readFileSync(join(left, `${commit}.json`)));
      const now = JSON.parse((await ask(url, 'GET', '/api/observations?limit=500')).body);
      const known = Object.keys(before.items[0]);
      const asThen = (item) => Object.fromEntries(known.map((field) => [field, item[field]]));
      assert.deepEqual(now.items.map(asThen), before.items);
      const written = await ask(url, 'POST', '/api/observations', [...operator(token), ['Content-Type', 'application/json']],
        JSON.stringify({ indicator_code: 'RD01', area_code: 'XZ-DL', period: '2022', value: 3, unit: '元', measure: 'flow',
          status: 'estimate', approximation: 'exact', note: '升级之后', visibility: 'public' }));
      assert.equal(written.status, 201, written.body);
      const found = JSON.parse((await ask(url, 'GET', '/api/search?q=RD01')).body);
      assert.ok(found.items.some(({ kind, key: code }) => kind === 'indicator' && code === 'RD01'), 'search finds what was there');
      const verified = audit(db, key);
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    });

for (const [name, make] of Object.entries(makers))
  test(`${name}: what a later program made is left as it is, and the way back is said`, () => {
    const db = make('later'), commit = commits.at(-1), key = keyFor(`${name}-later`, commit, load[name](db, commit));
    const sql = (text) => name === 'SQLite' ? execFileSync('sqlite3', [db.slice(7), text]).toString()
      : execFileSync('psql', ['-qXtA', db, '-c', text]).toString();
    sql("INSERT INTO schema_migration (module, name, checksum) VALUES ('core', '9999_later', 1)");
    const tables = () => sql(name === 'SQLite' ? 'SELECT count(*) FROM sqlite_schema' : 'SELECT count(*) FROM pg_class');
    const were = tables();
    const refused = spawnSync(program, ['serve', '--db', db, '--key-file', key, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: 20000 });
    assert.equal(refused.status, 1, refused.stdout + refused.stderr);
    assert.match(refused.stderr, /newer kechuang/);
    assert.equal(tables(), were);
  });
