import { validPixels } from '../../models/sort-pixels';
import type { ChangeMetric } from '../types';
import { absoluteChange } from './change';

/** What share of the change the spread of a change holds. */
const heldShare = 0.9;

/** Smallest share of the pixels that holds 90 % of Σ |a − b|: the smaller, the sparser the change. */
export const spread = {
  id: 'spread',
  column: 'change_spread',
  title: 'Spread of the change',
  short: 'spread',
  citation: 'Smallest share of the pixels that holds 90 % of Σ |x_s − x_a| (own definition)',
  direction: 'lower',
  unit: '1',
  range: [0, 1],
  applies: 'images that differ',
  compute(pair) {
    const { change, total } = absoluteChange(pair);
    if (total === 0) return undefined;
    const falling = change.slice().sort().reverse();
    let count = 0;
    for (let held = 0; count < falling.length && held < heldShare * total; count++) held += falling[count];
    return count / validPixels(change.length, pair.valid).length;
  },
} as const satisfies ChangeMetric;
