// Every number opens its source: no digit stands in a page outside an element with a lineage or
// one of a few exemptions, and every lineage is followed to its end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  baseUrl,
  complaintsOf,
  digitsWithoutLineage,
  everyPath,
  EXEMPTIONS,
  launch,
  openPage,
  token,
  visit,
} from './browser.mjs';

const ENDS = ['sentence', 'not_loaded', 'second_hand', 'no_line', 'records'];

/** How many pages are crawled at the same time. */
const WINDOWS = 2;

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** In the page: clicks each figure, follows formulas and choices into their parts, and says where
 * each way ends. */
async function followLineages(seen) {
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
  const end = () => {
    const name = drawer()?.querySelector('[data-lineage-end]')?.dataset.lineageEnd;
    if (name !== 'sentence') return name;
    return drawer().querySelector('[data-testid="sentence"] strong')?.textContent ? name : null;
  };
  const parts = () => [...(drawer()?.querySelectorAll('.steps [data-lineage]') ?? [])];
  const known = new Set(seen);
  const ends = [];

  /** Clicks a figure and waits until its step is there. */
  async function open(element) {
    const key = element.dataset.lineage;
    const kind = key.split(':')[0];
    known.add(key);
    element.click();
    await until(
      () => drawer()?.querySelector(`[data-step="${kind}"][data-key="${CSS.escape(key)}"]`),
      key,
    );
    await until(() => (kind === 'formula' || kind === 'choice' ? parts().length : end()), key);
    return { key, branches: kind === 'formula' || kind === 'choice' };
  }

  async function follow({ key, branches }, way) {
    if (!branches) {
      ends.push({ way, end: end() });
      return;
    }
    for (let index = 0; index < parts().length; index++) {
      const part = parts()[index];
      if (known.has(part.dataset.lineage)) continue;
      const step = await open(part);
      await follow(step, `${way} → ${step.key}`);
      drawer().querySelector('header button').click();
      await until(
        () => drawer().querySelector(`[data-key="${CSS.escape(key)}"]`),
        `back at ${key}`,
      );
      await until(() => parts().length, `the parts of ${key}`);
    }
  }

  for (const element of document.querySelectorAll('main [data-lineage]')) {
    if (known.has(element.dataset.lineage)) continue;
    const step = await open(element);
    await follow(step, step.key);
    drawer().querySelector('header .close').click();
    await until(() => !drawer(), 'the drawer closes');
  }
  return { ends, known: [...known] };
}

async function crawledPaths() {
  const get = async (path) => (await fetch(baseUrl + path)).json();
  const { items: indicators } = await get('/api/indicators?has_data=true&limit=500');
  // An indicator of every measure: charts and tables of every kind.
  const kinds = new Map(indicators.map((item) => [item.measure, item.code]));
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

/** Checks the page as it stands; returns how many ways it followed. */
async function crawl(page, where, seen) {
  const bare = await page.evaluate(digitsWithoutLineage, EXEMPTIONS);
  assert.deepEqual(bare, [], `${where}: digits without a lineage`);
  const { ends, known } = await page.evaluate(followLineages, [...seen]);
  for (const key of known) seen.add(key);
  const wrong = ends.filter((way) => !ENDS.includes(way.end));
  assert.deepEqual(wrong, [], `${where}: ways that do not end at a source`);
  return ends.length;
}

test('no digit without a lineage, and every lineage leads to its end', async (t) => {
  const paths = await crawledPaths();
  const seen = new Set();
  const followed = [];
  async function crawlOn() {
    const page = await openPage(browser);
    for (let path = paths.shift(); path; path = paths.shift()) {
      await visit(page, path);
      followed.push(await crawl(page, path, seen));
      const asTable = page.locator('.segments button').nth(1);
      if (await asTable.count()) {
        await asTable.click();
        followed.push(await crawl(page, `${path} as a table`, seen));
      }
    }
    assert.deepEqual(await complaintsOf(page), []);
    await page.context().close();
  }
  await Promise.all(Array.from({ length: WINDOWS }, crawlOn));
  const ways = followed.reduce((sum, count) => sum + count, 0);
  t.diagnostic(`${ways} ways followed`);
  assert.ok(ways > 100, `only ${ways} ways were followed`);
});

const skip = token ? false : 'KECHUANG_TOKEN is not set';
test('the same on the map with boundaries', { skip }, async () => {
  const page = await openPage(browser, { signedIn: true });
  const path = '/map?view=boundaries&set=monitored&period=2022&places=yes';
  await visit(page, path);
  await page.locator('.boundaries').waitFor();
  // The figures of the cells are the same as on the tiles: only what is not drawn is new.
  const others = await page.evaluate(() =>
    [...document.querySelectorAll('main [data-lineage]')]
      .filter((figure) => !figure.closest('.off-map'))
      .map((figure) => figure.dataset.lineage),
  );
  assert.ok((await crawl(page, path, new Set(others))) > 0);
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
  await page.getByRole('button', { name: 'Sign in' }).click();
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);
  await page.context().close();
});
