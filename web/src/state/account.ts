// Signing in and out, renewal, and what happens when a session ends meanwhile.
import { watch } from 'vue';
import type { Session } from '../api/accounts';
import { getJson, RequestFailed, sendJson } from '../api/request';
import { isSignedIn, keepToken, session } from './session';

const MINUTE = 60_000;
const RENEWAL = 10 * MINUTE;

function take(answer: Session): void {
  const before = session.account;
  const wasSignedIn = isSignedIn.value;
  if (wasSignedIn && answer.account_id === null) {
    session.ended = true;
    return;
  }
  session.account = answer;
  session.ended = false;
  const isSame =
    before?.account_id === answer.account_id &&
    before.grant_id === answer.grant_id &&
    before.role === answer.role &&
    before.must_change_password === answer.must_change_password;
  // The first answer changes nothing: what was asked before carried the same cookie.
  if (before && !isSame) session.version++;
}

export async function loadSession(): Promise<void> {
  try {
    take(await getJson<Session>('/api/session'));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    // A start token of an earlier start, or of before the first administrator.
    if (!session.token || error.problem.status !== 401) return;
    keepToken('');
    session.version++;
    await loadSession();
  }
}

/** Any of the answers that say who is signed in now: of a log-in, a claim, a change of grant. */
export function signedInAs(answer: Session): void {
  keepToken('');
  session.account = answer;
  session.ended = false;
  session.version++;
}

export async function signIn(name: string, password: string): Promise<void> {
  signedInAs(await sendJson<Session>('POST', '/api/session', { name, password }));
}

/** The token is tried before it is kept. */
export async function signInWithToken(token: string): Promise<void> {
  session.account = await getJson<Session>('/api/session', { token });
  keepToken(token);
  session.version++;
}

/** Forgets who was here, and asks again as anybody. */
export async function becomeVisitor(): Promise<void> {
  session.account = null;
  session.ended = false;
  keepToken('');
  await loadSession();
  session.version++;
}

export async function signOut(): Promise<void> {
  if (isSignedIn.value) await sendJson('DELETE', '/api/session');
  await becomeVisitor();
}

export async function actUnder(grant_id: number): Promise<void> {
  signedInAs(await sendJson<Session>('POST', '/api/session/grant', { grant_id }));
}

let active = false;
let activeAt = Date.now();
let renewedAt = Date.now();

/** Somebody who comes back after a while hears at once that the session has ended meanwhile. */
function beActive(): void {
  const hasRested = Date.now() - activeAt > 5 * MINUTE;
  active = true;
  activeAt = Date.now();
  if (hasRested && isSignedIn.value && !session.ended) void loadSession();
}

async function renew(): Promise<void> {
  if (!isSignedIn.value || session.ended) return;
  const hasExpired = Date.parse(session.account?.expires_at ?? '') <= Date.now();
  const isDue = active && Date.now() - renewedAt >= RENEWAL;
  if (!hasExpired && !isDue) return;
  active = false;
  renewedAt = Date.now();
  try {
    if (isDue) await sendJson('POST', '/api/session/renewal', {});
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
  }
  await loadSession();
}

/** Once, when the pages start. */
export function watchSession(): void {
  for (const event of ['pointerdown', 'keydown'])
    addEventListener(event, beActive, { passive: true, capture: true });
  setInterval(() => void renew(), MINUTE);
  // Another tab may have signed out, or in as somebody else.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isSignedIn.value && !session.ended) void loadSession();
  });
  watch(
    () => session.doubts,
    () => void loadSession(),
  );
  void loadSession();
}
