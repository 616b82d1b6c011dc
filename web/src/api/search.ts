// The shapes of GET /api/search.
import type { Visibility } from './contract';

/** A stretch of text; `hit` where it is what was looked for. */
export interface TextPart {
  text: string;
  hit: boolean;
}

export interface SearchHit {
  kind: string;
  key: string;
  title: TextPart[];
  title_en: string | null;
  snippet: TextPart[];
  /** Where it is shown in these pages. */
  address: string;
  sample: boolean;
  visibility: Visibility;
}

export interface SearchAnswer {
  query: string;
  words: { text: string; count: number }[];
  total: number;
  /** Too many hold the words: only a part of them was compared. */
  truncated: boolean;
  /** None holds all the words: these hold some. */
  relaxed: boolean;
  kinds: { kind: string; zh: string; en: string; count: number }[];
  items: SearchHit[];
  next: string | null;
}
