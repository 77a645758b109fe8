import type { ModelCard } from '../models/card';
import { isReaderGroup } from './statistics/groups';
import type { JudgeResults } from './judge/judge-results';
import type { MapSummary } from './statistics/map-summary';
import type { ClassifierSummary, GeneratorSummary } from './statistics/summary';

export interface MeasuredFigures {
  classifier: readonly ClassifierSummary[];
  generators: readonly GeneratorSummary[];
  maps: readonly MapSummary[];
  judge?: JudgeResults;
}

/**
 * A card with the figures measured on a data set beside those it already carries.
 *
 * @param name the split, or what else was measured on
 */
export function withFigures(card: ModelCard, name: string, measured: MeasuredFigures): ModelCard {
  const groups = measured.classifier.flatMap(({ group, auc, intervals, ...figures }) =>
    auc
      ? [[group, { auc: auc.value, interval95: auc.interval, ...figures, intervals95: intervals }] as const]
      : [],
  );
  const generators = { ...card.generators };
  for (const { id, ...figures } of measured.generators) {
    const entry = generators[id];
    if (!entry) continue;
    const own = measured.maps.filter(map => map.generator === id);
    const maps = Object.fromEntries(own.map(map => [map.key, mapFigures(map)]));
    const judged = judgedFigures(measured.judge, id);
    generators[id] = {
      ...entry,
      figures: { ...entry.figures, [name]: plain({ ...figures, ...judged, maps }) },
    };
  }
  const { classifier } = card;
  const figures = { ...classifier.figures, [name]: plain(Object.fromEntries(groups)) };
  return { ...card, classifier: { ...classifier, figures }, generators };
}

/** What another classifier says of a generator's images, and which one. */
function judgedFigures(results: JudgeResults | undefined, generator: string): object {
  const found = results?.generators.find(({ id }) => id === generator);
  if (!results || !found) return {};
  const { id: _, ...figures } = found;
  const { id, version } = results.judge;
  return { judge: { id, version, agreement: results.agreement, ...figures } };
}

function mapFigures({ right, control, images, groups }: MapSummary): object {
  const readers = Object.entries(groups).filter(([name]) => isReaderGroup(name));
  const values = Object.entries(right).map(([id, { value }]) => [
    id,
    { value, shuffledControl: control[id] },
  ]);
  return { images, ...Object.fromEntries(values), readers: Object.fromEntries(readers) };
}

type Json = Parameters<typeof JSON.stringify>[0];

/** As it will be read back from the file: without what is undefined. */
function plain(value: object): Json {
  return JSON.parse(JSON.stringify(value));
}
