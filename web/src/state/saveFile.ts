/** Hands an answer to the browser as a file, under the name that the program gave it. */
export async function saveFile(response: Response, fallback: string): Promise<void> {
  const named = response.headers.get('Content-Disposition')?.match(/filename="?([^";]+)"?/)?.[1];
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(await response.blob());
  anchor.download = named ?? fallback;
  anchor.click();
  // Not at once: the browser may still have to read it.
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
}
