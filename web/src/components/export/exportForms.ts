// In which forms a list can be had. The first four every list has; the others are those of the
// trade the list belongs to.

export interface ExportForm {
  /** The key of the words that say what it is for. */
  name: string;
  title: string;
  /** Where its file is, the query of the list kept. */
  path: string;
  query?: Record<string, string>;
}

const EVERY = [
  { name: 'csv', title: 'CSV', ending: 'csv' },
  { name: 'xlsx', title: 'XLSX', ending: 'xlsx' },
  { name: 'json', title: 'JSON', ending: 'json' },
  { name: 'csvw', title: 'CSVW', ending: 'csv-metadata.json' },
];

const OTHERS: Record<string, ExportForm[]> = {
  '/api/areas': [{ name: 'geojson', title: 'GeoJSON · WGS 84', path: '/api/areas.geojson' }],
  '/api/places': [
    {
      name: 'geojson',
      title: 'GeoJSON · WGS 84',
      path: '/api/places.geojson',
      query: { crs: 'wgs84' },
    },
    {
      name: 'geojsonGcj',
      title: 'GeoJSON · GCJ-02',
      path: '/api/places.geojson',
      query: { crs: 'gcj02' },
    },
  ],
  '/api/observations': [
    { name: 'sdmxCsv', title: 'SDMX-CSV', path: '/api/indicators.sdmx.csv' },
    { name: 'sdmxJson', title: 'SDMX-JSON', path: '/api/indicators.sdmx.json' },
    { name: 'sdmxXml', title: 'SDMX-ML', path: '/api/indicators.sdmx.xml' },
  ],
  '/api/data_sets': [{ name: 'dcat', title: 'DCAT', path: '/api/catalogue.jsonld' }],
  '/api/releases_due': [{ name: 'ical', title: 'iCalendar', path: '/api/releases_due.ics' }],
};

export function formsOf(
  url: string,
  language: string,
): { name: string; title: string; href: string }[] {
  const [path = '', query] = url.split('?');
  const all: ExportForm[] = [
    ...EVERY.map(({ name, title, ending }) => ({ name, title, path: `${path}.${ending}` })),
    ...(OTHERS[path] ?? []),
  ];
  return all.map((form) => {
    const parameters = new URLSearchParams(query);
    for (const [key, value] of Object.entries(form.query ?? {})) parameters.set(key, value);
    parameters.set('lang', language);
    return { name: form.name, title: form.title, href: `${form.path}?${parameters}` };
  });
}
