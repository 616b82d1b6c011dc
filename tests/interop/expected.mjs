// What the readers should see, taken from our own interface page by page.
//   node expected.mjs URL FOLDER
import { writeFileSync } from 'node:fs';

const [url, folder] = process.argv.slice(2);
const get = async (path) => (await fetch(url + path)).json();

async function whole(path) {
  const items = [];
  for (let next = ''; next !== null;) {
    const page = await get(`${path}?limit=500${next && `&after=${encodeURIComponent(next)}`}`);
    items.push(...page.items);
    next = page.next ?? null;
  }
  return items;
}

const write = (name, rows) =>
  writeFileSync(`${folder}/${name}.tsv`, rows.map((cells) => `${cells.map((c) => c ?? '').join('\t')}\n`).join(''));

const observations = await whole('/api/observations');
write('observations', observations.map((o) => [o.id, o.indicator_code, o.area_code, o.status, o.unit, o.value]));

const areas = await whole('/api/areas'), places = await whole('/api/places');
for (const [name, rows] of Object.entries({ areas, places }))
  write(name, rows.map((r) => [r.code, r.longitude, r.latitude]));

write('calendar', (await whole('/api/calendar')).map((d) => [d.date, d.kind, d.name]));
write('releases_due', (await get('/api/releases_due')).items.map((r) =>
  [r.due, r.overdue ? 'overdue' : 'due', `${r.indicator_name} ${r.period}`]));

const indicators = await whole('/api/indicators');
const described = await get('/api/openapi.json');
write('codes', [['CL_AREA', areas.length], ['CL_INDICATOR', indicators.length],
  ['CL_MEASURE', described.components.schemas.observation.properties.measure.enum.filter((v) => v !== null).length],
  ['CL_STATUS', described.components.schemas.observation.properties.status.enum.filter((v) => v !== null).length]]);

// One data set for each public list, each indicator with figures, and each data set of the catalogue.
const lists = Object.entries(described.paths).filter(([path, { get: g }]) =>
  g?.['x-files'] && g['x-roles'].includes('public') && !path.includes('{') && !g.parameters.some((p) => p.required));
write('catalogue', [
  ...lists.map(([path]) => [`list:${path.slice(5)}`]),
  ...[...new Set(observations.map((o) => o.indicator_code))].map((code) => [`indicator:${code}`]),
  ...(await whole('/api/data_sets')).map((d) => [`data_set:${d.code}`]),
]);
