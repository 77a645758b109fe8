import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readDicomImage } from '../../src/dicom';
import { readFrames } from '../../src/viewer/dicomweb/frames';

/** Files of random pixels made by DCMTK 3.6.7; SHA-256 of each frame as its `dcmdjpls` or `dcmconv +te` writes it. */
const frames: Record<string, string[]> = {
  // dcmcjpls +en +md 3. The frames end in FFD900, FFD9FA and FFD902: its byte of padding is not always 0.
  'jpeg-ls-near-3-frames': [
    '725e7926e2bb6e972d35fe6dc1d279c148119fac8ce8b9d559d0026f9f3beabd',
    '0c3df36be0ef78ff7982de8ac9beb253ab8e23490ed6b481df90f43727917635',
    '10ce00d9e9b20eae4bb1cdcca3c08e46f468f10738093c36fdbf7a50fe007efa',
  ],
  // 33 x 35 pixels of 8 bits in words: the second frame begins within a word.
  'big-endian-ow-3-frames': [
    '9174756c97fdf2b4e649bf95c606e9983ae5700b77aae0b91f05ea210eae7548',
    '70d5cf8d97872d1bc7d433f1d402bdd2c6a1e0c25eb545a970d4c29b25877597',
    '45d959ec85d798bcaff3bc3386a37223bdda307eb17509c66bc382be0d3c1744',
  ],
  'big-endian-ow-1-frame': ['bb60a1a5648334a9bc608c92b4d7421929a17361ac3aacebab2d3109573e66e0'],
};

const load = (name: string): Uint8Array => readFileSync(`test/fixtures/dcmtk/${name}.dcm`);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it.each(Object.entries(frames))('%s: every pixel is DCMTK’s', async (name, expected) => {
  for (const [i, hash] of expected.entries()) {
    const { image } = await readDicomImage(load(name), { frame: i + 1 });
    expect(sha256(Uint8Array.from(image.values)), `frame ${i + 1}`).toBe(hash);
  }
});

it.each(Object.entries(frames).filter(([name]) => name.startsWith('big')))(
  '%s: the viewer’s server serves the same',
  (name, expected) => {
    const served = [
      ...readFrames(
        load(name),
        expected.map((_, i) => i + 1),
      ),
    ];
    expect(served.map(sha256)).toEqual(expected);
  },
);

it('near-lossless JPEG-LS below 8 bits, which programs read differently, is refused by name', async () => {
  const reading = readDicomImage(load('jpeg-ls-near-7-bits'), { frame: 1 });
  await expect(reading).rejects.toMatchObject({
    code: 'unsupported-pixels',
    message: expect.stringContaining('JPEG-LS near-lossless pixels of 7 bits') as string,
  });
});
