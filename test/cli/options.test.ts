import type { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { makeProgram } from '../../src/cli/program';
import { addOptions, givenOptions, overlay } from '../../src/cli/options';
import { evaluationOptions } from '../../src/evaluation/options';
import { commandText, count, declaredOptions, flag, option, text, wholeNumber } from '../../src/io/options';
import { classifierOptions } from '../../src/training/classifier-options';
import type { ScheduleConfig } from '../../src/training/config';
import { paperPreset } from '../../src/training/options';

// esbuild alone reads it as text
vi.mock('../../src/cli/bench/torch-step.py', () => ({ default: '' }));

/** Every sub-command that does something, by its words. */
function subCommands(command: Command, words: string[] = []): [string[], Command][] {
  if (command.commands.length === 0) return [[words, command]];
  return command.commands.flatMap(each => subCommands(each, [...words, each.name()]));
}

/** Values that any text may be: names, paths, patterns, words for readers. */
const free = /folder|file|address|name|pattern|token|redis|seed>|key|arm>|id>|data>|text>/;
/** Lists of names, which the command checks against the model. */
const names = new Set(['--methods', '--in-full', '--findings', '--layers', '--splits']);

const program = makeProgram();
let said = '';
for (const command of [program, ...program.commands, ...program.commands.flatMap(each => each.commands)]) {
  command.exitOverride().configureOutput({ writeErr: chunk => (said += chunk) });
  command.showHelpAfterError(false).action(() => {});
}
const options = subCommands(program).flatMap(([words, command]) =>
  command.options.filter(each => each.required).map(each => [words.join(' '), each.long!, each] as const),
);
const checked = options.filter(
  ([, long, each]) => each.argChoices || !(free.test(each.flags) || names.has(long)),
);

/** What the program says of these words; nothing is run. */
async function messageOf(words: string, args: string[]): Promise<string> {
  said = '';
  try {
    await program.parseAsync([...words.split(' '), ...args], { from: 'user' });
    return '';
  } catch (error) {
    return `${said}${(error as Error).message}`;
  }
}

describe('options of every sub-command', () => {
  it('are many', () => {
    expect(options.length).toBeGreaterThan(120);
    expect(checked.length).toBeGreaterThan(90);
  });

  it.each(checked.map(([words, long, each]) => [words, long, each.flags]))(
    'explain %s refuses a wrong %s and names both',
    async (words, long, flags) => {
      for (const wrong of ['foo;', '0x1F;', 'Infinity;']) {
        const said = await messageOf(words, [`${long}=${wrong}`]);
        expect(said).toContain(flags);
        expect(said).toContain(`'${wrong}'`);
      }
    },
  );

  it.each(
    checked.filter(([, , each]) =>
      /count|number|seconds|steps|rounds|weight>|factor|epochs/.test(each.flags),
    ),
  )('explain %s takes no number that is none for %s', async (words, long, each) => {
    for (const wrong of ['', ' ', 'NaN', 'Infinity', '1e999', '0x10', '-3', '1,5'])
      if (!(each.flags.includes('numbers') && wrong === '')) {
        const said = await messageOf(words, [`${long}=${wrong}`]);
        expect(said, `${words} ${long}=${wrong}`).toContain(each.flags);
      }
  });

  // Of a number there is no bound where nothing is kept for each: seeds, steps of a training.
  it.each(checked.filter(([, , each]) => /<(count|rounds|steps)>/.test(each.flags)))(
    'explain %s takes no count without bound for %s',
    async (words, long, each) => {
      expect(await messageOf(words, [`${long}=99999999999`])).toContain(each.flags);
    },
  );

  it('refuses an empty text', async () => {
    expect(await messageOf('run x', ['--out='])).toMatch(/--out <folder>.*It must not be empty/s);
  });

  it('names an unknown option and the one that it resembles before a required one that is missing', async () => {
    const said = await messageOf('run x', ['--modell', 'm', '--out', 'o']);
    expect(said).toMatch(/unknown option '--modell'.*\(Did you mean --model\?\)/s);
    expect(said).not.toContain('required');
    expect(await messageOf('study make', ['--dat', 'd'])).toContain("unknown option '--dat'");
  });

  it.each([
    ['run x', '--model <folder>'],
    ['study make', '--data <folder>'],
    ['study collect x y', '--truth <file>'],
  ])('%s names a required option that is missing', async (words, flags) => {
    expect(await messageOf(words, [])).toContain(`required option '${flags}' not specified`);
  });

  it('never repeats a secret', async () => {
    const said = await messageOf('pacs http://x', ['--header', 'Bearer abcdef']);
    expect(said).toMatch(/The value of --header is invalid. A header has the form "Name: value"/);
    expect(said).not.toContain('abcdef');
  });
});

describe('addOptions', () => {
  const schema = z.object({
    model: option(text(), { value: '<folder>', help: 'a package' }),
    microBatch: option(count().default(8), { value: '<images>', help: 'at once' }),
    seeds: option(z.array(wholeNumber()).default([1]), { value: '<numbers...>', help: 'some' }),
    quick: option(flag(), { help: 'quick' }),
    torch: option(z.boolean().default(true), { help: 'leave it out' }),
  });

  async function read(...args: string[]): Promise<{ values: unknown; given: string[] }> {
    const { Command } = await import('commander');
    const command = addOptions(
      new Command('x').exitOverride().configureOutput({ writeErr: () => {} }),
      schema,
    );
    command.parse(args, { from: 'user' });
    return { values: command.opts(), given: [...givenOptions(command, schema)] };
  }

  it('takes defaults, and says what was given', async () => {
    expect(await read('--model', 'm')).toEqual({
      values: { model: 'm', microBatch: 8, seeds: [1], torch: true },
      given: ['model'],
    });
    expect(await read('--model', 'm', '--seeds', '4', '5', '--seeds', '6', '--quick', '--no-torch')).toEqual({
      values: { model: 'm', microBatch: 8, seeds: [4, 5, 6], quick: true, torch: false },
      given: ['model', 'seeds', 'quick', 'torch'],
    });
    await expect(read()).rejects.toThrow(/required option '--model <folder>'/);
  });

  it('lets a preset replace defaults, and what was given replace the preset', () => {
    const preset = paperPreset({ batch: 32, epochs: 50 });
    const options: Partial<ScheduleConfig> = { batch: 16, epochs: 3, weightDecay: 0.05 };
    expect(overlay(options, preset, new Set(['epochs']))).toEqual({
      batch: 32,
      epochs: 3,
      learningRate: 1e-4,
      weightDecay: 0,
      averageDecay: 0,
    });
  });
});

describe('what is recorded', () => {
  it('is the command without the folders of this machine', () => {
    const values = Object.fromEntries(
      declaredOptions(evaluationOptions).map(each => [each.name, each.default]),
    );
    const given = { ...values, model: '/home/me/m', data: ['/a', '/b'], limit: 7, seed: 3, masks: '/masks' };
    const said = commandText(evaluationOptions, given);
    expect(said).toBe(
      '--model MODEL --data DATA DATA --masks MASKS --split test --methods all --augment 10 --slow-limit 40 ' +
        '--limit 7 --backend wasm --seed 3 --controls 20 --resamples 1000',
    );
  });

  it('has no option without facts', () => {
    expect(() => declaredOptions(z.object({ one: z.string() }))).toThrow(/option one is not declared/);
    expect(declaredOptions(classifierOptions).map(each => each.flag)).toContain('--images-per-epoch');
  });
});

describe('the help', () => {
  const help = (words: string): string =>
    subCommands(makeProgram())
      .find(([own]) => own.join(' ') === words)![1]
      .helpInformation()
      .replaceAll(/\s+/g, ' ');

  it('writes defaults as they are typed', () => {
    expect(help('train classifier')).toContain('a number, youden, or sensitivity:0.95 (default: 0.5)');
    expect(help('train classifier')).toContain('(default: 1,1)');
    expect(help('bench train')).toContain('default: r18 generator)');
    expect(help('study simulate')).toContain('(default: 0.75,0.88)');
    expect(help('train classifier')).toContain('choices: "features", "cells", default: "features")');
  });

  it('shows no default as JSON, whatever the command', () => {
    for (const [words] of subCommands(makeProgram()))
      expect(help(words.join(' '))).not.toMatch(/default: [[{]/);
  });
});
