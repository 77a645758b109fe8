import { describe, expect, it } from 'vitest';
import { CxrSource, type ExamImages } from '../../src/training/cxr-source';
import { samplingOf } from '../../src/datasets/cxr-tables';
import type { Exam } from '../../src/datasets/types';

const size = 4;

/** An exam with the sampling that the default layout gives it. */
function exam(overrides: Partial<Exam>): Exam {
  const { quality = 'text', collection = 'c' } = overrides;
  return {
    image: 'x.png',
    patient: 'p',
    split: 'train',
    label: 0,
    quality: 'text',
    view: 'PA',
    sex: 'F',
    collection: 'c',
    sampling: samplingOf(quality, collection),
    boxes: [],
    ...overrides,
  };
}

/** A data set whose pixels tell which exam they belong to: all of exam i are i. */
function datasetOf(exams: Exam[]): ExamImages {
  const values = new Uint16Array(exams.length * size * size);
  exams.forEach((_, index) => values.fill(index, index * size * size, (index + 1) * size * size));
  return { exams, size, planes: { kind: 'memory', values } };
}

const times = (count: number, make: () => Exam): Exam[] => Array.from({ length: count }, make);

const box = { x: 0, y: 0, width: 0.5, height: 0.25 };
const exams: Exam[] = [
  ...times(40, () => exam({ label: 0, view: 'PA', collection: 'c' })),
  ...times(10, () => exam({ label: 1, view: 'AP', collection: 'd', boxes: [box] })),
  ...times(5, () => exam({ label: 0, view: 'AP', collection: 'a' })),
  ...times(15, () => exam({ label: 1, view: 'PA', collection: 'b' })),
  ...times(5, () => exam({ label: 1, view: 'PA', collection: 'a', quality: 'radiologist' })),
  exam({ label: 1, quality: 'doubtful' }),
  exam({ label: undefined, quality: 'other' }),
  exam({ split: 'val', label: 1, view: 'AP', boxes: [box] }),
  exam({ split: 'test', label: 0 }),
  exam({ split: 'val', label: 0, quality: 'doubtful' }),
  exam({ split: 'val', label: 0, view: 'PA' }),
];

const source = new CxrSource(datasetOf(exams), { seed: 1, paintedShare: 0, boxedPositivesOnly: false });
const indexOf = (pixels: Float32Array): number => Math.round(pixels[0] * 65535);
const drawn = Array.from({ length: 20_000 }, (_, position) => indexOf(source.draw(position).pixels));

describe('CxrSource', () => {
  it('draws groups by (label, view, collection pair), weighted by how good their images are', () => {
    // An image weighs 2 for collection c or d, 2 for a radiologist's reading, over the size of its group. Sums of groups:
    // 2, 2, 1 and (15 + 5·2) / 20 = 1.25, of 6.25 in all.
    const bounds = [0, 40, 50, 55, 75];
    const expected = [2, 2, 1, 1.25].map(weight => weight / 6.25);
    expected.forEach((share, group) => {
      const count = drawn.filter(i => i >= bounds[group] && i < bounds[group + 1]).length;
      const deviation = Math.sqrt(20_000 * share * (1 - share));
      expect(Math.abs(count - 20_000 * share), `group ${group}`).toBeLessThan(4 * deviation);
    });
  });

  it('draws an image that a radiologist read twice as often as others of its group', () => {
    const text = drawn.filter(i => i >= 55 && i < 70).length / 15;
    const read = drawn.filter(i => i >= 70 && i < 75).length / 5;
    expect(read / text).toBeGreaterThan(1.75);
    expect(read / text).toBeLessThan(2.25);
  });

  it('draws every training image, and no doubtful, unlabelled, validation or test image', () => {
    expect(new Set(drawn).size).toBe(75);
    expect(Math.max(...drawn)).toBe(74);
  });

  it('draws by seed and position alone', () => {
    const again = new CxrSource(datasetOf(exams), { seed: 1, paintedShare: 0, boxedPositivesOnly: false });
    const other = new CxrSource(datasetOf(exams), { seed: 2, paintedShare: 0, boxedPositivesOnly: false });
    const positions = [17, 3, 500];
    const draw = (from: CxrSource): number[] => positions.map(p => indexOf(from.draw(p).pixels));
    expect(draw(again)).toEqual(positions.map(p => drawn[p]));
    const first = Array.from({ length: 200 }, (_, p) => indexOf(other.draw(p).pixels));
    expect(first).not.toEqual(drawn.slice(0, 200));
  });

  it('knows the truth of boxed positives and of all negatives, not of positives without a box', () => {
    for (let position = 0; position < 300; position++) {
      const { label, truth } = source.draw(position);
      const index = drawn[position];
      expect(label).toBe(exams[index].label);
      if (label === 0) expect(truth?.every(v => v === 0)).toBe(true);
      else if (index < 50) expect([...(truth as Float32Array)].slice(0, 5)).toEqual([1, 1, 0, 0, 0]);
      else expect(truth).toBeUndefined();
    }
  });

  it('paints the asked share of negatives and makes them positive', () => {
    const painting = new CxrSource(datasetOf(exams), {
      seed: 1,
      paintedShare: 0.2,
      boxedPositivesOnly: false,
    });
    let [negatives, painted] = [0, 0];
    for (let position = 0; position < 5000; position++) {
      const sample = painting.draw(position);
      if (exams[drawn[position]].label === 1) {
        expect(sample.label).toBe(1);
        continue;
      }
      negatives++;
      if (sample.label === 1) {
        painted++;
        expect(sample.truth).toHaveLength(sample.pixels.length);
      }
    }
    expect(Math.abs(painted / negatives - 0.2)).toBeLessThan(4 * Math.sqrt(0.16 / negatives));
  });

  it('draws no positive without a box where only boxed ones are asked for', () => {
    const boxed = new CxrSource(datasetOf(exams), { seed: 1, paintedShare: 0, boxedPositivesOnly: true });
    const indexes = Array.from({ length: 2000 }, (_, position) => indexOf(boxed.draw(position).pixels));
    expect(
      indexes.filter(index => exams[index].label === 1).every(index => exams[index].boxes.length > 0),
    ).toBe(true);
    expect(new Set(indexes.map(index => exams[index].label))).toEqual(new Set([0, 1]));
  });

  it('validates on the validation images of the task, in their order, as they are', () => {
    expect(source.validationCount).toBe(2);
    const [first, second] = [0, 1].map(i => source.validation(i));
    expect([indexOf(first.pixels), first.label, first.view]).toEqual([77, 1, 'AP']);
    expect([indexOf(second.pixels), second.label, second.view]).toEqual([80, 0, 'PA']);
    const painting = new CxrSource(datasetOf(exams), { seed: 1, paintedShare: 1, boxedPositivesOnly: false });
    expect(painting.validation(1).label).toBe(0);
  });
});
