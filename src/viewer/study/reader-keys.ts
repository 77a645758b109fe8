import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { withLock } from '../../io/lock';
import { writeAtomically } from '../../io/write-file';

/** Secrets of the readers, as they are kept in the study folder. They stand in no answer and no log. */
const keysSchema = z.strictObject({
  format: z.literal('explain-study-keys/1'),
  readers: z.record(
    z.string(),
    z
      .string()
      .min(16)
      .max(64)
      .regex(/^[a-z0-9-]+$/),
  ),
});

export type ReaderKeys = ReadonlyMap<string, string>;

/** No letter or digit that is taken for another; 32 of them, so that each says five bits. */
const letters = 'abcdefghjkmnpqrstuvwxyz023456789';

/** 80 bits, in groups that can be typed: "k3dq-90ap-…". */
function makeKey(): string {
  const drawn = [...randomBytes(16)].map(byte => letters[byte % letters.length]).join('');
  return drawn.match(/.{4}/g)!.join('-');
}

/** Making keys takes a moment, milliseconds. */
const lockPatience = 70_000;

/**
 * The readers' secrets of a study folder. What is missing is made, so that a study of an earlier release goes on; what is there
 * stays, so that an address that was handed out keeps its meaning, also by one of several servers that begin at once.
 *
 * @throws Error that says what to do where the file holds something else
 * @throws LockTaken when another server makes keys for too long
 */
export async function openReaderKeys(file: string, readers: readonly string[]): Promise<ReaderKeys> {
  const kept = readKeys(file);
  if (readers.every(reader => kept.has(reader))) return keysOf(readers, kept);
  return withLock(
    `${file}.lock`,
    () => undefined,
    () => makeMissing(file, readers),
    lockPatience,
  );
}

async function makeMissing(file: string, readers: readonly string[]): Promise<ReaderKeys> {
  // By now another server may have made them.
  const keys = readKeys(file);
  const missing = readers.filter(reader => !keys.has(reader));
  if (missing.length > 0) {
    for (const reader of missing) keys.set(reader, makeKey());
    const all = { format: 'explain-study-keys/1', readers: Object.fromEntries(keys) };
    await writeAtomically(file, `${JSON.stringify(all, null, 2)}\n`, 0o600);
  }
  // What is handed out is what the file says.
  return keysOf(readers, readKeys(file));
}

function keysOf(readers: readonly string[], keys: ReaderKeys): ReaderKeys {
  return new Map(readers.map(reader => [reader, keys.get(reader)!]));
}

function readKeys(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  try {
    return new Map(Object.entries(keysSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).readers));
  } catch (error) {
    throw new Error(
      `${file} does not hold readers’ keys. Delete it, and new ones are made: readers then need their new addresses.`,
      { cause: error },
    );
  }
}

/** What makes the UIDs of a reader's reports unguessable for others; it does not tell the reader's secret. */
export function archiveKey(secret: string): string {
  return createHmac('sha256', secret).update('reports in an archive').digest('hex').slice(0, 32);
}
