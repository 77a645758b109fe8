import { perturbationMetrics, type PerturbationId } from '../metrics/curves';
import { rankMap } from '../metrics/localisation/localisation-case';
import { scoreOfClass } from '../models/decision';
import { classify, inputTensor } from './film-session';
import type { ExplainContext } from './types';

/** Areas under the curves of the decided class's score, over the share of pixels, each in [0, 1]. */
export type DeletionInsertion = Record<PerturbationId, number>;

/** Standard deviation of the blur at the size of the source's images, pixels. */
const blurSigma = 5;
const sourceSize = 224;

/**
 * Deletion and insertion of Petsiuk, Das, Saenko, RISE, BMVC 2018, arXiv 1806.07421, section 4.1: pixels are taken away
 * (set to 0), or put into a blurred copy (Gaussian, 5 pixels of 224), in the order of the map, and the classifier's score of
 * the class that it decided for is read on the way.
 *
 * @param pixels prepared image, size × size in [0, 1]
 * @param map size × size; ties in seeded order
 * @param valid size × size, 1 inside the image: pixels outside of it keep their place in both curves
 * @param steps images between the first and the last; each costs one pass of the classifier a curve
 * @returns by the id of `perturbationMetrics`; the worst values for a map that is constant or not finite and so has no order
 */
export async function deletionInsertion(
  context: ExplainContext,
  pixels: Float32Array,
  map: Float32Array,
  { steps, seed, valid }: { steps: number; seed: number; valid?: Uint8Array },
): Promise<DeletionInsertion> {
  if (!map.every(Number.isFinite)) return worst();
  const { order, constant } = rankMap(map, valid, seed);
  if (constant) return worst();
  const { size } = context.card.input;
  const { decided } = await classifyPixels(context, pixels);
  const curve = (from: Float32Array, to: Float32Array): Promise<number> =>
    areaOfChange(from, to, order, steps, async image =>
      scoreOfClass(await classifyPixels(context, image), decided),
    );
  const blurred = gaussianBlur(pixels, size, (blurSigma * size) / sourceSize);
  const images = { image: pixels, blurred, black: new Float32Array(pixels.length) };
  const measured: [PerturbationId, number][] = [];
  for (const { id, ends } of perturbationMetrics) measured.push([id, await curve(...ends(images))]);
  return Object.fromEntries(measured) as DeletionInsertion;
}

function worst(): DeletionInsertion {
  return Object.fromEntries(perturbationMetrics.map(({ id, failed }) => [id, failed])) as DeletionInsertion;
}

async function classifyPixels(context: ExplainContext, pixels: Float32Array): ReturnType<typeof classify> {
  const x = inputTensor(context, pixels);
  try {
    return await classify(context, x);
  } finally {
    x.dispose();
  }
}

/** Mean score, by the trapezoid rule, while the pixels of one image give way to those of another in an order. */
async function areaOfChange(
  from: Float32Array,
  to: Float32Array,
  order: Uint32Array,
  steps: number,
  scoreOf: (image: Float32Array) => Promise<number>,
): Promise<number> {
  const image = from.slice();
  let area = 0;
  let changed = 0;
  for (let step = 0; step <= steps; step++) {
    const wanted = Math.round((step / steps) * order.length);
    for (; changed < wanted; changed++) image[order[changed]] = to[order[changed]];
    const weight = step === 0 || step === steps ? 0.5 : 1;
    area += (weight * (await scoreOf(image))) / steps;
  }
  return area;
}

/** Separable Gaussian blur, cut off at three standard deviations, the edge repeated outside. */
function gaussianBlur(image: Float32Array, size: number, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
  );
  const total = kernel.reduce((sum, value) => sum + value, 0);
  const clamp = (place: number): number => Math.min(size - 1, Math.max(0, place));
  const pass = (source: Float32Array, at: (line: number, place: number) => number): Float32Array => {
    const blurred = new Float32Array(source.length);
    for (let line = 0; line < size; line++) {
      for (let place = 0; place < size; place++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++) sum += kernel[k + reach] * source[at(line, clamp(place + k))];
        blurred[at(line, place)] = sum / total;
      }
    }
    return blurred;
  };
  const rows = pass(image, (row, column) => row * size + column);
  return pass(rows, (column, row) => row * size + column);
}
