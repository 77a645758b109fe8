import path from 'node:path';
import type { Command } from 'commander';
import sharp from 'sharp';
import * as z from 'zod';
import { encodeFrame } from '../dicom/codecs';
import type { PixelFormat } from '../dicom/pixel-format';
import { uidFrom } from '../dicom/uid';
import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../dicom/write';
import { count, decimalOf, flag, option, share, text, wholeNumber } from '../io/options';
import { makeEmpty } from '../io/out-folder';
import { writeAtomically } from '../io/write-file';
import { findingNames, makeFindingsPhantom, makePhantom } from '../phantom';
import type { Phantom } from '../phantom';
import { PHANTOM_BITS_STORED, phantomDataset, phantomPixels } from '../phantom/dicom';
import { seededRandom, shuffled } from '../models/random';
import { addOptions } from './options';

const COMPRESSIONS = {
  none: EXPLICIT_LITTLE_ENDIAN,
  rle: '1.2.840.10008.1.2.5',
  'jpeg-ls': '1.2.840.10008.1.2.4.80',
  'jpeg-2000': '1.2.840.10008.1.2.4.90',
} as const;

type Compression = keyof typeof COMPRESSIONS;
type Photometric = 'MONOCHROME1' | 'MONOCHROME2';
type Modality = 'CR' | 'DX';

/** What `explain synth` is asked for. */
export interface SynthOptions {
  out: string;
  count: number;
  /** Number of the first; name, date and what is drawn follow from the number. Default 1. */
  first?: number;
  seed: string;
  size: { rows: number; columns: number };
  /** Share of phantoms with opacities, 0..1; `findings`: several findings at once, each by lot. */
  positives: number | 'findings';
  photometric: Photometric | 'both';
  modality: Modality | 'both';
  compression: Compression;
}

/** Reads `1024` or `1024x800`. */
const imageSize = z
  .string()
  .transform(written => written.split('x').map(decimalOf))
  .refine(
    sides => sides.length <= 2 && sides.every(side => Number.isInteger(side) && side >= 64 && side <= 4096),
    'Give one side or ROWSxCOLUMNS, 64 to 4096 pixels.',
  )
  .transform(([rows, columns = rows]): SynthOptions['size'] => ({ rows, columns }));

/** One of a few names, which the help tells in its own words. */
function oneOf<T extends string>(...allowed: T[]) {
  const message = `Give one of ${allowed.join(', ')}.`;
  return z.string().refine((name): name is T => allowed.includes(name as T), message);
}

/** Options of `explain synth`. */
const synthOptions = z.object({
  out: option(text(), { value: '<folder>', help: 'folder to write to, empty or not there yet' }),
  count: option(wholeNumber(1, 99999).default(10), { value: '<n>', help: 'number of phantoms' }),
  first: option(count().default(1), {
    value: '<n>',
    help: 'number of the first one: names, dates and what is drawn follow from it',
  }),
  seed: option(text().default('1'), { value: '<seed>', help: 'the same seed makes the same files' }),
  size: option(imageSize.optional(), { value: '<pixels>', help: 'side, or ROWSxCOLUMNS (default: 1024)' }),
  positives: option(share().optional(), {
    value: '<fraction>',
    help: 'share of phantoms with opacities, 0 to 1 (default: 0.5)',
  }),
  findings: option(flag(), {
    help: `several findings at once, each by lot: ${findingNames.join(', ')}`,
  }),
  photometric: option(oneOf('MONOCHROME1', 'MONOCHROME2', 'both').default('both'), {
    value: '<kind>',
    help: 'MONOCHROME1, MONOCHROME2 or both',
  }),
  modality: option(oneOf('CR', 'DX', 'both').default('both'), { value: '<kind>', help: 'CR, DX or both' }),
  compression: option(oneOf(...(Object.keys(COMPRESSIONS) as Compression[])).default('none'), {
    value: '<kind>',
    help: `lossless: ${Object.keys(COMPRESSIONS).join(', ')}`,
  }),
});

/** Adds the command that writes chest phantoms as DICOM files, with their truth beside. */
export function registerSynth(program: Command): void {
  const command = program
    .command('synth')
    .description('Make chest phantoms as DICOM files, with labels, boxes and pixel masks beside.');
  addOptions(command, synthOptions).action(async (given: z.infer<typeof synthOptions>) => {
    const { findings, positives = 0.5, size = { rows: 1024, columns: 1024 } } = given;
    if (findings && given.positives !== undefined)
      throw new Error(
        '--positives is the share with opacities; with --findings each finding is drawn by lot.',
      );
    const options: SynthOptions = { ...given, size, positives: findings ? 'findings' : positives };
    const positive = await synthesise(options, name => process.stdout.write(`${name}\n`));
    process.stdout.write(
      `${options.count} phantoms, ${positive} with ${findings ? 'findings' : 'opacities'}, in ${options.out} (labels.csv, boxes.csv, masks/)\n`,
    );
  });
}

/**
 * Writes the phantoms and their truth.
 *
 * @param onFile called with each DICOM file's name once it is written
 * @returns how many have opacities, or any finding
 * @throws Error when the folder is not empty: what was drawn before would stay beside, without a row in the tables
 */
