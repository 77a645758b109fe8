import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerRun } from '../../src/cli/run';
import { readStoredMap, sourceAttributes } from '../../src/dicom/results';
import { uidFrom } from '../../src/dicom/uid';
import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../../src/dicom/write';
import { resultFileSchema, type ResultFile } from '../../src/explain/result-schema';
import { makePhantom } from '../../src/phantom';
import { phantomDataset, phantomPixels } from '../../src/phantom/dicom';
import { severalFrames } from '../support/several-frames';
import { untrainedPackage } from './untrained-package';

const dicom = path.resolve('../shared/data/dicom/chest-cr-mono1-10bit-explicit-le.dcm');
const frames = path.resolve('../shared/data/dicom/angio-xa-multiframe-96-jpeg-baseline.dcm');
const colour = path.resolve('../shared/data/dicom/echo-us-rgb-colour.dcm');

describe('explain run, untrained networks', () => {
  let folder: string;
  let model: string;
  let lines = '';

  beforeAll(async () => {
    model = await untrainedPackage();
    folder = await mkdtemp(path.join(tmpdir(), 'run-'));
    await mkdir(path.join(folder, 'in'));
  }, 120_000);
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = 0;
  });
  afterAll(async () => {
    await rm(model, { recursive: true });
    await rm(folder, { recursive: true });
  });

  async function run(target: string, ...args: string[]): Promise<void> {
    lines = '';
    vi.spyOn(process.stderr, 'write').mockImplementation(text => {
      lines += String(text);
      return true;
    });
    const program = new Command();
    registerRun(program);
    for (const command of [program, ...program.commands])
      command.exitOverride().configureOutput({ writeErr: () => {} });
    await program.parseAsync(['run', target, '--model', model, '--out', path.join(folder, 'out'), ...args], {
      from: 'user',
    });
  }

  it('leaves no folder behind where the model or the label is refused', async () => {
    const out = path.join(folder, 'refused');
    const film = path.resolve('sample/phantom-001.dcm');
    for (const wrong of [
      ['--model', path.join(folder, 'nope')],
      ['--label', 'nobody'],
    ])
      await expect(run(film, ...wrong, '--out', out)).rejects.toThrow(/nope|nobody|label/);
    expect(existsSync(out)).toBe(false);
  });

  /** A result file, checked by its schema. */
  async function json(name: string): Promise<ResultFile> {
    return resultFileSchema.parse(
      JSON.parse(await readFile(path.join(folder, 'out', `${name}.json`), 'utf8')),
    );
  }

  it.skipIf(!existsSync(frames))(
    'says of a file that it cannot read, too, that the model would not apply',
    { timeout: 120_000 },
    async () => {
      await run(frames);
      expect(lines).toMatch(/has 96 frames\. Choose one.*Modality is XA/);
      await run(frames, '--frame', '97');
      expect(lines).toMatch(/no frame 97.*Modality is XA/);
      await run(frames, '--frame', '2');
      expect(lines).toMatch(/not explained\. Modality is XA/);
      expect(process.exitCode).toBe(1);
    },
  );

  it(
    'explains the pictures of a folder, and goes on after one that it refuses',
    { timeout: 120_000 },
    async () => {
      const { pixels, rows, columns } = makePhantom(5, { rows: 120, columns: 90 });
      const raw = { raw: { width: columns, height: rows, channels: 1 } } as const;
      const bytes = Uint8Array.from(pixels, value => Math.round(255 * value));
      const words = Uint16Array.from(bytes, value => 257 * value);
      const input = path.join(folder, 'in');
      await sharp(bytes, raw).png().toFile(path.join(input, 'eight.png'));
      // Its own file lies elsewhere: data folders are often made of links.
      await sharp(words, raw).toColourspace('grey16').png().toFile(path.join(folder, 'linked.png'));
      await symlink(path.join(folder, 'linked.png'), path.join(input, 'sixteen.png'));
      await sharp(
        Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => i % 3),
        { raw: { width: 64, height: 64, channels: 3 } },
      )
        .png()
        .toFile(path.join(input, 'colour.png'));
      await writeFile(path.join(input, 'broken.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]));
      await run(input, '--panels');

      expect(process.exitCode).toBe(1);
      expect(lines).toMatch(/colour\.png: not explained\. The picture is in colour/);
      expect(lines).toMatch(/broken\.png: not explained\. The picture cannot be decoded/);
      const result = await json('eight.png');
      expect(result).toMatchObject({
        similarIsOriginal: true, // an untrained generator changes next to nothing
        flip: expect.any(Boolean),
        model: { id: 'untrained', weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        method: { id: 'similar-adversarial', generator: 'single2', augment: 0 },
      });
      expect('hold' in result).toBe(false);
      expect(lines).toContain(
        'x_s is the film itself (that it keeps the decision says nothing), x_a does not flip the decision (',
      );
      // A class is no verdict on a patient: what was found or not is said.
      expect(lines).toMatch(
        /: (Found by this classifier: opacity|No opacity found by this classifier), score 0\.\d{3}/,
      );
      // The preparation equalises, so 16 bits of the same grey levels give the same score.
      expect((await json('sixteen.png')).decision.score).toBeCloseTo(result.decision.score, 6);

      const npy = await readFile(path.join(folder, 'out', 'eight.png.map.npy'));
      expect(npy.subarray(0, 6).toString('latin1')).toBe('\x93NUMPY');
      expect(npy.toString('latin1', 10, 128)).toContain("'shape': (120, 90)");
      expect(npy.length).toBe(128 + 4 * 120 * 90);
      // 90 × 120 pixels of film, as large as they are, in a picture wide enough for the label below them.
      const overlay = await sharp(path.join(folder, 'out', 'eight.png.overlay.png')).metadata();
      expect(overlay.width).toBe(480);
      expect(overlay.height).toBeGreaterThan(120);
      const panels = sharp(path.join(folder, 'out', 'eight.png.panels.png'));
      const { width, height } = await panels.metadata();
      expect(width).toBe(3 * 2 * 64 + 2 * 4);
      expect(height).toBeGreaterThan(128);
      // x, x_a, map from the left, 132 pixels apart (x_s is x and left out): a frame is around what was generated, and around that alone.
      const panelPixels = await panels.raw().toBuffer();
      const amber = [0, 1, 2].map(
        k => [...panelPixels.subarray(3 * 132 * k).subarray(0, 3)].join() === '255,179,0',
      );
      expect(amber).toEqual([false, true, false]);
    },
  );

  it(
    'asks along the way to x_a with --graded, and writes the way as a GIF',
    { timeout: 120_000 },
    async () => {
      const { pixels, rows, columns } = makePhantom(6, { rows: 96, columns: 80 });
      const film = path.join(folder, 'way.png');
      await sharp(
        Uint8Array.from(pixels, value => Math.round(255 * value)),
        { raw: { width: columns, height: rows, channels: 1 } },
      )
        .png()
        .toFile(film);
      await run(film, '--method', 'similar-adversarial', '--graded');
      const { graded, decision, decisionAdversarial, files } = await json('way.png');
      expect(graded!.steps.map(({ fraction }) => fraction)).toEqual(
        Array.from({ length: 11 }, (_, step) => expect.closeTo(step / 10, 12)),
      );
      // Its ends are the images that were scored by themselves.
      // Its x_s is the film itself.
      expect(graded!.from).toBe('film');
      expect(graded!.steps[0].decision.score).toBeCloseTo(decision.score, 5);
      expect(graded!.steps[10].decision.score).toBeCloseTo(decisionAdversarial!.score, 5);
      expect(Object.keys(files!)).toContain('graded.gif');
      const gif = path.join(folder, 'out', 'way.png.graded.gif');
      const { pages, width, delay } = await sharp(gif, { animated: true }).metadata();
      expect({ pages, width, delay: new Set(delay) }).toEqual({
        pages: 20,
        width: 80,
        delay: new Set([400]),
      });
      await run(film, '--method', 'gradient', '--graded');
      expect(lines).toContain('no x_a');
      expect(process.exitCode).toBe(1);
    },
  );

  it('takes the card’s method where none is asked for', { timeout: 120_000 }, async () => {
    const { pixels, rows, columns } = makePhantom(5, { rows: 96, columns: 96 });
    const film = path.join(folder, 'default.png');
    await sharp(
      Uint8Array.from(pixels, value => Math.round(255 * value)),
      { raw: { width: columns, height: rows, channels: 1 } },
    )
      .png()
      .toFile(film);
    const file = path.join(model, 'model-card.json');
    const before = await readFile(file, 'utf8');
    const setDefault = (defaultMethod: string): Promise<void> =>
      writeFile(file, JSON.stringify({ ...JSON.parse(before), defaultMethod }));
    try {
      await setDefault('path');
      await run(film);
      expect(await json('default.png')).toMatchObject({ method: { id: 'path', generator: 'single2' } });
      const signed = await readFile(path.join(folder, 'out', 'default.png.signed-model.npy'));
      const map = await readFile(path.join(folder, 'out', 'default.png.map-model.npy'));
      const values = (npy: Buffer): number[] =>
        Array.from({ length: 64 * 64 }, (_, i) => npy.readFloatLE(128 + 4 * i));
      expect(values(signed).some(value => value < 0)).toBe(true);
      expect(values(map)).toEqual(values(signed).map(Math.abs));
      await run(film, '--method', 'gradcam');
      expect(await json('default.png')).toMatchObject({ method: { id: 'gradcam' } });
      await setDefault('no-such-method');
      await expect(run(film)).rejects.toThrow(/no method "no-such-method"; known are similar-adversarial/);
    } finally {
      await writeFile(file, before);
    }
  });

  it.skipIf(!existsSync(dicom))('reads DICOM and refuses colour', { timeout: 120_000 }, async () => {
    const input = path.join(folder, 'dicom');
    await mkdir(input);
    await copyFile(dicom, path.join(input, 'film'));
    await copyFile(colour, path.join(input, 'echo.dcm'));
    await run(input, '--method', 'gradcam', '--augment', '2');
    const result = await json('film');
    expect(result).toMatchObject({
      film: { photometric: 'MONOCHROME1' },
      method: { id: 'gradcam', augment: 2 },
    });
    expect('hold' in result).toBe(false);
    expect(lines).toMatch(/echo\.dcm: not explained\. .*colour/i);
  });

  it('several threads average to the same map, and make no DICOM objects', { timeout: 120_000 }, async () => {
    const map = (): Promise<Buffer> => readFile(path.join(folder, 'out', 'a.png.map-model.npy'));
    const file = path.join(folder, 'a.png');
    await sharp(Buffer.from(Array.from({ length: 64 * 64 }, (_, i) => (i * 7) % 256)), {
      raw: { width: 64, height: 64, channels: 1 },
    })
      .png()
      .toFile(file);
    await run(file, '--augment', '3');
    const alone = new Float32Array(new Uint8Array((await map()).subarray(-4 * 64 * 64)).buffer);
    await run(file, '--augment', '3', '--workers', '2');
    const shared = new Float32Array(new Uint8Array((await map()).subarray(-4 * 64 * 64)).buffer);
    expect(Math.max(...alone)).toBeGreaterThan(0);
    alone.forEach((value, i) => expect(Math.abs(value - shared[i])).toBeLessThan(1e-6));
    await expect(run(file, '--augment', '3', '--workers', '2', '--dicom', 'seg')).rejects.toThrow(
      /--workers 1/,
    );
  });

  it('writes DICOM objects beside the other results', { timeout: 120_000 }, async () => {
    const phantom = makePhantom(6, { rows: 96, columns: 80 });
    const options = { number: 1, seed: 'run', modality: 'DX', photometric: 'MONOCHROME2', uidFrom } as const;
    const bytes = writeDicomFile(
      phantomDataset(phantom, options),
      phantomPixels(phantom, 'MONOCHROME2'),
      EXPLICIT_LITTLE_ENDIAN,
    );
    const film = path.join(folder, 'phantom.dcm');
    await writeFile(film, bytes);
    await run(film, '--dicom', 'sr,seg,pm', '--percentiles', '90,95');
    expect(process.exitCode).toBeFalsy();
    const read = async (kind: string) => readFile(path.join(folder, 'out', `phantom.dcm.${kind}.dcm`));
    const stored = readStoredMap(await read('pm'));
    const npy = await readFile(path.join(folder, 'out', 'phantom.dcm.map.npy'));
    expect(Buffer.compare(Buffer.from(stored.map.buffer), npy.subarray(128))).toBe(0);
    const seg = sourceAttributes(await read('seg'));
    expect(seg).toMatchObject({ NumberOfFrames: 2, SyntheticData: 'YES' });
    expect(sourceAttributes(await read('sr')).StudyInstanceUID).toBe(seg.StudyInstanceUID);
    expect(existsSync(path.join(folder, 'out', 'phantom.dcm.sc.dcm'))).toBe(false);

    const picture = path.join(folder, 'picture.png');
    const raw = { raw: { width: 80, height: 96, channels: 1 } } as const;
    await sharp(
      Uint8Array.from(phantom.pixels, value => Math.round(255 * value)),
      raw,
    )
      .png()
      .toFile(picture);
    await run(picture, '--dicom', 'seg');
    expect(lines).toMatch(/picture\.png: not explained\. .*this is a picture file/);
    await expect(run(film, '--dicom', 'seg,xml')).rejects.toThrow(/no result "xml"/);
    await expect(run(film, '--percentiles', '90,90')).rejects.toThrow(/different numbers/);
  });

  it('names the frame of an image of several in every object', { timeout: 120_000 }, async () => {
    const film = path.join(folder, 'frames.dcm');
    await writeFile(film, severalFrames([1, 2, 3], { rows: 96, columns: 80 }));
    await run(film, '--dicom', 'seg,pm,sc,sr');
    expect(lines).toMatch(/frames\.dcm: not explained\. The file has 3 frames\. Choose one/);
    await run(film, '--frame', '4');
    expect(lines).toMatch(/not explained\. .*no frame 4/);
    const uids = new Set<unknown>();
    for (const frame of ['2', '3']) {
      await run(film, '--frame', frame, '--dicom', 'seg,pm,sc,sr');
      expect(lines).toContain('The image has 3 frames; one is explained, without the others.');
      for (const kind of ['seg', 'pm', 'sc', 'sr']) {
        const bytes = await readFile(path.join(folder, 'out', `frames.dcm.${kind}.dcm`));
        const { SOPInstanceUID, ...rest } = sourceAttributes(bytes);
        uids.add(SOPInstanceUID);
        const named = frameReferences(rest);
        expect(named.length, kind).toBeGreaterThan(0);
        expect(new Set(named), kind).toEqual(new Set([frame]));
      }
    }
    expect(uids.size).toBe(8);
  });

  it('says what is not there', async () => {
    await expect(run(path.join(folder, 'nowhere'))).rejects.toThrow(/does not exist/);
    await expect(run(folder, '--method', 'magic')).rejects.toThrow(
      /'--method <id>' argument 'magic' is invalid. Methods are similar-adversarial, /,
    );
    await expect(run(folder, '--augment', 'ten')).rejects.toThrow(
      /--augment <count>.*must be a whole number, 0 to 1000/,
    );
  });

  it('says before reading an image that the model has no generator for the method', async () => {
    const input = path.join(folder, 'in');
    await expect(run(input, '--method', 'naive')).rejects.toThrow(/Naive adversarial needs a generator/);
    await expect(run(input, '--generator', 'duo')).rejects.toThrow(/no generator "duo" \(present: single2\)/);
  });
});

/** Referenced Frame Numbers at any depth of a naturalised data set. */
function frameReferences(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  const { ReferencedFrameNumber: own, ...rest } = value as Record<string, unknown>;
  const below = Object.values(rest).flatMap(frameReferences);
  return own === undefined ? below : [String(own), ...below];
}
