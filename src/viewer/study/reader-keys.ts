import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

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

/**
 * The readers' secrets of a study folder. What is missing is made, so that a study of an earlier release goes on; what is there
 * stays, so that an address that was handed out keeps its meaning.
 *
 * @throws Error that says what to do where the file holds something else
 */
export function openReaderKeys(file: string, readers: readonly string[]): ReaderKeys {
  const kept = existsSync(file) ? readKeys(file) : new Map<string, string>();
  const keys = new Map(readers.map(reader => [reader, kept.get(reader) ?? makeKey()]));
  if (readers.some(reader => !kept.has(reader))) {
    const all = { format: 'explain-study-keys/1', readers: Object.fromEntries([...kept, ...keys]) };
    const part = `${file}.${process.pid}.part`;
    writeFileSync(part, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
    renameSync(part, file);
  }
  return keys;
}

function readKeys(file: string): Map<string, string> {
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
