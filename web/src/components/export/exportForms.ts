// In which forms a list can be had. The first four every list has; the others are those of the
// trade the list belongs to.

export interface ExportForm {
  /** Also the key of its words. */
  name: string;
  /** Where its file is, the query of the list kept. */
  path: string;
  query?: Record<string, string>;
}

const EVERY = [
  { name: 'csv', ending: 'csv' },
  { name: 'xlsx', ending: 'xlsx' },
  { name: 'json', ending: 'json' },
  { name: 'csvw', ending: 'csv-metadata.json' },
];

const OTHERS: Record<string, ExportForm[]> = {
  '/api/areas': [{ name: 'geojson', path: '/api/areas.geojson' }],
  '/api/places': [
    { name: 'geojson', path: '/api/places.geojson', query: { crs: 'wgs84' } },
    { name: 'geojsonGcj', path: '/api/places.geojson', query: { crs: 'gcj02' } },
  ],
  '/api/observations': [
    { name: 'sdmxCsv', path: '/api/indicators.sdmx.csv' },
    { name: 'sdmxJson', path: '/api/indicators.sdmx.json' },
    { name: 'sdmxXml', path: '/api/indicators.sdmx.xml' },
  ],
  '/api/releases_due': [{ name: 'ical', path: '/api/releases_due.ics' }],
};

export function formsOf(url: string, language: string): { name: string; href: string }[] {
  const [path = '', query] = url.split('?');
  const all: ExportForm[] = [
    ...EVERY.map(({ name, ending }) => ({ name, path: `${path}.${ending}` })),
    ...(OTHERS[path] ?? []),
  ];
  return all.map((form) => {
    const parameters = new URLSearchParams(query);
    for (const [key, value] of Object.entries(form.query ?? {})) parameters.set(key, value);
    parameters.set('lang', language);
    return { name: form.name, href: `${form.path}?${parameters}` };
  });
}
