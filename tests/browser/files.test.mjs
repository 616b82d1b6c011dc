// Files of a record: added, looked at page by page, taken away and brought back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import {
  axeViolations,
  baseUrl,
  complaintsOf,
  digitsWithoutLineage,
  EXEMPTIONS,
  launch,
  openPage,
  settled,
  token,
  visit,
} from './browser.mjs';
import { crc32 } from './tables.mjs';

const skip = token ? false : 'KECHUANG_TOKEN is not set';

let browser;
let path;
before(async () => {
  browser = await launch();
  const { items } = await (await fetch(`${baseUrl}/api/documents?limit=1`)).json();
  path = `/documents/${items[0].id}`;
});
after(() => browser?.close());

function picture(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc((1 + 3 * width) * height))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Two empty pages; readers find the parts without a table. */
const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n' +
    '2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n' +
    '4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 200]>>endobj\n' +
    'trailer<</Root 1 0 R>>\n%%EOF\n',
);

const dialog = (page) => page.locator('dialog[open]');
const drawn = (page) =>
  page.waitForFunction(() => document.querySelector('dialog[open] [data-preview]')?.naturalWidth);
const shape = (page) =>
  page.evaluate(() => {
    const { naturalWidth, naturalHeight } = document.querySelector('dialog[open] [data-preview]');
    return naturalWidth > naturalHeight ? 'wide' : 'tall';
  });

test('files are added, looked at, taken away and brought back', { skip }, async () => {
  const page = await openPage(browser, { signedIn: true });
  await visit(page, path);
  await page.locator('input[name="files"]').setInputFiles([
    { name: '示意图.png', mimeType: 'image/png', buffer: picture(40, 20) },
    { name: '说明.pdf', mimeType: 'application/pdf', buffer: PDF },
  ]);
  await page.locator('[data-file="示意图.png"]').waitFor();
  await page.locator('[data-file="说明.pdf"]').waitFor();
  await settled(page);

  await page.getByRole('button', { name: '预览 示意图.png' }).click();
  await drawn(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '预览 说明.pdf' }).click();
  await drawn(page);
  assert.equal(await shape(page), 'wide');
  assert.deepEqual(await axeViolations(page), []);
  const next = dialog(page).getByRole('button', { name: '下一页' });
  await next.click();
  await page.waitForFunction(() => {
    const shown = document.querySelector('dialog[open] [data-preview]');
    return shown?.complete && shown.naturalWidth < shown.naturalHeight;
  });
  await page.keyboard.press('Escape');
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);

  const row = page.locator('[data-file="说明.pdf"]');
  await row.getByRole('button', { name: '删除 说明.pdf' }).click();
  await row.getByRole('button', { name: '恢复' }).click();
  await row.getByRole('button', { name: '删除 说明.pdf' }).waitFor();
  for (const name of ['说明.pdf', '示意图.png']) {
    const removed = page.waitForResponse(
      (reply) => reply.request().method() === 'DELETE' && reply.ok(),
    );
    await page.getByRole('button', { name: `删除 ${name}` }).click();
    await removed;
  }
  await page.locator('[data-file]').first().waitFor({ state: 'detached' });
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});

test('what a visitor may not add is not offered, nor an empty list', async () => {
  const page = await openPage(browser);
  await visit(page, path);
  assert.equal(await page.locator('input[name="files"]').count(), 0);
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
});
