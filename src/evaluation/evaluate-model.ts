import path from 'node:path';
import { prepareNodeBackend } from '../backends/node';
import { methodById, whyUnavailable } from '../explain';
import type { ModelCard } from '../models/card';
import type { ModelPackage } from '../models/package';
import { seededRandom, shuffled } from '../models/random';
import { decidedBy, hasSides } from './answers';
import type { CaseRecord } from './records';
import type { CaseView, EvaluationResults } from './results';
import type { TrustResults } from './trust/trust-file-schema';
import { openListing, type OpenedListing } from '../datasets/open-listing';
import type { JobProgress, Listener } from '../io/listener';
import { makeWritable } from '../io/out-folder';
import { caseView, chooseBestAndWorst } from './pictures/case-pictures';
import { describe } from './measure/evaluate-case';
import { MapCache } from './measure/map-cache';
import { parseRequests, whyNot, type MapRequest } from './plan/map-requests';
import type { EvaluateOptions } from './options';
import { requireJudge } from './judge/judge';
import { judgeGenerators, type Measured } from './judge/judge-generators';
import type { JudgeResults } from './judge/judge-results';
import { checkOwnNames, checkOwnSplit } from './set/own-split';
import { writeCasePictures } from './pictures/picture-files';
import { withFolderLocked } from './out-folder';
import { chooseCases, contentHash, evaluationKey, makePlan } from './plan/plan';
import { RecordStore } from './measure/record-store';
import type { Evaluation } from './evaluation';
import { makeResults } from './make-results';
import { mapTitles, referenceRequest } from './map-titles';
import { evaluateMissing, mapFolder } from './measure/run-plan';
import { openEvaluated, readEvaluatedCard } from './open-package';
import { evaluatedListing, openSplit } from './set/open-split';
import { evaluateShared } from './shared/evaluate-shared';
import { sharedIdentity } from './shared/identity';
import { checkPhantoms, makePhantomSet } from './set/phantom-set';
import type { EvaluationSet } from './set/set';
import { readTrust } from './trust/trust-file';

/** What an evaluation hands back; `tables` is what it prints. */
interface Outcome {
  results: EvaluationResults;
  tables: string;
  card: ModelCard;
}

/** Writes the report of an evaluation. @returns its tables as text */
export type ReportWriter = (
  evaluation: Evaluation,
  results: EvaluationResults,
  cases: readonly CaseView[],
) => Promise<string>;

/**
 * Measures one model and has its report written while no other evaluation writes into the folder.
 *
 * @returns the results, and their tables as text
 */
export async function evaluateModel(
  options: EvaluateOptions,
  listener: Listener,
  writeReport: ReportWriter,
): Promise<Outcome> {
  const card = await readEvaluatedCard(options.model, options.label);
  await checkTask(options, card);
  checkCardUpdate(options);
  const requests = chooseRequests(options, card);
  referenceRequest(requests, options.reference, card);
  const trust = options.trust === undefined ? undefined : await readTrust(options.trust);
  // Last: what cannot be read leaves no empty folder.
  const listing = await openData(options, card, listener);
  if (listing) await checkOwnNames(options.model, listing, options);
  await makeWritable('--out', options.out);
  await makeWritable('--cache', options.cache);
  return withFolderLocked(options.out, () =>
    measure(options, card, { requests, trust, listing }, listener, writeReport),
  );
}

/** @throws Error where what is asked for is of two classes, or of one label, and the model tells more classes apart, or the judge does not fit */
async function checkTask({ phantoms, data, judge }: EvaluateOptions, card: ModelCard): Promise<void> {
  if (phantoms !== undefined) checkPhantoms(card);
  if (judge === undefined) return;
  if (!hasSides(decidedBy(card)))
    throw new Error(
      `--judge compares two classes, or one label; ${card.id} tells ${card.classes.length} classes apart.`,
    );
  if (data === undefined) throw new Error('--judge needs --data: it compares with real films.');
  await requireJudge(judge, card);
}

/** @throws Error where figures on training images would be written into the card, which holds those on films that are new to the model */
function checkCardUpdate({ updateCard, data, split }: EvaluateOptions): void {
  if (updateCard && data !== undefined && split === 'train')
    throw new Error(
      '--update-card and --split train exclude each other: figures on training images are no measurement that a model card may hold. Evaluate val or test for the card.',
    );
}

/** What was read before anything was written. */
interface Read {
  requests: MapRequest[];
  trust: TrustResults | undefined;
  /** Absent where phantoms are drawn. */
  listing: OpenedListing | undefined;
}

/** The evaluation proper, once the options are known to be possible. */
async function measure(
  options: EvaluateOptions,
  card: ModelCard,
  { requests, trust, listing }: Read,
  listener: Listener,
  writeReport: ReportWriter,
): Promise<Outcome> {
  const set = await openSet(options, card, listing, listener);
  const indices = chooseCases(set, options);
  const plan = makePlan(set, requests, indices, options);
  const model = await openModel(options);
  try {
    checkMethods(requests, model);
    const content = contentHash(set);
    const key = evaluationKey(card, set, plan, options.backend);
    const about = `${card.title} ${card.version}, ${set.description}`;
    const store = await RecordStore.open(options.out, { key, content, about }, options.rescore);
    const { queue } = options;
    if (queue === undefined) await evaluateMissing(options, card, set, plan, indices, store, listener);
    else {
      const identity = sharedIdentity(card, set, { key, content }, options);
      await evaluateShared(
        { options: { ...options, queue }, card, set, plan, indices, store, identity },
        listener,
      );
    }
    const measured = indices.flatMap(index => recordOf(store, set, index));
    const records = measured.map(({ record }) => record);
    const { resamples, seed } = options;
    const summary = { decidedBy: decidedBy(card), resamples, seed };
    const cache = new MapCache(mapFolder(options));
    const judge = await judgeWhereAsked(options, { model, set, records: measured, cache }, listing, listener);
    const evaluation: Evaluation = { options, card, set, content, plan, records, summary, judge, trust };
    const results = makeResults(evaluation);
    const tables = await writeReport(evaluation, results, await drawCases(evaluation, model));
    if (options.pictures > 0) await drawPictures(options, model, set, requests, indices, listener);
    return { results, tables, card };
  } finally {
    model.dispose();
  }
}

