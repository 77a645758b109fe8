import { describe, expect, it } from 'vitest';
import { agreement, agreementSchema, krippendorffAlpha, weightedKappa } from '../../src/study/agreement';
import { printed } from './printed';
import { vanDyke } from './van-dyke';

/** Two lists of ratings with a given table of counts. */
function fromTable(table: readonly (readonly number[])[]): [number[], number[]] {
  const pairs = table.flatMap((row, i) =>
    row.flatMap((count, j) => Array.from({ length: count }, () => [i + 1, j + 1])),
  );
  return [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
}

describe('weighted kappa', () => {
  // 91 couples (Hout et al. 1987; Agresti, Categorical Data Analysis, table 2.10). Right values: the R package vcd,
  // `Kappa(SexualFun)`: 0.2374, standard error 0.07832, interval 0.083883432 to 0.3908778.
  const couples = fromTable([
    [7, 7, 2, 3],
    [2, 8, 3, 7],
    [1, 5, 4, 9],
    [2, 8, 9, 14],
  ]);

  it('has the published value and standard error, linear weights', () => {
    const { value, standardError } = weightedKappa(...couples, 'linear');
    printed(value!, '0.2374');
    printed(standardError!, '0.07832');
    printed(value! - 1.959963984540054 * standardError!, '0.083883432');
    printed(value! + 1.959963984540054 * standardError!, '0.3908778');
  });

  it('of two categories is Cohen’s kappa, by hand', () => {
    // po = 0.7; pe = 0.5 · 0.6 + 0.5 · 0.4 = 0.5; kappa = 0.4 (Cohen 1960, form of the table).
    const two = fromTable([
      [20, 5],
      [10, 15],
    ]);
    expect(weightedKappa(...two, 'linear').value).toBeCloseTo(0.4, 12);
    expect(weightedKappa(...two, 'quadratic').value).toBeCloseTo(0.4, 12);
  });

  it('with quadratic weights is the intraclass form: 1 − mean (a − b)² over its expectation', () => {
    const [a, b] = couples;
    const squares = a.map((x, k) => (x - b[k]) ** 2).reduce((sum, each) => sum + each) / a.length;
    const expected =
      a.flatMap(x => b.map(y => (x - y) ** 2)).reduce((sum, each) => sum + each) / a.length ** 2;
    expect(weightedKappa(a, b, 'quadratic').value).toBeCloseTo(1 - squares / expected, 12);
  });

  it('is not defined where nobody differs and nothing varies', () => {
    expect(weightedKappa([3, 3, 3], [3, 3, 3], 'linear')).toEqual({});
    expect(weightedKappa([1, 2, 3], [1, 2, 3], 'linear').value).toBe(1);
  });
});

describe('Krippendorff’s alpha', () => {
  // The data of Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part C: four observers, twelve units,
  // with gaps; also the example of R's irr::kripp.alpha.
  const [o, ...rest] = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NaN, NaN, NaN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NaN, 3],
    [NaN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NaN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NaN],
  ];
  const units = o.map((first, u) =>
    [first, ...rest.map(row => row[u])].filter(value => !Number.isNaN(value)),
  );

  it('has the published values', () => {
    printed(krippendorffAlpha(units, 'nominal')!, '0.743');
    printed(krippendorffAlpha(units, 'ordinal')!, '0.815');
    printed(krippendorffAlpha(units, 'interval')!, '0.849');
  });

  it('of two observers and two values: part A of the same paper', () => {
    const first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
    const second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
    printed(
      krippendorffAlpha(
        first.map((value, u) => [value, second[u]]),
        'nominal',
      )!,
      '0.095',
    );
  });

  it('is not defined without variation, or without a pair', () => {
    expect(
      krippendorffAlpha(
        [
          [2, 2],
          [2, 2],
        ],
        'interval',
      ),
    ).toBeUndefined();
    expect(krippendorffAlpha([[1], [2]], 'interval')).toBeUndefined();
  });
});

describe('agreement of a study', () => {
  it('has every pair of readers in every arm, and the same figures for the same seed', () => {
    const data = vanDyke();
    const found = agreement(data, { resamples: 100 });
    expect(found.map(each => each.kappa.length)).toEqual([10, 10]);
    for (const each of found) {
      agreementSchema.parse(each);
      for (const { value, low, high } of [...each.kappa, ...each.alpha]) {
        expect(low!).toBeLessThan(value!);
        expect(high!).toBeGreaterThan(value!);
      }
    }
    expect(agreement(data, { resamples: 100 })).toEqual(found);
    expect(agreement({ ...data, readers: ['1'] })).toEqual([]);
  });
});
