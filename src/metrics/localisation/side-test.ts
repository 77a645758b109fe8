import type { ConditionalMetric } from '../types';

/**
 * The side test: of an opacity that lies in one half of the film alone, does the map at least know which half? A map that
 * marks both lungs whatever the film shows passes many localisation figures, and is right here half of the time.
 */
export type Side = 'left' | 'right';

/** Side of the image (not of the patient) that holds all of a truth; undefined for one that reaches both or is empty. */
export function truthSide(truth: Uint8Array, columns: number): Side | undefined {
  let [left, right] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (!truth[i]) continue;
    if (isLeft(i, columns)) left++;
    else right++;
  }
  if ((left === 0) === (right === 0)) return undefined;
  return left > 0 ? 'left' : 'right';
}

/**
 * Half of the image in which a map's sum is larger; undefined when both are equal. The middle column of an odd width
 * counts for neither.
 */
export function strongerSide(map: Float32Array, columns: number): Side | undefined {
  let difference = 0;
  for (let i = 0; i < map.length; i++) {
    const middle = 2 * (i % columns) + 1 === columns;
    if (!middle) difference += isLeft(i, columns) ? map[i] : -map[i];
  }
  if (difference === 0 || Number.isNaN(difference)) return undefined;
  return difference > 0 ? 'left' : 'right';
}

function isLeft(pixel: number, columns: number): boolean {
  return 2 * (pixel % columns) + 1 < columns;
}

/** 1 when the map's stronger half is the one that holds the truth. */
export const rightSide = {
  id: 'side',
  column: 'side',
  title: 'Right side',
  short: 'side',
  citation:
    'Of truths that lie in one half of the film alone: share in which the map’s sum is larger in that half (own definition)',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  applies: 'truths within one half of the film',
  compute({ map, truth, columns }) {
    const side = truthSide(truth, columns);
    if (side === undefined) return undefined;
    return strongerSide(map, columns) === side ? 1 : 0;
  },
} as const satisfies ConditionalMetric;
