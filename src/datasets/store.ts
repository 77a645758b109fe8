import { appendFile, open, stat, truncate, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolder } from '../io/make-folder';
import { readTextIfThere } from '../io/read-if-there';
import { DatasetError } from './error';
import type { PreparedFilm } from './film';

/** What the journal says of one prepared film. */
export interface StoredFilm extends Omit<PreparedFilm, 'plane'> {
  file: string;
  /** Size and time of the source file when it was prepared. */
  stamp: string;
  slot: number;
  /** CRC-32 of the plane's bytes; absent of films that were prepared before there were any. */
  checksum?: number;
}

/** The journal of a file of planes. */
export function journalOf(planes: string): string {
  return planes.replace(/u16$/, 'jsonl');
}

/** What the journal says of a plane that was found to be other than it was written. */
export function damagedLine(slot: number): string {
  return `${JSON.stringify({ damaged: slot })}\n`;
}

/** Films between two writes of the journal: what a crash may lose. */
const filmsPerFlush = 32;

/**
 * Prepared films in a file of planes, with a journal of what lies where (one JSON line a film). The journal is written
 * after the planes it names are on the disk, so a killed preparation goes on from its last line. A film whose source
 * changed gets a new place; nothing is overwritten that a running training may read.
 */
export class PreparedStore {
  readonly planes: string;
  private readonly journal: string;
  private films = new Map<string, StoredFilm>();
  private slots = 0;
  private handle?: FileHandle;
  private unflushed: StoredFilm[] = [];

  /**
   * @param base path of both files without their endings
   * @param planeBytes bytes of one plane
   */
  constructor(
    base: string,
    private readonly planeBytes: number,
  ) {
    this.planes = `${base}.u16`;
    this.journal = journalOf(this.planes);
  }

  /** The film prepared of this source, if it is the same as then. */
  find(file: string, stamp: string): StoredFilm | undefined {
    const film = this.films.get(file);
    return film?.stamp === stamp ? film : undefined;
  }

  /** Reads the journal. Lines that a crash has torn, or whose plane is missing or damaged, count for nothing. */
  async load(): Promise<void> {
    this.films = new Map();
    const text = (await readTextIfThere(this.journal)) ?? '';
    const size = await stat(this.planes).then(
      found => found.size,
      () => 0,
    );
    // Planes of which the journal knows nothing, or no longer, are not written over: a running training may read them.
    this.slots = Math.ceil(size / this.planeBytes);
    const lines = text.split('\n').map(parseLine);
    const damaged = new Set(lines.map(line => line?.damaged));
    for (const film of lines) {
      if (!isFilm(film) || damaged.has(film.slot) || (film.slot + 1) * this.planeBytes > size) continue;
      this.films.set(film.file, film);
    }
  }

  /** Makes the store ready for `add`; the caller holds its lock. */
  async openForWriting(): Promise<void> {
    await makeFolder(path.dirname(this.journal));
    await this.load();
    const text = (await readTextIfThere(this.journal)) ?? '';
    if (text !== '' && !text.endsWith('\n')) {
      await truncate(this.journal, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
    }
    this.handle = await open(this.planes, 'a').then(async created => {
      await created.close();
      return open(this.planes, 'r+');
    });
  }

  async add(file: string, stamp: string, { plane, ...about }: PreparedFilm): Promise<void> {
    const film = { file, stamp, slot: this.slots++, checksum: crc32(bytesOf(plane)), ...about };
    await this.orNameRoom(this.writing().write(plane, 0, this.planeBytes, film.slot * this.planeBytes));
    this.unflushed.push(film);
    this.films.set(file, film);
    if (this.unflushed.length >= filmsPerFlush) await this.flush();
  }

  /** Writes what is left and ends the writing. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.handle?.close();
      this.handle = undefined;
    }
  }

  private async flush(): Promise<void> {
    if (this.unflushed.length === 0) return;
    const films = this.unflushed;
    this.unflushed = [];
    await this.orNameRoom(this.writing().datasync());
    await this.orNameRoom(appendFile(this.journal, films.map(film => `${JSON.stringify(film)}\n`).join('')));
  }

  private writing(): FileHandle {
    if (!this.handle) throw new Error('The store is not open for writing.');
    return this.handle;
  }

  private async orNameRoom<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code ?? '')) {
        throw new DatasetError(`${this.planes} cannot be written: ${message}`);
      }
      throw new DatasetError(
        `There is no room for prepared images in ${path.dirname(this.planes)}: an image takes ` +
          `${Math.ceil(this.planeBytes / 1024)} KiB. Free some space or name another --cache, and give the same command again.`,
      );
    }
  }
}

/** A film, or the place of a damaged plane; undefined where it is no whole line. */
function parseLine(line: string): (Partial<StoredFilm> & { damaged?: number }) | undefined {
  try {
    return Object(JSON.parse(line)) as Partial<StoredFilm> & { damaged?: number };
  } catch {
    return undefined;
  }
}

function isFilm(line: Partial<StoredFilm> | undefined): line is StoredFilm {
  return Number.isInteger(line?.slot);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
