import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import sharp from 'sharp';
import { encodeFrame } from '../dicom/codecs';
import type { PixelFormat } from '../dicom/pixel-format';
import { uidFrom } from '../dicom/uid';
import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../dicom/write';
import { makePhantom } from '../phantom';
import type { Phantom } from '../phantom';
import { PHANTOM_BITS_STORED, phantomDataset, phantomPixels } from '../phantom/dicom';
import { seededRandom, shuffled } from '../models/random';

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

/** Adds the command that writes chest phantoms as DICOM files, with their truth beside. */
export function registerSynth(program: Command): void {
  program
    .command('synth')
    .description('Make chest phantoms as DICOM files, with labels, boxes and pixel masks beside.')
    .requiredOption('--out <folder>', 'folder to write to; made if it is not there')
    .option('--count <n>', 'number of phantoms', wholeNumber, 10)
    .option('--seed <seed>', 'the same seed makes the same files', '1')
    .option('--size <pixels>', 'side, or ROWSxCOLUMNS (default: 1024)', imageSize)
    .option('--positives <fraction>', 'share of phantoms with opacities, 0 to 1', fraction, 0.5)
    .option(
      '--photometric <kind>',
      'MONOCHROME1, MONOCHROME2 or both',
      oneOf('MONOCHROME1', 'MONOCHROME2', 'both'),
      'both',
    )
    .option('--modality <kind>', 'CR, DX or both', oneOf('CR', 'DX', 'both'), 'both')
    .option(
      '--compression <kind>',
      `lossless: ${Object.keys(COMPRESSIONS).join(', ')}`,
      compressionName,
      'none',
    )
    .action(async (given: Omit<SynthOptions, 'size'> & Partial<SynthOptions>) => {
      const options: SynthOptions = { size: { rows: 1024, columns: 1024 }, ...given };
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
    await writeFile(path.join(out, `${name}.dcm`), bytes);
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
  await writeFile(path.join(out, 'labels.csv'), `${labels.join('\n')}\n`);
  await writeFile(path.join(out, 'boxes.csv'), `${boxes.join('\n')}\n`);
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
  await sharp(
    phantom.mask.map(value => 255 * value),
    { raw },
  )
    .png({ palette: true, colours: 2 })
    .toFile(file);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 99999) {
    throw new InvalidArgumentError('Give a whole number from 1 to 99999.');
  }
  return value;
}

function imageSize(text: string): SynthOptions['size'] {
  const [rows, columns = rows] = text.split('x').map(Number);
  const fits = (side: number): boolean => Number.isInteger(side) && side >= 64 && side <= 4096;
  if (!fits(rows) || !fits(columns))
    throw new InvalidArgumentError('Give one side or ROWSxCOLUMNS, 64 to 4096 pixels.');
  return { rows, columns };
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Give a share from 0 to 1.');
  return value;
}

function oneOf<T extends string>(...allowed: T[]): (text: string) => T {
  return text => {
    const found = allowed.find(name => name === text);
    if (!found) throw new InvalidArgumentError(`Give one of ${allowed.join(', ')}.`);
    return found;
  };
}

function compressionName(text: string): Compression {
  return oneOf(...(Object.keys(COMPRESSIONS) as Compression[]))(text);
}
