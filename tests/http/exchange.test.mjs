// The forms that others read: GeoJSON, SDMX, DCAT, iCalendar. The same bytes on both databases, the
// values of our own interface, and nothing for the public that is not public.
import assert from 'node:assert/strict';
import test from 'node:test';
import { get, makers, operator, post, start } from './apart.mjs';
import { databases } from './ask.mjs';

const json = async (base, path, headers) => {
  const reply = await get(base, path, headers);
  assert.equal(reply.status, 200, `${path}: ${reply.body}`);
  return JSON.parse(reply.body);
};
async function whole(url, path, headers) {
  const items = [];
  for (let next = ''; next !== null;) {
    const page = await json(url, `${path}${path.includes('?') ? '&' : '?'}limit=500${next && `&after=${next}`}`, headers);
    items.push(...page.items);
    next = page.next;
  }
  return items;
}
const [{ url }] = databases;

// --- GeoJSON -----------------------------------------------------------------------------------

test('areas and places are points in WGS 84, said in the file', async () => {
  for (const list of ['areas', 'places']) {
    const reply = await get(url, `/api/${list}.geojson`);
    assert.equal(reply.headers['content-type'], 'application/geo+json');
    const { type, coordinate_system: system, features } = JSON.parse(reply.body);
    assert.equal(type, 'FeatureCollection');
    assert.equal(system.name, 'WGS 84');
    const rows = await whole(url, `/api/${list}`);
    assert.deepEqual(features.map(({ id, geometry }) => [id, geometry?.coordinates ?? null]),
      rows.map((r) => [r.code, r.longitude === null ? null : [r.longitude, r.latitude]]));
    for (const { geometry, properties } of features) {
      assert.ok(geometry === null || geometry.type === 'Point'); // no boundary of anybody's making
      assert.ok(!('longitude' in properties));
    }
  }
});

test('GCJ-02 is given when it is asked for, and says so', async () => {
  const { features: plain } = await json(url, '/api/places.geojson?crs=wgs84');
  const { features: shifted, coordinate_system: system } = await json(url, '/api/places.geojson?crs=gcj02');
  assert.equal(system.name, 'GCJ-02');
  for (const [i, { geometry: { coordinates: [x, y] } }] of plain.entries()) {
    const [east, north] = shifted[i].geometry.coordinates;
    assert.ok(Math.abs(east - x) > 1e-4 && Math.abs(east - x) < 0.02, `${east} ${x}`);
    assert.ok(Math.abs(north - y) > 1e-5 && Math.abs(north - y) < 0.02, `${north} ${y}`);
  }
  const refused = await get(url, '/api/places.geojson?crs=epsg3857');
  assert.equal(refused.status, 422);
  assert.match(refused.body, /wgs84, gcj02/);
});

test('the filters of a list are those of its files', async () => {
  const { features } = await json(url, '/api/areas.geojson?kind=county');
  assert.equal(features.length, (await whole(url, '/api/areas?kind=county')).length);
  assert.ok(features.every(({ properties }) => properties.kind === 'county'));
  assert.equal((await get(url, '/api/areas.geojson?colour=red')).status, 422);
});

// --- SDMX --------------------------------------------------------------------------------------

const statuses = { as_reported: 'A', estimate: 'E', preliminary: 'P', final: 'A', revised: 'A', target: 'A', implied: 'I' };
const natures = { target: 'target', implied: 'implied' };
const timePeriods = [['2021', 'A', /^2021$/], ['2021Q3', 'Q', /^2021-Q3$/], ['2021-10', 'M', /^2021-10$/], ['2021-12-31', 'D', /^2021-12-31$/]];

function rowsOf({ data }) {
  const structure = data.structures[0];
  const dimensions = structure.dimensions.observation;
  const others = [...structure.measures.observation, ...structure.attributes.observation];
  return Object.entries(data.dataSets[0].observations).map(([key, values]) => Object.fromEntries([
    ...key.split(':').map((place, i) => [dimensions[i].id, dimensions[i].values[place].id ?? dimensions[i].values[place].value]),
    ...values.map((value, i) => [others[i].id, others[i].values && value !== null ? others[i].values[value].id : value])]));
}

