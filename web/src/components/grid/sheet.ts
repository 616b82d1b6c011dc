// What the grid shows, whoever holds it: lines of cells, some of them still on their way.

export interface SheetColumn {
  /** Counted from 1, as in the file. */
  number: number;
  heading: string;
}

export interface CellMark {
  tone: 'bad' | 'mended';
  message: string;
}

export interface Sheet {
  columns: SheetColumn[];
  /** How many rows there are; rows count from 0. */
  rowCount: number;
  /** Where a row stands in the file. */
  lineOf: (row: number) => number;
  /** null: not loaded yet. */
  cell: (row: number, column: number) => string | null;
  mark?: (row: number, column: number) => CellMark | null;
  /** A word before the row, such as 新增. */
  tag?: (row: number) => { text: string; tone: string; shape: string } | null;
  /** The rows that have come into view. */
  seen?: (from: number, to: number) => void;
  /** Absent: the sheet is only read. */
  write?: (row: number, column: number, cells: string[][]) => void;
}

const QUOTE = '"';

/** The cells of what Excel or WPS puts on the clipboard: tabs, lines, and quotes around a cell that
 * holds either. One pass, whatever the length. */
export function cellsOfPaste(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const end = text.length;
  while (at < end) {
    let cell = '';
    if (text[at] === QUOTE) {
      let from = ++at;
      for (;;) {
        const quote = text.indexOf(QUOTE, at);
        if (quote < 0) {
          // No closing quote: it was a plain cell that begins with one.
          cell = QUOTE + text.slice(from);
          at = end;
          break;
        }
        cell += text.slice(from, quote);
        at = quote + 1;
        if (text[at] !== QUOTE) break;
        cell += QUOTE;
        from = ++at;
      }
    } else {
      const from = at;
      while (at < end && text[at] !== '\t' && text[at] !== '\n' && text[at] !== '\r') at++;
      cell = text.slice(from, at);
    }
    row.push(cell);
    if (text[at] === '\t') {
      at++;
      if (at === end) row.push('');
    } else {
      if (text[at] === '\r') at++;
      if (text[at] === '\n') at++;
      rows.push(row);
      row = [];
    }
  }
  if (row.length) rows.push(row);
  return rows;
}

const NEEDS_QUOTES = /["\t\n\r]/;

/** The other way round. */
export const pasteOfCells = (rows: string[][]): string =>
  rows
    .map((row) =>
      row
        .map((cell) =>
          NEEDS_QUOTES.test(cell) ? `${QUOTE}${cell.replaceAll(QUOTE, '""')}${QUOTE}` : cell,
        )
        .join('\t'),
    )
    .join('\n');

/** A, B, … Z, AA: the column as a spreadsheet names it. */
export function columnLetters(number: number): string {
  let letters = '';
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}
