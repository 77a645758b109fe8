import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { removeAbandoned, syncFolder, writePart } from '../io/write-file';

/** Everything a training needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Plain data: settings, step, history. */
  header: CheckpointHeader;
  /** Flat vectors by name. */
  arrays: Record<string, Float32Array>;
}

interface CheckpointHeader {
  /** The settings as JSON; a checkpoint of other settings is not resumed. */
  config: string;
  /** What the training draws from; a checkpoint of other data is not resumed. */
  data: string;
  /** Steps done. */
  step: number;
  /** Validation figures of every finished epoch. */
  history: Record<string, number>[];
  bestEpoch: number;
  /** Mean loss terms of the present epoch's steps so far, and their number. */
  epochTerms: Record<string, number>;
  epochSteps: number;
}

const magic = 'EXPLAIN-CHECKPOINT-1\n';
/** Magic and checksum with their line ends, bytes. */
const headLength = magic.length + 65;

/**
 * Writes `last.ckpt`, keeping the one before as `previous.ckpt` unless it is damaged; both are on the disk when the promise is
 * fulfilled. Layout: magic, SHA-256 of the rest (hexadecimal, line),
 * JSON header (line), float32 arrays.
 */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const last = path.join(folder, 'last.ckpt');
  await removeAbandoned(folder);
  const part = await writePart(folder, encode(checkpoint));
  // Over a damaged one the one before it stays: should the new one be damaged too, the training goes on from there.
  if (await isWhole(last)) await rename(last, path.join(folder, 'previous.ckpt'));
  await rename(part, last);
  await syncFolder(folder);
}

/** Whether a file is a checkpoint whose checksum is right; false where there is none, or it cannot be read. */
async function isWhole(file: string): Promise<boolean> {
  const found = await open(file).catch(() => undefined);
  if (!found) return false;
  try {
    const head = Buffer.alloc(headLength);
    await found.read(head, 0, headLength, 0);
    const checksum = createHash('sha256');
    for await (const chunk of found.createReadStream({ start: headLength, autoClose: false }))
      checksum.update(chunk as Buffer);
    return head.toString('latin1') === `${magic}${checksum.digest('hex')}\n`;
  } catch {
    return false;
  } finally {
    await found.close();
  }
}

/**
 * Reads the newest checkpoint of a folder that is whole.
 *
 * @param onDamaged told the file and what is wrong with it
 * @returns undefined when there is none
 */
export async function readCheckpoint(
  folder: string,
  onDamaged: (file: string, reason: string) => void,
): Promise<Checkpoint | undefined> {
  for (const name of ['last.ckpt', 'previous.ckpt']) {
    const file = path.join(folder, name);
    const bytes = await readFile(file).catch(ignoreMissing);
    if (!bytes) continue;
    try {
      return decode(bytes);
    } catch (error) {
      onDamaged(file, (error as Error).message);
    }
  }
  return undefined;
}

export function encode({ header, arrays }: Checkpoint): Buffer {
  const lengths = Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, values.length]));
  const head = Buffer.from(`${JSON.stringify({ header, lengths })}\n`);
  const data = Object.values(arrays).map(values =>
    Buffer.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
  const body = Buffer.concat([head, ...data]);
  return Buffer.concat([Buffer.from(`${magic}${hash(body)}\n`), body]);
}

export function decode(bytes: Buffer): Checkpoint {
  if (bytes.length < headLength || bytes.toString('latin1', 0, magic.length) !== magic)
    throw new Error('not a checkpoint');
  const body = bytes.subarray(headLength);
  if (bytes.toString('latin1', magic.length, headLength - 1) !== hash(body)) {
    throw new Error('it is damaged: its SHA-256 does not match');
  }
  const end = body.indexOf(10);
  const { header, lengths } = JSON.parse(body.toString('utf8', 0, end)) as {
    header: CheckpointHeader;
    lengths: Record<string, number>;
  };
  const arrays: Record<string, Float32Array> = {};
  let offset = end + 1;
  for (const [name, length] of Object.entries(lengths)) {
    const values = new Float32Array(length);
    new Uint8Array(values.buffer).set(body.subarray(offset, offset + 4 * length));
    arrays[name] = values;
    offset += 4 * length;
  }
  return { header, arrays };
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
