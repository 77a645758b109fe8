/** How long the page's thread is kept busy at a time, milliseconds: a picture of the page comes every 16. */
const sliceMs = 8;

export interface SliceOptions {
  /** Lets the page do other things between two slices. */
  pause?: () => Promise<void>;
  /** Asked after each pause: what is no longer wanted is left as it is. */
  isWanted?: () => boolean;
}

/**
 * Does work on the items from 0 to before `count` in slices, so that the page stays at hand while it does.
 *
 * @param step items at a time; some tenths of a millisecond
 * @param work told the first item, and that after the last one
 */
export async function inSlices(
  count: number,
  step: number,
  work: (from: number, to: number) => void,
  { pause = nextTurn, isWanted = () => true }: SliceOptions = {},
): Promise<void> {
  let since = performance.now();
  for (let from = 0; from < count; from += step) {
    if (performance.now() - since > sliceMs) {
      await pause();
      if (!isWanted()) return;
      since = performance.now();
    }
    work(from, Math.min(count, from + step));
  }
}

/** Lets the page do what waits: its events, and its next picture. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
