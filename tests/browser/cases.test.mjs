// The loan against intellectual property in the pages: a firm applies on its phone, the bank and the
// valuer work side by side, the office registers the pledge, the bank pays; clock and notices are seen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, newMember, newOrganisation, newUser } from '../http/access.mjs';
import {
  axeViolations,
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

const url = process.env.KECHUANG_CASES_URL;
const skip = url ? false : 'KECHUANG_CASES_URL is not set';
const server = { name: 'cases', url, firstPassword: process.env.KECHUANG_CASES_PASSWORD };
const codes = {};
const readers = {};

let browser;
before(async () => {
  if (skip) return;
  browser = await launch();
  const admin = await administrator(server);
  const home = { area_code: '500106' };
  codes.firm = await newOrganisation(admin, { ...home, name: '样例光电有限公司' });
  codes.bank = await newOrganisation(admin, { ...home, kind: 'bank', name: '样例银行' });
  codes.valuer = await newOrganisation(admin, { ...home, kind: 'institute', name: '样例评价机构' });
  readers.firm = await newMember(admin, codes.firm);
  readers.bank = await newMember(admin, codes.bank, 'bank');
  readers.valuer = await newMember(admin, codes.valuer, 'institute');
  readers.analyst = await newUser(admin, 'analyst');
  readers.office = await newUser(admin, 'department_officer', { department_code: 'DEP14' });
});
after(() => browser?.close());

async function pageOf(who, options = {}) {
  const page = await openPage(browser, { url, ...options });
  await page.context().addCookies([{ name: 'kechuang_session', value: readers[who].session, url }]);
  return page;
}
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const control = page.locator(`.step-form [name="${name}"]`);
    if ((await control.evaluate((node) => node.tagName)) === 'SELECT')
      await control.selectOption(value);
    else await control.fill(value);
  }
  await page.locator('button[name="complete"]').click();
}
/** Where something was refused on purpose, the browser says so. */
const complaints = async (page) =>
  (await complaintsOf(page)).filter((text) => !/status of 422/.test(text));
const clean = async (page) => {
  assert.doesNotMatch(await page.locator('main').innerText(), /[{}]/);
  assert.deepEqual(await complaints(page), []);
  assert.deepEqual(await page.evaluate(digitsWithoutLineage, EXEMPTIONS), []);
};

test('from application to registration and payment, with clock and notices', { skip }, async () => {
  const firm = await pageOf('firm', { viewport: PHONE });
  await visit(firm, '/cases', url);
  await firm.getByRole('button', { name: '知识产权质押融资' }).click();
  await firm.waitForURL(/\/cases\/\d+$/);
  const path = new URL(firm.url()).pathname;
  await fill(firm, {
    ip_kind: '专利',
    ip_no: 'ZL201910000000.1',
    ip_name: '样例装置',
    months_left: '96',
    coowners: '0',
    need_amount: '300',
    term_months: '24',
    bank: codes.bank,
    valuer: codes.valuer,
  });
  await firm.locator('.blocking li').nth(1).waitFor();
  assert.match(await firm.locator('.blocking').innerText(), /样例评价机构[\s\S]*样例银行/);
  await settled(firm);
  await clean(firm);
  assert.deepEqual(await axeViolations(firm), []);

  const bank = await pageOf('bank');
  await visit(bank, '/inbox', url);
  await bank.locator('.items a').first().click();
  await bank.locator('.clock button').first().click();
  await bank.locator('.clock ol li').first().waitFor();
  assert.match(
    await bank.locator('.clock').first().innerText(),
    /已用 0 工作小时 \/ 时限 14 工作小时/,
  );
  await fill(bank, { review_result: '同意', credit_amount: '240' });
  await bank.locator('.step-form').waitFor({ state: 'detached' });

  const valuer = await pageOf('valuer');
  await visit(valuer, path, url);
  await fill(valuer, { method: '收益法', valuation: '500', valued_on: '2026-11-20' });

  await visit(bank, path, url);
  await fill(bank, { contract_no: 'ZY-2026-1' });
  const office = await pageOf('office');
  await visit(office, '/inbox', url);
  await office.getByRole('button', { name: '领取' }).click();
  await office.getByRole('button', { name: '放回' }).waitFor();
  await settled(office);
  await clean(office);
  await office.locator('.items a').first().click();
  await office.waitForURL(`**${path}`);
  await fill(office, { registration_no: 'Y2026500000001', registered_on: '2026-11-25' });
  await visit(bank, path, url);
  await fill(bank, { paid_on: '2026-11-26' });
  await bank.getByText('已办结').first().waitFor();
  await settled(bank);
  await clean(bank);

  await visit(firm, path, url);
  await firm.getByText('Y2026500000001').waitFor();
  await visit(firm, '/notices', url);
  await firm.getByText('已办结：知识产权质押融资').waitFor();
});

