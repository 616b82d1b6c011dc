// Boundaries are drawn for those who have signed in, where there is a file for the city; what has
// no boundary is counted and listed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  baseUrl,
  complaintsOf,
  launch,
  openPage,
  otherCityToken,
  otherCityUrl,
  PHONE,
  token,
  visit,
} from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const skip = token ? false : 'KECHUANG_TOKEN is not set';
const FILE = /\/assets\/\d{6}-/;

/** The page at a path, and the files with boundaries that it fetched. */
async function openMap(path, options = {}) {
  const page = await openPage(browser, options);
  const fetched = [];
  page.on('request', (request) => FILE.test(request.url()) && fetched.push(request.url()));
  await visit(page, path, options.url);
  return { page, fetched };
}

async function areasOf(set, date) {
  const query = new URLSearchParams({ set_code: set, valid_on: date, limit: '500' });
  const { items } = await (await fetch(`${baseUrl}/api/area_set_members?${query}`)).json();
  return items.map((item) => item.area_code);
}

test('a visitor sees tiles and fetches no boundaries', async () => {
  const { page, fetched } = await openMap('/map?view=boundaries');
  assert.equal(await page.getByRole('button', { name: '边界', exact: true }).count(), 0);
  assert.equal(await page.locator('.boundaries').count(), 0);
  assert.ok((await page.locator('.tiles li').count()) > 30);
  assert.deepEqual(fetched, []);
  await page.context().close();
});

for (const [set, period] of [
  ['districts', '2022'],
  ['monitored', '2022'],
]) {
  test(`signed in, every area of ${set} is drawn or listed`, { skip }, async () => {
    const { page, fetched } = await openMap(`/map?set=${set}&period=${period}`, { signedIn: true });
    await page.getByRole('button', { name: '边界', exact: true }).click();
    await page.locator('.boundaries').waitFor();
    assert.equal(fetched.length, 1);
    await page.getByText('示意图，不作划界依据').waitFor();
    await page.getByText('GCJ-02').waitFor();
    const drawn = await page.locator('.boundaries > .frame .area').count();
    const members = await areasOf(set, `${period}-12-31`);
    const off = page.locator('.off-map');
    const missing = (await off.locator('li a').evaluateAll((all) => all.map((a) => a.pathname)))
      .map((path) => path.split('/').pop())
      .filter((code) => members.includes(code));
    assert.equal(drawn + missing.length, members.length);
    if (missing.length) {
      const count = off.locator('[data-lineage]').first();
      assert.equal(Number(await count.innerText()), await off.locator('li').count());
      await count.click();
      await page.locator('dialog.drawer [data-lineage-end="records"]').waitFor();
      await page.keyboard.press('Escape');
    }
    await page.locator('.boundaries > .frame .area:not(.none)').first().dispatchEvent('click');
    await page.locator('dialog.drawer [data-lineage-end]').waitFor();
    assert.deepEqual(await complaintsOf(page), []);
    await page.context().close();
  });
}

test('every place has its mark', { skip }, async () => {
  const { page } = await openMap('/map?view=boundaries&places=yes', { signedIn: true });
  await page.locator('.boundaries .mark').first().waitFor();
  const { items } = await (await fetch(`${baseUrl}/api/places?limit=500`)).json();
  assert.equal(await page.locator('.boundaries .mark').count(), items.length);
  await page.context().close();
});

test('the map with boundaries fits a phone', { skip }, async () => {
  const { page } = await openMap('/map?view=boundaries', { signedIn: true, viewport: PHONE });
  await page.locator('.boundaries').waitFor();
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(tooWide <= 0);
  await page.context().close();
});

const noOther = otherCityToken ? false : 'KECHUANG_OTHER_CITY_TOKEN is not set';
test('a city without a file keeps its tiles, signed in too', { skip: noOther }, async () => {
  const { page, fetched } = await openMap('/map?view=boundaries', {
    signedIn: true,
    token: otherCityToken,
    url: otherCityUrl,
  });
  await page.locator('.tiles').waitFor();
  assert.equal(await page.locator('.boundaries').count(), 0);
  assert.deepEqual(fetched, []);
  await page.context().close();
});
