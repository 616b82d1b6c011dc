// A workbook with thirty planted errors is imported, mended cell by cell, written and taken back,
// all in the browser; and what is pasted from a spreadsheet.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  axeViolations,
  baseUrl,
  complaintsOf,
  digitsWithoutLineage,
  EXEMPTIONS,
  launch,
  openPage,
  PHONE,
  settled,
  token,
  visit,
} from './browser.mjs';
import { codeWithChecks, workbook } from './tables.mjs';

const skip = token ? false : 'KECHUANG_TOKEN is not set';
const LINES = 60;
const HEADINGS = ['统一社会信用代码', '名称', '单位性质', '所在区县', '状态', '备忘'];

let browser;
let area;
before(async () => {
  browser = await launch();
  const { items } = await (await fetch(`${baseUrl}/api/areas?kind=district&limit=1`)).json();
  area = items[0].code;
});
after(() => browser?.close());

const get = async (path) =>
  fetch(baseUrl + path, { headers: { Authorization: `Bearer ${token}` } });
const dialog = (page) => page.locator('dialog[open]');

/** Firms that are right in every cell. */
const firms = (from, count) =>
  Array.from({ length: count }, (_, at) => [
    codeWithChecks('91500000', `MA6${String(from + at).padStart(5, '0')}`),
    `样例第${from + at}科技有限公司`,
    'enterprise',
    area,
    'active',
    '',
  ]);

/** Thirty of them spoiled: [row, column, what it says instead]. */
const ERRORS = [
  ...Array.from({ length: 8 }, (_, at) => [at, 0, '9150000MA6WRONG00X']),
  ...Array.from({ length: 3 }, (_, at) => [8 + at, 0, '']),
  ...Array.from({ length: 5 }, (_, at) => [11 + at, 1, '']),
  ...Array.from({ length: 8 }, (_, at) => [16 + at, 2, '公司']),
  ...Array.from({ length: 3 }, (_, at) => [24 + at, 3, 'atlantis']),
  ...Array.from({ length: 3 }, (_, at) => [27 + at, 4, '正常营业']),
];

async function waitForState(page, state) {
  await page.locator(`.panel [data-import-state="${state}"]`).first().waitFor();
  await settled(page);
}
const count = async (page, name) =>
  Number(
    (await page.locator(`main [data-count="${name}"] .count`).first().innerText()).replace(',', ''),
  );
async function check(page) {
  await page.locator('.panel [data-import-state="uploaded"]').first().waitFor();
  await page.locator('[data-check]').click();
  await waitForState(page, 'checked');
}

test('thirty planted errors are found, mended, written and taken back', { skip }, async () => {
  assert.equal(ERRORS.length, 30);
  const right = firms(100, LINES);
  const sent = right.map((row) => [...row]);
  for (const [row, column, text] of ERRORS) sent[row][column] = text;

  const page = await openPage(browser, { signedIn: true });
  await visit(page, '/imports/new?target=organisations');
  await page.locator('input[type="file"]').setInputFiles({
    name: '企业名录.xlsx',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: workbook([HEADINGS, ...sent]),
  });
  await page.waitForURL(/\/imports\/\d+$/);
  await settled(page);
  const id = new URL(page.url()).pathname.split('/').pop();

  // The heading 单位性质 is no name of a field: somebody chooses, and the choice stays.
  await page.locator('[data-column="3"] select').selectOption('kind');
  await page.waitForFunction(
    () => document.querySelector('[data-column="3"] select').value === 'kind',
  );
  await check(page);
  assert.equal(await count(page, 'wrong'), 30);
  assert.equal(await count(page, 'new'), LINES - 30);
  assert.equal(await page.locator('[data-problem]').count(), 30);
  // All or nothing: it cannot be written like this.
  await page.getByText('还有错').waitFor();
  assert.deepEqual(await axeViolations(page), []);
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);

  for (let at = 0; at < 30; at++) {
    const problem = page.locator('[data-problem]').nth(at);
    const place = (await problem.locator('button').innerText()).trim();
    const [, letter, line] = place.match(/^([A-Z]+)(\d+)$/) ?? [];
    assert.ok(letter, `the problem says its cell: ${place}`);
    await problem.locator('button').click();
    const cell = page.locator('.grid .cell.active input');
    await cell.waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('.grid .cell.active'));
    assert.match(await cell.getAttribute('aria-label'), new RegExp(`行 ${line}$`));
    await page.keyboard.insertText(right[line - 2][letter.charCodeAt(0) - 65]);
    await page.keyboard.press('Enter');
  }
  await page.getByText('再核对一次').first().waitFor();
  await check(page);
  assert.equal(await count(page, 'wrong'), 0);
  assert.equal(await count(page, 'new'), LINES);

  await page.getByRole('button', { name: '写入', exact: true }).click();
  await dialog(page).locator('button[type="submit"]').click();
  await waitForState(page, 'done');
  const code = right[8][0];
  assert.equal((await (await get(`/api/organisations/${code}`)).json()).name, right[8][1]);

  // The record says from which line it came, and leads there.
  await visit(page, `/admin/organisations/${code}`);
  const origin = page.locator('[data-origins] a').first();
  assert.match(await origin.innerText(), /企业名录\.xlsx[\s\S]*10/);
  await origin.click();
  await page.waitForURL(`**/imports/${id}?line=10`);
  await waitForState(page, 'done');
  await page.locator('.grid [role="row"]', { hasText: right[8][1] }).waitFor();

  await page.getByRole('button', { name: '撤销这次导入' }).click();
  await dialog(page).locator('button[type="submit"]').click();
  await waitForState(page, 'undone');
  assert.equal((await get(`/api/organisations/${code}`)).status, 404);
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('five thousand lines are pasted, moved through by keys, and sent', { skip }, async (t) => {
  const rows = firms(1000, 5000);
  const page = await openPage(browser, { signedIn: true });
  await visit(page, '/imports/new?target=organisations&way=paste');
  await page.locator('.grid .cell').nth(8).click();
  await page.locator('.grid .cell.active input').waitFor();
  await page.locator('.grid [aria-rowindex="2"] .cell').nth(1).click();
  const text = [HEADINGS, ...rows].map((row) => row.join('\t')).join('\r\n');
  const took = await page.evaluate(async (pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    const began = performance.now();
    document.activeElement.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return performance.now() - began;
  }, text);
  t.diagnostic(`pasted in ${took.toFixed(0)} ms`);
  assert.ok(took < 1000, `pasting took ${took} ms`);
  await page.locator('.grid [role="columnheader"]', { hasText: '单位性质' }).waitFor();
  assert.ok((await page.locator('.grid [role="row"]').count()) < 60, 'only rows in view exist');

  await page.keyboard.press('Control+End');
  const last = page.locator('.grid .cell.active');
  await last.waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Home');
  await page.waitForFunction((code) => document.activeElement?.value === code, rows.at(-1)[0]);
  await page.locator('[data-send]').click();
  await page.waitForURL(/\/imports\/\d+$/);
  await settled(page);
  await page.locator('[data-column="3"] select').selectOption('kind');
  await check(page);
  assert.equal(await count(page, 'new'), 5000);
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('the history of imports, on a phone', { skip }, async () => {
  const page = await openPage(browser, { signedIn: true, viewport: PHONE, theme: 'dark' });
  for (const path of ['/imports', '/imports/new', '/imports/new?way=paste']) {
    await visit(page, path);
    assert.deepEqual(await axeViolations(page), [], path);
    const tooWide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(tooWide <= 0, `${path} is ${tooWide} px too wide`);
  }
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});
