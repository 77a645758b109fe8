import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { resultKinds } from '../dicom/results';
import type { ResultFile } from '../explain/result-schema';
import { readTextIfThere } from '../io/read-if-there';
import { writeAtomically } from '../io/write-file';
import { sha256Hex } from '../models/hash';

/** What `explain run` may write beside the result file of an image, after the image's name. */
const endings = [
  'map-model.npy',
  'signed-model.npy',
  'map.npy',
  'overlay.png',
  'panels.png',
  'graded.gif',
  ...resultKinds.map(kind => `${kind}.dcm`),
] as const;
export type ResultEnding = (typeof endings)[number];

/**
 * The files of one explanation, published together: the result file is written last and names the SHA-256 of each of the
 * others, so that whoever reads them can tell files of two explanations apart, also after a run that was killed. Files that
 * the result file of an earlier explanation names and that are still as it left them go; others are not touched.
 */
export class ResultSet {
  private readonly files = new Map<ResultEnding, Uint8Array>();

  /** @param stem folder and name of the image; the files are `<stem>.<ending>` and `<stem>.json` */
  constructor(private readonly stem: string) {}

  add(ending: ResultEnding, bytes: Uint8Array): void {
    this.files.set(ending, bytes);
  }

  /**
   * Writes all files, the result file last.
   *
   * @returns names of files beside them that look like results of this image and are of another explanation
   * @throws Error that names the file which can't be written
   */
  async publish(result: ResultFile): Promise<string[]> {
    const earlier = await namedFiles(`${this.stem}.json`);
    const files: Record<string, string> = {};
    for (const [ending, bytes] of this.files) {
      await writeAtomically(`${this.stem}.${ending}`, bytes);
      files[ending] = sha256Hex(bytes);
    }
    await this.removeUnchanged(earlier);
    await writeAtomically(`${this.stem}.json`, `${JSON.stringify({ ...result, files }, null, 2)}\n`);
    return this.others();
  }

  private async removeUnchanged(earlier: Readonly<Record<string, unknown>>): Promise<void> {
    for (const ending of endings) {
      if (this.files.has(ending) || earlier[ending] === undefined) continue;
      const file = `${this.stem}.${ending}`;
      const found = await readFile(file).catch(() => undefined);
      if (found && sha256Hex(found) === earlier[ending]) await rm(file);
    }
  }

  private async others(): Promise<string[]> {
    const present = new Set(await readdir(path.dirname(this.stem)));
    const name = path.basename(this.stem);
    return endings
      .filter(ending => !this.files.has(ending) && present.has(`${name}.${ending}`))
      .map(ending => `${name}.${ending}`);
  }
}

/** SHA-256 by ending, as the result file of an earlier run states them; none where there is no such file. */
async function namedFiles(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = (await readTextIfThere(file)) ?? '{}';
  try {
    return (JSON.parse(text) as Partial<ResultFile> | null)?.files ?? {};
  } catch {
    return {};
  }
}
