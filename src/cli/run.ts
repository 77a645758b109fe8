import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type * as z from 'zod';
import { version } from '../../package.json';
import { prepareNodeBackend, type NodeBackendName } from '../backends/node';
import { DicomImageError, readDicomAttributes, type Voi } from '../dicom';
import {
  frameMilliseconds,
  labelColours,
  resultObjects,
  sourceAttributes,
  wayFrames,
} from '../dicom/results';
import { textOf } from '../dicom/attribute-values';
import {
  explainFilm,
  gradeCounterfactual,
  mapOnFilm,
  wayEnds,
  wayOnFilm,
  type ExplainedFilm,
  type FilmMap,
  type Way,
} from '../explain';
import { gifOf } from '../explain/gif';
import { resultFile } from '../explain/result-file';
import { checkApplicability } from '../models/applicability';
import type { ModelCard } from '../models/card';
import { otherLabelsChanged } from '../models/decision';
import type { ModelPackage } from '../models/package';
import type { ModalityImage } from '../models/preparation';
import { scoreText, verdictText } from '../models/verdict';
import { encodeNpy } from '../io/npy';
import { addDicomResults, requireDicom } from './dicom-results';
import { flipText } from './flip-text';
import { imageFiles, withoutPicturesOfDicom } from './image-files';
import { openModel } from './open-model';
import { withBackend } from './backend-option';
import { makeWritable } from '../io/out-folder';
import { AveragingTeam } from './averaging/team';
import { Progress } from './progress';
import { ResultSet } from './result-set';
import { addOptions } from './options';
import { runOptions } from './run-options';
import { overlayPng, panelsPng } from './run-pictures';
import { warnLine } from './terminal';
import { imageEndings, readImageFile, type ReadImage } from '../image/read-file';

/** As the command line gives them: without a method, the card's is used. */
type GivenOptions = z.infer<typeof runOptions>;
type RunOptions = GivenOptions & { method: string };

/** Adds `explain run`. */
export function registerRun(program: Command): void {
  const command = program
    .command('run')
    .description('Explain one image (DICOM, PNG or JPEG), or every image of a folder')
    .argument('<path>', 'file or folder');
  addOptions(command, runOptions).action((target: string, options: GivenOptions) => run(target, options));
}

async function run(target: string, given: GivenOptions): Promise<void> {
  if (given.workers > 1 && given.dicom) {
    throw new RangeError(
      '--dicom takes --workers 1: several threads add in another order, and the same explanation must be the same object.',
    );
  }
  const { films: files, pictures } = await withoutPicturesOfDicom(
    await imageFiles(target, imageEndings, given.out),
  );
  if (pictures.length > 0) warnLine(leftOutText(target, pictures));
  const { backend, workers } = await withBackend(given);
  await prepareNodeBackend(backend, { keepFilters: true });
  const { model, method } = await openModel(given);
  try {
    // Last: a run that was refused leaves no empty folder.
    await makeWritable('--out', given.out);
    await explainFiles(model, target, files, { ...given, method }, { backend, workers });
  } finally {
    model.dispose();
  }
}

/** Explains one file after the other; one that cannot be explained is told, and sets the exit code. */
async function explainFiles(
  model: ModelPackage,
  target: string,
  files: readonly string[],
  options: RunOptions,
  { backend, workers }: { backend: NodeBackendName; workers: number },
): Promise<void> {
  const team = await averagingTeam(model, options, backend, workers);
  const progress = new Progress('explaining', files.length);
  let failures = 0;
  try {
    for (const [index, file] of files.entries()) {
      const name = path.basename(file);
      try {
        const line = await explainFile(model, file, resultStem(target, file, options.out), options, team);
        progress.line(`${name}: ${line}`);
      } catch (error) {
        failures++;
        progress.line(`${name}: not explained. ${(error as Error).message}`);
      }
      progress.update(index + 1);
    }
  } finally {
    progress.stop();
    await team?.stop();
  }
  if (files.length > 1) progress.line(summary(files.length, failures, options.out));
  if (failures > 0) process.exitCode = 1;
}

function leftOutText(target: string, pictures: readonly string[]): string {
  const which = pictures.length === 1 ? 'picture is' : 'pictures are';
  return `${pictures.length} ${which} left out (${path.relative(target, pictures[0])}${pictures.length > 1 ? ', …' : ''}): beside DICOM files a picture is taken for a mask or a rendering. To have one explained, name it.`;
}

/** Threads that share the transforms of averaged maps; absent where one thread does all. */
async function averagingTeam(
  loaded: ModelPackage,
  { model, augment }: RunOptions,
  backend: NodeBackendName,
  workers: number,
): Promise<AveragingTeam | undefined> {
  if (augment === 0 || workers === 1) return undefined;
  const source = { model, generators: Object.keys(loaded.generators), label: loaded.whole?.label };
  return AveragingTeam.start(loaded, source, backend, workers);
}

function summary(files: number, failures: number, out: string): string {
  const rest = failures > 0 ? `; ${failures} not, for the reasons above` : '';
  return `${files - failures} of ${files} images explained, results in ${out}${rest}.`;
}

