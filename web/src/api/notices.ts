// The shapes of notices and jobs, as the program gives them.
export interface Notice {
  id: number;
  kind: string;
  kind_name: string;
  kind_name_en: string;
  urgent: boolean;
  subject_kind: string;
  subject_key: string;
  text: string;
  text_en: string;
  address: string;
  created_at: string;
  unread: boolean;
  read_at: string | null;
}

export interface UnreadCount {
  count: number;
  /** There may be more than were counted. */
  more: boolean;
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Job {
  id: number;
  kind: string;
  kind_name: string;
  kind_name_en: string;
  subject: string;
  state: JobState;
  done: number;
  total: number;
  message: string | null;
  tries: number;
  not_before: string | null;
  requested_at: string;
  started_at: string | null;
  ended_at: string | null;
  cancel: boolean;
}

export interface Schedule {
  kind: string;
  kind_name: string;
  kind_name_en: string;
  /** Of the city's day. */
  minute: number;
  /** Monday is one; zero is every day. */
  weekday: number;
  active: boolean;
  next_at: string;
  last_at: string | null;
}

export interface BackupFile {
  name: string;
  size: number;
  made_at: string;
}

export interface Delivery {
  id: number;
  account_name: string | null;
  text: string;
  text_en: string;
  state: 'queued' | 'sending' | 'sent' | 'held' | 'failed';
  hold: 'digest' | 'pages' | 'pause' | null;
  digest: boolean;
  digest_id: number | null;
  webhook_id: number | null;
  tries: number;
  not_before: string | null;
  problem: string | null;
  created_at: string;
  sent_at: string | null;
}

export type Wish = 'mail' | 'digest' | 'pages' | 'off';

export interface KindWish {
  kind: string;
  name: string;
  name_en: string;
  urgent: boolean;
  /** Can be turned off altogether. */
  optional: boolean;
  wish: Wish;
}

export interface ContactSetting {
  /** Minutes of the city's day; the same as `quiet_to` is never. */
  quiet_from: number;
  quiet_to: number;
  workdays_only: boolean;
  digest: 'daily' | 'weekly' | 'none';
}

export interface ContactPage extends ContactSetting {
  digest_at: string | null;
  /** Does e-mail go out of this system? */
  mail: boolean;
  kinds: KindWish[];
}

export interface Subscription {
  name: string;
  name_en: string;
  subscribed: boolean;
}

export interface Webhook {
  id: number;
  url: string;
  /** Codes with blanks between; null is all. */
  kinds: string | null;
  paused_at: string | null;
  ended_at: string | null;
  created_at: string;
}

export interface OutboxOverview {
  queued: number;
  retrying: number;
  sending: number;
  digest: number;
  paused: number;
  failed: number;
  sent: number;
  oldest_at: string | null;
  mail: boolean;
  webhooks: boolean;
}

export interface OutboxTry {
  tried_at: string;
  milliseconds: number;
  answer: string;
}

export interface Delegation {
  id: number;
  account_name: string;
  to_account_name: string;
  from_day: string;
  to_day: string;
  reason: string | null;
  ended_at: string | null;
}
