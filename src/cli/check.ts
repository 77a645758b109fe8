import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { prepareNodeBackend } from '../backends/node';
import { DicomImageError, readDicomAttributes, readDicomImage, transferSyntaxName } from '../dicom';
import { classifyInput, inputTensor } from '../explain/explain-image';
import { checkApplicability, type ImageAttributes } from '../models/applicability';
import { loadModelPackage, type ModelPackage } from '../models/package';
import { collimatedShare, leastCollimation, prepareImage, type ModalityImage } from '../models/preparation';
import { folderReader } from '../training/files';
import { imageFiles } from './image-files';

const dicomEndings = ['.dcm', '.dicom', ''];

/** Adds `explain check`. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('Say of DICOM files what comes out: pixels, where models apply, likeness to their training')
    .argument('<path>', 'file or folder')
    .option('--model <folder...>', 'model packages to check against', [])
    .action((target: string, { model }: { model: string[] }) => check(target, model));
}

async function check(target: string, folders: readonly string[]): Promise<void> {
  const files = await imageFiles(target, dicomEndings);
  await prepareNodeBackend('wasm');
  const models = await Promise.all(
    folders.map(folder => loadModelPackage(folderReader(folder), { generators: [] })),
  );
  const header = ['file', 'pixels', ...models.map(({ card }) => card.id)];
  writeRow(header);
  writeRow(header.map(() => '---'));
  for (const file of files) {
    writeRow([
      path.relative(target, file) || path.basename(file),
      ...(await describeFile(await readFile(file), models)),
    ]);
  }
  for (const model of models) model.dispose();
}

/** A file's cells: its pixels, then what each model makes of it. */
async function describeFile(bytes: Uint8Array, models: readonly ModelPackage[]): Promise<string[]> {
  const attributes = attempt(() => readDicomAttributes(bytes));
  const read = await readFirstFrame(bytes);
  const pixels = read.image ? pixelText(read.image, attributes) : `${read.error.code}: ${read.error.message}`;
  const cells: string[] = [];
  for (const model of models) cells.push(await describeFor(model, read.image, attributes));
  return [pixels, ...cells];
}

type FirstFrame = { image: ModalityImage; error?: undefined } | { image?: undefined; error: DicomImageError };

async function readFirstFrame(bytes: Uint8Array): Promise<FirstFrame> {
  const read = async (frame?: number): Promise<FirstFrame> => {
    try {
      return { image: (await readDicomImage(bytes, { frame })).image };
    } catch (error) {
      if (error instanceof DicomImageError) return { error };
      throw error;
    }
  };
  const first = await read();
  return first.error?.code === 'multi-frame' ? read(1) : first;
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
    : { refusals: ['Its header cannot be read.'], warnings: [] };
  const verdict =
    refusals.length > 0 ? `refused: ${refusals.join(' ')}` : ['explained', ...warnings].join('; ');
  if (!image) return refusals.length > 0 ? verdict : 'refused: no pixels';
  const prepared = prepareImage(image, model.card.input);
  const x = inputTensor(model, prepared.input);
  const { score, outlier } = await classifyInput(model, x);
  x.dispose();
  const covered = collimatedShare(image, prepared);
  return [
    verdict,
    ...(covered >= leastCollimation ? [`${percent(covered)} collimated`] : []),
    ...(refusals.length === 0 ? [`score ${score.toFixed(3)}`] : []),
    ...(outlier
      ? [
          `distance ${(outlier.distance / outlier.threshold).toFixed(2)}${outlier.distance > outlier.threshold ? ' (unlike its training)' : ''}`,
        ]
      : []),
  ].join('; ');
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function writeRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`);
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
