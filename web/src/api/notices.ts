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
