// Every page opens with real content: in both languages and colours, on a desktop and on a phone;
// nothing complains, nothing leaves the machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  complaintsOf,
  DESKTOP,
  everyPath,
  launch,
  openPage,
  PHONE,
  settled,
  visit,
} from './browser.mjs';

// Each value of each choice meets every page.
const VARIANTS = [
  { lang: 'zh', theme: 'light', viewport: DESKTOP },
  { lang: 'en', theme: 'dark', viewport: DESKTOP },
  { lang: 'zh', theme: 'dark', viewport: PHONE },
  { lang: 'en', theme: 'light', viewport: PHONE },
];
const MESSAGE_KEY =
  /\b(nav|action|state|mark|panel|signIn|account|overview|count|target|indicators?|topic|status|measure|column|areas?|areaKind|map|documents|sources|drawer|chart|search|exports|files)\.[a-z_]\w*/;

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

for (const variant of VARIANTS) {
  const { lang, theme, viewport } = variant;
  test(`every page opens: ${lang}, ${theme}, ${viewport.width} px wide`, async () => {
    const page = await openPage(browser, variant);
    for (const path of await everyPath()) {
      await visit(page, path);
      const seen = await page.evaluate(() => ({
        text: document.querySelector('main').innerText,
        alerts: [...document.querySelectorAll('main [role="alert"]')].map((e) => e.innerText),
        language: document.documentElement.lang,
        theme: document.documentElement.dataset.theme,
        tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }));
      assert.ok(seen.text.length > 10, `${path} shows something`);
      assert.deepEqual(seen.alerts, [], `${path} has no error`);
      assert.equal(seen.text.match(MESSAGE_KEY)?.[0], undefined, `${path}: a text is missing`);
      assert.equal(seen.language, lang === 'en' ? 'en' : 'zh-CN');
      assert.equal(seen.theme, theme);
      assert.ok(seen.tooWide <= 0, `${path} is ${seen.tooWide} px too wide`);
      assert.deepEqual(await complaintsOf(page), [], path);
    }
    await page.context().close();
  });
}

test('language and colours are switched by hand, the keyboard reaches a figure', async () => {
  const page = await openPage(browser);
  await visit(page, '/');
  const before = await page.evaluate(() => document.documentElement.dataset.theme);
  await page.getByRole('button', { name: '切换到深色' }).click();
  assert.notEqual(await page.evaluate(() => document.documentElement.dataset.theme), before);
  await page.getByRole('button', { name: 'EN', exact: true }).click();
  await page.getByRole('link', { name: 'Indicators', exact: true }).first().waitFor();

  await page.locator('main [data-lineage]').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog.drawer [data-lineage-end]').first().waitFor();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('dialog.drawer').open);
  const focused = await page.evaluate(() => document.activeElement.dataset.lineage);
  assert.ok(focused, 'focus returns to the figure');
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('a figure clicked while the drawer is closing opens it again', async () => {
  const page = await openPage(browser);
  await visit(page, '/');
  const figures = page.locator('main [data-lineage^="observation"]');
  await figures.first().click();
  await page.locator('dialog.drawer [data-lineage-end]').waitFor();
  // The dialog's `close` event is still under way when the second figure is clicked.
  const key = await page.evaluate(async () => {
    const all = [...document.querySelectorAll('main [data-lineage^="observation"]')];
    const next = all.find((figure) => figure.dataset.lineage !== all[0].dataset.lineage);
    const drawer = document.querySelector('dialog.drawer');
    drawer.querySelector('.close').click();
    while (drawer.open) await Promise.resolve();
    const closed = new Promise((resolve) => drawer.addEventListener('close', resolve));
    next.click();
    await closed;
    return next.dataset.lineage;
  });
  await page.locator(`dialog.drawer[open] [data-key="${key}"] [data-lineage-end]`).waitFor();
  assert.equal(await page.locator('dialog.drawer header button').count(), 1, 'nothing to go back');
  await page.context().close();
});

test('a wrong token is refused in words, a lost program is said and retried', async () => {
  const page = await openPage(browser);
  await visit(page, '/documents');
  await page.getByRole('button', { name: '登录' }).first().click();
  await page.locator('dialog.box summary').click();
  await page.locator('input[name="token"]').fill('not-the-token-at-all');
  await page.locator('dialog.box details button[type="submit"]').click();
  await page.locator('dialog.box [role="alert"]').waitFor();
  await page.keyboard.press('Escape');

  await page.route('**/api/sources*', (route) => route.abort());
  await page.getByRole('link', { name: '来源', exact: true }).first().click();
  await page.locator('main [role="alert"]').waitFor();
  await page.unroute('**/api/sources*');
  await page.getByRole('button', { name: '重试' }).click();
  await page.locator('main table').waitFor();
  await settled(page);
  await page.context().close();
});
