import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerEvaluate } from '../../src/cli/evaluate';
import { registerFitOod } from '../../src/cli/fit-ood';
import { registerFitStability } from '../../src/cli/fit-stability';
import { registerHalve } from '../../src/cli/halve';
import { registerImport } from '../../src/cli/import';
import { registerRandomise } from '../../src/cli/randomise';
import { registerRun } from '../../src/cli/run';
import { registerStudy } from '../../src/cli/study';
import { registerTrain } from '../../src/cli/train';
import { registerTrust } from '../../src/cli/trust';

const model = path.resolve('models/phantom');
const sample = path.resolve('sample');
const about = path.join(model, 'about.json');

const commands = [
  registerEvaluate,
  registerFitOod,
  registerFitStability,
  registerHalve,
  registerImport,
  registerRandomise,
  registerRun,
  registerStudy,
  registerTrain,
  registerTrust,
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nothing-written-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Runs a command whose words WRONG, OUT and CACHE stand for paths below an empty folder. */
async function refusal(words: string): Promise<string> {
  const args = words
    .split(' ')
    .map(word => word.replaceAll(/WRONG|OUT|CACHE/g, name => path.join(folder, name.toLowerCase())));
  const program = new Command();
  for (const register of commands) register(program);
  return program.parseAsync(args, { from: 'user' }).then(
    () => 'done',
    (error: Error) => error.message,
  );
}

describe('a command that names what is not there says so, and leaves nothing behind', () => {
  const onSample = `--data ${sample} --format dicom --out OUT --cache CACHE`;
  it.each([
    'halve --model WRONG',
    'randomise --model WRONG --out OUT',
    'fit-ood --model WRONG --data phantom --cache CACHE',
    `fit-ood --model ${model} --data WRONG --cache CACHE`,
    'fit-stability --model WRONG --data phantom --cache CACHE --values OUT',
    `fit-stability --model ${model} --data WRONG --cache CACHE --values OUT`,
    'trust --model WRONG --phantoms 3 --out OUT --cache CACHE',
    `trust --model ${model} --data WRONG --out OUT --cache CACHE`,
    `trust --model ${model} --phantoms 3 --compare-with repeat=WRONG --out OUT --cache CACHE`,
    'evaluate --model WRONG --phantoms 3 --out OUT --cache CACHE',
    `evaluate --model ${model} --data WRONG --out OUT --cache CACHE`,
    `evaluate --model ${model} ${onSample} --masks WRONG`,
    `evaluate --model ${model} ${onSample} --average-boxes WRONG`,
    `evaluate --model ${model} ${onSample} --splits WRONG`,
    `evaluate --model ${model} ${onSample} --judge WRONG`,
    `evaluate --model ${model} --phantoms 3 --trust WRONG --out OUT --cache CACHE`,
    // The first was measured for minutes before the second was looked for.
    `evaluate --compare ${model} WRONG --phantoms 3 --out OUT --cache CACHE`,
    `run WRONG --model ${model} --out OUT`,
    `run ${sample}/phantom-001.dcm --model WRONG --out OUT`,
    `train classifier --data WRONG --out OUT --about ${about} --cache CACHE`,
    'train classifier --data phantom --out OUT --about WRONG --cache CACHE',
    'train generator --data phantom --out WRONG --cache CACHE',
    'import classifier WRONG --classes a,b --out OUT',
    'study make --data WRONG --out OUT',
    'study analyse WRONG --out OUT',
  ])('%s', async words => {
    const said = await refusal(words);
    expect(said).toContain(`${path.join(folder, 'wrong')} does not exist`);
    // What an option names is not blamed on another one.
    if (!words.includes('--data WRONG')) expect(said).not.toContain('--data');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    [`--phantoms 3`, /--judge needs --data/],
    [`--data ${sample} --format dicom`, /the classifier that is judged itself/],
  ])('evaluate %s refuses a judge that cannot judge before it measures', async (data, reason) => {
    const said = await refusal(`evaluate --model ${model} ${data} --judge ${model} --out OUT --cache CACHE`);
    expect(said).toMatch(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it('evaluate refuses masks for phantoms, which have their own: they were not looked at', async () => {
    const said = await refusal(
      `evaluate --model ${model} --phantoms 3 --masks ${sample} --out OUT --cache CACHE`,
    );
    expect(said).toMatch(/--masks and --average-boxes are for --data/);
    expect(await readdir(folder)).toEqual([]);
  });
});
