import * as tf from '@tensorflow/tfjs';
import { version } from '../../package.json';
import { methodById, type MethodCategory } from '../explain';
import { boxStatistics } from '../metrics';
import { commandText, recordedOptions } from '../io/options';
import type { ModelCard } from '../models/card';
import { defaultMethodOf } from '../models/default-method';
import { compareWithAverageTruth, compareWithReference } from './statistics/comparisons';
import type { SummaryOptions } from './statistics/estimate';
import { summariseMaps, type MapSummary } from './statistics/map-summary';
import { decidedOf } from './answers';
import type { CaseRecord, MapTitle, Reader } from './records';
import type { EvaluationResults, GeneratorResults, Provenance, SubsetResults } from './results';
import { summariseClassifier, summariseGenerators } from './statistics/summary';
import type { JudgeResults } from './judge/judge-results';
import type { TrustResults } from './trust/trust-file-schema';
import type { EvaluationPlan } from './measure/evaluate-case';
import { leftOutMethods, requestedGenerator, type MapRequest } from './plan/map-requests';
import { evaluationOptions, type EvaluateOptions } from './options';
import type { EvaluationSet } from './set/set';
import { trivialTitles } from './plan/trivial';

/** Fewer images in the slow subset than this are pointed out in the report. */
const leastSubset = 40;

/** Everything that an evaluation ended with. */
export interface Evaluation {
  options: EvaluateOptions;
  card: ModelCard;
  set: EvaluationSet;
  /** Hash of its pixels and truths. */
  content: string;
  plan: EvaluationPlan;
  /** In the order of the set. */
  records: readonly CaseRecord[];
  /** Operating point of the classifier, resamples and seed. */
  summary: SummaryOptions;
  judge?: JudgeResults;
  trust?: TrustResults;
}

/** How the tables group maps. */
const families: Record<MethodCategory, MapTitle['family']> = {
  pair: 'image-generator',
  adversarial: 'image-generator',
  mask: 'mask-generator',
  gradient: 'baseline',
  perturbation: 'baseline',
};

/** Rows of the tables, the methods in the order asked for, then the trivial maps. */
export function mapTitles(requests: readonly MapRequest[], card: ModelCard): MapTitle[] {
  const titles = requests.map(request => {
    const family = families[methodById(request.methodId).category];
    const { key, title, slow } = request;
    const generator = requestedGenerator(request, card);
    return { key, title, slow, generator, averaged: request.augment !== undefined, family } as const;
  });
  return [...titles, ...trivialTitles];
}

/**
 * The map that others are compared with: the one asked for, else the default generator's Similar–Adversarial map, averaged
 * where that was asked for, else the first.
 *
 * @throws RangeError when the one asked for is not among them
 */
export function referenceRequest(
  requests: readonly MapRequest[],
  wanted: string | undefined,
): MapRequest | undefined {
  if (wanted !== undefined) {
    const found = requests.find(request => request.key === wanted);
    if (found) return found;
    const known = requests.map(request => request.key).join(', ');
    throw new RangeError(`--reference "${wanted}" is not among the maps of this evaluation: ${known}.`);
  }
  const own = requests.filter(({ methodId, slow }) => methodId === defaultMethodOf(undefined) && !slow);
  const first = own[0];
  return (
    own.find(({ augment, generator }) => augment && generator === first.generator) ?? first ?? requests[0]
  );
}

/** Summaries, tests, notes and provenance of an evaluation. */
export function makeResults(evaluation: Evaluation): EvaluationResults {
  const { options, card, set, plan, records, summary, judge, trust } = evaluation;
  const titles = mapTitles(plan.requests, card);
  const reference = referenceRequest(plan.requests, options.reference)?.key;
  const onAll = titles.filter(title => !title.slow);
  const evaluated = new Set(records.map(record => record.id));
  const withTruth = set.cases.filter(info => info.truth !== undefined && evaluated.has(info.id));
  const maps = summariseMaps(records, onAll, summary);
  const subset = summariseSubset(evaluation, titles, reference, summary);
  const generators = generatorResults(card, records, summary);
  return {
    format: 'explain-evaluation/1',
    provenance: provenance(evaluation),
    primary: {
      metric: 'iou90',
      description:
        'IoU of the map’s top tenth (percentile 90) and the truth, mean over all images that the truth calls positive and ' +
        'gives a place for, those that the classifier misses included',
      reference,
    },
    notes: makeNotes(evaluation, [...maps, ...(subset?.maps.filter(map => map.slow) ?? [])], generators),
    boxes: boxStatistics(
      withTruth.map(info => info.boxes),
      set.size,
    ),
    classifier: summariseClassifier(records, summary),
    generators,
    maps,
    comparisons: reference === undefined ? [] : compareWithReference(records, onAll, reference, summary),
    againstAverage: compareWithAverageTruth(records, onAll, summary),
    subset,
    judge,
    trust,
  };
}

function generatorResults(
  card: ModelCard,
  records: readonly CaseRecord[],
  options: SummaryOptions,
): GeneratorResults[] {
  return summariseGenerators(records, options).map(summary => {
    const { title, kind, output } = card.generators[summary.id];
    return { ...summary, title, kind, output };
  });
}

function summariseSubset(
  { set, plan, records }: Evaluation,
  titles: readonly MapTitle[],
  reference: string | undefined,
  options: SummaryOptions,
): SubsetResults | undefined {
  const ids = subsetIds(set, plan);
  const members = records.filter(record => ids.has(record.id));
  if (members.length === 0) return undefined;
  return {
    images: members.length,
    patients: new Set(members.map(record => record.patient)).size,
    maps: summariseMaps(members, titles, options),
    comparisons: reference === undefined ? [] : compareWithReference(members, titles, reference, options),
  };
}

