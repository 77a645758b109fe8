import { patientBootstrap, type Interval } from '../../metrics';
import type { TrustCheck } from './trust-file-schema';
import type { MapSimilarity } from './similarity';

/** One image's similarity of two maps that are compared, and the mean similarity of its map with other images' maps. */
export interface Comparison {
  patient: string;
  compared: MapSimilarity;
  /** Whether one of the two maps has one value everywhere (is empty): it is like no other, whatever the reason. */
  constant: boolean;
  otherImages: MapSimilarity;
}

/** What a check asks of its comparisons. */
export type Expectation = 'alike' | 'unlike' | 'none';

/** Images below which an interval that holds 0 is not taken for a pass. */
const leastUnlike = 20;

const rules: Record<Expectation, string> = {
  alike:
    'passed when the two maps of an image are more alike than maps of different images: the 95 % interval of the difference ' +
    'in rank correlation lies above 0',
  unlike:
    'passed when the two maps of an image are no more alike than maps of different images: the 95 % interval of the ' +
    `difference in rank correlation does not lie above 0, of ${leastUnlike} images or more`,
  none: 'reported without a rule',
};

export interface CheckText {
  id: string;
  title: string;
  method: string;
  source: string;
  note?: string;
}

/** Judges one check; patients are the unit of the interval. */
export function judge(
  text: CheckText,
  expectation: Expectation,
  comparisons: readonly Comparison[],
  seed: number,
): TrustCheck {
  const interval = differenceInterval(comparisons, seed);
  const low = lowest(comparisons, interval);
  const above = low !== undefined && low > 0;
  // Of few images the interval is so wide that it holds 0 whatever the maps are: that shows nothing.
  const tooFew = expectation === 'unlike' && !above && comparisons.length < leastUnlike;
  const isJudged = expectation !== 'none' && low !== undefined && !tooFew;
  const passed = isJudged ? above === (expectation === 'alike') : null;
  const shaped = comparisons.filter(({ constant }) => !constant);
  const constant = comparisons.length - shaped.length;
  const throughEmptyMaps =
    passed === true &&
    expectation === 'unlike' &&
    constant > 0 &&
    (2 * constant > comparisons.length || !staysUnlike(shaped, seed));
  const empty = constant === 0 ? undefined : emptyNote(constant, comparisons.length);
  const few = tooFew
    ? `not shown: ${comparisons.length} images are too few to show that maps are unlike (${leastUnlike} are the least)`
    : undefined;
  const single =
    low === undefined && expectation !== 'none' && !tooFew
      ? 'not shown: one patient has no interval'
      : undefined;
  const notes = [text.note, empty, few, single].filter(note => note !== undefined);
  return {
    ...text,
    ...(notes.length > 0 && { note: notes.join('; ') }),
    rule: rules[expectation],
    passed,
    ...(throughEmptyMaps && { throughEmptyMaps }),
    figures: [
      {
        name: 'rank correlation',
        value: mean(comparisons.map(({ compared }) => compared.rank)),
        control: mean(comparisons.map(({ otherImages }) => otherImages.rank)),
      },
      { name: 'its difference from different images', value: mean(comparisons.map(difference)), ...interval },
      {
        name: 'SSIM',
        value: mean(comparisons.map(({ compared }) => compared.ssim)),
        control: mean(comparisons.map(({ otherImages }) => otherImages.ssim)),
      },
    ],
  };
}

const difference = ({ compared, otherImages }: Comparison): number => compared.rank - otherImages.rank;

function differenceInterval(comparisons: readonly Comparison[], seed: number): Interval | undefined {
  return patientBootstrap(
    comparisons.map(({ patient }) => patient),
    images => mean(images.map(i => difference(comparisons[i]))),
    { seed },
  );
}

/** Lower bound of the difference. Where that of all patients is the same there is no interval, and it is the bound itself; one patient has none. */
function lowest(comparisons: readonly Comparison[], interval: Interval | undefined): number | undefined {
  if (interval) return interval.low;
  const patients = new Set(comparisons.map(({ patient }) => patient)).size;
  return patients > 1 ? mean(comparisons.map(difference)) : undefined;
}

/** Whether the maps that do show something would pass by themselves. */
function staysUnlike(shaped: readonly Comparison[], seed: number): boolean {
  const low = lowest(shaped, differenceInterval(shaped, seed));
  return low !== undefined && low <= 0;
}

function emptyNote(constant: number, all: number): string {
  return `in ${constant} of ${all} pairs a map is empty (has one value everywhere)`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
