import { formatTable } from '../../report/tables';
import type { StudyAnalysis } from '../../study/analysis';
import type { Mrmc } from '../../study/mrmc';
import { counted } from '../../io/counted';

const titles = {
  'random-readers-random-cases': 'random readers, random cases',
  'fixed-readers-random-cases': 'fixed readers, random cases',
  'random-readers-fixed-cases': 'random readers, fixed cases',
} as const;

/** The analysis as text, for a terminal. */
export function analysisTables(analysis: StudyAnalysis): string {
  const { arms, readers, cases, notes, operatingPoint, marks, time } = analysis;
  const parts = [
    `${counted(readers.length, 'reader')}, ${counted(arms.length, 'arm')}, ${cases.diseased} diseased and ${cases.healthy} healthy cases`,
    ...notes,
    '',
    ...mrmcTables('Area under the ROC curve', analysis.auc, true),
  ];
  if (operatingPoint) {
    parts.push(
      `Operating point: positive from rating ${operatingPoint.threshold}`,
      formatTable(
        ['arm, reader', 'sensitivity', interval(analysis.level), 'specificity', interval(analysis.level)],
        operatingPoint.cells.map(({ arm, reader, sensitivity, specificity }) => [
          `${arm}, ${reader}`,
          figure(sensitivity.value),
          range(sensitivity),
          figure(specificity.value),
          range(specificity),
        ]),
      ),
      '',
      ...mrmcTables('Sensitivity', operatingPoint.sensitivity),
      ...mrmcTables('Specificity', operatingPoint.specificity),
    );
  }
  if (marks) {
    parts.push(
      `Marks on ${marks.lesions} lesions: ${marks.rule}`,
      formatTable(
        ['arm, reader', 'lesions marked', 'false marks a healthy case'],
        marks.cells.map(each => [
          `${each.arm}, ${each.reader}`,
          figure(each.lesionsMarked),
          figure(each.falseMarksPerHealthyCase),
        ]),
      ),
      '',
      ...mrmcTables('Area under the weighted AFROC curve (0.5 is not chance)', marks.weightedAfroc),
      ...mrmcTables('Area under the AFROC curve (0.5 is not chance)', marks.afroc),
    );
  }
  parts.push(...agreementTables(analysis), ...confidenceTables(analysis));
  if (time) {
    parts.push(
      'Reading time, seconds',
      formatTable(
        ['arm, reader', 'median'],
        time.cells.map(each => [`${each.arm}, ${each.reader}`, each.medianSeconds.toFixed(1)]),
      ),
      formatTable(
        ['ratio of geometric means', 'ratio', interval(analysis.level), 'p'],
        time.ratios.map(each => [
          `${each.arm} / ${each.against}`,
          figure(each.value),
          range(each),
          probability(each.p),
        ]),
      ),
      '',
    );
  }
  return parts.join('\n').trimEnd();
}

/** @param full also readers, components, and single arms of all analyses */
function mrmcTables(title: string, result: Mrmc, full = false): string[] {
  const arms = result.means.map(({ arm }) => arm);
  const readers = [...new Set(result.values.map(({ reader }) => reader))];
  const value = (arm: string, reader: string): number =>
    result.values.find(each => each.arm === arm && each.reader === reader)!.value;
  const parts = [
    title,
    formatTable(
      ['reader', ...arms],
      [
        ...readers.map(reader => [reader, ...arms.map(arm => figure(value(arm, reader)))]),
        ['mean', ...result.means.map(each => figure(each.value))],
      ],
    ),
    '',
  ];
  const percent = interval(result.level);
  const differences = result.analyses.flatMap(({ id, test, differences: pairs }) =>
    pairs.map(each => [
      `${each.arm} − ${each.against}, ${titles[id]}`,
      figure(each.value),
      figure(each.standardError),
      range(each),
      degrees(each.df),
      pairs.length === 1 && test ? statistic(test) : '',
      probability(each.p),
      ...(pairs.length > 1 ? [probability(each.adjustedP)] : []),
    ]),
  );
  if (differences.length > 0) {
    const head = ['difference', 'value', 'std. error', percent, 'df', 'test', 'p'];
    if (differences[0].length > head.length) head.push('p, Holm');
    parts.push(formatTable(head, differences), '');
  }
  const single = result.analyses.flatMap(({ id, arms: each }) =>
    each.map(arm => [
      `${arm.arm}, ${titles[id]}`,
      figure(arm.value),
      figure(arm.standardError),
      range(arm),
      degrees(arm.df),
    ]),
  );
  parts.push(
    formatTable(['arm', 'value', 'std. error', percent, 'df'], full ? single : single.slice(0, arms.length)),
    '',
  );
  if (!full) return parts;
  if (result.readers.length > 0) {
    parts.push(
      formatTable(
        ['difference of one reader', 'value', 'std. error', percent, 'p'],
        result.readers.flatMap(({ reader, differences: pairs }) =>
          pairs.map(each => [
            `${each.arm} − ${each.against}, ${reader}`,
            figure(each.value),
            figure(each.standardError),
            range(each),
            probability(each.p),
          ]),
        ),
      ),
      '',
    );
  }
  return [...parts, ...components(result)];
}

