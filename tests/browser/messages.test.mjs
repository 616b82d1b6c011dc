// How people are told, in the pages: a data set is put up for publication, the one who decides gets a
// letter and unsubscribes from it without signing in, says when to be left alone; an administrator
// adds a webhook, sees its secret once, pauses and resumes it. A program of its own that sends mail.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { administrator, newUser } from '../http/access.mjs';
import {
  axeViolations,
  complaintsOf,
  digitsWithoutLineage,
  EXEMPTIONS,
  launch,
  openPage,
  PHONE,
  settled,
  visit,
} from './browser.mjs';

const SITE = 'https://brain.city.example';
const folder = mkdtempSync(join(tmpdir(), 'kechuang-messages-'));
const children = [];
const readers = {};
const letters = [];
let browser;
let url;
let dataSet;

/** Starts a program; what it says comes line by line. */
function run(command, args, heard) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  createInterface({ input: child.stdout }).on('line', heard);
}
const mailServer = () =>
  new Promise((resolve) => {
    run('/usr/bin/python3', ['tests/http/smtp_server.py', join(folder, 'answer')], (line) =>
      /^\d+$/.test(line) ? resolve(line) : letters.push(JSON.parse(line)),
    );
  });
const program = (mailPort) =>
  new Promise((resolve) => {
    const server = { name: 'messages' };
    const flags = {
      db: `sqlite:${folder}/messages.db`,
      listen: '127.0.0.1:0',
      pack: 'packs/chongqing',
      site: SITE,
      smtp: `smtp://127.0.0.1:${mailPort}`,
      'smtp-from': 'brain@city.example',
      'webhook-hosts': 'office.city.example',
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    run('build/kechuang', ['serve', ...args], (line) => {
      server.url ??= line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      server.firstPassword ??= line.match(/one-time password: (\S+)/)?.[1];
      if (server.url && server.firstPassword) resolve(server);
    });
  });

before(async () => {
  browser = await launch();
  const server = await program(await mailServer());
  url = server.url;
  readers.administrator = await administrator(server);
  readers.analyst = await newUser(readers.administrator, 'analyst');
  readers.leader = await newUser(
    readers.administrator,
    'leader',
    {},
    { email: 'leader@city.example' },
  );
  const { items } = await readers.analyst.done('GET', '/api/data_sets?limit=200');
  dataSet = items.find((item) => item.class === 'government');
});
after(async () => {
  await browser?.close();
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true });
});

async function pageOf(who, options = {}) {
  const page = await openPage(browser, { url, ...options });
  if (readers[who])
    await page
      .context()
      .addCookies([{ name: 'kechuang_session', value: readers[who].session, url }]);
  return page;
}
/** Nothing complains, everybody can use it, no figure stands there by itself. */
async function close(page) {
  await settled(page);
  assert.deepEqual(await axeViolations(page), []);
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);
  assert.deepEqual(await complaintsOf(page), []);
  await page.context().close();
}
const button = (within, name) => within.getByRole('button', { name, exact: true });
const dialog = (page) => page.locator('dialog[open]');
const wishOf = async (kind) => {
  const { kinds } = await readers.leader.done('GET', '/api/notices/settings');
  return kinds.find((one) => one.kind === kind).wish;
};

test('a data set is put up for publication on its page, and waits for another person', async () => {
  const page = await pageOf('analyst');
  await visit(page, `/data_sets/${dataSet.code}`, url);
  await page.locator('.publish summary').click();
  await page.locator('.publish select').selectOption('public');
  await button(page.locator('.publish'), '提请').click();
  await page.locator('[data-waiting]').waitFor();
  const { class: now } = await readers.analyst.done('GET', `/api/data_sets/${dataSet.code}`);
  assert.equal(now, 'government', 'until somebody agrees');
  await close(page);

  const reader = await pageOf('leader');
  await visit(reader, `/data_sets/${dataSet.code}`, url);
  assert.equal(await reader.locator('.publish').count(), 0, 'only for who keeps the catalogue');
  await close(reader);
});

