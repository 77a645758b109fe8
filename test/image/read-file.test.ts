import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageFileError, readImageFile } from '../../src/image/read-file';
import type { InputSpec } from '../../src/models/card';
import { prepareFilm } from '../../src/datasets/film';
import { prepareImage } from '../../src/models/preparation';

const [columns, rows] = [30, 20];
/** All the range of 16 bits; neighbours differ by less than one step of 8. */
const words = Uint16Array.from({ length: columns * rows }, (_, i) => 3 + 109 * i);
const bytes = Uint8Array.from(words, value => value >> 8);
const input: InputSpec = { size: 16, channels: 1, range: [0, 1], fit: 'stretch', equalise: false };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'read-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, picture: Sharp): Promise<string> {
  const file = path.join(folder, name);
  await picture.toFile(file);
  return file;
}

const grey = (samples: Uint8Array | Uint16Array): Sharp =>
  sharp(samples, { raw: { width: columns, height: rows, channels: 1 } });
const repeated = <T extends Uint8Array | Uint16Array>(samples: T): T =>
  (samples.constructor as unknown as { from(values: number[]): T }).from(
    [...samples].flatMap(value => [value, value, value]),
  );
const colour = (samples: Uint8Array | Uint16Array): Sharp =>
  sharp(samples, { raw: { width: columns, height: rows, channels: 3 } });

/** A PNG written by hand: 16 or fewer bits, colour type of the standard (0 grey, 2 RGB, 4 grey and opacity). */
function png(width: number, height: number, depth: number, type: number, lines: Buffer): Buffer {
  const chunk = (name: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(name), data]);
    const frame = Buffer.alloc(4 + named.length + 4);
    frame.writeUInt32BE(data.length, 0);
    named.copy(frame, 4);
    frame.writeUInt32BE(crc32(named), frame.length - 4);
    return frame;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = chunk('IDAT', deflateSync(lines));
  return Buffer.concat([signature, chunk('IHDR', header), pixels, chunk('IEND', Buffer.alloc(0))]);
}

/** Lines without a filter, 16-bit samples with the high byte first (PNG 7.2, 9.2). */
function linesOf(samplesOf: (value: number) => readonly number[]): Buffer {
  const lines = Array.from({ length: rows }, (_, row) => {
    const samples = [...words.subarray(row * columns, (row + 1) * columns)].flatMap(samplesOf);
    return [0, ...samples.flatMap(value => [value >> 8, value & 255])];
  });
  return Buffer.from(lines.flat());
}

