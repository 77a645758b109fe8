import type { Instance, Skipped } from './read-instance';

/** What is known of one file. */
export interface IndexedFile {
  /** Tells whether the file has changed since (see `stampOf`); empty where it has to be read again in any case. */
  stamp: string;
  content: Instance | Skipped;
  /** SHA-256 of the file; known only of files that share their SOP Instance UID with others. */
  digest?: string;
}

/** Which file stands for a SOP Instance UID. */
interface Holder {
  /** Absent when the file is gone and those that are left differ from it. */
  path?: string;
  digest?: string;
}

/**
 * The files of the folders by path, and which of them stands for each SOP Instance UID: the first that came. It stands
 * for it as long as it is there. Another file takes its place only if its bytes are the same or were never compared,
 * so that a UID that a viewer has shown does not become another image.
 */
export class InstanceIndex {
  private readonly files = new Map<string, IndexedFile>();
  private readonly claims = new Map<string, Set<string>>();
  private readonly holders = new Map<string, Holder>();

  /** Paths of all files, instances or not. */
  paths(): string[] {
    return [...this.files.keys()];
  }

  /** What is known of a file. */
  get(path: string): IndexedFile | undefined {
    return this.files.get(path);
  }

  /** The instance that stands for a SOP Instance UID. */
  holder(instanceUid: string): Instance | undefined {
    const path = this.holders.get(instanceUid)?.path;
    const content = path === undefined ? undefined : this.files.get(path)?.content;
    return typeof content === 'object' ? content : undefined;
  }

  /** Whether files have this UID of which none may stand for it: the one that did is gone, and they differ from it. */
  isWithdrawn(instanceUid: string): boolean {
    const holder = this.holders.get(instanceUid);
    return holder !== undefined && holder.path === undefined;
  }

  /** Whether other files have, or had, this file's UID. */
  isShared({ instanceUid, path }: Instance): boolean {
    const paths = this.claims.get(instanceUid);
    return paths !== undefined && (paths.size > 1 || !paths.has(path));
  }

  /** All instances, each SOP Instance UID once. */
  *instances(): Generator<Instance> {
    for (const uid of this.holders.keys()) {
      const instance = this.holder(uid);
      if (instance) yield instance;
    }
  }

  /** Files that repeat the SOP Instance UID of another one; they are not listed. */
  repeated(): string[] {
    return [...this.claims].flatMap(([uid, paths]) =>
      [...paths].filter(path => path !== this.holders.get(uid)?.path),
    );
  }

  /** Takes note of a file, new or changed. */
  set(path: string, file: IndexedFile): void {
    const before = this.files.get(path)?.content;
    const uid = typeof file.content === 'object' ? file.content.instanceUid : undefined;
    if (typeof before === 'object' && before.instanceUid !== uid) this.delete(path);
    this.files.set(path, file);
    if (uid === undefined) return;
    const paths = this.claims.get(uid) ?? new Set();
    this.claims.set(uid, paths.add(path));
    const holder = this.holders.get(uid);
    if (!holder || holder.path === path || (holder.path === undefined && holder.digest === file.digest)) {
      this.holders.set(uid, { path, digest: file.digest });
    }
  }

  /** Adds the digests of files that share a UID. */
  setDigest(path: string, digest: string): void {
    const file = this.files.get(path);
    if (!file) return;
    file.digest = digest;
    const holder = typeof file.content === 'object' ? this.holders.get(file.content.instanceUid) : undefined;
    if (holder?.path === path) holder.digest = digest;
  }

  /** Forgets a file that is gone; a copy of it, if there is one, takes its place. */
  delete(path: string): void {
    const content = this.files.get(path)?.content;
    this.files.delete(path);
    if (typeof content !== 'object') return;
    const uid = content.instanceUid;
    const paths = this.claims.get(uid);
    paths?.delete(path);
    const holder = this.holders.get(uid);
    if (!paths || paths.size === 0) {
      this.claims.delete(uid);
      this.holders.delete(uid);
    } else if (holder?.path === path) {
      const { digest } = holder;
      const next = [...paths].find(other => !digest || this.files.get(other)?.digest === digest);
      this.holders.set(uid, { path: next, digest });
    }
  }
}
