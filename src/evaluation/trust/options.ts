import * as z from 'zod';
import { mostTransforms } from '../../models/most-transforms';
import { datasetOptions, preparationOptions } from '../../datasets/options';
import { amount, count, option, text, wholeNumber } from '../../io/options';
import { ownSplitOptions } from '../set/own-split';
import type { Expectation } from './checks';

/** Another package whose generator was trained like the model's but for one thing. */
export interface OtherModel {
  role: keyof typeof roles;
  folder: string;
}

export const adebayo = 'Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018, arXiv 1810.03292';
const arun = 'Arun et al., Assessing the Trustworthiness of Saliency Maps, Radiology: AI 2021';
export const alvarez =
  'Alvarez-Melis & Jaakkola, On the Robustness of Interpretability Methods, 2018, arXiv 1806.08049';

export const roles = {
  repeat: { title: 'Repeatability: generator of another seed', expectation: 'alike', source: arun },
  randomised: { title: 'Generator of a randomised classifier', expectation: 'unlike', source: adebayo },
  permuted: { title: 'Generator of a classifier of permuted labels', expectation: 'unlike', source: adebayo },
  other: { title: 'Generator of another classifier of the same task', expectation: 'none', source: arun },
} as const satisfies Record<string, { title: string; expectation: Expectation; source: string }>;

/** Reads `role=folder`. */
const otherModel = z.string().transform((written, context): OtherModel => {
  const at = written.indexOf('=');
  const [role, folder] = [written.slice(0, at), written.slice(at + 1)];
  if (role in roles && folder !== '') return { role: role as OtherModel['role'], folder };
  context.addIssue(`It must be role=folder, the role one of ${Object.keys(roles).join(', ')}.`);
  return z.NEVER;
});

/** Options of `explain trust`. */
export const trustOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package' }),
  label: option(text().optional(), {
    value: '<name>',
    help: 'label that is explained, of a model of independent ones',
  }),
  data: option(z.array(text()).optional(), {
    value: '<folders...>',
    help: 'data folders as docs/data.md describes',
  }),
  split: option(z.enum(['train', 'val', 'test']).default('test'), {
    value: '<name>',
    help: 'split of the data',
  }),
  phantoms: option(count().optional(), { value: '<count>', help: 'take fresh phantoms instead' }),
  methods: option(text().default('all'), {
    value: '<list>',
    help: 'method ids separated by commas, or "all" that are one-shot',
  }),
  augment: option(wholeNumber(0, mostTransforms).default(0), {
    value: '<count>',
    help: 'random transforms that every map is the mean of; 0: a single pass',
  }),
  limit: option(count().default(40), { value: '<count>', help: 'seeded sample of positive images' }),
  noise: option(amount().default(0.02), {
    value: '<deviation>',
    help: 'standard deviation of the noise of the stability check',
  }),
  stages: option(count(1000).default(5), {
    value: '<count>',
    help: 'steps of the cascading randomisation',
  }),
  compareWith: option(z.array(otherModel).default([]), {
    value: '<role=folder...>',
    help: `packages that differ in one thing; roles: ${Object.keys(roles).join(', ')}`,
  }),
  ...preparationOptions.shape,
  seed: option(wholeNumber().default(0), {
    value: '<number>',
    help: 'fixes sample, noise and randomised weights',
  }),
  out: option(text().default('trust'), {
    value: '<folder>',
    help: 'folder of trust.json and trust.txt',
  }),
  ...ownSplitOptions.shape,
  ...datasetOptions.shape,
});

export type TrustOptions = z.infer<typeof trustOptions>;
