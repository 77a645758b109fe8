import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { InputSpec } from '../models/card';
import { sha256Hex } from '../models/hash';
import type { InputGeometry } from '../models/input-geometry';
import { inputGeometry } from '../models/preparation';
import { BadFiles, type BadLimit } from './bad-files';
import { withLock } from '../io/lock';
import { splitManifestHash } from './manifest';
import { prepareFilms } from './preparation-team';
import { PreparedStore, type StoredFilm } from './store';
import { boxFractions } from './table';
import type { Box, Exam, Listing, PreparedDataset, SplitExam } from './types';

/** Bumped when the preparation changes, so that old caches are not used; of each fit, where the other stays as it is. */
const preparationVersions: Readonly<Record<InputSpec['fit'], number>> = { stretch: 7, letterbox: 8 };

export interface PreparationOptions {
  cacheFolder: string;
  /** Threads that decode. */
  workers: number;
  maxBad: BadLimit;
  onProgress?(done: number, total: number): void;
  onNotice?(text: string): void;
}

/**
 * Decodes and prepares all images once into a file under the cache folder; what is there already is not done again, so a
 * preparation that was killed goes on. Images whose file changed (size or time) are prepared anew. The images never are
 * in memory together.
 *
 * @throws DatasetError naming the files when more cannot be used than allowed, or when there is no room
 */
export async function prepareDataset(
  folder: string,
  { exams, table }: Pick<Listing<SplitExam>, 'exams' | 'table'>,
  input: InputSpec,
  options: PreparationOptions,
): Promise<PreparedDataset> {
  const bad = new BadFiles(options.maxBad, exams.length, options.onNotice ?? ignore);
  const store = new PreparedStore(storePath(folder, input, options.cacheFolder), 2 * input.size * input.size);
  const stamps = await stampFiles(folder, exams);
  const there = exams.filter((exam, index) => {
    if (stamps[index] !== undefined) return true;
    bad.add(exam.file, `${path.join(folder, exam.file)} is listed in ${table} but cannot be read`);
    return false;
  });
  const stampOf = new Map(exams.map((exam, index) => [exam.file, stamps[index] ?? '']));
  const isMissing = ({ file }: SplitExam): boolean => !store.find(file, stampOf.get(file) as string);
  await store.load();
  if (there.some(isMissing)) await fill(store, folder, there, isMissing, stampOf, input, options, bad);

  const kept = there.flatMap(exam => {
    const film = store.find(exam.file, stampOf.get(exam.file) as string);
    if (!film) return []; // bad, and counted
    const { rows, columns, crop, pixelAspect } = film;
    const geometry = inputGeometry(rows, columns, input.size, input.fit, crop, pixelAspect);
    const finished = finishExam(exam, film, geometry);
    if (!finished) {
      bad.add(exam.file, `a box does not lie in its ${film.columns} × ${film.rows} pixels`);
      return [];
    }
    return [{ exam: finished, film, geometry }];
  });
  const unchecked = kept.filter(({ film }) => film.checksum === undefined).length;
  if (unchecked > 0)
    options.onNotice?.(
      `${unchecked} of ${kept.length} images were prepared by an earlier version, without checksums, and are read unchecked. To have them prepared anew, remove ${store.planes}.`,
    );
  const keptExams = kept.map(({ exam }) => exam);
  return {
    exams: keptExams,
    size: input.size,
    planes: {
      kind: 'file',
      file: path.resolve(store.planes),
      slots: kept.map(({ film }) => film.slot),
      checksums: kept.map(({ film }) => film.checksum),
    },
    geometries: kept.map(({ geometry }) => geometry),
    validRuns: kept.map(({ film }) => film.validRuns),
    splitHash: splitManifestHash(keptExams),
    bad: bad.list,
  };
}

/** Prepares what is missing, one process at a time. */
async function fill(
  store: PreparedStore,
  folder: string,
  exams: readonly SplitExam[],
  isMissing: (exam: SplitExam) => boolean,
  stampOf: ReadonlyMap<string, string>,
  input: InputSpec,
  { workers, onProgress = ignore, onNotice = ignore }: PreparationOptions,
  bad: BadFiles,
): Promise<void> {
  const onWait = (): void => onNotice('Another process is preparing these images: waiting for it.');
  await withLock(`${store.planes}.lock`, onWait, async () => {
    await store.openForWriting();
    try {
      const missing = exams.filter(isMissing);
      let done = exams.length - missing.length;
      const files = missing.map(exam => path.join(folder, exam.file));
      await prepareFilms(files, input, workers, async (index, outcome) => {
        const { file } = missing[index];
        if ('film' in outcome) await store.add(file, stampOf.get(file) as string, outcome.film);
        else bad.add(file, outcome.reason);
        onProgress(++done, exams.length);
      });
    } finally {
      await store.close();
    }
  });
}

function storePath(folder: string, input: InputSpec, cacheFolder: string): string {
  const text = JSON.stringify([preparationVersions[input.fit], path.resolve(folder), input]);
  return path.join(cacheFolder, `prepared-${sha256Hex(new TextEncoder().encode(text)).slice(0, 16)}`);
}

/** Size and time of each file, by which a change is noticed; undefined for a file that is not there. */
async function stampFiles(folder: string, exams: readonly SplitExam[]): Promise<(string | undefined)[]> {
  const stamps: (string | undefined)[] = [];
  const atOnce = 64;
  for (let start = 0; start < exams.length; start += atOnce) {
    const some = exams.slice(start, start + atOnce).map(async ({ file }) => {
      const found = await stat(path.join(folder, file)).catch(() => undefined);
      return found?.isFile() ? `${found.size}-${found.mtimeMs}` : undefined;
    });
    stamps.push(...(await Promise.all(some)));
  }
  return stamps;
}

/** Adds what only the file tells, and brings the boxes into the network's input; undefined when a box lies outside its film. */
function finishExam(listed: SplitExam, film: StoredFilm, geometry: InputGeometry): Exam | undefined {
  const { image, patient, split, label, findings, quality, view, sex, ageYears, collection, sampling } =
    listed;
  const boxes = listed.boxes.map(box =>
    listed.boxUnit === 'pixel' ? boxFractions(box, film.columns, film.rows) : box,
  );
  if (boxes.some(box => box === undefined)) return undefined;
  return {
    image,
    patient,
    split,
    label,
    ...(findings && { findings }),
    quality,
    view: view || film.view,
    sex,
    ageYears,
    collection,
    sampling,
    boxes: (boxes as Box[]).flatMap(box => {
      const placed = inputBox(box, geometry);
      return placed ? [{ ...box, ...placed }] : [];
    }),
  };
}

/** Narrowest box, in shares of the input's side: of one that lay outside the exposed field no more than a sliver is left. */
const narrowestBox = 0.005;

/** Box in fractions of the square input, as far as it lies in the film's exposed field; undefined where it doesn't. */
function inputBox(box: Box, geometry: InputGeometry): Box | undefined {
  const { rows, columns, crop, size, scaleX, scaleY, offsetX, offsetY } = geometry;
  const left = Math.max(box.x * columns, crop.x);
  const right = Math.min((box.x + box.width) * columns, crop.x + crop.width);
  const top = Math.max(box.y * rows, crop.y);
  const bottom = Math.min((box.y + box.height) * rows, crop.y + crop.height);
  const width = ((right - left) * scaleX) / size;
  const height = ((bottom - top) * scaleY) / size;
  if (width < narrowestBox || height < narrowestBox) return undefined;
  return { x: (left * scaleX + offsetX) / size, y: (top * scaleY + offsetY) / size, width, height };
}

function ignore(): void {}
