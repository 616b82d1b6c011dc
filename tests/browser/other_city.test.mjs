// With another city's pack nothing on any page names the city this program was first made for.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { complaintsOf, everyPath, launch, openPage, otherCityUrl, visit } from './browser.mjs';

const TRACE = /.{0,60}(重庆|重慶|渝|chongqing).{0,20}/i;

/** A trace with a little of what stands around it, or nothing. */
const traceIn = (text) => text.match(TRACE)?.[0];
const assets = new URL('../../web/dist/assets/', import.meta.url);

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

for (const lang of ['zh', 'en']) {
  const skip = otherCityUrl ? false : 'KECHUANG_OTHER_CITY_URL is not set';
  test(`another city's pages show no trace: ${lang}`, { skip }, async () => {
    const page = await openPage(browser, { lang, url: otherCityUrl });
    for (const path of await everyPath(otherCityUrl)) {
      await visit(page, path, otherCityUrl);
      const html = await page.content();
      assert.equal(traceIn(html), undefined, path);
      assert.deepEqual(await complaintsOf(page), [], path);
    }
    await page.context().close();
  });
}

test('the files of the pages name no city', () => {
  for (const name of readdirSync(assets)) {
    const text = readFileSync(new URL(name, assets), 'utf8');
    assert.equal(traceIn(text), undefined, name);
  }
});
