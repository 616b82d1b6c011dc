// The shapes of the API's JSON about what does not add up.
import type { Approximation, Status, Visibility } from './contract';
import type { Job } from './notices';

export type FindingKind = 'contradiction' | 'question' | 'not_joinable' | 'notice';
export type FindingState = 'open' | 'explained' | 'accepted' | 'corrected';
export type FindingEvent = 'explanation' | 'acceptance' | 'correction' | 'reopening';

export interface Finding {
  id: number;
  rule: string;
  kind: FindingKind;
  statement: string;
  statement_en: string;
  arithmetic: string;
  indicator_code: string;
  indicator_name: string;
  indicator_name_en: string;
  area_code: string;
  area_name: string;
  area_name_en: string;
  figure_count: number;
  sample: boolean;
  state: FindingState;
  reason: string | null;
  owner_id: number | null;
  owner_name: string | null;
  visibility_allowed: Visibility;
  visibility: Visibility;
  found_at: string;
  changed_seq: number;
}

export interface FindingFigure {
  position: number;
  fact_id: string;
  observation_id: number;
  indicator_code: string;
  indicator_name: string;
  indicator_name_en: string;
  area_code: string;
  area_name: string;
  area_name_en: string;
  scope: string | null;
  period: string;
  value: number;
  value_high: number | null;
  unit: string;
  status: Status;
  measure: string;
  approximation: Approximation;
  source_code: string | null;
  source_title: string | null;
  source_title_en: string | null;
  line: number | null;
  token: string | null;
  published: string | null;
  replaced_seq: number | null;
  current_id: number | null;
}

export interface FindingDetail extends Finding {
  rule_title: string | null;
  rule_title_en: string | null;
  rule_test: string | null;
  rule_test_en: string | null;
  figures: FindingFigure[];
  next_steps: { event: FindingEvent; name: string; name_en: string }[];
  history: {
    event: string;
    name: string;
    name_en: string;
    to_state: FindingState;
    at: string;
    actor: string;
    reason: string | null;
  }[];
}

export interface FindingRule {
  code: string;
  kind: FindingKind;
  title: string;
  title_en: string;
  test: string;
  test_en: string;
}

export interface FindingCount {
  rule: string;
  kind: FindingKind;
  state: FindingState;
  count: number;
}

export interface FindingMark {
  fact_id: string;
  count: number;
}

export interface FindingCheck {
  checked_at: string | null;
  observation_count: number;
  finding_count: number;
  job: Job | null;
}

/** What an import would bring. */
export interface Foreseen {
  items: {
    rule: string;
    kind: FindingKind;
    statement: string;
    statement_en: string;
    arithmetic: string;
    fact_ids: string;
  }[];
  line_count: number;
  truncated: boolean;
}
