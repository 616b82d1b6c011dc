// axe-core finds no violation of WCAG A or AA: light and dark, desktop and phone, drawer open too.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  axeViolations,
  DESKTOP,
  everyPath,
  launch,
  openPage,
  PHONE,
  token,
  visit,
} from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

describe('axe', { concurrency: 2 }, () => {
  for (const viewport of [DESKTOP, PHONE]) {
    for (const theme of ['light', 'dark']) {
      test(`axe: ${theme}, ${viewport.width} px wide`, async () => {
        const page = await openPage(browser, { viewport, theme });
        for (const path of [...(await everyPath()), '/map?places=yes']) {
          await visit(page, path);
          assert.deepEqual(await axeViolations(page), [], path);
        }
        await visit(page, '/');
        for (const kind of ['observation', 'formula', 'records']) {
          const figure = page.locator(`main [data-lineage^="${kind}"]`).first();
          if (!(await figure.count())) continue;
          await figure.click();
          await page.locator(`dialog.drawer [data-step="${kind}"]`).waitFor();
          await page.waitForFunction(
            () => !document.querySelector('dialog.drawer [role="status"]'),
          );
          assert.deepEqual(await axeViolations(page), [], `the drawer with ${kind}`);
          await page.keyboard.press('Escape');
        }
        await page.context().close();
      });
    }
  }
});

const skip = token ? false : 'KECHUANG_TOKEN is not set';
test('axe: what is only there after signing in', { skip }, async () => {
  const page = await openPage(browser, { signedIn: true });
  for (const path of ['/map?view=boundaries&places=yes', '/documents']) {
    await visit(page, path);
    assert.deepEqual(await axeViolations(page), [], path);
  }
  await page.context().close();
});
