import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { prepareNodeBackend } from '../backends/node';
import { methods, methodById, type ExplainContext } from '../explain';
import { amount, count, option, text, wholeNumber } from '../io/options';
import { isConstantMap } from '../metrics';
import { generatorsOf } from '../models/generator-choice';
import type { ModelCard } from '../models/card';
import { loadModelPackage, readModelCard, type ModelPackage } from '../models/package';
import { normal, seededRandom, shuffled } from '../models/random';
import { formatTable } from '../report/tables';
import type { TrustCheck, TrustResults } from '../evaluation/trust/trust-file-schema';
import { writeAtomically } from '../io/write-file';
import { folderReader } from '../io/folder-reader';
import { datasetOptions, preparationOptions } from '../datasets/options';
import { judge, type CheckText, type Comparison, type Expectation } from '../evaluation/trust/checks';
import { mapsOf, otherImageSimilarity } from '../evaluation/trust/maps';
import { cascade, randomiseLayers } from '../models/randomise-layers';
import { mapSimilarity } from '../evaluation/trust/similarity';
import { openSplit } from '../evaluation/set/open-split';
import { makePhantomSet } from '../evaluation/set/phantom-set';
import { casePixels, type EvaluationSet } from '../evaluation/set/set';
import { openListing } from '../datasets/open-listing';
import { addOptions } from './options';
import { Progress, terminal } from './progress';

/** Another package whose generator was trained like the model's but for one thing. */
interface OtherModel {
  role: keyof typeof roles;
  folder: string;
}

const adebayo = 'Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018, arXiv 1810.03292';
const arun = 'Arun et al., Assessing the Trustworthiness of Saliency Maps, Radiology: AI 2021';
const alvarez =
  'Alvarez-Melis & Jaakkola, On the Robustness of Interpretability Methods, 2018, arXiv 1806.08049';