function components({ obuchowskiRockette: or, dorfmanBerbaumMetz: dbm, meanSquares }: Mrmc): string[] {
  const rows = (named: Record<string, number | undefined>): string[][] =>
    Object.entries(named).map(([name, value]) => [name, value === undefined ? '–' : value.toFixed(8)]);
  return [
    formatTable(
      ['Obuchowski–Rockette', 'estimate'],
      rows({
        'MS(arm)': meanSquares.arm,
        'MS(reader)': meanSquares.reader,
        'MS(arm · reader)': meanSquares.armReader,
        'Var(reader)': or.reader,
        'Var(arm · reader)': or.armReader,
        Cov1: or.cov1,
        Cov2: or.cov2,
        Cov3: or.cov3,
        'Var(error)': or.error,
      }),
    ),
    '',
    ...(dbm
      ? [
          formatTable(
            ['Dorfman–Berbaum–Metz', 'estimate'],
            rows({
              'Var(reader)': dbm.reader,
              'Var(case)': dbm.case,
              'Var(arm · reader)': dbm.armReader,
              'Var(arm · case)': dbm.armCase,
              'Var(reader · case)': dbm.readerCase,
              'Var(arm · reader · case) + error': dbm.error,
            }),
          ),
          formatTable(
            ['Dorfman–Berbaum–Metz', 'test', 'p'],
            dbm.tests.map(({ id, test }) => [titles[id], statistic(test), probability(test.p)]),
          ),
          '',
        ]
      : []),
  ];
}

function agreementTables({ agreement, level }: StudyAnalysis): string[] {
  if (agreement.length === 0) return [];
  return [
    `Agreement of the readers: kappa with ${agreement[0].kappaWeights} weights, Krippendorff’s alpha`,
    formatTable(
      ['arm', 'figure', 'value', interval(level)],
      agreement.flatMap(({ arm, kappa, meanKappa, alpha }) => [
        ...kappa.map(each => [arm, `kappa ${each.readers.join(', ')}`, figure(each.value), range(each)]),
        [arm, 'kappa, mean of pairs', figure(meanKappa), '–'],
        ...alpha.map(each => [arm, `alpha, ${each.level}`, figure(each.value), range(each)]),
      ]),
    ),
    '',
  ];
}

function confidenceTables({ confidence, level }: StudyAnalysis): string[] {
  const parts = [
    `Mean ${confidence.measure}, same cases in every arm (random readers, random cases)`,
    formatTable(
      ['cases', 'arm', 'mean', 'difference', interval(level), 'p'],
      confidence.groups.flatMap(({ group, mrmc }) =>
        mrmc.means.map(({ arm, value }) => {
          const against = mrmc.means[0].arm;
          const pair = mrmc.analyses[0].differences.find(
            each => each.arm === arm && each.against === against,
          );
          return [
            `${group} (${mrmc.cases})`,
            arm,
            value.toFixed(2),
            pair ? pair.value.toFixed(2) : '',
            pair ? range(pair, 2) : '',
            pair ? probability(pair.p) : '',
          ];
        }),
      ),
    ),
    '',
  ];
  if (confidence.answers.length === 0) return parts;
  return [
    ...parts,
    `Mean ${confidence.measure} of the readers’ own answers (other cases in other arms; t over readers)`,
    formatTable(
      ['answers', 'arm', 'number', 'mean', 'difference', interval(level), 'p'],
      confidence.answers.flatMap(({ kind, arms, differences }) =>
        arms.map(({ arm, answers, mean }) => {
          const pair = differences.find(each => each.arm === arm);
          return [
            kind,
            arm,
            String(answers),
            mean === null ? '–' : mean.toFixed(2),
            pair ? (pair.value?.toFixed(2) ?? '–') : '',
            pair ? range(pair, 2) : '',
            pair ? probability(pair.p) : '',
          ];
        }),
      ),
    ),
    '',
  ];
}

function statistic(test: NonNullable<Mrmc['analyses'][number]['test']>): string {
  if (test.value === null) return '–';
  const df =
    test.statistic === 'F' ? `${test.numeratorDf}, ${degrees(test.denominatorDf)}` : test.numeratorDf;
  return `${test.statistic === 'F' ? 'F' : 'χ²'}(${df}) = ${test.value.toFixed(2)}`;
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(5);
}

function range({ low, high }: { low: number | null; high: number | null }, digits = 5): string {
  return low === null || high === null ? '–' : `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
}

function degrees(df: number | null): string {
  return df === null ? '∞' : df.toFixed(Number.isInteger(df) ? 0 : 2);
}

function probability(p: number | null): string {
  return p === null ? '–' : p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

function interval(level: number): string {
  return `${Number((100 * level).toFixed(4))} % interval`;
}
