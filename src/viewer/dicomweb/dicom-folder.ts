import { createHash } from 'node:crypto';
import { createReadStream, type BigIntStats } from 'node:fs';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isUid } from '../../dicom/uid';
import { makeFolder } from '../../io/make-folder';
import { Turns } from '../turns';
import { InstanceIndex } from './instance-index';
import { Problem } from './problem';
import { readInstance, readWhole, type Instance, type Skipped } from './read-instance';
import { codeOf, sweepUnfinished, syncFile, writeOnce } from './write-once';

/** What a look through the folders found. */
export interface FolderSummary {
  studies: number;
  instances: number;
  /** Files that are no DICOM. */
  notDicom: number;
  /** DICOM files that carry no usable identity; they are not listed. */
  unreadable: string[];
  /** DICOM files that are listed although something of them is missing. */
  damaged: { path: string; damage: string }[];
  /** Files that repeat the SOP Instance UID of another one; they are not listed. */
  repeated: string[];
}

/** Where DICOM files are read from, and the one folder that new ones are written to. */
export interface FolderOptions {
  read: string[];
  write: string;
}

/** What became of an instance that was to be stored. */
export type StoreOutcome = 'stored' | 'already-there' | 'differs';

/** An instance's file, opened and found to be the one that the index knows. */
export interface OpenInstance {
  handle: FileHandle;
  /** Length of the file, bytes. */
  size: number;
  /** @throws Problem 404 when the file has changed since it was opened */
  checkUnchanged(): Promise<void>;
}

/** Searches that follow each other more closely than this use the same look through the folders, ms. */
const freshFor = 1000;
/** How often a file is read that changes while it is. */
const mostReadings = 3;
/** Of how many files it is asked at once whether they have changed. */
const statsAtOnce = 16;
/** Files are compared in pieces of so many bytes. */
const pieceLength = 256 * 1024;
/** A file or folder of that name is not there. */
const gone = new Set(['ENOENT', 'ENOTDIR']);

/**
 * An index over folders of DICOM files that notices new, changed and removed files, and the one way to their bytes.
 *
 * Looking through the folders and storing run side by side. That is safe since each file is judged by itself: the index
 * forgets one only when that very file is found to be gone, never because a walk that began earlier did not pass it.
 */
export class DicomFolder {
  private readonly index = new InstanceIndex();
  private lastLook = -Infinity;
  private looking: Promise<void> | undefined;
  private readonly storing = new Turns();
  /** One file after the other is read for the index, so that their number takes no memory. */
  private readonly reading = new Turns();

  constructor(private readonly options: FolderOptions) {}

  /** Looks through the folders again unless that was done a moment ago. */
  async refresh(): Promise<void> {
    if (this.looking) return this.looking;
    if (performance.now() - this.lastLook < freshFor) return;
    this.looking = this.look().finally(() => {
      this.looking = undefined;
      this.lastLook = performance.now();
    });
    return this.looking;
  }

  /** All instances, each SOP Instance UID once. */
  list(): Instance[] {
    return [...this.index.instances()];
  }

  /** The instance with this SOP Instance UID within the given study and series, or `undefined`. */
  find(studyUid: string, seriesUid: string, instanceUid: string): Instance | undefined {
    const instance = this.index.holder(instanceUid);
    return instance?.studyUid === studyUid && instance.seriesUid === seriesUid ? instance : undefined;
  }

  /** Counts of what the last look found. */
  summary(): FolderSummary {
    const instances = this.list();
    const files = this.index.paths().map(file => [file, this.index.get(file)?.content] as const);
    return {
      studies: new Set(instances.map(instance => instance.studyUid)).size,
      instances: instances.length,
      notDicom: files.filter(([, content]) => content === 'not-dicom').length,
      unreadable: files.filter(([, content]) => content === 'unreadable').map(([file]) => file),
      damaged: instances.flatMap(({ path, damage }) => (damage ? [{ path, damage }] : [])),
      repeated: this.index.repeated(),
    };
  }

