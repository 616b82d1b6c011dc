// The search box: the same answers in the same order on both databases, fresh with the commit, and
// nothing of what the reader may not see.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, comparable, databases } from './ask.mjs';

const path = (query) => `/api/search?${new URLSearchParams(query)}`;
const bearer = (token) => [['Authorization', `Bearer ${token}`]];
const text = (parts) => parts.map((part) => part.text).join('');
const hits = (parts) => parts.filter((part) => part.hit).map((part) => part.text);

// Asks both databases, which must say the same, and gives the answer.
async function search(query, headers = () => []) {
  const replies = await Promise.all(databases.map(({ url, token }) => ask(url, 'GET', path(query), headers(token))));
  assert.equal(replies[0].status, 200, replies[0].body);
  assert.deepEqual(comparable(replies[1]), comparable(replies[0]), JSON.stringify(query));
  return JSON.parse(replies[0].body);
}
const asOperator = (query) => search(query, bearer);

async function send(method, address, body, more = [], type = 'application/json') {
  for (const { url, token } of databases) {
    const reply = await ask(url, method, address, [...bearer(token), ['Content-Type', type], ...more], body);
    assert.ok(reply.status < 300, `${reply.status} ${reply.body}`);
  }
}

test('queries of every kind, the same on both databases', async () => {
  const queries = ['渝北', '重慶', '渝', '研发 经费', '"研发经费"', '“研发 经费”', 'R&D', 'r&d intensity', 'yubei', 'YB', 'cq',
    'chongqing', 'zhongqing', '500112', '5001', '５００１１２', '经费', '重庆 研发 费用', 'GERD', 'liangjiang', '两江 新区', '不存在的词语',
    '我想知道研发经费投入强度是多少', '的', '%', '""', '"', '\\', "'; DROP TABLE area; --", 'é', '重', 'S053', '2023年'];
  for (const q of queries) {
    const answer = await search({ q });
    assert.equal(answer.query, q);
    assert.ok(answer.total >= answer.items.length);
    await asOperator({ q, limit: '50' });
  }
});

test('a place is found by its name, in the old script, by pinyin, by initials and by its code', async () => {
  for (const q of ['渝北', '渝', 'yubei', 'yub', 'yb', '500112', '5001', 'Yubei']) {
    const { items } = await search({ q, kind: 'area' });
    assert.ok(items.some((item) => item.key === '500112'), q);
  }
  const { items: [first] } = await search({ q: '重慶市' });
  assert.equal(first.kind, 'area');
  assert.deepEqual(hits(first.title), ['重庆市']);
  assert.equal(first.address, '/areas/CQ');
});

test('polyphones read as people read them', async () => {
  assert.ok((await search({ q: 'chongqing', kind: 'area' })).items.some((item) => item.key === 'CQ'));
  assert.ok((await search({ q: 'changshou', kind: 'area' })).items.some((item) => text(item.title).startsWith('长寿')));
});

test('all words are wanted; where no record has them all, it is said', async () => {
  const both = await search({ q: '研发 经费' });
  assert.equal(both.relaxed, false);
  for (const item of both.items) {
    const all = text(item.title) + text(item.snippet) + item.title_en;
    assert.ok(all.includes('研发') || all.includes('经费'), all);
  }
  const some = await search({ q: '研发经费 不存在的词语' });
  assert.equal(some.relaxed, true);
  assert.ok(some.items.length > 0);
  assert.equal(some.words[1].count, 0);
});

test('pages follow each other without gaps', async () => {
  const whole = [], pages = [];
  for (let after; after !== null;) {
    const page = await search({ q: '研发', limit: '50', ...(after && { after }) });
    whole.push(...page.items);
    after = page.next;
  }
  for (let after; after !== null;) {
    const page = await search({ q: '研发', limit: '7', ...(after && { after }) });
    pages.push(...page.items);
    after = page.next;
  }
  assert.deepEqual(pages, whole);
  assert.equal(new Set(whole.map(({ kind, key }) => `${kind} ${key}`)).size, whole.length);
});

test('what is written is found at once, what it was called before is not', async () => {
  const good = 'Y1500117MA00000072';
  await send('POST', '/api/organisations', JSON.stringify({ code: good, name: '重庆朝天门量子罗盘有限公司', kind: 'enterprise', area_code: '500103' }));
  for (const q of ['量子罗盘', '羅盤', 'lzlp', 'liangziluopan', good, good.slice(0, 12), good.slice(0, 6).toLowerCase(), 'chaotianmen'])
    assert.ok((await asOperator({ q })).items.some((item) => item.key === good), q);
  assert.equal((await search({ q: '量子罗盘' })).total, 0, 'organisations are not for everybody');
  assert.deepEqual((await search({ q: '量子罗盘' })).kinds, []);
  for (const { url, token } of databases) {
    const shown = await ask(url, 'GET', `/api/organisations/${good}`, bearer(token));
    const reply = await ask(url, 'PATCH', `/api/organisations/${good}`,
      [...bearer(token), ['Content-Type', 'application/json'], ['If-Match', shown.headers.etag]], JSON.stringify({ name: '重庆朝天门光子罗盘有限公司' }));
    assert.equal(reply.status, 200, reply.body);
  }
  assert.ok(!(await asOperator({ q: '量子罗盘' })).items.some((item) => text(item.title).includes('量子')));
  assert.ok((await asOperator({ q: '光子罗盘' })).items.some((item) => item.key === good));
});

test('a document is found by its lines, and by nobody who may not see it', async () => {
  const lines = ['检索测试', '', '鳀鱼洄游的第一行', '第二行说的是别的', '鳀\n'].join('\n') + 'x'.repeat(70000) + ' 鳀鱼在长行的末尾\n';
  await send('POST', '/api/documents?name=%E6%A3%80%E7%B4%A2.txt', lines, [], 'text/plain');
  const { items } = await asOperator({ q: '鳀鱼 洄游' });
  assert.equal(items.length, 1);
  assert.match(items[0].address, /^\/documents\/\d+\?line=3$/);
  assert.deepEqual(hits(items[0].snippet), ['鳀鱼', '洄游']);
  const nobody = await search({ q: '鳀鱼' });
  assert.deepEqual([nobody.total, nobody.kinds, nobody.items, nobody.words[0].count], [0, [], [], 0]);
});

test('many at once, and many again, are found as if each had been put singly', async () => {
  const lines = Array.from({ length: 700 }, (_, i) => `犀牛第${i}行 ${i % 7 ? '' : '犰狳'}`).join('\n');
  await send('POST', '/api/documents?name=many.txt', lines, [], 'text/plain');
  const answer = await asOperator({ q: '犀牛' });
  assert.equal(answer.total, 700);
  assert.equal(answer.truncated, true);
  assert.equal((await asOperator({ q: '犀牛 犰狳' })).total, 100);
});

test('what is wrong in a question is said', async () => {
  for (const query of [{ q: 'a', limit: '0' }, { q: 'a', limit: '51' }, { q: 'a', after: 'x' }, { q: 'a'.repeat(401) }]) {
    const { status } = await ask(databases[0].url, 'GET', path(query));
    assert.equal(status, 422, JSON.stringify(query));
  }
});

test('an indicator and an area name the series itself, not its growth', async () => {
  const { items: [first] } = await search({ q: '重庆 高新技术企业' });
  assert.deepEqual([first.kind, first.key], ['series', 'EN01/CQ']);
  assert.match(first.snippet[0].text, / 家$/);
});
