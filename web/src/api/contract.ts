// The shapes of the API's JSON, as the pages read them.

export type Approximation = 'exact' | 'about' | 'over' | 'under';

export type Status =
  | 'as_reported'
  | 'estimate'
  | 'preliminary'
  | 'final'
  | 'revised'
  | 'target'
  | 'implied';

export type StatusClass = 'actual' | 'estimate' | 'target' | 'implied';

export type Visibility = 'public' | 'government' | 'bureau' | 'draft';

export type TargetState =
  | 'met'
  | 'on_pace'
  | 'behind'
  | 'far_behind'
  | 'awaiting_publication'
  | 'unknown';

/** A list answer; `next` goes into `after` of the next request. */
export interface Page<T> {
  items: T[];
  next: string | null;
  seq: number;
}

export interface FormulaTerm {
  name: string;
  value: number;
  unit: string;
  observation_id: number | null;
  label: string;
  label_en: string;
}

export interface Formula {
  text: string;
  text_en?: string;
  expression?: string;
  terms: FormulaTerm[];
}

/** A number that says where it comes from: an observation, a formula or a list of records. */
export interface Figure {
  value: number;
  unit: string | null;
  approximation: Approximation;
  observation_id: number | null;
  formula: Formula | null;
  records: string | null;
}

export type CountName =
  | 'indicators'
  | 'observations'
  | 'areas'
  | 'sources'
  | 'documents'
  | 'places';

export type Counts = Record<CountName, Figure>;

export interface City {
  code: string;
  name: string;
  name_en: string;
  title: string;
  title_en: string;
  root_area: string;
  default_area_set: string;
  today: string;
  demo: boolean;
  role: string;
  seq: number;
  counts: Counts;
}

export interface Area {
  code: string;
  name: string;
  name_en: string;
  short_name: string;
  short_name_en: string;
  kind: string;
  gb_code: string | null;
  parent: string | null;
  valid_from: string | null;
  valid_to: string | null;
  note: string | null;
}

export interface AreaSuccession {
  code: string;
  name: string;
  name_en?: string;
  date: string;
  note: string | null;
}

export interface AreaSet {
  code: string;
  name: string;
  name_en: string;
  kind: string;
  note: string | null;
}

export interface AreaDetail extends Area {
  predecessors: AreaSuccession[];
  successors: AreaSuccession[];
  sets: (Pick<AreaSet, 'code' | 'name' | 'name_en'> & {
    valid_from: string | null;
    valid_to: string | null;
  })[];
}

export interface Indicator {
  code: string;
  name: string;
  name_en: string;
  topic: string;
  unit: string;
  measure: string;
  direction: 'up' | 'down' | 'none';
  frequency: string | null;
  publisher: string | null;
  basis: 'source' | 'ours';
  observation_count: number;
}

export interface Definition {
  version: number;
  valid_from: string | null;
  valid_to: string | null;
  definition: string;
  definition_en: string | null;
  numerator: string | null;
  denominator: string | null;
  formula: string | null;
  basis: 'source' | 'ours';
}

export interface ReleaseRule {
  period_kind: string;
  status: Status;
  months_after: number;
  publisher: string | null;
  basis: 'source' | 'ours';
  note: string | null;
}

export interface IndicatorDetail extends Indicator {
  definitions: Definition[];
  derivation: { expression: string; note: string | null } | null;
  release_rules: ReleaseRule[];
  areas: { code: string; name: string; name_en: string; observation_count: number }[];
}

export interface Observation {
  id: number;
  fact_id: string;
  indicator_code: string;
  indicator_name: string;
  indicator_name_en: string;
  definition_version: number;
  area_code: string;
  area_name: string;
  area_name_en: string;
  scope: string | null;
  among: string | null;
  period: string;
  period_end: string;
  value: number;
  value_high: number | null;
  low: number | null;
  high: number | null;
  unit: string;
  status: Status;
  measure: string;
  approximation: Approximation;
  base_period: string | null;
  attaches_to: string | null;
  repeats: string | null;
  published: string | null;
  published_on: string | null;
  source_code: string;
  source_title: string | null;
  source_title_en: string | null;
  source_kind: SourceKind | null;
  second_hand: boolean;
  line: number | null;
  token: string | null;
  note: string | null;
  visibility: Visibility;
  sample: boolean;
  recorded_seq: number;
  replaced_seq: number | null;
}

export type SourceKind = 'document' | 'bulletin' | 'dataset' | 'web';

export interface Source {
  code: string;
  kind: SourceKind;
  title: string;
  title_en: string | null;
  publisher: string | null;
  published: string | null;
  sha256: string | null;
  url: string | null;
  second_hand: boolean;
  note: string | null;
  /** Where its text has been loaded. */
  document_id: number | null;
}

/** Where a figure stands in a document that is loaded; positions are code points of `text`. */
export interface Citation {
  document_id: number;
  line: number;
  token: string;
  text: string;
  token_start: number;
  token_end: number;
  sentence_start: number;
  sentence_end: number;
}

/** A citation whose words were not found, for want of the document or in spite of it. */
export type EmptyCitation = { [K in keyof Citation]: Citation[K] | null };

export interface Lineage {
  observation: Observation;
  source: Source | null;
  citation: Citation | EmptyCitation | null;
  formula?: Formula | null;
  history: Observation[];
  /** What else states a value for the same indicator, area, period, measure, unit, definition. */
  others: Observation[];
}

