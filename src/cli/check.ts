import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { prepareNodeBackend } from '../backends/node';
import { DicomImageError, readDicomAttributes, readDicomImage, transferSyntaxName } from '../dicom';
import { classifyInput, inputTensor } from '../explain/film-session';
import { option, text } from '../io/options';
import { checkApplicability, refusalOfUnknownKind, type ImageAttributes } from '../models/applicability';
import { isOutlier, timesThreshold } from '../models/distribution';
import { loadModelPackage, type ModelPackage } from '../models/package';
import {
  collimatedShare,
  leastCollimation,
  prepareImage,
  shutterNote,
  type ModalityImage,
  type PreparedImage,
} from '../models/preparation';
import { folderReader } from '../io/folder-reader';
import { imageFiles } from './image-files';
import { requirePackage } from './open-model';
import { addOptions } from './options';
import { printLine, warnLine } from './terminal';

const dicomEndings = ['.dcm', '.dicom', ''];

/** Options of `explain check`. */
const checkOptions = z.object({
  model: option(z.array(text()).default([]), {
    value: '<folder...>',
    help: 'model packages to check against',
  }),
});

/** Adds `explain check`. */
export function registerCheck(program: Command): void {
  const command = program
    .command('check')
    .description(
      'Say of DICOM files what comes out: their pixels and, with --model, whether models apply and how like the films are to their training',
    )
    .argument('<path>', 'file or folder');
  addOptions(command, checkOptions).action((target: string, { model }: z.infer<typeof checkOptions>) =>
    check(target, model),
  );
}

async function check(target: string, folders: readonly string[]): Promise<void> {
  const files = await imageFiles(target, dicomEndings);
  for (const folder of folders) await requirePackage(folder);
  await prepareNodeBackend('wasm');
  const models = await Promise.all(
    folders.map(folder => loadModelPackage(folderReader(folder), { generators: [] })),
  );
  const header = ['file', 'pixels', ...models.map(({ card }) => card.id)];
  writeRow(header);
  writeRow(header.map(() => '---'));
  let isAnyDicom = false;
  for (const file of files) {
    const name = path.relative(target, file) || path.basename(file);
    const { cells, isDicom } = await describeFile(file, models);
    isAnyDicom ||= isDicom;
    writeRow([name, ...cells]);
  }
  if (models.some(({ card }) => card.outOfDistribution)) warnLine(legend);
  for (const model of models) model.dispose();
  if (!isAnyDicom)
    throw new Error(
      `${target}: ${files.length === 1 ? 'it is no DICOM file' : 'none of the files is DICOM'}.`,
    );
}

const legend =
  'distance: of an image from those that the model was trained on. 1 is what 95 % of its validation images keep to; what lies further off is unlike them.';

/** A file's cells: its pixels, then what each model makes of it. Whatever goes wrong with a file stands in its row. */
async function describeFile(
  file: string,
  models: readonly ModelPackage[],
): Promise<{ cells: string[]; isDicom: boolean }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const cells = [`cannot be read: ${messageOf(error)}`, ...models.map(() => 'refused: no pixels')];
    return { cells, isDicom: false };
  }
  const attributes = attempt(() => readDicomAttributes(bytes));
  let image: ModalityImage | undefined;
  let pixels: string;
  try {
    image = await readFirstFrame(bytes);
    pixels = pixelText(image, attributes);
  } catch (error) {
    pixels = error instanceof DicomImageError ? `${error.code}: ${error.message}` : messageOf(error);
  }
  const cells: string[] = [];
  for (const model of models) cells.push(await describeFor(model, image, attributes));
  return { cells: [pixels, ...cells], isDicom: attributes !== undefined };
}

async function readFirstFrame(bytes: Uint8Array): Promise<ModalityImage> {
  try {
    return (await readDicomImage(bytes)).image;
  } catch (error) {
    if (!(error instanceof DicomImageError) || error.code !== 'multi-frame') throw error;
    return (await readDicomImage(bytes, { frame: 1 })).image;
  }
}

function pixelText({ values, rows, columns, valid }: ModalityImage, attributes?: ImageAttributes): string {
  let [low, high] = [Infinity, -Infinity];
  values.forEach((value, i) => {
    if (valid && !valid[i]) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  });
  const syntax = transferSyntaxName(attributes?.transferSyntaxUid ?? '');
  const frames = attributes?.numberOfFrames ?? 1;
  const padded = valid ? valid.reduce((sum, value) => sum + 1 - value, 0) / valid.length : 0;
  return [
    `${columns} × ${rows} ${attributes?.photometric ?? ''}, ${syntax}`,
    ...(frames > 1 ? [`frame 1 of ${frames}`] : []),
    `values ${short(low)} to ${short(high)}`,
    ...(padded > 0 ? [`${percent(padded)} padding`] : []),
  ].join(', ');
}

async function describeFor(
  model: ModelPackage,
  image: ModalityImage | undefined,
  attributes: ImageAttributes | undefined,
): Promise<string> {
  const { refusals, warnings } = attributes
    ? checkApplicability(model.card, attributes)
    : { refusals: ['the file cannot be read.'], warnings: [] };
  const verdict =
    refusals.length > 0 ? `refused: ${refusals.join(' ')}` : ['explained', ...warnings].join('; ');
  if (!image) return refusals.length > 0 ? verdict : 'refused: no pixels';
  let judged: Judged;
  try {
    judged = await judge(model, image);
  } catch (error) {
    return `refused: ${[...refusals, messageOf(error)].join(' ')}`;
  }
  const { prepared, decision, outlier } = judged;
  const unknownKind = attributes && refusalOfUnknownKind(model.card, attributes, outlier);
  if (unknownKind !== undefined && refusals.length === 0) return `refused: ${unknownKind}`;
  const covered = collimatedShare(image, prepared);
  return [
    verdict,
    ...(covered >= leastCollimation ? [`${percent(covered)} collimated`] : []),
    ...[shutterNote(prepared) ?? []].flat(),
    ...(refusals.length === 0 ? [`score ${decision.score.toFixed(3)}`] : []),
    ...(outlier
      ? [`distance ${timesThreshold(outlier)}${isOutlier(outlier) ? ' (unlike its training)' : ''}`]
      : []),
  ].join('; ');
}

type Judged = Awaited<ReturnType<typeof classifyInput>> & { prepared: PreparedImage };

/** @throws PreparationError for a film that cannot be brought to the network's input, and what the networks throw */
async function judge(model: ModelPackage, image: ModalityImage): Promise<Judged> {
  const prepared = prepareImage(image, model.card.input);
  const x = inputTensor(model, prepared.input);
  try {
    return { prepared, ...(await classifyInput(model, x)) };
  } finally {
    x.dispose();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function writeRow(cells: readonly string[]): void {
  printLine(`| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`);
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
