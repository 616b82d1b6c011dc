// Search from any page, by keyboard alone; all hits; the same as a sheet on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  axeViolations,
  baseUrl,
  complaintsOf,
  DESKTOP,
  digitsWithoutLineage,
  EXEMPTIONS,
  launch,
  openPage,
  PHONE,
  settled,
  visit,
} from './browser.mjs';

let browser;
let area;
before(async () => {
  browser = await launch();
  const { items } = await (await fetch(`${baseUrl}/api/areas?kind=district&limit=1`)).json();
  area = items[0];
});
after(() => browser?.close());

const box = (page) => page.locator('dialog.search-box[open]');
const hits = (page) => box(page).locator('[role="option"]');
const found = (page) =>
  page.waitForFunction(
    () =>
      document.querySelector('dialog.search-box [role="option"]') &&
      !document.querySelector('dialog.search-box [aria-busy]'),
  );

test('search by keyboard: slash, words, arrows, Enter, and Escape back', async () => {
  const page = await openPage(browser);
  await visit(page, '/sources');
  // In a field a slash is a slash.
  await page.locator('main input').first().focus();
  await page.keyboard.press('/');
  assert.equal(await box(page).count(), 0);
  await page.locator('main input').first().fill('');
  await page.locator('main h1').click();

  await page.keyboard.press('/');
  const field = box(page).locator('input');
  await field.waitFor();
  await page.waitForFunction(() => document.activeElement?.matches('dialog.search-box input'));
  await page.keyboard.type(area.name);
  await found(page);
  assert.ok((await hits(page).first().innerText()).includes(area.name));
  assert.ok(await box(page).locator('mark').count(), 'what was looked for is marked');
  assert.deepEqual(await axeViolations(page), []);
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);

  await page.keyboard.press('ArrowDown');
  const chosen = await field.getAttribute('aria-activedescendant');
  assert.equal(
    await box(page).locator('[aria-selected="true"]').getAttribute('id'),
    chosen,
    'a reader hears the option',
  );
  await page.keyboard.press('ArrowUp');
  assert.equal(await field.getAttribute('aria-activedescendant'), null);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL((at) => at.pathname !== '/sources');
  await settled(page);
  assert.equal(await box(page).count(), 0);

  await page.keyboard.press('Control+k');
  await box(page).waitFor();
  await page.keyboard.press('Escape');
  await box(page).waitFor({ state: 'detached' });
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('all hits: by kind, page by page, with what to do when there are none', async () => {
  const page = await openPage(browser);
  await visit(page, '/search?q=科技');
  await page.locator('.hits li').first().waitFor();
  const kinds = page.locator('[data-kind]');
  assert.ok((await kinds.count()) > 1);
  const kind = kinds.first();
  const promised = Number((await kind.locator('.count').innerText()).replace(',', ''));
  await kind.click();
  await page.waitForURL(/kind=/);
  await settled(page);
  // The address is the new one a moment before the hits are.
  await page.waitForFunction(
    (count) => document.querySelectorAll('.hits li').length === count,
    Math.min(promised, 20),
  );
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);
  assert.deepEqual(await axeViolations(page), []);

  await page.locator('main input[type="search"]').fill('xqzxqz 毫无此事');
  await page.keyboard.press('Enter');
  await page.getByText('没有找到').first().waitFor();
  assert.ok((await page.locator('main .hints li').count()) > 1, 'hints');
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('a hit in a document opens its line', async () => {
  const page = await openPage(browser);
  await visit(page, '/search?q=科技&kind=document_line');
  const hit = page.locator('.hits a[href*="line="]').first();
  await hit.click();
  await page.waitForURL(/\/documents\/\d+\?line=\d+/);
  await page.locator('.lines li[aria-current="true"]').waitFor();
  await page.context().close();
});

for (const [viewport, theme, lang] of [
  [PHONE, 'dark', 'zh'],
  [DESKTOP, 'light', 'en'],
]) {
  test(`the box as a sheet: ${viewport.width} px wide, ${theme}, ${lang}`, async () => {
    const page = await openPage(browser, { viewport, theme, lang });
    await visit(page, '/');
    await page.locator('[data-search]').click();
    await box(page).locator('input').fill(area.name);
    await found(page);
    const size = await box(page).boundingBox();
    if (viewport === PHONE) assert.deepEqual([size.width, size.height], [390, 844]);
    assert.deepEqual(await axeViolations(page), []);
    await hits(page).first().click();
    await page.waitForURL((at) => at.pathname !== '/');
    await page.context().close();
  });
}

test('an answer that is slow does not come over a newer one', async () => {
  const page = await openPage(browser);
  await visit(page, '/');
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/api\/search\?q=%E7%A7%91&/, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await page.keyboard.press('/');
  const field = box(page).locator('input');
  const asked = page.waitForRequest(/q=%E7%A7%91&/);
  await field.fill('科');
  await asked;
  await field.fill(area.name);
  await found(page);
  release();
  assert.ok((await hits(page).first().innerText()).includes(area.name));
  await page.context().close();
});
