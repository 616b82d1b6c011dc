// Points in GCJ-02 are those in WGS 84, shifted by some hundred metres, and say so.
//   node shifted.mjs WGS84 GCJ02
import { readFileSync } from 'node:fs';

const [wgs84, gcj02] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const metres = ([a, b], [c, d]) => Math.hypot((a - c) * Math.cos((b * Math.PI) / 180), b - d) * 111320;
const shifts = wgs84.features.map((f, i) => metres(f.geometry.coordinates, gcj02.features[i].geometry.coordinates));
const good = wgs84.coordinate_system.name === 'WGS 84' && gcj02.coordinate_system.name === 'GCJ-02' &&
  shifts.every((m) => m > 50 && m < 1000);
console.log(`  ${good ? '✓' : '✕'} ${gcj02.coordinate_system.name}: ${shifts.length} points, shifted by ` +
  `${Math.min(...shifts).toFixed(0)} to ${Math.max(...shifts).toFixed(0)} m`);
process.exitCode = good ? 0 : 1;