export async function synthesise(
  options: SynthOptions,
  onFile: (name: string) => void = () => {},
): Promise<number> {
  const { out, count, seed, first = 1 } = options;
  await makeEmpty('--out', out);
  const drawn = options.positives === 'findings' ? severalFindings(options) : oneFinding(options);
  // The tables are those of the data format `dicom`.
  const labels: string[] = ['file,label,patient,split,modality,photometric,sop_instance_uid'];
  const boxes: string[] = ['file,x,y,width,height,source,finding'];
  let positive = 0;
  for (let number = first; number < first + count; number++) {
    const phantom = drawn(number);
    const kind = { modality: modalityOf(options, number), photometric: photometricOf(options, number) };
    const dataset = phantomDataset(phantom, { number, seed, ...kind, uidFrom });
    const name = `phantom-${String(number).padStart(3, '0')}`;
    const bytes = await encode(phantom, dataset, kind.photometric, options.compression);
    await writeAtomically(path.join(out, `${name}.dcm`), bytes);
    for (const { mask, folder } of phantom.masks)
      await writeMask(path.join(out, 'masks', folder, `${name}.png`), { ...phantom, mask });
    if (phantom.isPositive) positive++;
    labels.push(
      [
        `${name}.dcm`,
        phantom.label,
        dataset.PatientID,
        'test',
        kind.modality,
        kind.photometric,
        dataset.SOPInstanceUID,
      ].join(','),
    );
    for (const { x, y, width, height, finding } of phantom.boxes) {
      boxes.push([`${name}.dcm`, x, y, width, height, 'phantom', finding].join(','));
    }
    onFile(`${name}.dcm`);
  }
  await writeAtomically(path.join(out, 'labels.csv'), `${labels.join('\n')}\n`);
  await writeAtomically(path.join(out, 'boxes.csv'), `${boxes.join('\n')}\n`);
  return positive;
}

/** A phantom as it is written, with its truth. */
interface Drawn extends Pick<Phantom, 'pixels' | 'rows' | 'columns' | 'exposed'> {
  /** Of the table. */
  label: string;
  isPositive: boolean;
  boxes: (Phantom['boxes'][number] & { finding: string })[];
  /** Of which folder below `masks`. */
  masks: { folder: string; mask: Uint8Array }[];
}

/** Draws a phantom by its number. */
type Draw = (number: number) => Drawn;

function oneFinding({ count, first = 1, positives, seed, size }: SynthOptions): Draw {
  const positive = choosePositives(count, positives as number, seed);
  return number => {
    const phantom = makePhantom(phantomSeed(seed, number), { ...size, opacity: positive[number - first] });
    return {
      ...phantom,
      label: String(phantom.label),
      isPositive: phantom.label === 1,
      boxes: phantom.boxes.map(box => ({ ...box, finding: 'opacity' })),
      masks: [{ folder: '', mask: phantom.mask }],
    };
  };
}

/** Each finding has a folder of masks of its own. */
function severalFindings({ seed, size }: SynthOptions): Draw {
  return number => {
    const { findings, ...phantom } = makeFindingsPhantom(phantomSeed(seed, number), size);
    const found = findingNames.flatMap(name => (findings[name] ? [{ name, ...findings[name] }] : []));
    return {
      ...phantom,
      label: found.map(({ name }) => name).join('|') || 'none',
      isPositive: found.length > 0,
      boxes: found.flatMap(({ name, boxes }) => boxes.map(box => ({ ...box, finding: name }))),
      masks: found.map(({ name, mask }) => ({ folder: name.replaceAll(' ', '-'), mask })),
    };
  };
}

/** Seed of one phantom: a name of its own, so that no training set shares it. */
export function phantomSeed(seed: string, number: number): string {
  return `synth/${seed}/${number}`;
}

function choosePositives(count: number, positives: number, seed: string): boolean[] {
  const wanted = Math.round(count * positives);
  const inOrder = Array.from({ length: count }, (_, i) => i < wanted);
  return shuffled(inOrder, seededRandom(`synth/${seed}/labels`));
}

/** With `both`, modality changes from file to file and photometric interpretation every second file. */
function modalityOf({ modality }: SynthOptions, number: number): Modality {
  if (modality !== 'both') return modality;
  return number % 2 === 1 ? 'DX' : 'CR';
}

function photometricOf({ photometric }: SynthOptions, number: number): Photometric {
  if (photometric !== 'both') return photometric;
  return Math.floor((number - 1) / 2) % 2 === 0 ? 'MONOCHROME2' : 'MONOCHROME1';
}

async function encode(
  phantom: Drawn,
  dataset: Record<string, unknown>,
  photometric: Photometric,
  compression: Compression,
): Promise<Uint8Array> {
  const pixels = phantomPixels(phantom, photometric);
  const format: PixelFormat = {
    rows: phantom.rows,
    columns: phantom.columns,
    frames: 1,
    bitsAllocated: 16,
    bitsStored: PHANTOM_BITS_STORED,
    highBit: PHANTOM_BITS_STORED - 1,
    signed: false,
    bytesPerPixel: 2,
    photometric,
  };
  const stored = compression === 'none' ? pixels : await encodeFrame(pixels, compression, format);
  return writeDicomFile(dataset, stored, COMPRESSIONS[compression]);
}

/** Writes a mask: 255 where the finding is, 0 elsewhere. */
async function writeMask(file: string, phantom: Pick<Phantom, 'rows' | 'columns' | 'mask'>): Promise<void> {
  const raw = { width: phantom.columns, height: phantom.rows, channels: 1 as const };
  const picture = sharp(
    phantom.mask.map(value => 255 * value),
    { raw },
  ).png({ palette: true, colours: 2 });
  await writeAtomically(file, await picture.toBuffer());
}
