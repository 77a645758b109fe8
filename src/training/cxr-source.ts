import { seededRandom } from '../models/random';
import { isLabelled } from '../datasets/list';
import { readPlane, type Planes } from '../datasets/planes';
import type { Exam } from '../datasets/types';
import { paintOpacities } from './paint';
import { boxCoverage, type Sample, type SampleSource } from './samples';

export interface CxrSourceOptions {
  seed: number;
  /** Share of drawn negatives that get painted opacities and label 1; of two classes alone. */
  paintedShare: number;
  /** Leaves out positive images without boxes, whose places are not known. */
  boxedPositivesOnly: boolean;
  /** Findings that do not exclude each other, in the order of the classifier's answers; absent: the label alone is told. */
  findings?: readonly string[];
}

/** Exams with their prepared images. Plain data, so that workers can share it. */
export interface ExamImages {
  exams: readonly Exam[];
  /** Side of the images, pixels. */
  size: number;
  planes: Planes;
}

/**
 * Draws training images with replacement, balanced over (label, view, sampling group of the format): an image's
 * probability is its weight over the size of its group. Of several findings an image is of a group for each that it has, so
 * that a rare finding is drawn as often as a frequent one. Doubtful labels are left out.
 */
export class CxrSource implements SampleSource {
  readonly size: number;
  private readonly train: number[];
  private readonly val: number[];
  private readonly cumulative: Float64Array;

  constructor(
    private readonly dataset: ExamImages,
    private readonly options: CxrSourceOptions,
  ) {
    this.size = dataset.size;
    const of = (split: Exam['split']): number[] =>
      dataset.exams.flatMap((exam, index) => (exam.split === split && isLabelled(exam) ? [index] : []));
    const placesKnown = (exam: Exam): boolean => exam.label === 0 || exam.boxes.length > 0;
    this.train = of('train').filter(
      index => !options.boxedPositivesOnly || placesKnown(dataset.exams[index]),
    );
    this.val = of('val');
    this.cumulative = cumulativeWeights(
      this.train.map(index => dataset.exams[index]),
      options.findings,
    );
  }

  get validationCount(): number {
    return this.val.length;
  }

  draw(position: number): Sample {
    const random = seededRandom(`${this.options.seed}/draw/${position}`);
    const index = this.train[searchCumulative(this.cumulative, random())];
    const exam = this.dataset.exams[index];
    const pixels = this.pixelsOf(index);
    if (exam.label === 0 && random() < this.options.paintedShare) {
      return { label: 1, view: exam.view, ...paintOpacities(pixels, this.size, random) };
    }
    return { pixels, ...this.known(exam) };
  }

  validation(index: number): Sample {
    const exam = this.dataset.exams[this.val[index]];
    return {
      pixels: this.pixelsOf(this.val[index]),
      ...this.known(exam),
    };
  }

  /** What is told of an exam beside its pixels. */
  private known(exam: Exam): Omit<Sample, 'pixels'> {
    const { view, findings: present = [] } = exam;
    const { findings } = this.options;
    const told = findings?.map(name => ({
      label: present.includes(name) ? (1 as const) : (0 as const),
      truth: this.truthOfFinding(exam, name),
    }));
    return { label: exam.label!, truth: this.truthOf(exam), ...(told && { findings: told }), view };
  }

  /** Boxes of one finding; not known where the image has it and no box of it. */
  private truthOfFinding({ findings, boxes }: Exam, name: string): Float32Array | undefined {
    const own = boxes.filter(({ finding }) => finding === name);
    if (findings?.includes(name) && own.length === 0) return undefined;
    return boxCoverage(own, this.size);
  }

  private truthOf(exam: Exam): Float32Array | undefined {
    if (exam.label === 1 && exam.boxes.length === 0) return undefined;
    return boxCoverage(exam.label === 1 ? exam.boxes : [], this.size);
  }

  private pixelsOf(index: number): Float32Array {
    return Float32Array.from(readPlane(this.dataset.planes, index, this.size), value => value / 65535);
  }
}

function cumulativeWeights(exams: readonly Exam[], told?: readonly string[]): Float64Array {
  const sizes = new Map<string, number>();
  const groupsOf = ({ label, findings, view, sampling }: Exam): string[] => {
    const own = told?.filter(name => findings?.includes(name)) ?? [];
    return (own.length > 0 ? own : [label]).map(what => `${what}/${view}/${sampling.group}`);
  };
  for (const exam of exams) for (const group of groupsOf(exam)) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  let total = 0;
  return Float64Array.from(exams, exam => {
    for (const group of groupsOf(exam)) total += exam.sampling.weight / sizes.get(group)!;
    return total;
  });
}

function searchCumulative(cumulative: Float64Array, u: number): number {
  const target = u * cumulative[cumulative.length - 1];
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
