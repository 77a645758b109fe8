import { rankingMetrics } from '../metrics';
import type { GeneratorResults } from './results';
import type { MapSummary } from './statistics/map-summary';
import type { ClassifierSummary } from './statistics/summary';

/**
 * Which of the first figures have no interval, and why; nothing where all have one. Rates have one always, and of a figure that says
 * nothing (x_s is x) none is missed.
 */
export function intervalNotes(
  classifier: readonly ClassifierSummary[],
  generators: readonly GeneratorResults[],
  maps: readonly MapSummary[],
): string[] {
  const rankings = rankingMetrics.flatMap(({ id, short }) => {
    const groups = classifier.filter(({ [id]: found }) => found && !found.interval);
    return groups.length > 0
      ? [`${short} of the classifier (${names(groups.map(({ group }) => group))})`]
      : [];
  });
  const generated = generators.flatMap(({ title, id, aucSimilar, aucAdversarial, similarIsOriginal }) => {
    const of = (found: typeof aucSimilar, text: string): string[] =>
      found && !found.interval ? [`${text} of ${title} (${id})`] : [];
    return [...(similarIsOriginal ? [] : of(aucSimilar, 'AUC x_s')), ...of(aucAdversarial, 'AUC x_a')];
  });
  const silent = maps.filter(({ right }) => !right.iou90.interval).map(({ title }) => title);
  const places = silent.length > 0 ? [`IoU@90 of ${names(silent)}`] : [];
  const without = [...rankings, ...generated, ...places];
  if (without.length === 0) return [];
  return [
    `No interval can be given of: ${without.join('; ')}. Most resamples of the patients give no value, or all give one and the same ` +
      '(few patients, or all alike): that shows no certainty.',
  ];
}

function names(all: readonly string[]): string {
  return all.join(', ');
}
