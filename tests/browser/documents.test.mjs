// A document is added in the browser, and the figures in it show the sentences they stand in.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { baseUrl, complaintsOf, launch, openPage, token, visit } from './browser.mjs';

const shared = new URL('../../../shared/data/documents/', import.meta.url);
const needsToken = token ? false : 'KECHUANG_TOKEN is not set';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const getJson = async (path) => (await fetch(baseUrl + path)).json();

test('a bulletin of the pack: a figure shows its sentence, the sentence its document', async () => {
  const { items } = await getJson('/api/observations?source_code=B001&sort=-period_end&limit=1');
  const page = await openPage(browser);
  await visit(page, `/indicators/${items[0].indicator_code}?area=${items[0].area_code}`);
  await page.locator(`main [data-lineage="observation:${items[0].id}"]`).first().click();
  const sentence = page.locator('dialog.drawer [data-testid="sentence"]');
  await sentence.waitFor();
  assert.ok((await sentence.innerText()).includes(items[0].token));
  assert.equal(await sentence.locator('strong').innerText(), items[0].token);

  await page.locator('dialog.drawer [data-lineage-end="sentence"] a').click();
  const line = page.locator('.lines li[aria-current="true"]');
  await line.waitFor();
  await line.locator('[data-lineage]').first().click();
  await page
    .locator('dialog.drawer [data-testid="sentence"]')
    .first()
    .or(page.locator('dialog.drawer table'))
    .first()
    .waitFor();
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('without the token the page says what is missing', async () => {
  const page = await openPage(browser);
  await visit(page, '/documents');
  assert.equal(await page.locator('input[type="file"]').count(), 0);
  await page.getByText('载入文件要先登录').waitFor();
  await page.context().close();
});

test('a text is added, listed and read', { skip: needsToken }, async () => {
  const page = await openPage(browser, { signedIn: true });
  await visit(page, '/documents');
  await page.locator('select[name="visibility"]').selectOption('government');
  await page.locator('input[type="file"]').setInputFiles({
    name: 'a-note.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('一份说明\n第二行没有登记的数字。\n'),
  });
  await page.locator('main .added a').click();
  await page.getByText('第二行没有登记的数字。').waitFor();
  assert.match(await page.locator('.page-head').innerText(), /发布\s*未注明\s*·\s*政府内/);
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('a figure of our bulletin names the source that says the same', async () => {
  const [document] = (await getJson('/api/documents?source_code=B001')).items;
  const { items } = await getJson('/api/observations?source_code=B001&limit=1');
  const page = await openPage(browser);
  await visit(page, `/documents/${document.id}`);
  await page.locator(`main .cited [data-lineage="observation:${items[0].id}"]`).first().click();
  const drawer = page.locator('dialog.drawer');
  await drawer.locator('[data-testid="sentence"]').waitFor();
  await drawer.getByText('本项目汇编', { exact: true }).first().waitFor();
  const others = drawer.locator('.station', { hasText: '同一个数的其他出处' });
  assert.match(await others.locator('li').first().innerText(), /相同/);
  await others.locator('[data-lineage]').first().click();
  await drawer.locator(`[data-key="observation:${items[0].id}"]`).waitFor({ state: 'detached' });
  await drawer.locator('[data-lineage-end]').waitFor();
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('a file that is no text is refused in words', { skip: needsToken }, async () => {
  const page = await openPage(browser, { signedIn: true });
  await visit(page, '/documents');
  await page.locator('input[type="file"]').setInputFiles({
    name: 'picture.png',
    mimeType: 'image/png',
    buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]),
  });
  const alert = page.locator('main [role="alert"]');
  await alert.waitFor();
  assert.match(await alert.innerText(), /\p{Script=Han}{4,}/u);
  await page.context().close();
});

const skip = existsSync(shared) ? needsToken : '../shared/data/documents is not there';
test('the five source documents: their figures show their sentences', { skip }, async () => {
  const files = readdirSync(shared)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => fileURLToPath(new URL(name, shared)));
  const page = await openPage(browser, { signedIn: true });
  await visit(page, '/documents');
  await page.locator('input[type="file"]').setInputFiles(files);
  await page.waitForFunction(
    (count) => document.querySelectorAll('main .added').length === count,
    files.length,
  );
  for (const code of ['D000', 'D001', 'D002', 'D003', 'D004']) {
    const { items } = await getJson(`/api/observations?source_code=${code}&limit=5`);
    for (const item of items.slice(0, 2)) {
      const lineage = await getJson(`/api/observations/${item.id}/lineage`);
      assert.ok(lineage.citation, `${item.fact_id} has found its sentence`);
    }
  }
  const { items } = await getJson('/api/observations?source_code=D000&status=target&limit=1');
  await visit(page, `/indicators/${items[0].indicator_code}?area=${items[0].area_code}`);
  await page.locator(`main [data-lineage="observation:${items[0].id}"]`).first().click();
  const sentence = page.locator('dialog.drawer [data-testid="sentence"]');
  await sentence.waitFor();
  assert.ok((await sentence.innerText()).includes(items[0].token));
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('a revision in the drawer keeps the old value', { skip: needsToken }, async () => {
  const { items } = await getJson('/api/observations?indicator_code=RD01&status=estimate&limit=1');
  const page = await openPage(browser, { signedIn: true });
  await visit(page, `/indicators/RD01?area=${items[0].area_code}`);
  await page.locator(`main [data-lineage="observation:${items[0].id}"]`).first().click();
  const drawer = page.locator('dialog.drawer');
  await drawer.locator('.revise summary').click();
  await drawer.locator('input[name="value"]').fill(String(items[0].value + 1));
  await drawer.locator('input[name="note"]').fill('浏览器测试');
  await drawer.locator('.revise button[type="submit"]').click();
  const history = drawer.locator('.history li');
  await history.nth(1).waitFor();
  assert.equal(await history.count(), 2);
  assert.match(await history.first().innerText(), /现行/);
  await drawer.getByText('浏览器测试').first().waitFor();
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});