test('the letter about it leads to where one unsubscribes, without signing in', async () => {
  for (const end = Date.now() + 20000; !letters.length && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(letters[0]?.to, ['leader@city.example']);
  const [, path] = letters[0].text.match(/^List-Unsubscribe: <[^>]*?(\/unsubscribe\/[^>]+)>/im);
  const page = await pageOf('nobody', { viewport: PHONE });
  await visit(page, path, url);
  await page.getByText('有事项待决定').waitFor();
  assert.equal(await wishOf('proposal.made'), 'mail', 'to look changes nothing');
  await button(page, '退订').click();
  await button(page, '退订').waitFor({ state: 'detached' });
  assert.equal(await wishOf('proposal.made'), 'pages');
  await close(page);

  const again = await pageOf('nobody');
  await visit(again, path, url);
  await again.getByText('有事项待决定').waitFor();
  assert.equal(await button(again, '退订').count(), 0, 'it is done');
  await close(again);
});

test('one says of what to be told how, and when not', async () => {
  const page = await pageOf('leader', { viewport: PHONE });
  await visit(page, '/notices/settings', url);
  const chosen = page.getByLabel(/有事项待决定/);
  assert.equal(await chosen.inputValue(), 'pages', 'as the letter left it');
  await chosen.selectOption('digest');
  await page.waitForFunction(() => !document.querySelector('main select:disabled'));
  assert.equal(await wishOf('proposal.made'), 'digest');

  await page.locator('main form input[type="checkbox"]').first().check();
  await page.locator('[name="quiet_from"]').fill('21:30');
  await page.locator('[name="quiet_to"]').fill('07:15');
  await page.locator('[name="digest"]').selectOption('weekly');
  await page.locator('main form button[type="submit"]').click();
  await page.locator('main form .buttons [aria-live]').waitFor();
  await visit(page, '/notices/settings', url);
  assert.equal(await page.locator('[name="quiet_from"]').inputValue(), '21:30');
  assert.equal(await page.locator('[name="quiet_to"]').inputValue(), '07:15');
  assert.equal(await page.locator('[name="digest"]').inputValue(), 'weekly');
  const { quiet_from: from, quiet_to: to } = await readers.leader.done(
    'GET',
    '/api/notices/settings',
  );
  assert.deepEqual([from, to], [21 * 60 + 30, 7 * 60 + 15]);
  await close(page);
});

test('a webhook is added, its secret is shown once; it is paused and resumed', async () => {
  const page = await pageOf('administrator');
  await visit(page, '/admin/webhooks', url);
  await page.locator('.page-head button').click();
  await dialog(page).locator('[name="url"]').fill('https://office.city.example/hook');
  await dialog(page).locator('[name="kinds"]').fill('proposal.made');
  await dialog(page).locator('button[type="submit"]').click();
  assert.match(await dialog(page).locator('[data-secret]').inputValue(), /^whsec_/);
  await button(dialog(page), '关闭').last().click();
  const row = page.locator('main tbody tr').first();
  await row.getByText('https://office.city.example/hook').waitFor();
  await visit(page, '/admin/webhooks', url);
  await row.getByText('在用').waitFor();
  assert.ok(!(await page.content()).includes('whsec_'), 'shown once');

  await button(row, '暂停').click();
  await dialog(page).locator('button[type="submit"]').click();
  await row.getByText('已暂停').waitFor();
  await button(row, '恢复').click();
  await row.getByText('在用').waitFor();
  const { items } = await readers.administrator.done('GET', '/api/webhooks');
  assert.deepEqual(
    items.map((hook) => [hook.url, hook.kinds, hook.paused_at]),
    [['https://office.city.example/hook', 'proposal.made', null]],
  );
  await close(page);
});