const need = () => ({
  ip_kind: '专利',
  ip_no: 'ZL201910000000.1',
  ip_name: '样例装置',
  months_left: '96',
  coowners: '0',
  need_amount: '300',
  term_months: '24',
  bank: codes.bank,
  valuer: codes.valuer,
});
/** A case in which it is the bank's and the valuer's turn. */
async function appliedCase(other = {}) {
  const { id, steps } = await readers.firm.done('POST', '/api/cases', {
    template_code: 'ip_pledge',
  });
  await readers.firm.done('POST', `/api/case_steps/${steps[0].id}/completion`, {
    answers: Object.entries({ ...need(), ...other }).map(([code, value]) => ({ code, value })),
  });
  return `/cases/${id}`;
}

test('a bank refuses on its phone: the case ends and the firm reads why', { skip }, async () => {
  const path = await appliedCase();
  const bank = await pageOf('bank', { viewport: PHONE });
  await visit(bank, path, url);
  await fill(bank, { review_result: '不同意', credit_amount: '300' });
  await bank.getByText('要说明理由').first().waitFor();
  await settled(bank);
  assert.deepEqual(await axeViolations(bank), []);
  await fill(bank, { review_reason: '还款能力不足' });
  await bank.getByText('银行不同意').first().waitFor();
  await settled(bank);
  await clean(bank);
  assert.equal(await bank.locator('.step-form').count(), 0, 'nothing is left to do');
  const firm = await pageOf('firm', { viewport: PHONE });
  await visit(firm, path, url);
  assert.match(await firm.locator('main').innerText(), /银行不同意：还款能力不足/);
  await visit(firm, '/notices', url);
  await firm.getByText('知识产权质押融资：银行不同意，还款能力不足').waitFor();
});

test(
  'an analyst changes a limit with a reason; the clocks explain themselves',
  { skip },
  async () => {
    const path = await appliedCase();
    const page = await pageOf('analyst');
    await visit(page, path, url);
    const review = page.locator('.blocking li', { hasText: '银行受理审查' });
    assert.match(
      await review.locator('.response').innerText(),
      /首次响应 已用 0 工作小时 \/ 时限 4 工作小时/,
    );
    await review.locator('.response button').click();
    await review.locator('.response ol li').first().waitFor();
    await review.getByRole('button', { name: '改时限' }).click();
    const dialog = page.getByRole('dialog');
    assert.match(await dialog.innerText(), /模板里：2 个工作日/);
    await dialog.locator('[name="amount"]').fill('5');
    await dialog.locator('[name="reason"]').fill('要到现场核实');
    await dialog.getByRole('button', { name: '改时限' }).click();
    await review.getByText('时限 35 工作小时').waitFor();
    await page.locator('.timeline').getByText('时限改为 5 个工作日：要到现场核实').waitFor();
    await settled(page);
    await clean(page);
    const bank = await pageOf('bank', { viewport: PHONE });
    await visit(bank, path, url);
    assert.equal(await bank.getByRole('button', { name: '改时限' }).count(), 0);
    await visit(bank, '/inbox', url);
    await bank.getByText('首次响应 至').first().waitFor();
  },
);

test('material is there when the right file is', { skip }, async () => {
  const path = await appliedCase({ coowners: '1' });
  const page = await pageOf('firm', { viewport: PHONE });
  await visit(page, path, url);
  await fill(page, { agreed: '1' });
  await page.getByText('还缺材料“共有人同意书”').first().waitFor();
  const add = async (name) =>
    page.locator('input[type="file"]').setInputFiles({
      name,
      mimeType: 'text/plain',
      buffer: Buffer.from(`样例：${name}`),
    });
  await add('别的.txt');
  await page.locator('[data-file="别的.txt"]').waitFor();
  await page.locator('[name="part"]').selectOption('consent');
  assert.match(await page.locator('.materials').innerText(), /○ 共有人同意书（必交）\s*未交/);
  await add('同意书.txt');
  await page.locator('.materials').getByText('已交').waitFor();
  await settled(page);
  assert.deepEqual(await axeViolations(page), []);
  await fill(page, { agreed: '1' });
  await page.locator('.step-form').waitFor({ state: 'detached' });
  await settled(page);
  await clean(page);
});

