// The shapes of the API's JSON about accounts, organisations, proposals, the log and people.
import type { Visibility } from './contract';

export type Role =
  | 'public'
  | 'enterprise'
  | 'institute'
  | 'specialist'
  | 'district_officer'
  | 'department_officer'
  | 'analyst'
  | 'leader'
  | 'bank'
  | 'expert'
  | 'administrator'
  | 'auditor'
  | 'operator';

/** For whom a grant holds; all are null where the role is not confined. */
export interface GrantScope {
  role: Role;
  organisation_code: string | null;
  organisation_name: string | null;
  area_code: string | null;
  area_name: string | null;
  department_code: string | null;
  department_name: string | null;
  may_delegate: boolean;
}

export interface Session extends GrantScope {
  /** null: nobody has signed in. */
  account_id: number | null;
  name: string | null;
  display_name: string | null;
  grant_id: number | null;
  must_change_password: boolean;
  csrf_token: string | null;
  expires_at: string | null;
  /** The one-time token printed at the start still works. */
  setup: boolean;
  person_id?: number | null;
  grants: (GrantScope & { id: number; valid_to: string | null })[];
}

export interface User {
  id: number;
  name: string;
  display_name?: string | null;
  phone?: string | null;
  email?: string | null;
  state: 'active' | 'locked' | 'disabled';
  locked_until?: string | null;
  person_id?: number | null;
  must_change_password: boolean;
  last_login_at: string | null;
  created_at: string;
}

/** Shown once: the address in which somebody chooses a password. */
export interface PasswordReset {
  reset_token: string;
  reset_expires_at: string;
}

/** One for each account of an import that waits for a password. */
export interface UserLinks {
  import_id: number;
  items: ({ id: number; name: string } & PasswordReset)[];
}

export interface Grant extends GrantScope {
  id: number;
  account_id: number;
  account_name: string;
  valid_from: string;
  valid_to: string | null;
  revoked_at: string | null;
}

export type OrganisationKind = 'enterprise' | 'institute' | 'bank' | 'government' | 'other';

export interface Organisation {
  code: string;
  name: string;
  name_en: string | null;
  kind: OrganisationKind;
  area_code: string | null;
  area_name: string | null;
  state: string;
  sample: boolean;
}

export interface OrganisationCode {
  code: string;
  valid: boolean;
  reason: string | null;
  suggestion: string | null;
}

export interface Invitation {
  id: number;
  organisation_code: string;
  organisation_name: string;
  role: Role;
  may_delegate: boolean;
  state: 'open' | 'used' | 'revoked' | 'expired';
  created_at: string;
  expires_at: string;
}

export interface ClaimMethod {
  code: string;
  name: string;
  name_en?: string | null;
  available: boolean;
}

export interface ApiToken {
  id: number;
  name: string;
  scopes: string;
  expires_on: string;
  last_used_on?: string | null;
  revoked_at: string | null;
}

export interface Setting {
  code: string;
  value: number;
  standard: number;
  least: number;
  most: number;
  name: string;
  name_en: string;
}

export interface Proposal {
  id: number;
  state: 'open' | 'approved' | 'rejected' | 'withdrawn';
  title: string;
  title_en: string;
  method: string;
  path: string;
  body: unknown;
  proposer: string | null;
  proposer_id?: number | null;
  proposer_name: string | null;
  proposed_at: string;
  decider_name: string | null;
  decided_at: string | null;
  reason: string | null;
}

export interface AuditEvent {
  id: number;
  sequence: number;
  recorded_at: string;
  actor: string;
  actor_name: string | null;
  /** Who agreed, where two persons were needed. */
  approver?: string | null;
  action: string;
  route: string | null;
  kind: string;
  key: string;
  sealed: boolean;
  hash: string | null;
  payload?: unknown;
}

export interface AuditHead {
  seal: number;
  first_sequence: number;
  last_sequence: number;
  head: string;
  algorithm: string;
  signature: string;
  sealed_at: string;
}

export interface AuditState {
  last_sequence: number;
  sealed_sequence: number;
  last_head: string | null;
}

export interface PastState {
  sequence: number;
  recorded_at: string;
  actor_name: string | null;
  action: string;
  state: unknown;
  changed: string[];
}

export interface Consent {
  id: number;
  person_id: number;
  purpose: string;
  expires_on: string | null;
  text: string | null;
  given_at?: string | null;
  withdrawn_at: string | null;
}

export interface Publication {
  visibility: Visibility;
}