const roles = {
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
const trustOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package' }),
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
  limit: option(count().default(40), { value: '<count>', help: 'seeded sample of positive images' }),
  noise: option(amount().default(0.02), {
    value: '<deviation>',
    help: 'standard deviation of the noise of the stability check',
  }),
  stages: option(count().default(5), {
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
  ...datasetOptions.shape,
});

type TrustOptions = z.infer<typeof trustOptions>;

/** Adds `explain trust`. */
export function registerTrust(program: Command): void {
  const command = program
    .command('trust')
    .description('Checks that could embarrass a map: randomised classifiers, repeatability, stability');
  addOptions(command, trustOptions).action((options: TrustOptions) => trust(options));
}

/** The images of one run of the checks. */
interface Sample {
  images: Float32Array[];
  patients: string[];
  size: number;
}

async function trust(options: TrustOptions): Promise<void> {
  await prepareNodeBackend('wasm');
  const card = await readModelCard(folderReader(options.model));
  const ids = methodIds(options.methods, card);
  const sample = chooseSample(await openSet(options, card), options);
  const others = await Promise.all(
    options.compareWith.map(async ({ role, folder }) => ({ role, model: await openWhole(folder) })),
  );
  const model = await openWhole(options.model);
  const checks: TrustCheck[] = [];
  const progress = new Progress('checking', ids.length);
  for (const [index, id] of ids.entries()) {
    checks.push(...(await checkMethod(model, others, id, sample, options)));
    progress.update(index + 1, id);
  }
  progress.stop();
  [model, ...others.map(other => other.model)].forEach(each => each.dispose());
  await writeResults(options, checks);
}

async function openWhole(folder: string): Promise<ModelPackage> {
  const read = folderReader(folder);
  const { generators } = await readModelCard(read);
  return loadModelPackage(read, { generators: Object.keys(generators) });
}

function methodIds(list: string, card: ModelCard): string[] {
  const fits = (id: string): boolean => {
    const wanted = methodById(id).needs.generator;
    return !wanted || generatorsOf(card, wanted).length > 0;
  };
  if (list === 'all') return methods.filter(({ id, oneShot }) => oneShot && fits(id)).map(({ id }) => id);
  const ids = list.split(',').map(id => id.trim());
  const impossible = ids.filter(id => !fits(id));
  if (impossible.length > 0) throw new Error(`The model has no generator for: ${impossible.join(', ')}.`);
  return ids;
}

async function openSet(options: TrustOptions, card: ModelCard): Promise<EvaluationSet> {
  if ((options.data === undefined) === (options.phantoms === undefined)) {
    throw new Error('Give either --data <folder> or --phantoms <count>.');
  }
  return options.data
    ? openSplit(await openListing(options.data, options, terminal), options.split, card.input)
    : makePhantomSet(options.phantoms!, options.seed, card.input, () => {});
}

function chooseSample(set: EvaluationSet, { seed, limit }: TrustOptions): Sample {
  const positive = set.cases.flatMap(({ label }, index) => (label === 1 ? [index] : []));
  const chosen = shuffled(positive, seededRandom(`${seed}/trust`)).slice(0, limit);
  if (chosen.length < 3) throw new Error('The checks need three positive images or more.');
  return {
    images: chosen.map(index => casePixels(set, index)),
    patients: chosen.map(index => set.cases[index].patient),
    size: set.size,
  };
}

async function checkMethod(
  model: ModelPackage,
  others: readonly { role: OtherModel['role']; model: ModelPackage }[],
  id: string,
  sample: Sample,
  options: TrustOptions,
): Promise<TrustCheck[]> {
  const { needs } = methodById(id);
  const maps = await mapsOf(model, id, sample.images);
  const elsewhere = otherImageSimilarity(maps, sample.size);
  const compare = async (context: ExplainContext, images: readonly Float32Array[]): Promise<Comparison[]> =>
    (await mapsOf(context, id, images)).map((map, i) => ({
      patient: sample.patients[i],
      compared: mapSimilarity(maps[i], map, sample.size),
      constant: isConstantMap(maps[i]) || isConstantMap(map),
      otherImages: elsewhere[i],
    }));
  const checks = [await stability(id, sample, options, compare)];
  if (!needs.generator) {
    checks.push(...(await randomisation(id, sample, options, compare)));
    return checks;
  }
  for (const other of others) {
    if (generatorsOf(other.model.card, needs.generator).length === 0) continue;
    const { title, expectation, source } = roles[other.role];
    const { id: name, version } = other.model.card;
    const text = { id: other.role, title, method: id, source, note: `${name} ${version}` };
    checks.push(judge(text, expectation, await compare(other.model, sample.images), options.seed));
  }
  return checks;
}

type Compare = (context: ExplainContext, images: readonly Float32Array[]) => Promise<Comparison[]>;

async function stability(
  id: string,
  { images }: Sample,
  options: TrustOptions,
  compare: Compare,
): Promise<TrustCheck> {
  const noisy = images.map((image, i) => {
    const random = seededRandom(`${options.seed}/noise/${i}`);
    return image.map(value => Math.min(1, Math.max(0, value + options.noise * normal(random))));
  });
  const model = await openWhole(options.model);
  const text: CheckText = {
    id: 'stability',
    title: `Stability under noise of standard deviation ${options.noise}`,
    method: id,
    source: alvarez,
  };
  const check = judge(text, 'alike', await compare(model, noisy), options.seed);
  model.dispose();
  return check;
}

/** Cascading randomisation of the classifier, for methods that call it. */
async function randomisation(
  id: string,
  { images }: Sample,
  options: TrustOptions,
  compare: Compare,
): Promise<TrustCheck[]> {
  const model = await openWhole(options.model);
  const groups = cascade(model.classifier, options.stages);
  const checks: TrustCheck[] = [];
  for (const [stage, layers] of groups.entries()) {
    randomiseLayers(layers, options.seed);
    const whole = stage === groups.length - 1;
    const text: CheckText = {
      id: `randomisation-${stage + 1}`,
      title: `Classifier randomised from the output, step ${stage + 1} of ${groups.length}`,
      method: id,
      source: adebayo,
    };
    checks.push(judge(text, whole ? 'unlike' : 'none', await compare(model, images), options.seed));
  }
  model.dispose();
  return checks;
}

async function writeResults(options: TrustOptions, checks: TrustCheck[]): Promise<void> {
  const results: TrustResults = {
    command: `explain trust --limit ${options.limit} --seed ${options.seed}`,
    checks,
  };
  const number = (value: number | null | undefined): string => value?.toFixed(3) ?? '–';
  const rows = checks.map(
    ({ method = '', title, passed, throughEmptyMaps, figures: [rank, difference, structure] }) => [
      `${method}: ${title}`,
      number(rank.value),
      number(rank.control),
      `${number(difference.low)} to ${number(difference.high)}`,
      number(structure.value),
      passed === null ? '–' : throughEmptyMaps ? 'through empty maps' : passed ? 'passed' : 'FAILED',
    ],
  );
  const head = ['check', 'rank correlation', 'different images', 'difference, 95 %', 'SSIM', 'outcome'];
  const table = formatTable(head, rows);
  await writeAtomically(path.join(options.out, 'trust.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeAtomically(path.join(options.out, 'trust.txt'), `${table}\n`);
  process.stdout.write(`${table}\n\nWritten to ${options.out}: trust.json, trust.txt\n`);
}
