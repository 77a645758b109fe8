import { prepareNodeBackend } from '../../backends/node';
import { openListing } from '../../datasets/open-listing';
import { augmented, methodById, methods, type ExplainContext, type ExplanationMethod } from '../../explain';
import type { Listener } from '../../io/listener';
import { makeWritable } from '../../io/out-folder';
import { isConstantMap } from '../../metrics';
import type { ModelCard } from '../../models/card';
import { generatorsOf } from '../../models/generator-choice';
import type { ModelPackage } from '../../models/package';
import { decidedBy, hasSides } from '../answers';
import { openEvaluated, readEvaluatedCard } from '../open-package';
import { normal, seededRandom, shuffled } from '../../models/random';
import { cascade, randomiseLayers } from '../../models/randomise-layers';
import { evaluatedListing, openSplit } from '../set/open-split';
import { checkOwnNames, checkOwnSplit } from '../set/own-split';
import { checkPhantoms, makePhantomSet } from '../set/phantom-set';
import { casePixels, type EvaluationSet } from '../set/set';
import { judge, type CheckText, type Comparison } from './checks';
import { mapsOf, otherImageSimilarity } from './maps';
import { adebayo, alvarez, roles, type OtherModel, type TrustOptions } from './options';
import { mapSimilarity } from './similarity';
import type { TrustCheck, TrustResults } from './trust-file-schema';

/** The images of one run of the checks. */
interface Sample {
  images: Float32Array[];
  patients: string[];
  size: number;
}

/**
 * Runs the checks of every method asked for.
 *
 * @returns their outcomes, and what must be known of the images
 * @throws Error when the model cannot run one, or there are fewer than three images to explain
 */
export async function runTrustChecks(
  options: TrustOptions,
  listener: Listener,
): Promise<Pick<TrustResults, 'checks' | 'notes'>> {
  await prepareNodeBackend('wasm', { keepFilters: true });
  const card = await readEvaluatedCard(options.model, options.label);
  const checked = methodIds(options.methods, card).map(id => checkedMethod(id, card, options));
  const set = await openSet(options, card, listener);
  const notes = options.data ? await checkOwnSplit(options.model, set, options) : [];
  notes.forEach(note => listener.notice(note));
  const sample = chooseSample(set, card, options);
  const others = await Promise.all(
    options.compareWith.map(async ({ role, folder }) => ({
      role,
      model: await openEvaluated(folder, options.label),
    })),
  );
  const model = await openEvaluated(options.model, options.label);
  const checks: TrustCheck[] = [];
  const progress = listener.begin('checking', checked.length);
  for (const [index, method] of checked.entries()) {
    checks.push(...(await checkMethod(model, others, method, sample, options)));
    progress.update(index + 1, method.id);
  }
  progress.stop();
  [model, ...others.map(other => other.model)].forEach(each => each.dispose());
  return { checks, ...(notes.length > 0 && { notes }) };
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

/**
 * The method as it is checked: in a single pass, or averaged over the card's transforms.
 *
 * @throws RangeError for an averaged method of many passes
 */
export function checkedMethod(
  id: string,
  { augmentation }: Pick<ModelCard, 'augmentation'>,
  { augment, seed }: Pick<TrustOptions, 'augment' | 'seed'>,
): ExplanationMethod {
  const method = methodById(id);
  if (augment === 0) return method;
  if (!method.oneShot)
    throw new RangeError(`"${id}" takes many passes and is not averaged: leave --augment out.`);
  return augmented(method, { count: augment, ranges: augmentation, seed, generated: false });
}

async function openSet(options: TrustOptions, card: ModelCard, listener: Listener): Promise<EvaluationSet> {
  if ((options.data === undefined) === (options.phantoms === undefined)) {
    throw new Error('Give either --data <folder> or --phantoms <count>.');
  }
  if (options.phantoms !== undefined) checkPhantoms(card);
  const listing = options.data && evaluatedListing(await openListing(options.data, options, listener), card);
  if (listing) await checkOwnNames(options.model, listing, options);
  // Before the images are prepared, and not before what was named can be read.
  await makeWritable('--out', options.out);
  return listing
    ? openSplit(listing, options.split, card.input)
    : makePhantomSet(options.phantoms!, options.seed, card.input, () => {}, card.label);
}

/** Positive images; of more than two classes images of any, whose maps explain the class decided for each. */
function chooseSample(set: EvaluationSet, card: ModelCard, { seed, limit }: TrustOptions): Sample {
  const isShown = hasSides(decidedBy(card)) ? (label: number) => label === 1 : () => true;
  const shown = set.cases.flatMap(({ label }, index) => (isShown(label) ? [index] : []));
  const chosen = shuffled(shown, seededRandom(`${seed}/trust`)).slice(0, limit);
  if (chosen.length < 3)
    throw new Error('The checks need three positive images or more, or three of any of several classes.');
  return {
    images: chosen.map(index => casePixels(set, index)),
    patients: chosen.map(index => set.cases[index].patient),
    size: set.size,
  };
}

async function checkMethod(
  model: ModelPackage,
  others: readonly { role: OtherModel['role']; model: ModelPackage }[],
  method: ExplanationMethod,
  sample: Sample,
  options: TrustOptions,
): Promise<TrustCheck[]> {
  const { id, needs } = method;
  const maps = await mapsOf(model, method, sample.images);
  const elsewhere = otherImageSimilarity(maps, sample.size);
  const compare = async (context: ExplainContext, images: readonly Float32Array[]): Promise<Comparison[]> =>
    (await mapsOf(context, method, images)).map((map, i) => ({
      patient: sample.patients[i],
      compared: mapSimilarity(maps[i], map, sample.size),
      constant: isConstantMap(maps[i]) || isConstantMap(map),
      otherImages: elsewhere[i],
    }));
  const checks = [await stability(id, sample, options, compare)];
  if (callsClassifier(method)) checks.push(...(await randomisation(id, sample, options, compare)));
  if (!needs.generator) return checks;
  for (const other of others) {
    if (generatorsOf(other.model.card, needs.generator).length === 0) continue;
    const { title, expectation, source } = roles[other.role];
    const { id: name, version } = other.model.card;
    const text = { id: other.role, title, method: id, source, note: `${name} ${version}` };
    checks.push(judge(text, expectation, await compare(other.model, sample.images), options.seed));
  }
  return checks;
}

/** Whether a map hangs on the classifier when it is made, and not only through the training of a generator. */
export function callsClassifier({ needs }: Pick<ExplanationMethod, 'needs'>): boolean {
  return !needs.generator || needs.gradients === true;
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
  const model = await openEvaluated(options.model, options.label);
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

/**
 * Cascading randomisation of the classifier, for methods that call it. Generators stay as they are: of an attribution between x_s and
 * x_a it asks whether more than these two images is in the map.
 */
async function randomisation(
  id: string,
  { images }: Sample,
  options: TrustOptions,
  compare: Compare,
): Promise<TrustCheck[]> {
  const model = await openEvaluated(options.model, options.label);
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
