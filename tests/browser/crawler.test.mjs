// Every number opens its source: no digit stands in a page outside an element with a lineage or
// one of a few exemptions, and every lineage is followed to its end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { baseUrl, everyPath, launch, openPage, visit } from './browser.mjs';

// date: a period or a day · position: a line, a version, a sequence number · name: a name or code
// · rule: words of a definition, rule, note or message · quote: the source's own words
const EXEMPTIONS = ['date', 'position', 'name', 'rule', 'quote'];
const ENDS = ['sentence', 'not_loaded', 'second_hand', 'no_line', 'records'];

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** In the page: visible text with a digit that nothing answers for. */
function digitsWithoutLineage(exemptions) {
  const exempt = exemptions.map((name) => `[data-exempt="${name}"]`).join();
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!/\p{Nd}/u.test(node.data) || element.closest('script, style, noscript')) continue;
    const isOption = element.closest('option');
    if (!isOption && !element.checkVisibility()) continue;
    if (element.closest(`[data-lineage], [data-lineage-here], ${exempt}`)) continue;
    found.push(`${element.outerHTML.slice(0, 160)}`);
  }
  return found;
}

/** In the page: clicks a figure, follows formulas into their terms, and says where each way ends. */
async function followLineages({ seen, limit }) {
  const until = async (condition, what) => {
    const deadline = performance.now() + 8000;
    for (;;) {
      const value = condition();
      if (value) return value;
      if (performance.now() > deadline) throw new Error(`nothing came: ${what}`);
      await new Promise(requestAnimationFrame);
    }
  };
  const drawer = () => document.querySelector('dialog.drawer[open]');
  const end = () => drawer()?.querySelector('[data-lineage-end]')?.dataset.lineageEnd;
  const isFormula = () => drawer()?.querySelector('[data-step="formula"]');
  const results = [];
  const known = new Set(seen);

  async function follow(key, path) {
    if (drawer().querySelector('[data-step="formula"]')) {
      const terms = [...drawer().querySelectorAll('.steps [data-lineage]')];
      const records = drawer().querySelector('.steps button:not([data-lineage])');
      if (!terms.length && !records) results.push({ path, end: 'formula without terms' });
      for (let index = 0; index < terms.length; index++) {
        const term = drawer().querySelectorAll('.steps [data-lineage]')[index];
        const termKey = term.dataset.lineage;
        if (known.has(termKey)) continue;
        known.add(termKey);
        term.click();
        await until(() => (termKey.startsWith('formula') ? isFormula() : end()), termKey);
        await follow(termKey, `${path} → ${termKey}`);
        drawer().querySelector('header button').click();
        await until(isFormula, 'the way back');
      }
      return;
    }
    await until(end, key);
    results.push({ path, end: end() });
  }

  const keys = [
    ...new Set([...document.querySelectorAll('main [data-lineage]')].map((e) => e.dataset.lineage)),
  ];
  for (const key of keys.slice(0, limit)) {
    if (known.has(key)) continue;
    known.add(key);
    document.querySelector(`main [data-lineage="${CSS.escape(key)}"]`).click();
    await until(() => (key.startsWith('formula') ? isFormula() : end()), key);
    await follow(key, key);
    drawer().querySelector('header .close').click();
    await until(() => !drawer(), 'the drawer closes');
  }
  return { results, known: [...known] };
}

async function crawledPaths() {
  const get = async (path) => (await fetch(baseUrl + path)).json();
  const { items: indicators } = await get('/api/indicators?has_data=true&limit=500');
  // The first indicator of every topic and measure: charts and tables of every kind.
  const kinds = new Map(indicators.map((item) => [`${item.topic} ${item.measure}`, item.code]));
  const { items: areas } = await get('/api/areas?limit=500');
  const ended = areas.find((area) => area.valid_to);
  const { items: documents } = await get('/api/documents');
  return [
    ...new Set([
      ...(await everyPath()),
      ...[...kinds.values()].map((code) => `/indicators/${code}`),
      ...(ended ? [`/areas/${ended.code}`] : []),
      '/areas?all=yes',
      '/indicators?all=yes',
      '/map?places=yes',
      ...documents.map((item) => `/documents/${item.id}`),
    ]),
  ];
}

test('no digit without a lineage, and every lineage leads to its end', async () => {
  const page = await openPage(browser);
  let seen = [];
  let followed = 0;
  for (const path of await crawledPaths()) {
    await visit(page, path);
    for (const view of ['as it opens', 'as a table']) {
      if (view === 'as a table') {
        const table = page.locator('.segments button').nth(1);
        if (!(await table.count())) continue;
        await table.click();
      }
      const bare = await page.evaluate(digitsWithoutLineage, EXEMPTIONS);
      assert.deepEqual(bare, [], `${path} ${view}: digits without a lineage`);
      const { results, known } = await page.evaluate(followLineages, {
        seen,
        limit: 400,
      });
      seen = known;
      followed += results.length;
      const wrong = results.filter((result) => !ENDS.includes(result.end));
      assert.deepEqual(wrong, [], `${path} ${view}: ways that do not end at a source`);
    }
  }
  assert.ok(followed > 100, `only ${followed} ways were followed`);
  await page.context().close();
});

test('no digit without a lineage inside the drawer, in English, and in the token box', async () => {
  const page = await openPage(browser, { lang: 'en' });
  await visit(page, '/');
  for (const kind of ['observation', 'formula', 'records']) {
    const figure = page.locator(`main [data-lineage^="${kind}"]`).first();
    if (!(await figure.count())) continue;
    await figure.click();
    await page.locator(`dialog.drawer [data-step="${kind}"]`).waitFor();
    await page.waitForFunction(() => !document.querySelector('dialog.drawer [role="status"]'));
    assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), [], kind);
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Enter token' }).click();
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);
  await page.context().close();
});
