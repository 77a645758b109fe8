import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { makeFolder } from './make-folder';
import { processView, startOf } from './process-identity';

// Hand-written: proper-lockfile removes a stale lock by its name, which two that wait can do one after the other, so that the
// second removes the first one's new lock; and it learns that a holder was killed by time alone.

const beatMilliseconds = 5_000;
/** A lock that has not been touched for this long belongs to nobody. */
const staleMilliseconds = 60_000;
const pollMilliseconds = 500;

/** The process that holds a lock. */
export interface LockHolder {
  process: number;
  host: string;
  /** Whether this process would see at once that it has ended; of another machine or container only its silence tells. */
  isSeen: boolean;
}

/** What a lock says of its holder. */
interface Written {
  process: number;
  host: string;
  /** Its view of processes and when it began; of locks of earlier versions, and where there is no `/proc`, nothing. */
  view?: string;
  start?: string;
}

/** Another process held a lock for longer than was to be waited. */
export class LockTaken extends Error {
  override name = 'LockTaken';
}

/**
 * Does work while no other process, of this machine or of another that has the folder too, does it under the same lock file.
 * A lock left by a process that was killed is taken over: at once on its own machine and in its own container, after a minute
 * elsewhere.
 *
 * @param onWait called once when another process holds the lock, with that one, unless it has just made or given back its lock;
 *   what it throws ends the waiting
 * @param patience milliseconds that are waited for the lock
 * @throws LockTaken when they are over
 */
export async function withLock<T>(
  file: string,
  onWait: (holder: LockHolder | undefined) => void,
  work: () => Promise<T>,
  patience = Infinity,
): Promise<T> {
  await makeFolder(path.dirname(file));
  const end = Date.now() + patience;
  let lock = await take(file);
  if (!lock) onWait(holderOf(await readText(file)));
  while (!lock) {
    if (Date.now() >= end) throw new LockTaken(`Another process holds ${file}.`);
    await new Promise(resolve => setTimeout(resolve, pollMilliseconds));
    lock = await take(file);
  }
  const { handle } = lock;
  // By the open file, not by its name, which may be another's lock by now.
  const beat = setInterval(() => {
    const now = new Date();
    handle.utimes(now, now).catch(() => undefined);
  }, beatMilliseconds);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await release(lock);
  }
}

interface Lock {
  file: string;
  /** Its content: process, host, what no other lock has, and, where they are known, the view of processes and the begin. */
  text: string;
  handle: FileHandle;
}

/** Takes a lock that is free or stale; undefined when another holds it. */
async function take(file: string): Promise<Lock | undefined> {
  for (;;) {
    const lock = await create(file);
    if (lock) return lock;
    const text = await readText(file);
    // Given back in the meantime.
    if (text === undefined) continue;
    if (!(await isStale(file, text))) return undefined;
    // What may replace this very lock has a name of its own, so that one process alone can hold it. It becomes the new lock.
    const successor = await take(successorOf(file, text));
    if (!successor) return undefined;
    if ((await readText(file)) === text) {
      await rename(successor.file, file);
      return { ...successor, file };
    }
    await discard(successor);
  }
}

async function create(file: string): Promise<Lock | undefined> {
  const identity = [processView(), startOf(process.pid)];
  const text = [process.pid, hostname(), randomUUID(), ...(identity.every(Boolean) ? identity : [])].join(
    ' ',
  );
  const handle = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    await handle.writeFile(text);
  } catch (error) {
    await discard({ file, text, handle });
    throw error;
  }
  return { file, text, handle };
}

/**
 * Gives a lock back, unless another process took it for stale: then the file is that one's, or about to be. Where the disk has no
 * room for the file that settles this, the lock is removed if its text is still its holder's: left there, it would lock its own
 * process out for as long as that runs.
 */
async function release(lock: Lock): Promise<void> {
  try {
    const successor = await create(successorOf(lock.file, lock.text)).catch(() => 'no room' as const);
    if (successor && (await readText(lock.file)) === lock.text) await rm(lock.file, { force: true });
    if (successor && successor !== 'no room') await discard(successor);
  } finally {
    await lock.handle.close();
  }
}

async function discard({ file, handle }: Lock): Promise<void> {
  try {
    await handle.close();
  } finally {
    await rm(file, { force: true });
  }
}

function successorOf(file: string, text: string): string {
  return `${file}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function isStale(file: string, text: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return false;
  if (Date.now() - found.mtimeMs > staleMilliseconds) return true;
  const holder = parse(text);
  if (!holder || !isSeen(holder)) return false;
  if (!isAlive(holder.process)) return true;
  // The id may be another process's by now, this one's even: the first of a container is always 1.
  const start = startOf(holder.process);
  return holder.start !== undefined && start !== undefined && holder.start !== start;
}

function isSeen({ host, view }: Written): boolean {
  return view === undefined ? host === hostname() : view === processView();
}

/** Undefined for an empty file: its holder has just made it. */
function parse(text: string): Written | undefined {
  const [id, host, , view, start] = text.split(' ');
  return Number(id) > 0 ? { process: Number(id), host, view, start } : undefined;
}

function holderOf(text = ''): LockHolder | undefined {
  const written = parse(text);
  return written && { process: written.process, host: written.host, isSeen: isSeen(written) };
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