/** Ids of the images that the slow methods ran on. */
export function subsetIds(set: EvaluationSet, plan: EvaluationPlan): Set<string> {
  return new Set(plan.slowCases.map(index => set.cases[index].id));
}

function makeNotes(
  { options, card, set, plan, records, summary }: Evaluation,
  maps: readonly MapSummary[],
  generators: readonly GeneratorResults[],
): string[] {
  const positives = records.filter(record => record.label === 1);
  const withTruth = records.filter(record => record.truthShare !== undefined);
  const missed = withTruth.filter(record => decidedOf(record, summary.decidedBy) !== record.label).length;
  const notes: string[] = [];
  notes.push(...(set.notes ?? []), ...readerNotes(records));
  for (const { title, id, psnr } of generators.filter(each => each.similarIsOriginal)) {
    const decibels = psnr.originalSimilar?.mean;
    notes.push(
      `${title} (${id}): x_s is x (${decibels === undefined ? 'equal' : `PSNR ${decibels.toFixed(1)} dB`}), so that it keeps the ` +
        'decision says nothing, and |x_s − x_a| is |x − x_a|.',
    );
  }
  if (withTruth.length === 0) {
    notes.push('No image has a box or mask, so nothing of localisation could be measured.');
  } else {
    const unplaced = positives.length - withTruth.length;
    notes.push(
      `The classifier misses ${missed} of the ${withTruth.length} images with truth; they count like the others.`,
      ...(unplaced > 0
        ? [`${unplaced} positive images have no box or mask and are in no localisation figure.`]
        : []),
    );
    if (plan.controls.every(list => list.length === 0)) {
      notes.push('There is no shuffled control: one patient has more than half of all truths.');
    }
    if (!set.averageTruth) {
      notes.push(
        'The average training truth is not among the rows, and no map is compared with it: ' +
          (options.split === 'all'
            ? 'with --split all every image is one to test on'
            : 'the data has no training image with a box or mask') +
          ', and --average-boxes names no table of them.',
      );
    }
  }
  if (plan.slowCases.length > 0 && plan.slowCases.length < leastSubset) {
    notes.push(
      `Slow methods ran on ${plan.slowCases.length} images only; at least ${leastSubset} are meant.`,
    );
  }
  if (options.limit !== undefined)
    notes.push(`A seeded sample of ${records.length} images, not the whole split.`);
  for (const { title, failures, images } of maps) {
    for (const [reason, count] of Object.entries(failures)) {
      notes.push(`${title}: ${count} of ${images} maps are ${reason} and score 0 everywhere.`);
    }
  }
  for (const { title, medianConstantShare, family } of maps) {
    const isNotedAbove = medianConstantShare === 1; // most of them are constant, which is a failure
    if (medianConstantShare > 0.5 && !isNotedAbove && family !== 'trivial') {
      notes.push(
        `${title}: half of the maps have one value over ${(100 * medianConstantShare).toFixed(0)} % of the image or more; ` +
          'percentiles below that are drawn by lot.',
      );
    }
  }
  if (options.methods.split(',').includes('all')) {
    notes.push(...leftOutMethods(card).map(method => `Not run: ${method}.`));
  }
  return notes;
}

/** On whose word the figures rest. */
function readerNotes(records: readonly CaseRecord[]): string[] {
  const count = (label: number, reader: Reader): number =>
    records.filter(record => record.label === label && record.reader === reader).length;
  if (records.every(({ reader }) => reader === '')) return [];
  const [texts, truths] = [
    count(0, 'text') + count(1, 'text'),
    records.filter(r => r.truthShare !== undefined),
  ];
  const read = truths.filter(({ reader }) => reader === 'radiologist').length;
  return [
    `Labels: radiologists read ${count(1, 'radiologist')} positive and ${count(0, 'radiologist')} negative images; ` +
      `${count(1, 'text')} and ${count(0, 'text')} rest on report text alone` +
      `${texts > 0 ? ', which caps what a figure on them can reach' : ''}. ` +
      `Of the ${truths.length} images with truth radiologists read ${read}.`,
  ];
}

function provenance({ options, card, set, content, plan, records, summary }: Evaluation): Provenance {
  const withTruth = records.filter(record => record.truthShare !== undefined);
  const patients = (list: readonly CaseRecord[]): number => new Set(list.map(record => record.patient)).size;
  const { id, title, files } = card;
  const operatingPoint = summary.decidedBy.kind === 'classes' ? undefined : summary.decidedBy.operatingPoint;
  return {
    createdAt: new Date().toISOString(),
    command: commandLine(options),
    model: { id, version: card.version, title, operatingPoint, files },
    data: {
      description: set.description,
      sha256: set.hash,
      contentSha256: content,
      truth: options.phantoms === undefined ? (options.masks === undefined ? 'boxes' : 'masks') : 'phantoms',
      images: records.length,
      patients: patients(records),
      positives: records.filter(record => record.label === 1).length,
      withTruth: withTruth.length,
      patientsWithTruth: patients(withTruth),
      leftOut: set.leftOut,
    },
    software: {
      explain: version,
      tfjs: tf.version_core,
      backend: options.backend,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    options: {
      ...recordedOptions(evaluationOptions, options),
      split: options.data ? options.split : undefined,
      slowImages: plan.slowCases.length,
      deletionInsertion: options.deletionInsertion || undefined,
    },
  };
}

/** The command that makes these figures again, without the folders of this machine. */
function commandLine(options: EvaluateOptions): string {
  const counts = (name: string): boolean => name !== 'split' || options.data !== undefined;
  return `explain evaluate ${commandText(evaluationOptions, options, counts)}`;
}
