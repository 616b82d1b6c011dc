// The first day of what a pack brings is the day of its city. Of two cities, one where the clock is
// fourteen hours ahead of Greenwich and one twelve hours behind, at least one has another day.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, get, makers, operator, start } from './apart.mjs';

for (const [name, make] of Object.entries(makers)) {
  for (const offset of [840, -720]) {
    test(`${name}: what begins with the pack begins on the day ${offset} minutes from Greenwich`, async () => {
      const tag = `city_day_${offset < 0 ? 'behind' : 'ahead'}`;
      const pack = join(folder, `${name}_${tag}`);
      cpSync('tests/packs/xingzhou', pack, { recursive: true });
      const settings = join(pack, 'pack.csv');
      writeFileSync(settings, readFileSync(settings, 'utf8').replace('utc_offset_minutes,480', `utc_offset_minutes,${offset}`));
      const day = () => new Date(Date.now() + offset * 6e4).toISOString().slice(0, 10);
      const before = day();
      const { url, token } = await start(make(tag), pack);
      const { items } = JSON.parse((await get(url, '/api/data_sets', operator(token))).body);
      const days = [...new Set(items.map(({ starts_on: first }) => first))];
      assert.equal(days.length, 1);
      assert.ok([before, day()].includes(days[0]), `${days[0]}, not ${before}`);
    });
  }
}
