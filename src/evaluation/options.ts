import { cpus } from 'node:os';
import * as z from 'zod';
import { mostTransforms } from '../models/most-transforms';
import type { NodeBackendName } from '../backends/node';
import { backendOption } from '../backends/options';
import { count, workerCount, flag, list, option, text, wholeNumber } from '../io/options';
import { datasetOptions } from '../datasets/options';
import { leaseOption, redisAddress } from '../queue';
import { ownSplitOptions } from './set/own-split';

/** Options of `explain evaluate`. What results record of them stands at each. */
export const evaluationOptions = z.object({
  model: option(text().optional(), {
    value: '<folder>',
    help: 'model package',
    command: 'always',
    placeholder: 'MODEL',
  }),
  data: option(z.array(text()).optional(), {
    value: '<folders...>',
    help: 'data folders as docs/data.md describes',
    command: 'always',
    placeholder: 'DATA',
  }),
  label: option(text().optional(), {
    value: '<name>',
    help: 'label that is evaluated, of a model of independent ones',
    command: 'changed',
    recorded: true,
    placeholder: 'LABEL',
  }),
  masks: option(text().optional(), {
    value: '<folder>',
    help: 'masks (PNG, named as the images) that are the truth instead of the boxes',
    command: 'changed',
    placeholder: 'MASKS',
  }),
  averageBoxes: option(text().optional(), {
    value: '<file>',
    help: 'boxes of training images (CSV) for the average training truth, where the data has no train split',
    command: 'changed',
    placeholder: 'BOXES',
  }),
  phantoms: option(count().optional(), {
    value: '<count>',
    help: 'evaluate on this many fresh phantoms instead',
    command: 'always',
  }),
  split: option(z.enum(['train', 'val', 'test', 'all']).default('test'), {
    value: '<name>',
    help: 'split of the data, or all of it: a set that was gathered to test on; train says nothing of other films',
    command: 'always',
    recorded: true,
  }),
  methods: option(text().default('all'), {
    value: '<list>',
    help: 'method ids separated by commas, "id:generator" for a certain generator, "id+aug" for the averaged form of a slow one, or "all"',
    command: 'always',
    recorded: true,
  }),
  augment: option(wholeNumber(0, mostTransforms).default(10), {
    value: '<count>',
    help: 'random transforms of the averaged forms (eq. 11); 0 leaves them out',
    command: 'always',
    recorded: true,
  }),
  slowLimit: option(count().default(40), {
    value: '<count>',
    help: 'images of the seeded subset that methods of many passes run on, all others repeated there',
    command: 'always',
    recorded: true,
  }),
  inFull: option(list().optional(), {
    value: '<list>',
    help: 'ids of methods of many passes that run on all images nevertheless',
    command: 'changed',
  }),
  deletionInsertion: option(wholeNumber(0, 10_000).default(0), {
    value: '<steps>',
    help: 'also measure deletion and insertion curves on the subset, in this many steps (20 is usual)',
    command: 'changed',
    recorded: true,
  }),
  reference: option(text().optional(), {
    value: '<key>',
    help: 'map that all others are compared with (default: that of the package’s own method, averaged; where it is not among --methods, the first of them)',
    command: 'changed',
  }),
  limit: option(count().optional(), {
    value: '<count>',
    help: 'evaluate a seeded sample of this many images; prepared are all of the split, from which sample and shuffled controls are drawn, and the training images with a truth',
    command: 'changed',
    recorded: true,
  }),
  workers: option(workerCount().default(cpus().length), {
    value: '<number>',
    help: 'worker threads',
    recorded: true,
  }),
  backend: backendOption,
  out: option(text().default('report'), {
    value: '<folder>',
    help: 'folder of the report; finished images in it are kept',
  }),
  cache: option(text().default('.cache'), {
    value: '<folder>',
    help: 'folder of prepared images and of computed maps',
  }),
  rescore: option(flag(), { help: 'measure all maps anew, from the cache where they are there' }),
  seed: option(wholeNumber().default(0), {
    value: '<number>',
    help: 'fixes sample, transforms, ties, controls and bootstrap',
    command: 'always',
    recorded: true,
  }),
  controls: option(wholeNumber(0, 10_000).default(20), {
    value: '<rounds>',
    help: 'permutations of the shuffled control',
    command: 'always',
    recorded: true,
  }),
  cases: option(wholeNumber(0, 100_000).default(4), {
    value: '<count>',
    help: 'best and worst images drawn in the page, so many each',
  }),
  pictures: option(wholeNumber(0, 100_000).default(0), {
    value: '<count>',
    help: 'write x, x_s, x_a and map of this many images, drawn by the seed',
  }),
  resamples: option(count(1_000_000).default(1000), {
    value: '<count>',
    help: 'bootstrap resamples',
    command: 'always',
    recorded: true,
  }),
  trust: option(text().optional(), {
    value: '<file>',
    help: 'outcomes of trust checks (JSON) to show in the page',
    command: 'changed',
    placeholder: 'TRUST',
  }),
  judge: option(text().optional(), {
    value: '<folder>',
    help: 'another model package, whose classifier says what it sees in the generated images',
    command: 'changed',
    placeholder: 'JUDGE',
  }),
  compare: option(z.array(text()).optional(), {
    value: '<folders...>',
    help: 'put two models side by side: report folders, or model packages',
  }),
  queue: option(redisAddress.optional(), {
    value: '<redis-url>',
    help: 'share the images with other processes through Redis (its password: EXPLAIN_REDIS_PASSWORD)',
    secret: true,
  }),
  lease: leaseOption('an image'),
  updateCard: option(flag(), {
    help: 'write the figures into the model card too; not those of --split train',
  }),
  ...ownSplitOptions.shape,
  ...datasetOptions.shape,
});

/** As the command line gives them. */
export type GivenEvaluation = z.infer<typeof evaluationOptions>;

/** Options of the evaluation of one model, its backend settled. */
export type EvaluateOptions = Omit<GivenEvaluation, 'model' | 'compare' | 'backend'> & {
  model: string;
  backend: NodeBackendName;
};
