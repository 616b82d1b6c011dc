// The keys of the inbox. Never while somebody types, or while a box is open over the page.
import { onBeforeUnmount, onMounted } from 'vue';

export const INBOX_KEYS = {
  j: 'down',
  k: 'up',
  Enter: 'open',
  o: 'open',
  c: 'claim',
  h: 'handOver',
  n: 'next',
  '?': 'help',
} as const;
export type InboxAct = (typeof INBOX_KEYS)[keyof typeof INBOX_KEYS];

/** Text is being typed there, or the key has a meaning of its own. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (document.querySelector('dialog[open]')) return true;
  if (target?.closest('input, textarea, select, [contenteditable="true"]')) return true;
  return event.key === 'Enter' && Boolean(target?.closest('a, button, summary'));
}

export function useInboxKeys(act: (what: InboxAct) => void) {
  function press(event: KeyboardEvent) {
    if (isTaken(event)) return;
    const what = (INBOX_KEYS as Record<string, InboxAct | undefined>)[event.key];
    if (!what) return;
    event.preventDefault();
    act(what);
  }
  onMounted(() => addEventListener('keydown', press));
  onBeforeUnmount(() => removeEventListener('keydown', press));
}