async function judgeWhereAsked(
  { judge, seed, resamples }: EvaluateOptions,
  measured: Omit<Measured, 'listing'>,
  listing: OpenedListing | undefined,
  listener: Listener,
): Promise<JudgeResults | undefined> {
  if (judge === undefined || listing === undefined) return undefined;
  return judgeGenerators({ judge, seed, resamples }, { ...measured, listing }, listener);
}

/** What was measured of a case; what is known of its image is taken from the set, which may say more than when it was measured. */
function recordOf(
  store: RecordStore,
  set: EvaluationSet,
  index: number,
): { index: number; record: CaseRecord }[] {
  const info = set.cases[index];
  const measured = store.records.get(info.id);
  return measured ? [{ index, record: { ...measured, ...describe(info, set) } }] : [];
}

function chooseRequests(options: EvaluateOptions, card: ModelCard): MapRequest[] {
  const { augment, seed, inFull } = options;
  const wanted = { augment, seed, inFull: inFull?.map(id => methodById(id).id) };
  const requests = parseRequests(options.methods, card, wanted);
  const impossible = requests.map(request => whyNot(request, card)).filter(reason => reason !== undefined);
  if (impossible.length > 0) throw new Error([...new Set(impossible)].join('\n'));
  return requests;
}

async function openModel(options: EvaluateOptions): Promise<ModelPackage> {
  await prepareNodeBackend(options.backend, { keepFilters: true });
  return openEvaluated(options.model, options.label);
}

/** @throws Error naming the methods that the networks cannot run, before anything is computed */
function checkMethods(requests: readonly MapRequest[], model: ModelPackage): void {
  const reasons = requests.map(({ methodId }) => whyUnavailable(methodById(methodId), model));
  const impossible = [...new Set(reasons.filter(reason => reason !== undefined))];
  if (impossible.length > 0) throw new Error(impossible.join('\n'));
}

/** The tables of the data folders; nothing where phantoms are drawn. @throws Error where what is asked for of one is given for the other */
async function openData(
  options: EvaluateOptions,
  card: ModelCard,
  listener: Listener,
): Promise<OpenedListing | undefined> {
  const { data, phantoms, masks, averageBoxes } = options;
  if ((data === undefined) === (phantoms === undefined)) {
    throw new Error('Give either --data <folder> or --phantoms <count>.');
  }
  if (data) return evaluatedListing(await openListing(data, options, listener), card);
  if (masks !== undefined || averageBoxes !== undefined)
    throw new Error('--masks and --average-boxes are for --data: phantoms have exact masks of their own.');
  return undefined;
}

async function openSet(
  options: EvaluateOptions,
  card: ModelCard,
  listing: OpenedListing | undefined,
  listener: Listener,
): Promise<EvaluationSet> {
  let progress: JobProgress | undefined;
  const onProgress = (done: number, total: number): void => {
    progress ??= listener.begin('drawing phantoms', total);
    progress.update(done);
  };
  const { masks, averageBoxes, phantoms, seed } = options;
  if (listing && options.limit !== undefined)
    listener.notice(
      `Measured are ${options.limit} images at most. Prepared, once, are all of the split, from which they and the truths of the shuffled controls are drawn, and the training images with a truth, for the average training truth.`,
    );
  const set = listing
    ? await openSplit(listing, options.split, card.input, {
        masks,
        averageBoxes,
        averageTruth: true,
      })
    : makePhantomSet(phantoms!, seed, card.input, onProgress, card.label);
  progress?.stop();
  const own = listing ? await checkOwnSplit(options.model, set, options) : [];
  const notes = [...own, ...(set.notes ?? [])];
  notes.forEach(note => listener.notice(note));
  return { ...set, notes };
}

/** Pictures of the best and worst images for the page. */
async function drawCases(
  { options, card, set, plan, records, summary }: Evaluation,
  context: ModelPackage,
): Promise<CaseView[]> {
  const reference = referenceRequest(plan.requests, options.reference, card);
  if (!reference) return [];
  const sources = {
    context,
    set,
    cache: new MapCache(mapFolder(options)),
    requests: plan.requests,
    titles: mapTitles(plan.requests, card),
    reference,
    seed: plan.seed,
    decidedBy: summary.decidedBy,
  };
  const views: CaseView[] = [];
  for (const choice of chooseBestAndWorst(records, reference.key, options.cases)) {
    views.push(await caseView(choice, sources));
  }
  return views;
}

/** Picture files of the first request that makes images, else of the first one. */
async function drawPictures(
  options: EvaluateOptions,
  model: ModelPackage,
  set: EvaluationSet,
  requests: readonly MapRequest[],
  indices: readonly number[],
  listener: Listener,
): Promise<void> {
  const request = requests.find(({ methodId }) => methodById(methodId).needs.generator) ?? requests[0];
  const chosen = shuffled(indices, seededRandom(`${options.seed}/pictures`)).slice(0, options.pictures);
  const folder = path.join(options.out, 'pictures');
  const files = await writeCasePictures(model, set, chosen, request, folder);
  listener.notice(`${files.length} pictures of ${request.title} in ${folder}`);
}
