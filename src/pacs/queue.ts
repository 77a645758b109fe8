import { createHash } from 'node:crypto';
import { modelIdentity } from '../dicom/results';
import { isUid } from '../dicom/uid';
import { said } from '../io/harmless';
import { JobFailure, shareWork, type QueueOptions } from '../queue';
import { DicomWebError, type InstanceAddress } from './dicomweb-client';
import { imageName, type Log } from './log';
import type { Task } from './process-image';
import { reasonOf } from './reason-of';
import { emptyTally, note, timed, type OnImageFailed, type Process, type Tally } from './run-images';

/** Queue of all workers with the same server, model, settings and results, and of no others. */
export function queueName({ model, settings, selection }: Task, serverUrl: string): string {
  const { id, version, weightsSha256 } = modelIdentity(model.card);
  const what = JSON.stringify([serverUrl, id, version, weightsSha256, settings, selection]);
  return `explain-${createHash('sha256').update(what).digest('hex').slice(0, 16)}`;
}

/**
 * Puts the images into the queue, then takes jobs from it until every image that was found here is done, in whosever hands, as
 * {@link shareWork} has it. Identifiers that follow from the image keep one result where one is made twice.
 *
 * @param name of the queue, see {@link queueName}
 * @throws QueueError as {@link shareWork}; DicomWebError when every further request to the archive would fail
 */
export async function runQueue(
  images: AsyncIterable<InstanceAddress>,
  process: Process,
  log: Log,
  name: string,
  options: QueueOptions,
  { onFailed, ...run }: { limit?: number; signal?: AbortSignal; onFailed?: OnImageFailed } = {},
): Promise<Tally> {
  const tally = emptyTally();
  await shareWork(
    images,
    {
      // With a letter before it: one hash of some 300 is all digits.
      idOf: address => `i${imageName(address)}`,
      read: addressIn,
      unreadable: said`The job names no image.`,
      run: address => timed(process, address, log).catch(error => refuse(error)),
      onDone: (_address, outcome) => note(tally, outcome),
      onFailed: (address, where) => {
        if (where === 'here') tally.failed++;
        if (address) onFailed?.(address);
      },
      onEvent: log,
    },
    name,
    options,
    run,
  );
  return tally;
}

/** Redis keeps the message of a failure: nothing of a library's may be in it. */
function refuse(error: unknown): never {
  if (!(error instanceof DicomWebError)) throw new JobFailure(reasonOf(error), { again: true });
  // What the server said once it says again; the other tries would only ask it for nothing.
  throw new JobFailure(error.said, { again: false, endsRun: error.endsRun ? error : undefined });
}

/** What a job holds, where that is the address of an image. */
function addressIn(data: unknown): InstanceAddress | undefined {
  const { studyUid, seriesUid, instanceUid } = Object(data) as Record<string, unknown>;
  const uids = [studyUid, seriesUid, instanceUid];
  return uids.every(uid => typeof uid === 'string' && isUid(uid)) ? (data as InstanceAddress) : undefined;
}
