// The shapes of the API's JSON about cases, their clocks and the inbox.
export interface CaseFile {
  id: number;
  template_code: string;
  template_version: number;
  template_name: string;
  template_name_en: string;
  organisation_code: string;
  organisation_name: string;
  area_code: string | null;
  state: 'running' | 'done' | 'withdrawn';
  outcome: string | null;
  outcome_name: string | null;
  outcome_name_en: string | null;
  started_at: string;
  ended_at: string | null;
}
export type StepState = 'waiting' | 'open' | 'paused' | 'done' | 'skipped' | 'cancelled';
/** A clock as it stands. */
export interface ClockLine {
  clock_id: number;
  due_at: string | null;
  elapsed_seconds: number;
  limit_seconds: number;
  overdue: boolean;
  provisional: boolean;
}
export type LimitUnit = 'workdays' | 'half_days' | 'hours' | 'natural_days';
export interface StepLine {
  id: number;
  code: string;
  name: string;
  name_en: string;
  after: string | null;
  state: StepState;
  role: string;
  party: string | null;
  clock_id: number | null;
  opened_at: string | null;
  responded_at: string | null;
  ended_at: string | null;
  due_at: string | null;
  late: boolean;
  elapsed_seconds: number | null;
  limit_seconds: number | null;
  provisional: boolean;
  response: ClockLine | null;
  limit_amount: number | null;
  limit_unit: LimitUnit | null;
  may_relimit: boolean;
}
export interface FormField {
  code: string;
  step: string;
  name: string;
  name_en: string;
  kind: string;
  unit: string | null;
  choices: string | null;
  required: boolean;
  prefilled: boolean;
  value: string | null;
  candidates: { code: string; name: string }[];
  value_name: string | null;
}
export interface NextStep {
  event: string;
  name: string;
  name_en: string;
  reason: boolean;
}
export interface CaseView extends CaseFile {
  steps: StepLine[];
  answers: FormField[];
  next: NextStep[];
}
export interface StepMaterial {
  code: string;
  name: string;
  name_en: string;
  required: boolean;
  /** A field that stands for it. */
  field: string | null;
  files: number;
  given: boolean;
}
export interface StepView {
  id: number;
  code: string;
  state: StepState;
  name: string;
  name_en: string;
  may_act: boolean;
  fields: FormField[];
  materials: StepMaterial[];
  next: NextStep[];
}
export interface Moment {
  at: string;
  step: string | null;
  what: string;
  what_en: string;
  actor: string;
  reason: string | null;
}
export interface Stretch {
  from: string;
  to: string;
  why: 'counted' | 'not_yet' | 'paused' | 'holiday' | 'weekend' | 'outside_hours';
  name: string | null;
  working_seconds: number;
  provisional: boolean;
}
export interface ClockView {
  id: number;
  phase: 'running' | 'paused' | 'stopped';
  due_at: string | null;
  elapsed_seconds: number;
  limit_seconds: number;
  provisional: boolean;
  events: { kind_number: number; at: string; limit_seconds: number; reason: string | null }[];
  stretches: Stretch[];
}
export interface InboxItem {
  id: number;
  address: string;
  title: string;
  title_en: string;
  about: string | null;
  account_id: number | null;
  account_name: string | null;
  due_at: string;
  respond_by: string | null;
  late: boolean;
  note: string | null;
}
export interface Inbox {
  items: InboxItem[];
  next: string | null;
  mine_open: number;
  role_open: number;
}
export interface BoardLine {
  template_code: string;
  step: string;
  template_name: string;
  template_name_en: string;
  step_name: string;
  step_name_en: string;
  open_count: number;
  late_count: number;
}
export interface CaseTemplate {
  code: string;
  version: number;
  name: string;
  name_en: string;
  note: string | null;
  note_en: string | null;
  basis: 'source' | 'ours';
  source: string | null;
  active: boolean;
}
export interface TemplateStep {
  code: string;
  position: number;
  name: string;
  name_en: string;
  after: string | null;
  condition: string | null;
  role: string;
  party: string;
  limit_amount: number | null;
  limit_unit: LimitUnit | null;
  rule: string | null;
  rule_text: string | null;
  rule_text_en: string | null;
  response_amount: number | null;
  response_unit: LimitUnit | null;
  limit_role: string | null;
}
export interface TemplateField {
  step: string;
  code: string;
  name: string;
  name_en: string;
  kind: string;
  unit: string | null;
  choices: string | null;
  required: boolean;
  prefill: string | null;
}
export interface TemplateMaterial {
  step: string;
  code: string;
  name: string;
  name_en: string;
  required: boolean;
  field: string | null;
}
export interface TemplateOutcome {
  step: string;
  code: string;
  name: string;
  name_en: string;
  condition: string;
  effect: 'end' | 'return';
  to_step: string | null;
  reason_field: string | null;
}
export interface TemplateView extends CaseTemplate {
  steps: TemplateStep[];
  fields: TemplateField[];
  materials: TemplateMaterial[];
  outcomes: TemplateOutcome[];
  flaws: { file: string; step: string | null; code: string; column: string; text: string }[];
}
export interface Simulation {
  cases: number;
  whole_p50_hours: number;
  whole_p90_hours: number;
  assumption: string;
  assumption_en: string;
  items: {
    code: string;
    name: string;
    name_en: string;
    role: string;
    staff: number;
    load: number;
    wait_p50_hours: number;
    wait_p90_hours: number;
    late_share: number;
  }[];
  queues: { role: string; workday: number; waiting: number }[];
}
/** Nothing is due: the program's mark for it. */
export const isNever = (due: string) => due.startsWith('9999');
