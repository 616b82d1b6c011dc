import { locale } from '../i18n';
import { session } from '../state/session';
import type { Problem } from './contract';

/** What a request failed with; `problem.status` is 0 when no answer came at all. */
export class RequestFailed extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

export interface RequestOptions {
  method?: string;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  token?: string;
}

async function problemOf(response: Response): Promise<Problem> {
  const wait = Number(response.headers.get('Retry-After')) || undefined;
  try {
    const problem = (await response.json()) as Problem;
    return { ...problem, status: response.status, wait };
  } catch {
    return { title: response.statusText || 'HTTP', status: response.status, wait };
  }
}

/** What every request says: in whose language, and on whose behalf. */
export function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {
    'Accept-Language': locale.value === 'en' ? 'en' : 'zh-CN',
    ...options.headers,
  };
  const token = options.token ?? session.token;
  if (token) headers.Authorization = `Bearer ${token}`;
  else if (options.method && session.account?.csrf_token)
    headers['X-CSRF-Token'] = session.account.csrf_token;
  return headers;
}

/** Sends a request in the user's language, as whoever has signed in. */
export async function send(url: string, options: RequestOptions = {}): Promise<Response> {
  const headers = headersOf(options);
  let response: Response;
  try {
    response = await fetch(url, { ...options, headers });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new RequestFailed({ title: '', status: 0 });
  }
  if (!response.ok) {
    if (response.status === 401 && session.account?.account_id != null) session.doubts++;
    throw new RequestFailed(await problemOf(response));
  }
  return response;
}

/** Writes, and reads the answer. */
export async function sendJson<T>(
  method: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<T> {
  const response = await send(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
  });
  return response.json() as Promise<T>;
}

export async function getJson<T>(url: string, options: RequestOptions = {}): Promise<T> {
  return (await send(url, options)).json() as Promise<T>;
}

export function withQuery(path: string, query: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  if (!text) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${text}`;
}
