import { describe, expect, it } from 'vitest';
import { analyseAreas, means } from '../../src/study/figures';
import { mrmc, mrmcSchema, type Mrmc } from '../../src/study/mrmc';
import { printed } from './printed';
import { vanDyke } from './van-dyke';

type Id = Mrmc['analyses'][number]['id'];

/**
 * Right values: OR-DBM MRMC 2.51 of the University of Iowa, trapezoidal areas, covariances by jackknife, as shipped with
 * RJafroc (`inst/IowaResults/VanDyke_trap_area_jackknife_anova.txt`), to the last digit that it prints.
 */
describe('Van Dyke’s study, to the printed digit', () => {
  const result = analyseAreas(vanDyke());
  const analysis = (id: Id): Mrmc['analyses'][number] => result.analyses.find(each => each.id === id)!;
  const arm = (id: Id, name: string) => analysis(id).arms.find(each => each.arm === name)!;

  it('has the ten areas', () => {
    const published = {
      1: ['0.91964573', '0.85877617', '0.90386473', '0.97310789', '0.82979066'],
      2: ['0.94782609', '0.90531401', '0.92173913', '0.99935588', '0.92995169'],
    };
    for (const [treatment, areas] of Object.entries(published)) {
      const own = result.values.filter(each => each.arm === treatment);
      expect(own.map(each => each.reader)).toEqual(['1', '2', '3', '4', '5']);
      own.forEach((each, j) => printed(each.value, areas[j]));
    }
    printed(result.means.find(each => each.arm === '1')!.value, '0.89703704');
    printed(result.means.find(each => each.arm === '2')!.value, '0.94083736');
  });

  it('has the mean squares', () => {
    printed(result.meanSquares.arm!, '0.00479617');
    printed(result.meanSquares.reader!, '0.00383620');
    printed(result.meanSquares.armReader!, '0.00055103');
    const [two, one] = result.meanSquares.readerByArm!;
    printed(one.value, '0.00308263');
    printed(two.value, '0.00130460');
  });

  it('has the components of Obuchowski and Rockette', () => {
    const components = result.obuchowskiRockette;
    printed(components.reader!, '0.00153500');
    printed(components.armReader!, '0.00020040');
    printed(components.cov1!, '0.00034661');
    printed(components.cov2!, '0.00034407');
    printed(components.cov3!, '0.00023903');
    printed(components.error, '0.00080229');
    const [two, one] = components.byArm;
    printed(one.error, '0.00101410');
    printed(one.cov2!, '0.00048396');
    printed(two.error, '0.00059047');
    printed(two.cov2!, '0.00020419');
    const errors = ['0.00069890', '0.00110605', '0.00084234', '0.00015058', '0.00121357'];
    const covariances = ['0.00037347', '0.00076016', '0.00035532', '0.00000108', '0.00024304'];
    components.byReader.forEach((each, j) => {
      printed(each.error, errors[j]);
      printed(each.cov1!, covariances[j]);
    });
  });

  it('has the components of Dorfman, Berbaum and Metz, from the pseudovalues', () => {
    const components = result.dorfmanBerbaumMetz!;
    printed(components.reader, '0.00153500');
    printed(components.case, '0.02724923');
    printed(components.armReader, '0.00020040');
    printed(components.armCase, '0.01197530');
    printed(components.readerCase, '0.01226473');
    printed(components.error, '0.03997160');
    const [both, , readers] = components.tests;
    printed(both.test.value!, '4.46');
    printed(both.test.denominatorDf!, '15.26');
    printed(both.test.p!, '0.0517');
    printed(readers.test.value!, '8.70');
    printed(readers.test.p!, '0.0420');
  });

  it('has random readers and random cases', () => {
    const { test, differences } = analysis('random-readers-random-cases');
    printed(test!.value!, '4.46');
    printed(test!.denominatorDf!, '15.26');
    printed(test!.p!, '0.0517');
    const [between] = differences;
    expect([between.arm, between.against]).toEqual(['1', '2']);
    printed(between.value, '-0.04380');
    printed(between.standardError, '0.02075');
    printed(between.df!, '15.26');
    printed(between.statistic!, '-2.11');
    printed(between.p!, '0.0517');
    printed(between.low!, '-0.08796');
    printed(between.high!, '0.00036');
    const singles = {
      1: ['0.89703704', '0.03317360', '12.74', '0.82522360', '0.96885048'],
      2: ['0.94083736', '0.02156637', '12.71', '0.89413783', '0.98753689'],
    };
    for (const [treatment, [value, error, df, low, high]] of Object.entries(singles)) {
      const single = arm('random-readers-random-cases', treatment);
      printed(single.value, value);
      printed(single.standardError, error);
      printed(single.df!, df);
      printed(single.low!, low);
      printed(single.high!, high);
    }
  });

  it('has fixed readers and random cases', () => {
    const { test, differences } = analysis('fixed-readers-random-cases');
    printed(test!.value!, '5.47595');
    printed(test!.p!, '0.0193');
    printed(differences[0].standardError, '0.01872');
    printed(differences[0].statistic!, '-2.34');
    printed(differences[0].p!, '0.0193');
    printed(differences[0].low!, '-0.08049');
    printed(differences[0].high!, '-0.00711');
    const one = arm('fixed-readers-random-cases', '1');
    printed(one.standardError, '0.02428971');
    printed(one.low!, '0.84943008');
    printed(one.high!, '0.94464399');
    const two = arm('fixed-readers-random-cases', '2');
    printed(two.standardError, '0.01677632');
    printed(two.low!, '0.90795637');
    printed(two.high!, '0.97371835');
  });

  it('has each reader by themselves', () => {
    const published = [
      ['-0.02818', '0.02551', '-1.10', '0.2693', '-0.07818', '0.02182'],
      ['-0.04654', '0.02630', '-1.77', '0.0768', '-0.09809', '0.00501'],
      ['-0.01787', '0.03121', '-0.57', '0.5668', '-0.07904', '0.04330'],
      ['-0.02625', '0.01729', '-1.52', '0.1290', '-0.06014', '0.00764'],
      ['-0.10016', '0.04406', '-2.27', '0.0230', '-0.18651', '-0.01381'],
    ];
    result.readers.forEach(({ differences: [own] }, j) => {
      const values = [own.value, own.standardError, own.statistic!, own.p!, own.low!, own.high!];
      values.forEach((value, k) => printed(value, published[j][k]));
    });
  });

  it('has random readers and fixed cases', () => {
    const { test, differences } = analysis('random-readers-fixed-cases');
    printed(test!.value!, '8.70');
    expect(test!.denominatorDf).toBe(4);
    printed(test!.p!, '0.0420');
    printed(differences[0].standardError, '0.01485');
    printed(differences[0].statistic!, '-2.95');
    printed(differences[0].low!, '-0.08502');
    printed(differences[0].high!, '-0.00258');
    const one = arm('random-readers-fixed-cases', '1');
    printed(one.standardError, '0.02482994');
    printed(one.low!, '0.82809808');
    printed(one.high!, '0.96597599');
    const two = arm('random-readers-fixed-cases', '2');
    printed(two.standardError, '0.01615303');
    printed(two.low!, '0.89598936');
    printed(two.high!, '0.98568536');
  });

  it('keeps to its schema', () => {
    expect(mrmcSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(JSON.parse(JSON.stringify(result)));
  });
});

describe('studies that are small', () => {
  const data = vanDyke();
  const cells = (arms: number, readers: number) => {
    const part = {
      ...data,
      arms: data.arms.slice(0, arms),
      readers: data.readers.slice(0, readers),
      ratings: data.ratings.slice(0, arms).map(row => row.slice(0, readers)),
    };
    return analyseAreas(part);
  };

  it('one arm has its own figures alone', () => {
    const one = cells(1, 5);
    expect(one.analyses.map(each => each.test)).toEqual([undefined, undefined, undefined]);
    printed(one.analyses[0].arms[0].low!, '0.89413783');
    expect(one.dorfmanBerbaumMetz).toBeUndefined();
    expect(one.readers).toEqual([]);
    expect(mrmcSchema.safeParse(JSON.parse(JSON.stringify(one))).success).toBe(true);
  });

  it('one reader is a fixed reader', () => {
    const one = cells(2, 1);
    expect(one.analyses.map(each => each.id)).toEqual(['fixed-readers-random-cases']);
    // The difference of one reader is that reader's own line in the published table.
    printed(one.analyses[0].differences[0].standardError, '0.02551');
    printed(one.analyses[0].differences[0].p!, '0.2693');
  });

  it('what does not vary has no interval and no p', () => {
    const still = { value: 1, without: Float64Array.of(1, 1, 1, 1) };
    const result = mrmc(
      [
        [still, still],
        [still, still],
      ],
      { arms: ['a', 'b'], readers: ['r', 's'] },
    );
    const [both] = result.analyses;
    expect(both.test).toMatchObject({ value: null, p: null });
    expect(both.differences[0]).toMatchObject({ value: 0, low: null, high: null, p: null, adjustedP: null });
    expect(mrmcSchema.safeParse(JSON.parse(JSON.stringify(result))).success).toBe(true);
  });
});

it.each([
  ['one reader', [0, 6, 1, 6, 3]],
  ['each reader', [2, 7, 3, 7, 5]],
])('is no number but nothing where %s rates alike in both arms, up to a constant', (_, last) => {
  // Computed, the variance of such a difference is some 1e-17 below zero.
  const first = [2, 0, 1, 2, 1];
  const cells = [
    [first, [0, 5, 1, 5, 3]],
    [first.map(rating => rating + 2), last],
  ];
  const result = mrmc(
    means(
      cells.map(row => row.map(each => Float64Array.from(each))),
      [0, 1, 2, 3, 4],
    ),
    { arms: ['x', 'y'], readers: ['1', '2'] },
  );
  expect(mrmcSchema.parse(result)).toEqual(result);
  expect(result.readers[0].differences[0]).toMatchObject({ value: 2, standardError: 0, low: null, p: 0 });
});
