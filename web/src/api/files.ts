// The shapes of the API's JSON about files that are kept with a record.
import type { Visibility } from './contract';

export interface AttachedFile {
  id: string;
  kind: string;
  key: string;
  /** Which of the papers that its record asks for. */
  part: string | null;
  name: string;
  type: string;
  size: number;
  sha256: string;
  created_at: string;
  created_by: string | null;
  /** Its pages can be shown as pictures. */
  previewable: boolean;
  /** Who sees it where its record is public. */
  visibility: Visibility;
  pages?: number | null;
}

export interface FileQuota {
  files: number;
  bytes: number;
  bytes_max: number;
  file_bytes_max: number;
}
