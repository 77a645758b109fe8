import { boxStatistics } from '../metrics';
import type { ModelCard } from '../models/card';
import type { Evaluation } from './evaluation';
import { mapTitles, referenceRequest } from './map-titles';
import type { EvaluationPlan } from './measure/evaluate-case';
import { intervalNotes } from './interval-notes';
import { makeNotes } from './notes';
import { provenance } from './provenance';
import type { CaseRecord, MapTitle } from './records';
import type { EvaluationResults, GeneratorResults, SubsetResults } from './results';
import type { EvaluationSet } from './set/set';
import {
  compareWithAverageTruth,
  compareWithoutFailures,
  compareWithReference,
} from './statistics/comparisons';
import type { SummaryOptions } from './statistics/estimate';
import { summariseMaps } from './statistics/map-summary';
import { summariseClassifier, summariseGenerators } from './statistics/summary';

/** Summaries, tests, notes and provenance of an evaluation. */
export function makeResults(evaluation: Evaluation): EvaluationResults {
  const { options, card, set, plan, records, summary, judge, trust } = evaluation;
  const titles = mapTitles(plan.requests, card);
  const reference = referenceRequest(plan.requests, options.reference, card)?.key;
  const onAll = titles.filter(title => !title.slow);
  const evaluated = new Set(records.map(record => record.id));
  const withTruth = set.cases.filter(info => info.truth !== undefined && evaluated.has(info.id));
  const maps = summariseMaps(records, onAll, summary);
  const subset = summariseSubset(evaluation, titles, reference, summary);
  const generators = generatorResults(card, records, summary);
  const classifier = summariseClassifier(records, summary);
  const allMaps = [...maps, ...(subset?.maps.filter(map => map.slow) ?? [])];
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
    notes: [...makeNotes(evaluation, allMaps, generators), ...intervalNotes(classifier, generators, allMaps)],
    boxes: boxStatistics(
      withTruth.map(info => info.boxes),
      set.size,
    ),
    classifier,
    generators,
    maps,
    comparisons: reference === undefined ? [] : compareWithReference(records, onAll, reference, summary),
    withoutFailures:
      reference === undefined ? [] : compareWithoutFailures(records, onAll, reference, summary),
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
