import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readInstance, readWhole, type Instance, type Skipped } from './read-instance';

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

interface KnownFile {
  size: number;
  modified: number;
  content: Instance | Skipped;
}

/** Searches that follow each other more closely than this use the same look through the folders. */
const freshFor = 1000;
/** What a UID may look like (PS3.5 section 9.1), which is also safe as a file name. */
const uidPattern = /^[0-9]+(\.[0-9]+)*$/;

/** Whether a text is a valid UID, and with it a safe file name. */
export function isUid(text: string): boolean {
  return text.length <= 64 && uidPattern.test(text);
}

/** An index over folders of DICOM files that notices new, changed and removed files. */
export class DicomFolder {
  private readonly known = new Map<string, KnownFile>();
  private byUid = new Map<string, Instance>();
  private repeated: string[] = [];
  private lastLook = -Infinity;
  private looking: Promise<void> | undefined;
  private storing: Promise<unknown> = Promise.resolve();

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
    return [...this.byUid.values()];
  }

  /** The instance with this SOP Instance UID within the given study and series, or `undefined`. */
  find(studyUid: string, seriesUid: string, instanceUid: string): Instance | undefined {
    const instance = this.byUid.get(instanceUid);
    return instance?.studyUid === studyUid && instance.seriesUid === seriesUid ? instance : undefined;
  }

  /** Counts of what the last look found. */
  summary(): FolderSummary {
    const instances = this.list();
    const files = [...this.known];
    return {
      studies: new Set(instances.map(instance => instance.studyUid)).size,
      instances: instances.length,
      notDicom: files.filter(([, file]) => file.content === 'not-dicom').length,
      unreadable: files.filter(([, file]) => file.content === 'unreadable').map(([name]) => name),
      damaged: instances.flatMap(({ path, damage }) => (damage ? [{ path, damage }] : [])),
      repeated: this.repeated,
    };
  }

  /**
   * Writes a DICOM file into the folder. An instance that is there already is never overwritten.
   *
   * @param instance identity of the file, its UIDs valid (see {@link isUid})
   * @param bytes the DICOM file
   */
  store(instance: Instance, bytes: Uint8Array): Promise<StoreOutcome> {
    // One after the other, so that two requests with the same instance cannot both find it absent.
    const outcome = this.storing.then(() => this.storeNow(instance, bytes));
    this.storing = outcome.catch(() => undefined);
    return outcome;
  }

  private async storeNow(instance: Instance, bytes: Uint8Array): Promise<StoreOutcome> {
    const present = this.byUid.get(instance.instanceUid);
    if (present) {
      const same = Buffer.compare(await readFile(present.path), bytes) === 0;
      return same ? 'already-there' : 'differs';
    }
    const folder = path.join(this.options.write, instance.studyUid, instance.seriesUid);
    const target = path.join(folder, `${instance.instanceUid}.dcm`);
    const temporary = path.join(folder, `.${randomUUID()}.part`);
    await mkdir(folder, { recursive: true });
    try {
      await writeFile(temporary, bytes, { flag: 'wx' });
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await this.update(target);
    this.index();
    return 'stored';
  }

  private async look(): Promise<void> {
    const seen = new Set<string>();
    for (const root of new Set([...this.options.read, this.options.write])) {
      for await (const file of walk(root)) {
        if (seen.has(file)) continue;
        seen.add(file);
        await this.update(file);
      }
    }
    for (const file of this.known.keys()) if (!seen.has(file)) this.known.delete(file);
    this.index();
  }

  private async update(file: string): Promise<void> {
    try {
      const { size, mtimeMs: modified } = await stat(file);
      const before = this.known.get(file);
      if (before?.size === size && before.modified === modified) return;
      this.known.set(file, { size, modified, content: await readInstance(file) });
    } catch {
      // Gone meanwhile, or not ours to read.
      this.known.set(file, { size: -1, modified: -1, content: 'unreadable' });
    }
  }

  private index(): void {
    this.byUid = new Map();
    this.repeated = [];
    for (const [file, { content }] of [...this.known].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (typeof content === 'string') continue;
      if (this.byUid.has(content.instanceUid)) this.repeated.push(file);
      else this.byUid.set(content.instanceUid, content);
    }
  }
}

/** Reads the identity of a DICOM file that arrives as bytes. */
export function identify(bytes: Uint8Array): Promise<Instance | Skipped> {
  return readWhole('', bytes);
}

/** All files below a folder. Hidden entries and links to folders are left out: links could run in circles. */
async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(full);
    else if (entry.isFile()) yield full;
    else if (entry.isSymbolicLink() && (await stat(full).catch(() => undefined))?.isFile()) yield full;
  }
}
