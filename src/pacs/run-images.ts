import { DicomWebError, type InstanceAddress } from './dicomweb-client';
import { reasonOf } from './reason-of';
import { imageName, type Log } from './log';
import type { Outcome } from './process-image';

/** Counts of a run. */
export interface Tally {
  explained: number;
  alreadyDone: number;
  refused: number;
  toDo: number;
  failed: number;
}

export type Process = (address: InstanceAddress) => Promise<Outcome>;

/** Told of an image that failed at its last try, here or in another process of the queue. */
export type OnImageFailed = (address: InstanceAddress) => void;

export function emptyTally(): Tally {
  return { explained: 0, alreadyDone: 0, refused: 0, toDo: 0, failed: 0 };
}

/**
 * The embedded way: one image after the other, in this process. A failure is noted and the next image tried; one that
 * every further image would meet ends the run, and so does a signal, after the image in hand.
 */
export async function runImages(
  images: AsyncIterable<InstanceAddress>,
  process: Process,
  log: Log,
  options: { limit?: number; signal?: AbortSignal; onFailed?: OnImageFailed } = {},
): Promise<Tally> {
  const tally = emptyTally();
  let count = 0;
  for await (const address of images) {
    if (options.signal?.aborted || (options.limit !== undefined && count >= options.limit)) break;
    count++;
    try {
      note(tally, await timed(process, address, log));
    } catch (error) {
      tally.failed++;
      options.onFailed?.(address);
      if (error instanceof DicomWebError && error.endsRun) throw error;
    }
  }
  return tally;
}

/** Processes one image and logs what became of it. */
export async function timed(work: Process, address: InstanceAddress, log: Log): Promise<Outcome> {
  const image = imageName(address);
  const begin = performance.now();
  const seconds = (): number => Number(((performance.now() - begin) / 1000).toFixed(3));
  try {
    const { kind, ...details } = await work(address);
    log({ event: kind, image, ...details, seconds: seconds() });
    return { kind, ...details } as Outcome;
  } catch (error) {
    log({ event: 'failed', image, reason: reasonOf(error), seconds: seconds() });
    // Everything there is to it, patients' data included, for whoever asks for that at a terminal.
    if (process.env.EXPLAIN_DEBUG) console.error(error);
    throw error;
  }
}

export function note(tally: Tally, outcome: Outcome): void {
  if (outcome.kind === 'explained') tally.explained++;
  else if (outcome.kind === 'already-done') tally.alreadyDone++;
  else if (outcome.kind === 'refused') tally.refused++;
  else tally.toDo++;
}