for (const database of databases) {
  test(`SDMX has the observations of the interface, each once, with its status and source: ${database.url}`, async () => {
    const rows = rowsOf(await json(database.url, '/api/indicators.sdmx.json'));
    const observations = await whole(database.url, '/api/observations');
    assert.equal(rows.length, observations.length);
    const byId = new Map(rows.map((row) => [row.OBS_ID, row]));
    for (const o of observations) {
      const row = byId.get(o.id);
      assert.equal(row.OBS_VALUE, o.value);
      assert.deepEqual([row.REF_AREA, row.INDICATOR, row.MEASURE, row.UNIT_MEASURE, row.FACT],
        [o.area_code, o.indicator_code, o.measure, o.unit, o.fact_id]);
      assert.equal(row.OBS_STATUS, statuses[o.status]);
      assert.equal(row.NATURE, natures[o.status] ?? 'actual');
      assert.deepEqual([row.SOURCE, row.SOURCE_TITLE, row.TOKEN, row.SOURCE_LINE, row.PERIOD],
        [o.source_code, o.source_title, o.token, o.line, o.period]);
      assert.equal(row.SAMPLE, String(o.sample));
      for (const [period, freq, time] of timePeriods)
        if (o.period === period) assert.ok(row.FREQ === freq && time.test(row.TIME_PERIOD), `${period}: ${row.TIME_PERIOD}`);
      // A year, a quarter, a month, a day, or a start and a duration.
      assert.match(row.TIME_PERIOD, /^\d{4}$|^\d{4}-Q[1-4]$|^\d{4}-\d\d$|^\d{4}-\d\d-\d\d(\/P\d+[YMD])?$/);
    }
    const keys = rows.map((r) => [r.FREQ, r.REF_AREA, r.INDICATOR, r.MEASURE, r.UNIT_MEASURE, r.NATURE, r.FACT, r.TIME_PERIOD].join());
    assert.equal(new Set(keys).size, keys.length); // no two under one key
  });
}

test('a filter of the observations is one of SDMX', async () => {
  const rows = rowsOf(await json(url, '/api/indicators.sdmx.json?status=target&area_code=CQ'));
  assert.equal(rows.length, (await whole(url, '/api/observations?status=target&area_code=CQ')).length);
  assert.ok(rows.length && rows.every((row) => row.NATURE === 'target'));
});

test('SDMX-CSV and SDMX-ML hold the same observations', async () => {
  const query = '?indicator_code=RD01';
  const rows = rowsOf(await json(url, `/api/indicators.sdmx.json${query}`));
  const csv = (await get(url, `/api/indicators.sdmx.csv${query}`)).body.trim().split('\n');
  const xml = (await get(url, `/api/indicators.sdmx.xml${query}`)).body;
  assert.match(csv[0], /^STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,INDICATOR,/);
  assert.equal(csv.length - 1, rows.length);
  const values = [...xml.matchAll(/ OBS_VALUE="([^"]*)"/g)].map(([, value]) => Number(value));
  assert.deepEqual(values, rows.map((row) => row.OBS_VALUE));
});

// --- DCAT --------------------------------------------------------------------------------------

