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
  tries: number;
  problem: string | null;
  created_at: string;
  sent_at: string | null;
}
