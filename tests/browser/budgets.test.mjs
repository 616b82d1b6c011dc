// What each page may weigh, compressed with brotli as it is served.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

const KB = 1024;
const SHELL_MAX = 70 * KB;
const ECHARTS_MAX = 190 * KB;
const ROUTE_MAX = 150 * KB;

const dist = new URL('../../web/dist/', import.meta.url);
const skip = existsSync(dist) ? false : 'the web pages are not built';

const sizes = new Map();
function size(file) {
  if (!sizes.has(file))
    sizes.set(file, brotliCompressSync(readFileSync(new URL(file, dist))).length);
  return sizes.get(file);
}

/** The files that an entry of the manifest loads at once: itself, its imports and their styles. */
function filesOf(manifest, key, files = new Set()) {
  const { file, css = [], imports = [] } = manifest[key];
  if (files.has(file)) return files;
  files.add(file);
  for (const style of css) files.add(style);
  for (const other of imports) filesOf(manifest, other, files);
  return files;
}

const weigh = (files) => [...files].reduce((sum, file) => sum + size(file), 0);

test('the shell, ECharts and every lazy route keep their budgets', { skip }, (t) => {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  const shell = filesOf(manifest, entry);
  const shellSize = weigh(shell) + size('index.html');
  t.diagnostic(`shell: ${(shellSize / KB).toFixed(1)} K`);
  assert.ok(shellSize <= SHELL_MAX, `shell: ${shellSize}`);

  for (const key of Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry)) {
    const own = [...filesOf(manifest, key)].filter((file) => !shell.has(file));
    const isEcharts = (file) => /\/echarts-/.test(file);
    assert.ok(!key.includes('Page') || !own.some(isEcharts), `${key} waits for ECharts`);
    for (const file of own.filter(isEcharts)) {
      t.diagnostic(`ECharts: ${(size(file) / KB).toFixed(1)} K`);
      assert.ok(size(file) <= ECHARTS_MAX, `ECharts: ${size(file)}`);
    }
    const route = weigh(own.filter((file) => !isEcharts(file)));
    t.diagnostic(`${key}: ${(route / KB).toFixed(1)} K`);
    assert.ok(route <= ROUTE_MAX, `${key}: ${route}`);
  }
});
