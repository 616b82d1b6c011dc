// What is invented says so wherever it stands: in lists, on the map, in exports, on paper.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoUrl, DESKTOP, launch, openPage, PHONE, visit } from './browser.mjs';

const skip = demoUrl ? false : 'KECHUANG_DEMO_URL is not set';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const getItems = async (path) => (await (await fetch(`${demoUrl}${path}`)).json()).items;

/** The rows of places that are samples, and whether the mark is seen in each. */
function sampleRows(names) {
  const rows = [...document.querySelectorAll('.groups li')];
  return names.map((name) => {
    const row = rows.find((item) => item.innerText.includes(name));
    const mark = [...(row?.querySelectorAll('.tag') ?? [])].find((tag) => tag.innerText === '样例');
    const [outer, inner] = [row, mark].map((element) => element?.getBoundingClientRect());
    return Boolean(inner?.width && inner.left >= outer.left && inner.right <= outer.right);
  });
}

test('every sample place is marked in the list, on paper too', { skip }, async () => {
  const samples = await getItems('/api/places?sample=true&limit=500');
  assert.equal(samples.length, 60);
  const page = await openPage(browser, { url: demoUrl });
  await visit(page, '/map?places=yes', demoUrl);
  for (const media of ['screen', 'print']) {
    await page.emulateMedia({ media });
    const marked = await page.evaluate(
      sampleRows,
      samples.map((place) => place.name),
    );
    assert.deepEqual(marked, Array(samples.length).fill(true), media);
  }
  await page.context().close();
});

for (const viewport of [DESKTOP, PHONE]) {
  test(`tiles with sample places say so, ${viewport.width} px wide`, { skip }, async () => {
    const samples = await getItems('/api/places?sample=true&limit=500');
    const page = await openPage(browser, { url: demoUrl, viewport });
    await visit(page, '/map?places=yes', demoUrl);
    const tiles = await page.evaluate(() =>
      [...document.querySelectorAll('.tile')].map((tile) => {
        const mark = tile.querySelector('.mark.invented')?.getBoundingClientRect();
        return {
          names: tile.querySelector('.dots')?.title ?? '',
          isMarked: Boolean(mark && mark.width > 10),
        };
      }),
    );
    for (const { names, isMarked } of tiles) {
      const hasSample = samples.some((place) => names.includes(place.name));
      assert.equal(isMarked, hasSample, names);
    }
    assert.ok(tiles.some((tile) => tile.isMarked));
    await page.context().close();
  });
}

test('exports have a column for it, real places are not called samples', { skip }, async () => {
  const [head, ...lines] = (await (await fetch(`${demoUrl}/api/places.csv?limit=500`)).text())
    .replace('\uFEFF', '')
    .trim()
    .split(/\r?\n/);
  assert.ok(head.split(',').includes('sample'));
  assert.equal(lines.filter((line) => line.includes(',true,')).length, 60);

  const page = await openPage(browser, { url: demoUrl });
  await visit(page, '/areas', demoUrl);
  assert.equal(await page.locator('main .tag', { hasText: '样例' }).count(), 0);
  assert.equal(await page.locator('header .tag', { hasText: '样例' }).count(), 1);
  await page.context().close();
});
