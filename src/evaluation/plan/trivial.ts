import { centreGaussianMap, edgeMap, randomMap } from '../../metrics';
import { averageTruthKey } from '../statistics/comparisons';
import type { MapTitle } from '../records';
import type { EvaluationSet } from '../set/set';

const about = { family: 'trivial', averaged: false, slow: false } as const;

/** Maps that no network makes, in every table: what an explanation has to beat. */
export const trivialTitles: MapTitle[] = [
  { key: averageTruthKey, title: 'average training truth', ...about },
  { key: 'centre-gaussian', title: 'centre Gaussian', ...about },
  { key: 'random', title: 'random map', ...about },
  { key: 'edges', title: 'edges', ...about },
];

/**
 * The trivial maps of one image. The average truth is absent where the training split has no truth.
 *
 * @param pixels of the image, size × size in [0, 1]
 * @param seed of the random map
 */
export function trivialMaps(
  { size, averageTruth }: Pick<EvaluationSet, 'size' | 'averageTruth'>,
  pixels: Float32Array,
  seed: string,
): Record<string, Float32Array> {
  return {
    ...(averageTruth && { [averageTruthKey]: averageTruth }),
    'centre-gaussian': centreGaussianMap(size),
    random: randomMap(size, seed),
    edges: edgeMap(pixels, size),
  };
}
