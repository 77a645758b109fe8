import {
  areaMetrics,
  conditionalMetrics,
  iouMetrics,
  localisationMetrics,
  perturbationMetrics,
  type LocalisationMetric,
  type MetricFacts,
} from '../metrics';
import type { Estimate } from '../evaluation/statistics/estimate';
import type { MapSummary } from '../evaluation/statistics/map-summary';

/** One figure of every map, with the same of its shuffled control where there is one. */
export interface MapColumn extends Pick<MetricFacts, 'id' | 'title' | 'short' | 'direction'> {
  estimate(map: MapSummary): Estimate | undefined;
  control(map: MapSummary): number | undefined;
}

const localisationColumn = (metric: LocalisationMetric): MapColumn => ({
  ...metric,
  estimate: map => map.right[metric.id],
  control: map => map.control[metric.id],
});

/** IoU at the percentiles of the paper, in tables that say what they are. */
export const iouColumns: readonly MapColumn[] = iouMetrics.map(metric => ({
  ...localisationColumn(metric),
  title: metric.short,
}));

/** Areas under the precision–sensitivity curve. */
export const areaColumns: readonly MapColumn[] = areaMetrics.map(metric => ({
  ...metric,
  estimate: map => map.area[metric.id],
  control: map => map.area[metric.id].control,
}));

/** Every other metric of a map against a truth. */
export const furtherColumns: readonly MapColumn[] = localisationMetrics
  .filter(metric => !iouMetrics.includes(metric))
  .map(localisationColumn);

/** What applies to some truths alone. */
export const conditionalColumns: readonly MapColumn[] = conditionalMetrics.map(metric => ({
  ...metric,
  estimate: map => map[metric.id]?.right,
  control: map => map[metric.id]?.control,
}));

/** Areas under the classifier's score; they have no control. */
export const perturbationColumns: readonly MapColumn[] = perturbationMetrics.map(metric => ({
  ...metric,
  estimate: map => map.faithfulness?.[metric.id],
  control: () => undefined,
}));
