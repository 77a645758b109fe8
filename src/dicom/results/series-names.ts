import type { ResultKind } from './types';

/** Series Description of each kind of result; the method follows it, so that saved results are told apart. */
export const EXPLANATION_SERIES: Readonly<Record<ResultKind, string>> = {
  seg: 'AI explanation - research use only',
  pm: 'AI explanation map - research use only',
  sc: 'AI explanation picture - research use only',
  sr: 'AI explanation report - research use only',
};
