// The collection board: a feed is made, its data arrive, are rejected with a reason, come again and
// are accepted; who owes is reminded; the three maps open what they show.
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
  token,
  visit,
} from './browser.mjs';

const skip = token ? false : 'KECHUANG_TOKEN is not set';
const DATA_SET = 'abnormal_enterprises';
const HEAD = 'code,name,list,reason,listed_on';
const LINE = '91350100M000100Y43,样例光电有限公司,经营异常,未按期公示年报,2026-11-02';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const dialog = (page) => page.locator('dialog[open]');
const authorised = { Authorization: `Bearer ${token}` };
const get = async (path) => (await fetch(baseUrl + path, { headers: authorised })).json();
const push = (feed, text) =>
  fetch(`${baseUrl}/api/feeds/${feed}/deliveries?name=list.csv`, {
    method: 'POST',
    headers: { ...authorised, 'Content-Type': 'text/csv' },
    body: text,
  });
/** The cell of a state in the data set's row. */
const cell = (page, state) =>
  page.locator(`[data-row="${DATA_SET}"] button[data-state="${state}"]`).last();

async function confirm(page, name, reason) {
  await dialog(page).first().getByRole('button', { name, exact: true }).click();
  const question = dialog(page).last();
  if (reason) await question.locator('textarea').fill(reason);
  await question.locator('button[type="submit"]').click();
}

test('a feed brings data; they are rejected, come again, and are accepted', { skip }, async () => {
  const page = await openPage(browser, { signedIn: true });
  await visit(page, `/data_sets/${DATA_SET}`);
  await page.locator('[data-new-feed]').click();
  await dialog(page).locator('select[name="method"]').selectOption('push');
  await dialog(page).locator('button[type="submit"]').click();
  await page.locator('[data-feed]').first().waitFor();
  const feed = await page.locator('[data-feed]').first().getAttribute('data-feed');

  const refused = await push(feed, 'name\n缺了别的列\n');
  assert.equal(refused.status, 422);
  const arrived = await push(feed, `${HEAD}\n${LINE}\n`);
  assert.ok(arrived.ok, await arrived.text());
  await visit(page, `/data_sets/${DATA_SET}`);
  await page.locator('[data-feed] summary').first().click();
  await page.locator('[data-feed] .events li').nth(1).waitFor();
  assert.match(
    await page.locator('[data-feed] .events').first().innerText(),
    /拒收[\s\S]*已报|已报[\s\S]*拒收/,
  );

  await visit(page, '/collection');
  await cell(page, 'arrived').click();
  await dialog(page).locator('.facts').waitFor();
  await confirm(page, '退回', '缺少列入日期的依据');
  await dialog(page).getByText('缺少列入日期的依据').waitFor();
  await page.keyboard.press('Escape');
  await cell(page, 'rejected').waitFor();
  assert.ok(await page.locator('[data-missing]').count(), 'who is missing');

  const again = await push(feed, `${HEAD}\n${LINE}\n${LINE.replace('Y43', 'Y43')}\n`);
  assert.ok(again.ok, await again.text());
  await visit(page, '/collection');
  await cell(page, 'arrived').click();
  await dialog(page).locator('.facts').waitFor();
  await confirm(page, '验收');
  await dialog(page).locator('[data-state="accepted"]').waitFor();
  await page.keyboard.press('Escape');
  await cell(page, 'accepted').waitFor();
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('who owes is reminded, once a day', { skip }, async () => {
  const { items } = await get('/api/deliveries?state=expected&limit=50');
  const delivery = items.find((item) => item.data_set_code !== DATA_SET);
  const page = await openPage(browser, { signedIn: true });
  await visit(page, '/collection');
  await page
    .locator(`[data-row="${delivery.data_set_code}"] button[data-state="expected"]`)
    .last()
    .click();
  await dialog(page).locator('.facts').waitFor();
  await confirm(page, '催报');
  await dialog(page).getByText('已催报').waitFor();
  await visit(page, '/collection/reminders');
  await page.locator('main tbody').getByText(delivery.data_set_name).first().waitFor();
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('the board is filtered by state and department, in the address', { skip }, async () => {
  const page = await openPage(browser, { signedIn: true });
  await visit(page, '/collection');
  const all = await page.locator('[data-row]').count();
  const code = await page.locator('select[name="department"] option').nth(1).getAttribute('value');
  await page.locator('select[name="department"]').selectOption(code);
  await page.waitForURL(/department=/);
  const some = await page.locator('[data-row]').count();
  assert.ok(some > 0 && some < all);
  await page.getByRole('button', { name: '清除筛选' }).click();
  await page.locator('[data-total="expected"]').click();
  await page.waitForURL(/state=expected/);
  assert.ok(await page.locator('[data-row]').count());
  await page.context().close();
});

test('the three maps: boxes are links, reached by keyboard', async () => {
  const page = await openPage(browser);
  await visit(page, '/architecture');
  const links = page.locator('.drawing a');
  assert.ok((await links.count()) > 10);
  assert.equal(
    await page.locator('.drawing [data-node]').count(),
    await page.locator('main .layer li').count(),
    'the list says the same',
  );
  await page.locator('[data-view="department"]').click();
  await page.waitForURL(/view=department/);
  await settled(page);
  const box = page.locator('.drawing a[href^="/collection/"]').first();
  await box.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/data_sets/*');
  await settled(page);
  await page.locator('main table').first().waitFor();
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

for (const [viewport, theme, lang] of [
  [DESKTOP, 'light', 'zh'],
  [PHONE, 'dark', 'en'],
]) {
  test(
    `board, catalogue, feeds, maps: axe, digits, width: ${theme}, ${lang}`,
    { skip },
    async () => {
      const page = await openPage(browser, { viewport, theme, lang, signedIn: true });
      for (const path of [
        '/collection',
        '/collection/feeds',
        '/collection/reminders',
        '/data_sets',
        `/data_sets/${DATA_SET}`,
        '/architecture',
        '/architecture?view=department',
        '/architecture?view=brain',
      ]) {
        await visit(page, path);
        assert.deepEqual(await axeViolations(page), [], path);
        assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), [], path);
        const seen = await page.evaluate(() => ({
          text: document.body.innerText,
          tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        }));
        assert.ok(seen.tooWide <= 0, `${path} is ${seen.tooWide} px too wide`);
        assert.equal(
          seen.text.match(/\b(collection|feeds|reminders|architecture|exports)\.[a-z]\w*/)?.[0],
          undefined,
          path,
        );
      }
      assert.deepEqual(await complaintsOf(page), []);
      await page.context().close();
    },
  );
}

test('every form of a table is offered, and can be fetched', async () => {
  const page = await openPage(browser);
  for (const path of ['/areas', '/data_sets']) {
    await visit(page, path);
    await page.locator('[data-export-menu]').first().click();
    await page.locator('[data-form]').first().waitFor();
    assert.deepEqual(await axeViolations(page), [], path);
    assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), [], path);
    const links = await page
      .locator('[data-form]')
      .evaluateAll((all) => all.map((link) => link.href));
    assert.ok(links.length >= 5);
    for (const link of links) assert.equal((await fetch(link)).status, 200, link);
    await page.keyboard.press('Escape');
    await page.locator('[data-form]').first().waitFor({ state: 'detached' });
  }
  await page.context().close();
});