test('a template: its picture, what differs between versions, and load', { skip }, async () => {
  const page = await pageOf('bank');
  await visit(page, '/case_templates', url);
  await page.locator('.templates a').first().click();
  await page.waitForURL(/ip_pledge/);
  await page.locator('.flow rect').nth(6).waitFor();
  assert.match(await page.locator('.steps').innerText(), /市知识产权局[\s\S]*2 个工作日/);
  await page.locator('[name="arrivals_per_day"]').fill('3');
  await page.locator('[name="simulate"]').click();
  await page.getByText('已完成的模拟 20 / 20').waitFor();
  await page.locator('.queues canvas').waitFor();
  assert.match(await page.locator('#load table').innerText(), /人手不够/);
  await settled(page);
  await clean(page);
  await page.locator('[name="arrivals_per_day"]').fill('many');
  await page.locator('[name="simulate"]').click();
  await page.locator('#load [role="alert"]').waitFor();
  await clean(page);
});

test('the inbox by its keys, and none while somebody types', { skip }, async () => {
  await appliedCase();
  await appliedCase();
  const page = await pageOf('bank');
  await visit(page, '/inbox', url);
  const row = page.locator('.items .at');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await row.count(), 1);
  const address = await row.locator('a').getAttribute('href');
  await page.keyboard.press('k');
  assert.notEqual(await row.locator('a').getAttribute('href'), address);
  await page.keyboard.press('j');
  await page.keyboard.press('c');
  const mine = page.locator('.items').last().locator('li', { hasText: '放回' });
  await mine.first().waitFor();
  assert.equal(await mine.locator('a').first().getAttribute('href'), address);
  await settled(page);
  await page.keyboard.press('?');
  const help = page.getByRole('dialog');
  assert.match(await help.innerText(), /j\s+下一件[\s\S]*c\s+领取，或放回/);
  assert.deepEqual(await axeViolations(page), []);
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });
  await mine.locator('a').first().focus();
  await page.keyboard.press('h');
  const colleague = page.getByRole('dialog').locator('[name="colleague"]');
  await colleague.focus();
  await page.keyboard.type('jack?n');
  assert.equal(await colleague.inputValue(), 'jack?n');
  assert.equal(await row.locator('a').getAttribute('href'), address, 'typing moves nothing');
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  assert.ok(await page.evaluate(() => document.activeElement.closest('ol.items')));
  await mine.locator('a').first().focus();
  await page.keyboard.press('o');
  await page.waitForURL(`**${address}`);
  assert.deepEqual(await complaints(page), []);
});

test('the inbox goes on to its next page and back', { skip }, async () => {
  for (let i = 0; i < 120; i++)
    await readers.firm.done('POST', '/api/cases', { template_code: 'ip_pledge' });
  const page = await pageOf('firm');
  await visit(page, '/inbox', url);
  const first = page.locator('.items').last().locator('a').first();
  const address = await first.getAttribute('href');
  await page.locator('button[name="next-page"]').click();
  await page.getByRole('button', { name: '回到第一页' }).waitFor();
  await settled(page);
  assert.notEqual(await first.getAttribute('href'), address);
  await page.getByRole('button', { name: '回到第一页' }).click();
  await page.locator(`.items a[href="${address}"]`).first().waitFor();
  await clean(page);
});

for (const [theme, viewport] of [
  ['light', DESKTOP],
  ['dark', PHONE],
])
  test(`cases and inbox are accessible, ${theme}`, { skip }, async () => {
    for (const path of [
      '/cases',
      '/cases/1',
      '/inbox',
      '/case_templates',
      '/case_templates/ip_pledge',
    ]) {
      const page = await pageOf('bank', { theme, viewport });
      await visit(page, path, url);
      assert.deepEqual(await axeViolations(page), [], path);
      assert.deepEqual(await complaintsOf(page), [], path);
      await page.context().close();
    }
  });

test('notes on another record: an organisation, where a mention leads to', { skip }, async () => {
  const page = await pageOf('analyst', { viewport: PHONE });
  await visit(page, `/notes/organisation/${codes.firm}`, url);
  await page.locator('[name="note"]').fill('资料已核对');
  await page.locator('[name="add-note"]').click();
  await page.locator('.notes').getByText('资料已核对').waitFor();
  await settled(page);
  await clean(page);
  assert.deepEqual(await axeViolations(page), []);
});
