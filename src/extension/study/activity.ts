/** Tells of movements of the reader, and of the tab being hidden, until the returned function is called. */
export function watchActivity(
  told: { movement(): void; hidden(): void; shown(): void; leaving(): void },
  page: Document = document,
): () => void {
  const view = page.defaultView;
  const movements = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const;
  const visibility = (): void => (page.visibilityState === 'hidden' ? told.hidden() : told.shown());
  for (const name of movements) page.addEventListener(name, told.movement, { capture: true, passive: true });
  page.addEventListener('visibilitychange', visibility);
  view?.addEventListener('pagehide', told.leaving);
  return () => {
    for (const name of movements) page.removeEventListener(name, told.movement, { capture: true });
    page.removeEventListener('visibilitychange', visibility);
    view?.removeEventListener('pagehide', told.leaving);
  };
}
