// Are the rows that a reader saw those of our interface? In any order; numbers by value.
//   node compare.mjs WHAT SEEN EXPECTED
import { readFileSync } from 'node:fs';

const [what, seen, expected] = process.argv.slice(2);
const plain = (cell) => (cell !== '' && !Number.isNaN(Number(cell)) ? String(Number(cell)) : cell);
const rows = (file) => readFileSync(file, 'utf8').replace(/\r/g, '').split('\n').filter((line) => line !== '')
  .map((line) => line.split('\t').map(plain).join('\t')).sort();

const [a, b] = [rows(seen), rows(expected)];
const missing = b.filter((row) => !a.includes(row)), strange = a.filter((row) => !b.includes(row));
const good = a.length === b.length && b.length > 0 && !missing.length && !strange.length;
console.log(`  ${good ? '✓' : '✕'} ${what}: saw ${a.length} rows, the interface has ${b.length}${good ? ', all equal' : ''}`);
for (const row of missing.slice(0, 3)) console.log(`    not seen: ${row}`);
for (const row of strange.slice(0, 3)) console.log(`    seen and not ours: ${row}`);
process.exitCode = good ? 0 : 1;
