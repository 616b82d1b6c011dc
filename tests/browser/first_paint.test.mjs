// A phone of modest speed sees the first page soon.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, PHONE, visit } from './browser.mjs';

const LIMIT_MS = 2500;
const ROUNDS = 5;

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

async function firstPaint() {
  const page = await openPage(browser, { viewport: PHONE });
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput: (9e6 / 8) | 0,
    uploadThroughput: (9e6 / 8) | 0,
  });
  await visit(page, '/');
  const time = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0].startTime,
  );
  await page.context().close();
  return time;
}

test(`first contentful paint within ${LIMIT_MS} ms at 9 Mbit/s and a quarter of the speed`, async (t) => {
  const times = [];
  // What else runs on the machine only ever adds: the best of a few rounds is the page's own time.
  while (times.length < ROUNDS && !times.some((time) => time <= LIMIT_MS))
    times.push(await firstPaint());
  t.diagnostic(`first paint: ${times.map((time) => Math.round(time)).join(', ')} ms`);
  assert.ok(Math.min(...times) <= LIMIT_MS, `${times} ms`);
});
