// What is pasted or typed into an empty sheet, before it is sent.
import { shallowRef, triggerRef, type ShallowRef } from 'vue';
import type { ImportTarget } from '../../api/imports';
import { pasteOfCells, type Sheet } from '../grid/sheet';

const EMPTY_ROWS = 20;
/** One row more than this goes by file, which is not held in the page. */
export const ROWS_MAX = 100_000;

export interface PasteSheet {
  sheet: ShallowRef<Sheet>;
  /** Rows with anything in them. */
  filled: ShallowRef<number>;
  text: () => string;
  clear: () => void;
}

/** The first pasted line holds headings when at least half of its cells are names of fields. */
export function isHeading(cells: string[], target: ImportTarget): boolean {
  const names = new Set(
    target.fields.flatMap((field) => [field.name, field.zh, field.en]).map((n) => n.toLowerCase()),
  );
  const known = cells.filter((cell) =>
    names.has(
      cell
        .trim()
        .replace(/\s*\*$/, '')
        .toLowerCase(),
    ),
  );
  return known.length > 0 && known.length * 2 >= cells.filter((cell) => cell.trim()).length;
}

export function usePasteSheet(
  target: () => ImportTarget | null,
  inEnglish: () => boolean,
): PasteSheet {
  let headings: string[] = [];
  let rows: string[][] = [];
  const filled = shallowRef(0);

  const makeSheet = (): Sheet => ({
    columns: headings.map((heading, at) => ({ number: at + 1, heading })),
    rowCount: Math.max(EMPTY_ROWS, rows.length + 1),
    lineOf: (row) => row + 2,
    cell: (row, column) => rows[row]?.[column] ?? '',
    write,
  });
  const sheet = shallowRef<Sheet>(makeSheet());

  function renew() {
    filled.value = rows.reduce((sum, row) => sum + (row.some((cell) => cell !== '') ? 1 : 0), 0);
    sheet.value = makeSheet();
    triggerRef(sheet);
  }
  function write(row: number, column: number, cells: string[][]) {
    let lines = cells;
    const known = target();
    const first = lines[0];
    if (
      row === 0 &&
      column === 0 &&
      known &&
      first &&
      lines.length > 1 &&
      isHeading(first, known)
    ) {
      headings = first.map((cell) => cell.trim());
      lines = lines.slice(1);
      rows = [];
    }
    for (const [down, line] of lines.slice(0, ROWS_MAX - row).entries()) {
      while (rows.length <= row + down) rows.push([]);
      const into = rows[row + down]!;
      while (into.length < column) into.push('');
      for (const [right, value] of line.entries()) into[column + right] = value;
      while (headings.length < column + line.length) headings.push('');
    }
    renew();
  }
  function clear() {
    headings = (target()?.fields ?? []).map((field) => (inEnglish() ? field.en : field.zh));
    rows = [];
    renew();
  }
  const text = () => {
    const full = rows.filter((row) => row.some((cell) => cell !== ''));
    return pasteOfCells([headings, ...full]);
  };
  return { sheet, filled, text, clear };
}
