// The shapes of the API's JSON about imports and where records came from.

export interface TargetField {
  name: string;
  zh: string;
  en: string;
  kind: string;
  required: boolean;
  choices?: string[] | null;
}

/** What can be imported into. */
export interface ImportTarget {
  name: string;
  zh: string;
  en: string;
  /** The fields by which a line finds the record it is about. */
  keys: string[];
  fields: TargetField[];
}

export type ImportState =
  | 'uploaded'
  | 'checking'
  | 'checked'
  | 'running'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'undone';

export type ImportMode = 'all' | 'rows';

export type Guess = 'name' | 'label' | 'remembered' | 'value';

export interface ImportColumn {
  number: number;
  heading: string;
  field: string | null;
  /** Why this field: null where a person has chosen, or nobody. */
  guess: Guess | null;
  samples: string[];
}

export interface ImportCounts {
  new: number;
  changed: number;
  same: number;
  wrong: number;
}

export interface Import {
  id: number;
  target: string;
  mode: ImportMode;
  state: ImportState;
  file_name: string;
  file_sha256: string;
  file_size: number;
  /** One with personal data is not kept once it has been imported. */
  file_kept: boolean;
  encoding: string | null;
  sheet: string | null;
  sheets?: string[] | null;
  header_line: number | null;
  columns?: ImportColumn[] | null;
  row_count: number | null;
  counts: ImportCounts;
  progress: { done: number; total: number };
  /** So many were found; the first of them are listed. */
  problem_count: number;
  message: string | null;
  created_at: string;
  created_by: string | null;
  changed_seq: number;
}

export interface ImportProblem {
  line: number;
  /** 0: the line as a whole. */
  column: number;
  heading: string | null;
  field: string | null;
  value: string | null;
  message: string;
}

export type RowState = 'new' | 'changed' | 'same' | 'wrong';

export interface ImportRow {
  line: number;
  cells: string[];
  state: RowState | null;
  /** Why the line cannot be read. */
  fault: string | null;
}

export interface Correction {
  line: number;
  column: number;
  value: string;
}

/** One import that made or changed a record. */
export interface ImportOrigin {
  import_id: number;
  line: number;
  file_name: string;
  action: string;
  recorded_at: string;
  actor_name: string | null;
}
