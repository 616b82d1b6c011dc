// A Vite plugin: `virtual:boundaries` says where the boundaries come from and for which areas there
// is a file; each file is a module of its own, fetched when it is wanted. The files lie in
// a package that is only needed here. They are simplified while the topology is known, so that
// neighbours keep the same line, and lose their names: the pages have names of their own.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { quantize } from 'topojson-client';
import { topology } from 'topojson-server';
import { filter, filterWeight, presimplify, quantile, simplify } from 'topojson-simplify';
import { files } from './files.mjs';

const PACKAGE = 'echarts-boundaries';
const DATUM = 'GCJ-02';
const SHARE_OF_POINTS = 0.2;
/** Detached pieces smaller than this, in square degrees, are slivers. */
const SLIVER = 2e-5;
const GRID = 1e4;

const NAME = 'virtual:boundaries';
const packageFile = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);

/** The package writes a ring as differences in two characters each, after the first point. */
function decodeRing(text, [startX, startY], scale) {
  const points = [];
  let [x, y] = [startX, startY];
  const difference = (code) => ((code - 64) >> 1) ^ -((code - 64) & 1);
  for (let index = 0; index < text.length; index += 2) {
    x += difference(text.charCodeAt(index));
    y += difference(text.charCodeAt(index + 1));
    points.push([x / scale, y / scale]);
  }
  return points;
}

function decodeGeometry({ type, coordinates, encodeOffsets }, scale) {
  const ring = (text, offset) => decodeRing(text, offset, scale);
  const polygon = (rings, offsets) => rings.map((text, index) => ring(text, offsets[index]));
  return type === 'Polygon'
    ? { type, coordinates: polygon(coordinates, encodeOffsets) }
    : { type, coordinates: coordinates.map((rings, i) => polygon(rings, encodeOffsets[i])) };
}

/** The areas of a file under the codes in use today, each with the point where its name stands. */
function areasOf({ path, renamed }) {
  const text = readFileSync(join(dirname(packageFile), path), 'utf8');
  const { features, UTF8Scale: scale = 1024 } = JSON.parse(text);
  return features.map(({ id, properties, geometry }) => ({
    type: 'Feature',
    id: String(renamed[id] ?? id),
    properties: { label: properties.cp.map(Number) },
    geometry: decodeGeometry(geometry, scale),
  }));
}

export function boundariesOf(file) {
  const areas = { type: 'FeatureCollection', features: areasOf(file) };
  const weighed = presimplify(topology({ areas }));
  const simple = simplify(weighed, quantile(weighed, 1 - SHARE_OF_POINTS));
  return quantize(filter(simple, filterWeight(simple, SLIVER)), GRID);
}

export function boundaries() {
  return {
    name: 'boundaries',
    resolveId: (id) => (id.startsWith(NAME) ? `\0${id}` : null),
    load(id) {
      if (id === `\0${NAME}`) {
        const { version, license } = JSON.parse(readFileSync(packageFile, 'utf8'));
        const origin = { name: `echarts ${version}`, licence: license, datum: DATUM };
        const imports = Object.keys(files).map(
          (code) => `'${code}': () => import('${NAME}/${code}')`,
        );
        return `export const origin = ${JSON.stringify(origin)};
          export const files = { ${imports.join()} };`;
      }
      if (!id.startsWith(`\0${NAME}/`)) return null;
      const shapes = boundariesOf(files[id.split('/').pop()]);
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(shapes))});`;
    },
  };
}
