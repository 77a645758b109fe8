import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import sharp from 'sharp';
import * as z from 'zod';
import { encodeFrame } from '../dicom/codecs';
import type { PixelFormat } from '../dicom/pixel-format';
import { uidFrom } from '../dicom/uid';
import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../dicom/write';
import { decimalOf, option, share, text, wholeNumber } from '../io/options';
import { writeAtomically } from '../io/write-file';
import { makePhantom } from '../phantom';
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
  seed: string;
  size: { rows: number; columns: number };
  /** Share of phantoms with opacities, 0..1. */
  positives: number;
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
  out: option(text(), { value: '<folder>', help: 'folder to write to; made if it is not there' }),
  count: option(wholeNumber(1, 99999).default(10), { value: '<n>', help: 'number of phantoms' }),
  seed: option(text().default('1'), { value: '<seed>', help: 'the same seed makes the same files' }),
  size: option(imageSize.optional(), { value: '<pixels>', help: 'side, or ROWSxCOLUMNS (default: 1024)' }),
  positives: option(share().default(0.5), {
    value: '<fraction>',
    help: 'share of phantoms with opacities, 0 to 1',
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
    const options: SynthOptions = { ...given, size: given.size ?? { rows: 1024, columns: 1024 } };
    const positives = await synthesise(options, name => process.stdout.write(`${name}\n`));
    process.stdout.write(
      `${options.count} phantoms, ${positives} with opacities, in ${options.out} (labels.csv, boxes.csv, masks/)\n`,
    );
  });
}

/**
 * Writes the phantoms and their truth.
 *
 * @param onFile called with each DICOM file's name once it is written
 * @returns how many have opacities
 */
export async function synthesise(
  options: SynthOptions,
  onFile: (name: string) => void = () => {},
): Promise<number> {
  const { out, count, seed } = options;
  await mkdir(path.join(out, 'masks'), { recursive: true });
  const labels: string[] = ['image,label,quality,patient,split,modality,photometric,sop_instance_uid'];
  const boxes: string[] = ['image,x,y,width,height,source,finding'];
  const positive = choosePositives(options);
  for (let number = 1; number <= count; number++) {
    const phantom = makePhantom(phantomSeed(seed, number), {
      ...options.size,
      opacity: positive[number - 1],
    });
    const kind = { modality: modalityOf(options, number), photometric: photometricOf(options, number) };
    const dataset = phantomDataset(phantom, { number, seed, ...kind, uidFrom });
    const name = `phantom-${String(number).padStart(3, '0')}`;
    const bytes = await encode(phantom, dataset, kind.photometric, options.compression);
    await writeAtomically(path.join(out, `${name}.dcm`), bytes);
    await writeMask(path.join(out, 'masks', `${name}.png`), phantom);
    labels.push(
      [
        `${name}.dcm`,
        phantom.label,
        'exact',
        dataset.PatientID,
        'test',
        kind.modality,
        kind.photometric,
        dataset.SOPInstanceUID,
      ].join(','),
    );
    for (const box of phantom.boxes) {
      boxes.push([`${name}.dcm`, box.x, box.y, box.width, box.height, 'phantom', 'opacity'].join(','));
    }
    onFile(`${name}.dcm`);
  }
  await writeAtomically(path.join(out, 'labels.csv'), `${labels.join('\n')}\n`);
  await writeAtomically(path.join(out, 'boxes.csv'), `${boxes.join('\n')}\n`);
  return positive.filter(Boolean).length;
}

/** Seed of one phantom: a name of its own, so that no training set shares it. */
export function phantomSeed(seed: string, number: number): string {
  return `synth/${seed}/${number}`;
}

function choosePositives({ count, positives, seed }: SynthOptions): boolean[] {
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
  phantom: Phantom,
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

/** Writes the opacity mask: 255 where an opacity is, 0 elsewhere. */
async function writeMask(file: string, phantom: Phantom): Promise<void> {
  const raw = { width: phantom.columns, height: phantom.rows, channels: 1 as const };
  const picture = sharp(
    phantom.mask.map(value => 255 * value),
    { raw },
  ).png({ palette: true, colours: 2 });
  await writeAtomically(file, await picture.toBuffer());
}
