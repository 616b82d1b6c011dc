// Sends a file and says how far it has got: the one thing that `fetch` cannot tell.
import { headersOf, RequestFailed } from './request';
import type { Problem } from './contract';

const TYPES: Record<string, string> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** By its ending, which says more than what a browser makes of it. */
export const typeOfFile = (file: File): string =>
  TYPES[file.name.split('.').pop()?.toLowerCase() ?? ''] ??
  (file.type || 'application/octet-stream');

export function upload<T>(
  url: string,
  body: Blob,
  type: string,
  progress: (share: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    const headers = headersOf({ method: 'POST', headers: { 'Content-Type': type } });
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    const failed = (problem: Problem) => reject(new RequestFailed(problem));
    request.onload = () => {
      let answer: unknown = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // A proxy's page, or nothing: the status says it.
      }
      if (request.status >= 200 && request.status < 300) resolve(answer as T);
      else
        failed({
          title: request.statusText || 'HTTP',
          ...(answer as object | null),
          status: request.status,
        });
    };
    request.onerror = () => failed({ title: '', status: 0 });
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}
