import { computed, reactive, shallowReactive, shallowRef, watch, type Ref } from 'vue';
import type { Correction, Import, ImportProblem, ImportRow } from '../../api/imports';
import { getJson, RequestFailed, sendJson, withQuery } from '../../api/request';
import type { Problem } from '../../api/contract';
import type { Resource } from '../../api/useResource';
import type { CellMark, Sheet } from '../grid/sheet';
import { isBusy, isOpen, ROW_STATES } from './marks';

const CHUNK = 100;
const PAUSE_MS = 300;
/** So many cells go at a time. */
const AT_ONCE = 500;

/** The lines of an import as a sheet: fetched where one looks, mended where one types. */
export function useImportSheet(
  source: Ref<Import | null>,
  problems: Resource<ImportProblem[]>,
  words: (key: string) => string,
) {
  /** By their line: empty lines and cells of several lines leave gaps. */
  const lines = shallowReactive(new Map<number, ImportRow>());
  /** false: asked for; true: there. */
  const chunks = shallowReactive(new Map<number, boolean>());
  const lastLine = shallowRef(0);
  /** Before the first check nobody has counted: there may be more. */
  const mayBeMore = shallowRef(false);
  /** What has been typed, until the program has it and its rows are read again. */
  const mended = reactive(new Map<string, string>());
  const problem = shallowRef<Problem | null>(null);
  const unsaved = shallowRef(0);
  let queue: Correction[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const firstLine = computed(() => (source.value?.header_line ?? 0) + 1);
  const key = (line: number, column: number) => `${line}:${column}`;
  const url = () => `/api/imports/${source.value?.id}`;

  /** The sequence number of our own last correction: it changes nothing that is not on show. */
  let own = 0;
  // Other lines: another sheet, another heading line, a check that has ended.
  watch(
    () => [source.value?.id, source.value?.changed_seq],
    () => {
      const now = source.value;
      if (!now || isBusy(now.state) || now.changed_seq === own || !now.file_kept) return;
      chunks.clear();
      lines.clear();
      mended.clear();
      lastLine.value = 0;
      problems.reload();
      void fetchChunk(0);
    },
    { immediate: true },
  );

  const wrongCells = computed(() => {
    const cells = new Map<string, string>();
    for (const item of problems.data.value ?? []) {
      const at = key(item.line, item.column ?? 0);
      const before = cells.get(at);
      cells.set(at, before ? `${before} ${item.message}` : item.message);
    }
    return cells;
  });

  async function fetchChunk(chunk: number) {
    chunks.set(chunk, false);
    const id = source.value?.id;
    const from = firstLine.value + chunk * CHUNK;
    try {
      const rows = await getJson<{ items: ImportRow[] }>(
        withQuery(`${url()}/rows`, { from, limit: CHUNK }),
      );
      if (source.value?.id !== id || !chunks.has(chunk)) return;
      for (const row of rows.items) lines.set(row.line, row);
      lastLine.value = Math.max(lastLine.value, rows.items.at(-1)?.line ?? 0);
      mayBeMore.value = rows.items.length === CHUNK && !source.value?.row_count;
      chunks.set(chunk, true);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      problem.value = error.problem;
    }
  }
  function seen(from: number, to: number) {
    for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk++)
      if (!chunks.has(chunk)) void fetchChunk(chunk);
  }
  const isThere = (row: number) => chunks.get(Math.floor(row / CHUNK)) === true;
  const rowAt = (row: number): ImportRow | null => lines.get(firstLine.value + row) ?? null;

  async function save() {
    clearTimeout(timer);
    const cells = queue;
    queue = [];
    try {
      while (cells.length) {
        const answer = await sendJson<Import>('POST', `${url()}/corrections`, {
          cells: cells.slice(0, AT_ONCE),
        });
        own = answer.changed_seq;
        source.value = answer;
        cells.splice(0, AT_ONCE);
        problem.value = null;
      }
      unsaved.value = queue.length;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      // Kept: the next change sends them, too.
      queue = [...cells, ...queue];
      problem.value = error.problem;
    }
  }

  function write(row: number, column: number, cells: string[][]) {
    const columns = sheet.value.columns;
    for (const [down, line] of cells.entries()) {
      const at = row + down;
      if (at >= sheet.value.rowCount) break;
      for (const [right, value] of line.entries()) {
        const number = columns[column + right]?.number;
        if (number === undefined) break;
        const where = sheet.value.lineOf(at);
        if (value === sheet.value.cell(at, column + right)) continue;
        mended.set(key(where, number), value);
        queue.push({ line: where, column: number, value });
      }
    }
    unsaved.value = queue.length;
    clearTimeout(timer);
    timer = setTimeout(() => void save(), PAUSE_MS);
  }

  function mark(row: number, column: number): CellMark | null {
    const number = sheet.value.columns[column]?.number ?? 0;
    const at = key(sheet.value.lineOf(row), number);
    if (mended.has(at)) return { tone: 'mended', message: words('imports.mended') };
    const message = wrongCells.value.get(at);
    if (message) return { tone: 'bad', message };
    if (column > 0) return null;
    // What is wrong with the line as a whole is said at its first cell.
    const whole = wrongCells.value.get(key(sheet.value.lineOf(row), 0)) ?? rowAt(row)?.fault;
    return whole ? { tone: 'bad', message: whole } : null;
  }

  const sheet = computed<Sheet>(() => {
    const columns = (source.value?.columns ?? []).map(({ number, heading }) => ({
      number,
      heading,
    }));
    const canWrite = source.value !== null && isOpen(source.value.state);
    return {
      columns,
      rowCount: Math.max(
        source.value?.row_count ?? 0,
        lastLine.value - firstLine.value + 1 + (mayBeMore.value ? CHUNK : 0),
      ),
      lineOf: (row) => firstLine.value + row,
      cell: (row, column) => {
        if (!isThere(row)) return null;
        const number = columns[column]?.number ?? 0;
        const typed = mended.get(key(firstLine.value + row, number));
        return typed ?? rowAt(row)?.cells[number - 1] ?? '';
      },
      mark,
      tag: (row) => {
        const state = rowAt(row)?.state;
        if (!state) return null;
        const [shape, tone] = ROW_STATES[state];
        return { shape, tone, text: words(`imports.row.${state}`) };
      },
      seen,
      ...(canWrite ? { write } : {}),
    };
  });

  const rowOfLine = (line: number) => Math.max(0, line - firstLine.value);
  const columnIndex = (number: number | null) =>
    Math.max(
      0,
      sheet.value.columns.findIndex((column) => column.number === number),
    );
  return {
    sheet,
    problem,
    unsaved,
    mendedCount: computed(() => mended.size),
    save,
    rowOfLine,
    columnIndex,
  };
}