test('the catalogue names what there is, the same each time', async () => {
  const catalogue = await json(url, '/api/catalogue.jsonld');
  assert.deepEqual(await json(url, '/api/catalogue.jsonld'), catalogue);
  const sets = catalogue['dcat:dataset'], ids = sets.map((set) => set['@id']);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ['list:areas', 'list:observations', 'indicator:RD01'])
    assert.ok(ids.includes(`urn:kechuang:chongqing:${id}`), id);
  assert.ok(!ids.some((id) => /list:(users|audit|people|organisations)$/.test(id)), 'what the public cannot take is not offered');
  const areas = sets.find((set) => set['@id'].endsWith('list:areas'))['dcat:distribution'];
  assert.deepEqual(areas.map((d) => d['dct:title']), ['csv', 'xlsx', 'json', 'geojson']);
  const observations = sets.find((set) => set['@id'].endsWith('list:observations'))['dcat:distribution'];
  assert.deepEqual(observations.map((d) => d['dct:title']), ['csv', 'xlsx', 'json', 'sdmx.csv', 'sdmx.json', 'sdmx.xml']);
  for (const d of [...areas, ...observations]) {
    const reply = await get(url, d['dcat:downloadURL']);
    assert.equal(reply.status, 200);
    assert.ok(d['dcat:mediaType'].endsWith(reply.headers['content-type'].split(';')[0]), d['dcat:mediaType']);
  }
  const yearly = sets.find((set) => set['@id'].endsWith('indicator:RD01'));
  assert.match(yearly['dct:accrualPeriodicity'], /frequency\/ANNUAL$/);
});

// --- iCalendar ---------------------------------------------------------------------------------

const unfolded = (body) => body.replace(/\r\n /g, '').split('\r\n');

test('calendars have an event of a whole day for each row, folded at 75 octets between characters', async () => {
  for (const [path, days] of [['/api/calendar.ics', (await whole(url, '/api/calendar')).map((d) => d.date)],
    ['/api/releases_due.ics', (await json(url, '/api/releases_due')).items.map((r) => r.due)]]) {
    const reply = await get(url, path);
    assert.match(reply.headers['content-type'], /^text\/calendar/);
    assert.ok(reply.body.endsWith('END:VCALENDAR\r\n'));
    for (const line of reply.body.split('\r\n')) {
      assert.ok(Buffer.byteLength(line) <= 75, line);
      assert.ok(!line.includes('\uFFFD'));
    }
    const lines = unfolded(reply.body);
    const of = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1));
    assert.deepEqual(of('DTSTART;VALUE=DATE'), days.map((day) => day.replace(/-/g, '')));
    assert.equal(new Set(of('UID')).size, days.length);
    assert.equal((await get(url, path)).body, reply.body); // stamps follow from the events
  }
});

// --- Both databases, and who may ---------------------------------------------------------------

const paths = ['/api/areas.geojson', '/api/areas.geojson?crs=gcj02', '/api/places.geojson', '/api/indicators.sdmx.csv?indicator_code=RD01', '/api/indicators.sdmx.xml?indicator_code=RD01',
  '/api/indicators.sdmx.json?indicator_code=RD01', '/api/indicators.sdmx-structure.xml', '/api/calendar.ics', '/api/releases_due.ics', '/api/catalogue.jsonld'];
for (const path of paths)
  test(`GET ${path} is the same on both databases`, async () => {
    const plain = (body) => body.replace(/\d{4}-\d\d-\d\dT[\d:]+Z|"seq":\d+|OBSERVATIONS-\d+/g, '');
    const [a, b] = await Promise.all(databases.map((database) => get(database.url, path)));
    assert.equal(a.status, 200, a.body);
    assert.equal(plain(b.body), plain(a.body));
  });

for (const [name, make] of Object.entries(makers))
  test(`${name}: the public gets public figures only`, async () => {
    const { url, token } = await start(make('figures'));
    await post({ url, token }, '/api/observations', { indicator_code: 'RD01', area_code: 'XZ', period: '2024', value: 987654321, unit: '元', status: 'estimate', measure: 'flow', approximation: 'exact', visibility: 'bureau', note: '=不公开' });
    const path = (ending) => `/api/indicators.sdmx.${ending}?indicator_code=RD01`;
    for (const ending of ['csv', 'json', 'xml']) {
      assert.ok(!(await get(url, path(ending))).body.includes('987654321'), ending);
      assert.ok((await get(url, path(ending), operator(token))).body.includes('987654321'), ending);
    }
    const row = rowsOf(await json(url, path('json'), operator(token))).find((r) => r.OBS_VALUE === 987654321);
    assert.equal(row.CONF_STATUS, 'N');
    assert.match((await get(url, path('csv'), operator(token))).body, /,'=不公开\n/); // disarmed here, too
  });
