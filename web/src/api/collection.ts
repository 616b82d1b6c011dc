// The shapes of the API's JSON about data that are owed, what has come of them, and the three maps.
import type { Visibility } from './contract';

export type DeliveryState = 'expected' | 'arrived' | 'late' | 'rejected' | 'accepted';
export type Freshness = 'current' | 'due' | 'late' | 'never';
export type Rhythm = 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'yearly' | 'once';

interface Owner {
  department_code: string;
  department_name: string;
  department_name_en: string | null;
}

export interface DataSet extends Owner {
  code: string;
  name: string;
  name_en: string;
  kind: string;
  definition: string;
  definition_en: string | null;
  source_system: string | null;
  legal_basis: string | null;
  basis: 'source' | 'ours';
  rhythm: Rhythm;
  due_days: number;
  due_in: 'days' | 'workdays';
  starts_on: string;
  ends_on: string | null;
  target: string | null;
  class: Visibility;
  expected_rows: number | null;
  last_arrived_at: string | null;
  freshness: Freshness;
  sample: boolean;
}

export interface DataSetField {
  data_set_code: string;
  position: number;
  name: string;
  zh: string;
  en: string;
  kind: string;
  required: boolean;
  class: Visibility;
  is_personal: boolean;
  definition: string | null;
}

export interface Delivery extends Owner {
  id: number;
  data_set_code: string;
  data_set_name: string;
  data_set_name_en: string | null;
  period: string;
  due_on: string;
  state: DeliveryState;
  arrived_at: string | null;
  import_id: number | null;
  feed_id: number | null;
  file_sha256: string | null;
  rows: number | null;
  reason: string | null;
}

export interface Reminder {
  id: number;
  delivery_id: number;
  data_set_code: string;
  department_code: string;
  period: string;
  due_on: string;
  state: DeliveryState;
  day: string;
  text: string;
  text_en: string;
  by_name: string;
  created_at: string;
  seen_at: string | null;
}

export interface BoardCell {
  /** The month; where several periods end in it, the worst of them is told. */
  period: string;
  state: DeliveryState;
  delivery_id: number;
  delivery_period: string;
  due_on: string;
  count: number;
}

export interface BoardRow extends Owner {
  data_set_code: string;
  name: string;
  name_en: string;
  kind: string;
  rhythm: Rhythm;
  target: string | null;
  last_arrived_at: string | null;
  freshness: Freshness;
  cells: BoardCell[];
}

export interface Board {
  periods: string[];
  rows: BoardRow[];
  missing: (Owner & {
    late: number;
    rejected: number;
    oldest_due_on: string | null;
    data_set_codes: string[];
  })[];
  totals: Record<DeliveryState, number>;
}

export interface Feed extends Owner {
  id: number;
  data_set_code: string;
  data_set_name: string;
  data_set_name_en: string | null;
  method: 'drop' | 'push' | 'pull';
  folder: string | null;
  /** Without its password. */
  url: string | null;
  statement: string | null;
  every_minutes: number | null;
  mode: 'all' | 'rows';
  needs_done: boolean;
  active: boolean;
  next_run_at: string | null;
}

export type FeedOutcome =
  | 'arrived'
  | 'importing'
  | 'repeated'
  | 'refused'
  | 'half_written'
  | 'failed';

export interface FeedEvent {
  id: number;
  feed_id: number;
  at: string;
  outcome: FeedOutcome;
  period: string | null;
  file_name: string | null;
  rows: number | null;
  delivery_id: number | null;
  import_id: number | null;
  message: string | null;
  message_en: string | null;
}

export type NodeState = 'none' | Freshness;

export interface ArchitectureNode {
  id: string;
  kind: string;
  zh: string;
  en: string;
  layer: string;
  state: NodeState;
  address: string | null;
  detail: string | null;
  detail_en: string | null;
}

export interface ArchitectureEdge {
  from: string;
  to: string;
  zh: string | null;
  en: string | null;
  state: NodeState;
}

export interface Architecture {
  /** From where data come to where they are used. */
  layers: { layer: string; zh: string; en: string }[];
  nodes: ArchitectureNode[];
  edges: ArchitectureEdge[];
}
