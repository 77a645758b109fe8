import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { severalFrames } from '../support/several-frames';
import { withText } from '../support/with-text';
import { untrainedPackage } from './untrained-package';

const command = path.resolve('bin/explain.js');
const built = existsSync('dist/node/explain.js');

/** A title for the window, red, a line of its own, and one in eight-bit controls. */
const hostile = '\u001b]0;owned\u0007\u001b[31m\n| forged.dcm | explained |\u009b32m';

describe.skipIf(!built)('header values and file names on the terminal (needs npm run build)', () => {
  let folder: string;
  let model: string;

  beforeAll(async () => {
    model = await untrainedPackage();
    folder = await mkdtemp(path.join(tmpdir(), 'foreign-text-'));
    const film = (change: Record<string, unknown>): Uint8Array =>
      severalFrames([1], { rows: 96, columns: 80 }, change);
    await mkdir(path.join(folder, 'in'));
    const write = (name: string, bytes: Uint8Array): Promise<void> =>
      writeFile(path.join(folder, 'in', name), bytes);
    await write(`name ${hostile}.dcm`.replaceAll('/', '_'), film({}));
    await write('modality.dcm', withText(film({}), 'Modality', hostile.slice(0, 16)));
    await write('body-part.dcm', withText(film({}), 'BodyPartExamined', hostile.slice(9)));
    await write('view.dcm', withText(film({}), 'ViewPosition', `AP${hostile.slice(9, 20)}`));
    await write('photometric.dcm', withText(film({}), 'PhotometricInterpretation', hostile.slice(0, 16)));
    await write('age.dcm', withText(film({}), 'PatientAge', '\u001b[1m'));
    await write('character-set.dcm', withText(film({}), 'SpecificCharacterSet', hostile));
    await write(`cut off ${hostile}.dcm`, film({}).subarray(0, 3000));
  }, 120_000);
  afterAll(async () => {
    await rm(model, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the command until it ends or has said a word. */
  function explain(args: string[], until?: RegExp): Promise<string> {
    return new Promise(resolve => {
      const child = spawn(process.execPath, [command, ...args]);
      let said = '';
      const hear = (chunk: Buffer): void => {
        said += chunk.toString();
        if (until?.test(said)) child.kill('SIGTERM');
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('close', () => resolve(said));
    });
  }

  // oxlint-disable-next-line no-control-regex -- those are what is looked for
  const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

  it.each<[string, (folder: string, model: string) => string[], RegExp | undefined, number]>([
    ['check', (at, card) => ['check', `${at}/in`, '--model', card], undefined, 10],
    ['run', (at, card) => ['run', `${at}/in`, '--model', card, '--out', `${at}/out`], undefined, 9],
    [
      'run --dicom',
      (at, card) => ['run', `${at}/in`, '--model', card, '--out', `${at}/out`, '--dicom', 'sr'],
      undefined,
      9,
    ],
    [
      'a path that is not there',
      (at, card) => ['check', `${at}/no${hostile}`, '--model', card],
      undefined,
      1,
    ],
    ['an option that is not there', () => [`--${hostile}`], undefined, 1],
    [
      'viewer --verbose',
      (at, card) => ['viewer', '--data', `${at}/in`, '--models', card, '--port', '0', '--verbose'],
      /Ctrl-C|explain:|not/,
      1,
    ],
  ])('%s', { timeout: 120_000 }, async (_name, args, until, rows) => {
    const said = await explain(args(folder, model), until);
    expect(said).not.toMatch(controls);
    expect(said).not.toMatch(/^\| forged/m);
    expect(said.split('\n').length).toBeGreaterThanOrEqual(rows);
  });
});