  /**
   * Opens an instance's file; the caller closes its handle.
   *
   * @throws Problem 404 when the file is gone or holds another instance by now, 503 when too many files are open
   */
  async open(instance: Instance): Promise<OpenInstance> {
    const handle = await open(instance.path, 'r').catch(async error => {
      if (tooManyFiles(error)) throw busy();
      await this.update(instance.path);
      throw lost();
    });
    try {
      const stats = await handle.stat({ bigint: true });
      const stamp = stampOf(stats);
      if (this.index.get(instance.path)?.stamp !== stamp) await this.update(instance.path);
      const known = this.index.get(instance.path);
      if (known && known.stamp !== stamp)
        throw new Problem(503, 'The file of this instance is being changed.');
      const content = known?.content;
      const same =
        typeof content === 'object' &&
        content.instanceUid === instance.instanceUid &&
        content.seriesUid === instance.seriesUid &&
        content.studyUid === instance.studyUid &&
        content.transferSyntax === instance.transferSyntax;
      if (!same) throw lost();
      const checkUnchanged = async () => {
        if (stampOf(await handle.stat({ bigint: true })) !== stamp) throw lost();
      };
      return { handle, size: Number(stats.size), checkUnchanged };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Reads an instance's file.
   *
   * @throws Problem as {@link open} does
   */
  async read(instance: Instance): Promise<Buffer> {
    const { handle, checkUnchanged } = await this.open(instance);
    try {
      const bytes = await handle.readFile();
      await checkUnchanged();
      return bytes;
    } finally {
      await handle.close();
    }
  }

  /**
   * Writes a DICOM file into the folder; when that is done, it is on the disk. An instance that is there already is never
   * overwritten.
   *
   * @param instance identity of the file, its UIDs valid (see {@link isUid})
   * @param bytes the DICOM file
   */
  store(instance: Instance, bytes: Uint8Array): Promise<StoreOutcome> {
    // One after the other, so that two requests with the same instance cannot both find it absent.
    return this.storing.take(() => this.storeNow(instance, bytes));
  }

  /** Reads the identity of a DICOM file that arrives as bytes. */
  identify(bytes: Uint8Array): Promise<Instance | Skipped> {
    return this.reading.take(() => readWhole('', bytes));
  }

  private async storeNow(instance: Instance, bytes: Uint8Array): Promise<StoreOutcome> {
    const { write } = this.options;
    const uid = instance.instanceUid;
    await makeFolder(write);
    for (let copy = 1; copy < 100; copy++) {
      const present = await this.compare(uid, bytes);
      if (present) return present;
      const name = copy === 1 ? `${uid}.dcm` : `${uid}-${copy}.dcm`;
      const target = path.join(write, instance.studyUid, instance.seriesUid, name);
      if (await writeOnce(target, bytes, write)) {
        const stamp = stampOf(await stat(target, { bigint: true }));
        this.index.set(target, { stamp, content: { ...instance, path: target } });
        return 'stored';
      }
      // The name is taken: by this instance, which came from outside just now, or by a file that holds something else.
      await this.update(target);
    }
    throw new Error('Every name for this instance is taken by another file.');
  }

  /** Compares an instance that is to be stored with what is there; `undefined` when nothing is. */
  private async compare(uid: string, bytes: Uint8Array): Promise<'already-there' | 'differs' | undefined> {
    for (let present = this.index.holder(uid); present; present = this.index.holder(uid)) {
      const isSame = await this.holds(present, bytes).catch(error => {
        if (error instanceof Problem && error.status === 404) return undefined;
        throw error;
      });
      if (isSame === undefined) {
        // Gone or changed meanwhile, which reading has noted.
        if (this.index.holder(uid) === present) await this.update(present.path);
        if (this.index.holder(uid) === present) throw new Error('The instance that is there keeps changing.');
        continue;
      }
      if (!isSame) return 'differs';
      // The request that stored it may have been cut off before the disk had everything.
      if (present.path.startsWith(this.options.write + path.sep)) {
        await syncFile(present.path, this.options.write);
      }
      return 'already-there';
    }
    return this.index.isWithdrawn(uid) ? 'differs' : undefined;
  }

  /** Whether an instance's file holds exactly these bytes; it is read in pieces. */
  private async holds(instance: Instance, bytes: Uint8Array): Promise<boolean> {
    const { handle, size, checkUnchanged } = await this.open(instance);
    try {
      if (size !== bytes.length) return false;
      const piece = Buffer.allocUnsafe(Math.min(pieceLength, size));
      for (let at = 0; at < size;) {
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        await checkUnchanged();
        if (bytesRead === 0 || piece.compare(bytes, at, at + bytesRead, 0, bytesRead) !== 0) return false;
        at += bytesRead;
      }
      return true;
    } finally {
      await handle.close();
    }
  }

  private async look(): Promise<void> {
    const { read, write } = this.options;
    if (this.lastLook === -Infinity) await sweepUnfinished(write);
    const seen = new Set<string>();
    const [stored, others]: [string[], string[]] = [[], []];
    for (const root of new Set([write, ...read])) {
      for await (const file of walk(root)) {
        if (seen.has(file)) continue;
        seen.add(file);
        // What was acknowledged stands for its UID before files that came otherwise.
        if (this.isStored(file)) stored.push(file);
        else others.push(file);
      }
    }
    await this.updateAll([...stored, ...others]);
    await this.updateAll(this.index.paths().filter(file => !seen.has(file)));
  }

  /** Most files have not changed, which is found out for several at once; the others are read in their order. */
  private async updateAll(files: string[]): Promise<void> {
    for (let at = 0; at < files.length; at += statsAtOnce) {
      const group = files.slice(at, at + statsAtOnce);
      const stamps = await Promise.all(group.map(stampOfFile));
      for (const [n, file] of group.entries()) {
        const known = this.index.get(file)?.stamp;
        if (known === undefined || known !== stamps[n]) await this.update(file);
      }
    }
  }

  /** Whether a file lies where {@link store} puts instances. */
  private isStored(file: string): boolean {
    const names = path.relative(this.options.write, file).split(path.sep);
    return names.length === 3 && isUid(names[0]) && isUid(names[1]) && /^[0-9.]+(-\d+)?\.dcm$/.test(names[2]);
  }

  /** Brings what is known of one file up to date. */
  private async update(file: string): Promise<void> {
    try {
      for (let reading = 0; reading < mostReadings; reading++) {
        const stamp = stampOf(await stat(file, { bigint: true }));
        if (this.index.get(file)?.stamp === stamp) return;
        const content = await this.reading.take(() => readInstance(file));
        if (stampOf(await stat(file, { bigint: true })) !== stamp) continue;
        const digest = typeof content === 'object' ? await this.compareCopies(content) : undefined;
        this.index.set(file, { stamp, content, digest });
        return;
      }
      this.index.set(file, { stamp: '', content: 'unreadable' }); // It is being written; the next look reads it.
    } catch (error) {
      if (gone.has(codeOf(error))) this.index.delete(file);
      // Too many open files, a network drive that is away: what was known before still holds.
      else if (!this.index.get(file)) this.index.set(file, { stamp: '', content: 'unreadable' });
    }
  }

  /** The digest of a file whose UID others have too, and with it that of the one that stands for the UID. */
  private async compareCopies(instance: Instance): Promise<string | undefined> {
    if (!this.index.isShared(instance)) return undefined;
    const holder = this.index.holder(instance.instanceUid);
    if (holder && holder.path !== instance.path && !this.index.get(holder.path)?.digest) {
      try {
        this.index.setDigest(holder.path, await digestOf(holder.path));
      } catch (error) {
        if (!gone.has(codeOf(error))) throw error;
        this.index.delete(holder.path);
      }
    }
    return digestOf(instance.path);
  }
}

/** Tells one state of a file from any other: which file it is, its length, and when it was changed. */
function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

/** `undefined` for a file that is not there, or that the system does not tell about now. */
async function stampOfFile(file: string): Promise<string | undefined> {
  return stat(file, { bigint: true }).then(stampOf, () => undefined);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Whether the system has no file handle left. */
export function tooManyFiles(error: unknown): boolean {
  return codeOf(error) === 'EMFILE' || codeOf(error) === 'ENFILE';
}

/** The answer while the system has no file handle left. */
export function busy(): Problem {
  return new Problem(503, 'Too many files are open at this moment. Try again shortly.');
}

function lost(): Problem {
  return new Problem(404, 'The file of this instance is gone or has changed. Reload the study list.');
}

/** All files below a folder. Hidden entries and links to folders are left out: links could run in circles. */
async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  // In one order on every machine, since of several files with one UID the first is listed.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(full);
    else if (entry.isFile()) yield full;
    else if (entry.isSymbolicLink() && (await stat(full).catch(() => undefined))?.isFile()) yield full;
  }
}