export interface SeriesPoint {
  period: string;
  period_end: string;
  value: number;
  low: number | null;
  high: number | null;
  approximation: Approximation;
  status: Status;
  observation_id: number | null;
  formula: Formula | null;
  published: string | null;
  source_code: string | null;
}

export interface SeriesLine {
  key: string;
  status_class: StatusClass;
  measure: string;
  unit: string;
  definition_version: number;
  derived: boolean;
  points: SeriesPoint[];
}

export interface Series {
  indicator_code: string;
  area_code: string;
  lines: SeriesLine[];
  breaks: { period_end: string; reason: string; reason_en: string }[];
  refusals: { a: string; b: string; reason: string; reason_en: string }[];
  /** There are more points than are listed. */
  truncated: boolean;
}

/** Where a target will land if things go on as they went; `low` to `high` is the 80 % interval. */
export interface Outlook {
  projected: Figure;
  low: number;
  high: number;
  method: 'linear' | 'compound';
  reach: 'likely' | 'open' | 'unlikely';
  rule: string;
  rule_en: string;
}

export interface Change {
  kind: 'record' | 'target_reached' | 'rank' | 'revised' | 'first';
  indicator_code: string;
  indicator_name: string;
  indicator_name_en: string;
  area_code: string;
  period: string;
  statement: string;
  statement_en: string;
  now: Figure;
  before: Figure | null;
  published: string | null;
  source_code: string | null;
  source_title: string | null;
  source_title_en: string | null;
  line: number | null;
  observation_id: number;
}

/** What was said of one period, one after the other. */
export interface Story {
  period: string;
  measure: string;
  unit: string;
  statement: string;
  statement_en: string;
  steps: {
    status: Status;
    figure: Figure;
    change: Figure | null;
    published: string | null;
    source_code: string | null;
    source_title: string | null;
    source_title_en: string | null;
    line: number | null;
    replaced: boolean;
  }[];
}

export interface TargetOutcomes {
  ended: number;
  met: number;
  missed: number;
  unknown: number;
  items: Target[];
}

export interface ScorecardRow {
  indicator_code: string;
  indicator_name: string;
  indicator_name_en: string;
  measure: string;
  direction: 'up' | 'down' | 'none';
  from: Figure;
  to: Figure;
  multiple: Figure | null;
  change: Figure | null;
  doubled: boolean;
  note: string | null;
  note_en: string | null;
}

export interface Scorecard {
  from: number;
  to: number;
  compared: number;
  improved: number;
  doubled: number;
  incomparable: number;
  items: ScorecardRow[];
}

export interface Target {
  observation_id: number;
  indicator_code: string;
  indicator_name: string;
  indicator_name_en: string;
  area_code: string;
  period: string;
  target: Figure;
  current: Figure | null;
  current_period: string | null;
  current_status: Status | null;
  gap: Figure | null;
  required_pace: Figure | null;
  outlook: Outlook | null;
  state: TargetState;
  state_rule: string;
  state_rule_en: string;
  due: string | null;
  overdue: boolean;
  approximation: Approximation;
  unit: string;
  measure: string;
  direction: 'up' | 'down' | 'none';
  spark: { period: string; value: number; observation_id: number }[];
}

export interface Release {
  indicator_code: string;
  indicator_name: string;
  indicator_name_en: string;
  period: string;
  status: Status;
  due: string;
  publisher: string | null;
  basis: 'source' | 'ours';
  overdue: boolean;
}

export interface Overview {
  year: number;
  targets: Target[];
  changes: Observation[];
  /** A few that are overdue, then those that come next. */
  due: Release[];
  counts: Counts;
}

export interface MapCell {
  area_code: string;
  name: string;
  name_en: string;
  short_name: string;
  short_name_en: string;
  column: number | null;
  row: number | null;
  longitude: number | null;
  latitude: number | null;
  figure: Figure | null;
  status: Status | null;
  sample: boolean;
}

export interface OffMapArea {
  area_code: string;
  name: string;
  name_en: string;
  figure: Figure;
  why: string;
  why_en: string;
}

export interface CityMap {
  indicator: Indicator;
  area_set: AreaSet;
  date: string;
  periods: { period: string; areas: number }[];
  period: string | null;
  cells: MapCell[];
  off_map: OffMapArea[];
  off_map_count: Figure;
}

export interface Place {
  code: string;
  name: string;
  name_en: string;
  kind: string;
  kind_en: string;
  area_code: string | null;
  longitude: number;
  latitude: number;
  precision_m: number;
  basis: 'source' | 'ours';
  sample: boolean;
  note: string | null;
}

export interface LoadedDocument {
  id: number;
  name: string;
  title: string;
  source_code: string | null;
  sha256: string;
  media_type: string;
  size: number;
  line_count: number;
  published: string | null;
  visibility: Visibility;
  added_seq: number;
  citation_count: number;
  matched_citations?: number;
}

export interface DocumentLine {
  line: number;
  text: string;
  citations: { observation_id: number; token_start: number; token_end: number }[];
}

/** RFC 9457, in the language the request asked for. */
export interface Problem {
  title: string;
  status: number;
  detail?: string;
  /** Seconds until it may be tried again. */
  wait?: number;
  type?: string;
  errors?: { field?: string; line?: number; column?: number; message: string }[];
}