/** Explains one file and writes its results. @returns one line for the terminal */
async function explainFile(
  model: ModelPackage,
  file: string,
  stem: string,
  options: RunOptions,
  team: AveragingTeam | undefined,
): Promise<string> {
  if (options.dicom) requireDicom(await readFile(file));
  const { image, attributes, vois } = await readApplicable(model.card, file, options.frame);
  const { method: methodId, generator, augment, seed } = options;
  const average =
    team &&
    ((input: Float32Array) =>
      team.average({ methodId, method: { generator, seed }, augment: { count: augment, seed } }, input));
  const settings = { methodId, generator, augment, seed, average };
  const explained = await explainFilm({ image, attributes }, model, settings);
  const onFilm = mapOnFilm(image, explained);
  const results = new ResultSet(stem);
  const created = new Date();
  await addMaps(results, { image, voi: vois[0] }, explained, onFilm, { ...options, created });
  const source = await sourceOf(file);
  const way = needsWay(options) ? await wayOf(model, explained, onFilm.film) : undefined;
  if (options.graded && way) {
    const { model: of, settings } = explained;
    const about = { film: onFilm.film, figures: explained, cautions: explained.cautions };
    const frames = wayFrames({ model: of, settings, created }, about, way);
    results.add('graded.gif', gifOf(frames, Object.values(labelColours), frameMilliseconds));
  }
  if (options.dicom && source) {
    const { dicom: kinds, percentiles, segEncoding: encoding, colours, frame } = options;
    const selection = { kinds, percentiles, encoding, colours };
    addDicomResults(results, { source, frame, explained, onFilm, selection, way });
  }
  const sopInstanceUid = textOf(source?.SOPInstanceUID);
  const made = { software: version, created, sopInstanceUid, frame: options.frame };
  const shown = options.graded ? { graded: way?.curve } : {};
  const others = await results.publish(resultFile(explained, made, shown));
  const ofAnother =
    others.length > 0 ? [`${others.join(', ')}: of another explanation, not of this one.`] : [];
  const cautions = [...explained.cautions, ...ofAnother].map(caution => `Caution: ${caution}`);
  return [resultLine(explained), ...cautions].join(' ');
}

/** Whether something is asked for that shows the way to x_a. */
function needsWay({ graded, dicom = [] }: RunOptions): boolean {
  return graded || resultObjects.some(object => 'needsWay' in object && dicom.includes(object.id));
}

/** @throws RangeError where the method makes no x_a */
async function wayOf(model: ModelPackage, explained: ExplainedFilm, film: ModalityImage): Promise<Way> {
  const ends = wayEnds(explained, explained.prepared);
  const curve = await gradeCounterfactual(model, { ...ends, input: ends.prepared.input });
  return wayOnFilm(film, ends, curve);
}

/** Reads an image; one that can't be read is told, too, where the model would not apply to it anyway. */
async function readApplicable(card: ModelCard, file: string, frame: number | undefined): Promise<ReadImage> {
  try {
    return await readImageFile(file, frame);
  } catch (error) {
    if (!(error instanceof DicomImageError)) throw error;
    const attributes = await readFile(file)
      .then(readDicomAttributes)
      .catch(() => undefined);
    const { refusals } = attributes ? checkApplicability(card, attributes) : { refusals: [] };
    throw new Error([error.message, ...refusals].join(' '), { cause: error });
  }
}

/** Attributes of an image file; absent for a picture, which has none. */
async function sourceOf(file: string): Promise<ReturnType<typeof sourceAttributes> | undefined> {
  try {
    return sourceAttributes(await readFile(file));
  } catch (error) {
    if (error instanceof DicomImageError && error.code === 'not-dicom') return undefined;
    throw error;
  }
}

function resultLine(explained: ExplainedFilm): string {
  const { model, decision, decisionAdversarial, hold, similarIsOriginal, flip } = explained;
  const held = similarIsOriginal
    ? ', x_s is the film itself (that it keeps the decision says nothing)'
    : hold === undefined
      ? ''
      : `, x_s ${hold ? 'keeps' : 'does not keep'} the decision`;
  const flipped = flipText({
    flip,
    // Which class x_a shows instead, where there is a choice.
    instead: decisionAdversarial?.kind === 'classes' ? model.classes[decisionAdversarial.decided] : undefined,
    others: changedLabels(explained),
  });
  return `${verdictText(model.classes, decision)}, ${scoreText(decision)}${held}${flipped}.`;
}

/** Names of other labels than the explained one that x_a changes; undefined where there are none. */
function changedLabels({ model, decision, decisionAdversarial }: ExplainedFilm): string[] | undefined {
  if (decision.kind !== 'labels' || decisionAdversarial?.kind !== 'labels') return undefined;
  return otherLabelsChanged(decision, decisionAdversarial)?.map(k => model.classes[k]);
}

/** Maps as numbers, and pictures that say what they are. */
async function addMaps(
  results: ResultSet,
  { image, voi }: { image: ModalityImage; voi?: Voi },
  explained: ExplainedFilm,
  onFilm: FilmMap,
  { panels, colours, created }: Pick<RunOptions, 'panels' | 'colours'> & { created: Date },
): Promise<void> {
  const { map, mapSize, signed } = explained;
  const size = [mapSize.rows, mapSize.columns];
  results.add('map-model.npy', encodeNpy(map, size));
  if (signed) results.add('signed-model.npy', encodeNpy(signed, size));
  results.add('map.npy', encodeNpy(onFilm.map, [image.rows, image.columns]));
  results.add('overlay.png', await overlayPng({ image, voi, explained, onFilm, created, colours }));
  if (panels) results.add('panels.png', await panelsPng({ explained, created, colours }));
}

/** Result files keep the image's place inside the folder and its name. */
function resultStem(target: string, file: string, out: string): string {
  return path.join(out, target === file ? path.basename(file) : path.relative(target, file));
}
