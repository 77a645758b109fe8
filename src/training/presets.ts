import { kindFacts, type GeneratorKind } from '../models/generator-kinds';
import type { PairOptions } from './losses/pair';

/** A named set of loss weights. */
export interface LossPreset {
  id: string;
  /** As the paper writes it. */
  title: string;
  /** The generator it is made for; absent: any of the image generators. */
  kind?: Exclude<GeneratorKind, 'mask'>;
  /** Laid over the options' own defaults. */
  options: Partial<PairOptions>;
}

/** One row of Table I; the meaning of its columns is this project's reading. */
function tableRow(
  [similarL2, similarL1, adversarial, pair]: [number, number, number, number],
  classification: number,
  weightDistance: number,
  totalVariation: number,
): Partial<PairOptions> {
  return {
    similarL2,
    similarL1,
    adversarial,
    pair,
    classificationStart: classification,
    classificationEnd: classification,
    weightDistance,
    totalVariation,
  };
}

/**
 * What SyCE and CyCE have in common: weights of the authors' public configuration (of digits; arXiv 2106.10947 for the method).
 * No distance of x_a to x is asked for: that the way back leads to x keeps it near. SyCE adds up its symmetric and its
 * cyclic reconstruction (10 and 2) and answers (0.01 and 0.005, of 0.2), which one generator for both decisions makes the same.
 */
const successor: Partial<PairOptions> = {
  ...tableRow([0, 0, 0, 0], 0.2, 0, 0),
  realism: 0.25,
  discriminatorRate: 1,
};

/**
 * Presets of the loss, eq. (5): the seven rows of the paper's Table I, the naive generator (x_a–x and TV as Single_1
 * (TV), the adversarial term of eq. (7) alone), `annealed`, the defaults of the
 * terms themselves (`losses/pair`), which made the shipped models, and `by-decision`: CyCE's two heads with these defaults
 * instead of its way back, x_a drawn past the operating point.
 *
 * The paper's norms may be sums where these are means per pixel, so a row of Table I is a starting point: with means its
 * weight of eq. (7) leaves x_a = x. `annealed` starts with a large one and lowers it geometrically.
 */
export const lossPresets: LossPreset[] = [
  {
    id: 'annealed',
    title: 'annealed classification weight',
    options: {},
  },
  { id: 'duo-tv', title: 'Duo (TV)', kind: 'duo', options: tableRow([1, 1, 1, 0], 0.001, 0, 0.2) },
  { id: 'duo-w-tv', title: 'Duo (W, TV)', kind: 'duo', options: tableRow([1, 1, 1, 0], 0.001, 0.1, 0.2) },
  {
    id: 'single1-tv',
    title: 'Single_1 (TV)',
    kind: 'single1',
    options: tableRow([1, 1, 1, 0], 0.001, 0, 0.2),
  },
  {
    id: 'single1-w',
    title: 'Single_1 (W)',
    kind: 'single1',
    options: tableRow([3, 1, 1, 0.2], 0.001, 0.1, 0),
  },
  {
    id: 'single1-w-tv',
    title: 'Single_1 (W, TV)',
    kind: 'single1',
    options: tableRow([1, 1, 1, 0.2], 0.001, 0.1, 0.2),
  },
  {
    id: 'single2-w',
    title: 'Single_2 (W)',
    kind: 'single2',
    options: tableRow([3, 1, 1, 0.2], 0.001, 0.2, 0),
  },
  {
    id: 'single2-w-tv',
    title: 'Single_2 (W, TV)',
    kind: 'single2',
    options: tableRow([3, 1, 1, 0.2], 0.001, 0.2, 0.2),
  },
  {
    id: 'syce',
    title: 'SyCE',
    kind: 'syce',
    options: { ...successor, similarL2: 12, similarL1: 12, similarClassification: 0.075 },
  },
  { id: 'cyce', title: 'CyCE', kind: 'cyce', options: { ...successor, cycle: 10, similarClassification: 0 } },
  {
    id: 'by-decision',
    title: 'By decision',
    kind: 'cyce',
    options: { similarClassification: 0, adversarialTarget: 'past', beyondBy: 0.2 },
  },
  { id: 'naive-tv', title: 'Naive (TV)', kind: 'naive', options: tableRow([0, 0, 1, 0], 0.001, 0, 0.2) },
];

/**
 * The preset of a training: the one asked for; else the one that bears the name of the kind, for that name stands for a loss as
 * well as for a network; else the terms' own defaults.
 *
 * @throws RangeError naming the presets that there are
 */
export function presetFor(kind: GeneratorKind | undefined, asked: string | undefined): LossPreset {
  return lossPreset(asked ?? lossPresets.find(({ id }) => id === kind)?.id ?? 'annealed');
}

/** What a generator is called: by its kind's name alone only where its loss is not that of another preset. */
export function generatorTitle(kind: GeneratorKind, preset: LossPreset): string {
  const { title } = kindFacts(kind);
  if (preset.kind) return preset.title;
  return lossPresets.some(({ id }) => id === kind) ? `${title}, ${preset.title}` : title;
}

/** @throws RangeError naming the presets that there are */
export function lossPreset(id: string): LossPreset {
  const preset = lossPresets.find(candidate => candidate.id === id);
  if (preset) return preset;
  throw new RangeError(`There is no preset "${id}"; known are ${lossPresets.map(p => p.id).join(', ')}.`);
}