/** CRC-32 of PNG annex D. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe('readImageFile', () => {
  it.each<[string, number, (value: number) => number[]]>([
    ['grey', 0, value => [value]],
    ['grey and opacity', 4, value => [value, 65535]],
    ['grey that is see-through', 4, value => [value, 0]],
    ['three equal channels', 2, value => [value, value, value]],
    ['three equal channels and opacity', 6, value => [value, value, value, 700]],
  ])('keeps all 16 bits of a PNG written by hand: %s', async (name, type, samplesOf) => {
    const file = path.join(folder, `${name}.png`);
    await writeFile(file, png(columns, rows, 16, type, linesOf(samplesOf)));
    const { image } = await readImageFile(file);
    expect([image.columns, image.rows]).toEqual([columns, rows]);
    expect([...image.values]).toEqual([...words]);
  });

  it('refuses by its header a picture larger than any radiograph', async () => {
    const side = 16_384;
    const file = path.join(folder, 'large.png');
    // Its pixels are missing: nothing may look at them.
    await writeFile(file, png(side, side, 1, 0, Buffer.alloc(1)));
    await expect(readImageFile(file)).rejects.toThrow(
      `The picture has ${side} × ${side} pixels, more than any radiograph has.`,
    );
  });

  it.each<[string, number, number, number, boolean]>([
    // Deflate stands for at most 1,032 bytes with one: 2,100 × 2,100 grey values lie in some 4,300 bytes.
    ['an empty one that states more than its bytes hold', 2100, 8, 0, false],
    ['a small one all the same', 2000, 8, 0, true],
  ])('takes no picture of gigabytes for a few bytes: %s', async (_, side, depth, type, isRead) => {
    const lines = Buffer.alloc(side * (side + 1));
    lines.set([1, 2], 1);
    const bytes = png(side, side, depth, type, lines);
    expect(bytes.length).toBeLessThan(6000);
    const file = path.join(folder, 'empty.png');
    await writeFile(file, bytes);
    const read = readImageFile(file);
    if (isRead) expect((await read).image.rows).toBe(side);
    else
      await expect(read).rejects.toThrow(
        `The picture has 2100 × 2100 pixels, more than a radiograph has in a file of ${bytes.length} bytes`,
      );
  });

  it('counts the channels of a large picture, which are all decoded', async () => {
    const file = path.join(folder, 'channels.png');
    // 8000² pixels of four channels are 2^28 samples, in a file that would hold the pixels.
    await writeFile(file, Buffer.concat([png(8000, 8000, 16, 6, Buffer.alloc(1)), Buffer.alloc(700_000)]));
    await expect(readImageFile(file)).rejects.toThrow('8000 × 8000 pixels of 4 channels');
  });

  it('keeps 8 bits and 16 bits as they are stored', async () => {
    const eight = await readImageFile(await write('eight.png', grey(bytes).toColourspace('b-w').png()));
    expect(eight.image).toMatchObject({ rows, columns, photometric: 'MONOCHROME2' });
    expect([...eight.image.values]).toEqual([...bytes]);
    const sixteen = await readImageFile(
      await write('sixteen.png', grey(words).toColourspace('grey16').png()),
    );
    expect([...sixteen.image.values]).toEqual([...words]);
  });

  it('turns a picture as its EXIF data say, as viewers do', async () => {
    // 16 × 8, black on the left; said to lie on its side: turned by 90° clockwise black is at the top.
    const data = Uint8Array.from({ length: 128 }, (_, i) => (i % 16 < 8 ? 0 : 200 + (i % 16)));
    const raw = { width: 16, height: 8, channels: 1 as const };
    const bytes = await sharp(data, { raw })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const file = path.join(folder, 'turned.jpg');
    await writeFile(file, bytes);
    const { image } = await readImageFile(file);
    expect([image.rows, image.columns]).toEqual([16, 8]);
    expect(Math.max(...image.values.slice(0, 6 * 8))).toBeLessThan(40);
    expect(Math.min(...image.values.slice(10 * 8))).toBeGreaterThan(160);
  });

  it('takes equal channels as grey, with opacity and without', async () => {
    const file = await write('rgb.png', colour(repeated(bytes)).png());
    expect([...(await readImageFile(file)).image.values]).toEqual([...bytes]);
    const deep = await write('rgb16.png', colour(repeated(words)).toColourspace('rgb16').png());
    expect([...(await readImageFile(deep)).image.values]).toEqual([...words]);
    const alpha = await write('alpha.png', colour(repeated(bytes)).ensureAlpha(0.5).png());
    expect([...(await readImageFile(alpha)).image.values]).toEqual([...bytes]);
  });

  it('refuses colour, and what it cannot decode', async () => {
    const samples = repeated(bytes);
    samples[3 * 77] ^= 1;
    const file = await write('colour.png', colour(samples).png());
    await expect(readImageFile(file)).rejects.toThrow(/is in colour; only greyscale/);
    await expect(prepareFilm(file, input)).rejects.toThrow(ImageFileError);
    await writeFile(path.join(folder, 'broken.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 1]));
    await expect(readImageFile(path.join(folder, 'broken.png'))).rejects.toThrow(/cannot be decoded/);
    // What is neither is told of all that is read.
    await expect(readImageFile('README.md')).rejects.toThrow(
      /no DICOM file .*, and no PNG or JPEG\. Give a DICOM Part 10 file, a PNG or a JPEG\./,
    );
  });

  it('gives a training what it gives an explanation, at 16 bits', async () => {
    const file = await write('one-rule.png', grey(words).toColourspace('grey16').png());
    const prepared = prepareImage((await readImageFile(file)).image, input);
    const { plane } = await prepareFilm(file, input);
    expect([...plane]).toEqual([...prepared.input].map(value => Math.round(65535 * value)));
  });

  const convert = spawnSync('convert', ['-version']).status === 0;
  it.skipIf(!convert)('reads what ImageMagick reads (needs the program convert)', async () => {
    const read = (file: string, depth: number): Buffer =>
      execFileSync('convert', [file, '-endian', 'LSB', '-depth', String(depth), 'gray:-']);
    const file = await write('other.png', grey(words).toColourspace('grey16').png());
    const bytes16 = read(file, 16);
    const values = words.map((_, i) => bytes16.readUInt16LE(2 * i));
    expect([...(await readImageFile(file)).image.values]).toEqual([...values]);
    const jpeg = await write('other.jpg', grey(bytes).toColourspace('b-w').jpeg({ quality: 90 }));
    const own = [...(await readImageFile(jpeg)).image.values];
    const theirs = [...read(jpeg, 8)];
    // Decoders of JPEG may round differently.
    expect(Math.max(...own.map((value, i) => Math.abs(value - theirs[i])))).toBeLessThanOrEqual(1);
  });
});
