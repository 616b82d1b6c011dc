// What the browser tests share: Debian's Chromium, a page that collects everything that must not
// happen (console errors, CSP violations, requests to other hosts), and the list of pages.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export const baseUrl = process.env.KECHUANG_URL;
export const otherCityUrl = process.env.KECHUANG_OTHER_CITY_URL;
export const otherCityToken = process.env.KECHUANG_OTHER_CITY_TOKEN;
export const demoUrl = process.env.KECHUANG_DEMO_URL;
export const token = process.env.KECHUANG_TOKEN;
/** A program whose accounts the tests set up; the password of its first administrator. */
export const accountsUrl = process.env.KECHUANG_ACCOUNTS_URL;
export const accountsPassword = process.env.KECHUANG_ACCOUNTS_PASSWORD;

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens a context and a page in it; `page.complaints` holds what must not happen. */
export async function openPage(browser, options = {}) {
  const { viewport = DESKTOP, theme = 'light', lang = 'zh', url = baseUrl, signedIn } = options;
  const isPhone = viewport.width < 760;
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  await context.addInitScript(
    ([locale, operator]) => {
      localStorage.setItem('kechuang.locale', locale);
      if (operator) sessionStorage.setItem('kechuang.token', operator);
      window.violations = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
      );
    },
    [lang, signedIn ? (options.token ?? token) : null],
  );
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    page.complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => page.complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^https?:$/.test(protocol) && origin !== new URL(url).origin) {
      page.complaints.push(`request to ${origin}`);
    }
  });
  return page;
}

/** What a TypeScript file of the pages exports. */
export async function importSource(path) {
  const { runnerImport } = await import(require.resolve('vite'));
  const file = fileURLToPath(new URL(`../../web/src/${path}`, import.meta.url));
  return (await runnerImport(file, { configFile: false, logLevel: 'error' })).module;
}

/** Goes to a page and waits until nothing in it is still loading. */
export async function visit(page, path, url = baseUrl) {
  await page.goto(url + path);
  await settled(page);
}

export async function settled(page) {
  await page.waitForFunction(
    () =>
      document.querySelector('main h1')?.textContent.trim() &&
      !document.querySelector('[role="status"], [aria-busy="true"]'),
  );
}

export async function complaintsOf(page) {
  const violations = await page.evaluate(() => window.violations);
  return [...page.complaints, ...violations.map((violation) => `CSP: ${violation}`)];
}

async function firstOf(url, path) {
  const reply = await fetch(`${url}${path}`);
  return (await reply.json()).items[0];
}

/** Every route, with real codes from the running program. */
export async function everyPath(url = baseUrl) {
  const city = await (await fetch(`${url}/api/city`)).json();
  const overview = await (await fetch(`${url}/api/overview`)).json();
  const indicator =
    overview.targets.find((target) => target.current)?.indicator_code ??
    (await firstOf(url, '/api/indicators?has_data=true')).code;
  const document = await firstOf(url, '/api/documents');
  return [
    '/',
    '/indicators',
    `/indicators/${indicator}`,
    '/targets',
    '/changes',
    '/areas',
    `/areas/${city.root_area}`,
    '/map',
    '/documents',
    ...(document ? [`/documents/${document.id}`] : []),
    '/sources',
    '/search',
    '/data_sets',
    '/architecture',
    '/more',
    '/no-such-page',
  ];
}

// date: a period or a day · position: a line, a version, a sequence number · name: a name or code
// · rule: words of a definition, rule, note or message · quote: the source's own words
export const EXEMPTIONS = ['date', 'position', 'name', 'rule', 'quote'];

/** In the page: visible text with a digit that nothing answers for. */
export function digitsWithoutLineage(exemptions) {
  const exempt = exemptions.map((name) => `[data-exempt="${name}"]`).join();
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!/\p{Nd}/u.test(node.data) || element.closest('script, style, noscript')) continue;
    const isOption = element.closest('option');
    if (!isOption && !element.checkVisibility()) continue;
    if (element.closest(`[data-lineage], [data-lineage-here], ${exempt}`)) continue;
    found.push(`${element.outerHTML.slice(0, 160)}`);
  }
  return found;
}

/** What axe-core finds against WCAG A and AA. */
export async function axeViolations(page) {
  await page.evaluate(axeSource);
  return page.evaluate(async (tags) => {
    const { violations: found } = await window.axe.run(document, {
      runOnly: { type: 'tag', values: tags },
      resultTypes: ['violations'],
    });
    return found.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ''}`)
          .join(' | ')}`,
    );
  }, TAGS);
}
