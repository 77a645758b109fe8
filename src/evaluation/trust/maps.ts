import { disposeExplanation, type ExplainContext, type ExplanationMethod } from '../../explain';
import { inputTensor } from '../../explain/film-session';
import { finiteValues } from '../../models/finite';
import { mapSimilarity, type MapSimilarity } from './similarity';

/** One map a given image, in order. */
export async function mapsOf(
  context: ExplainContext,
  method: ExplanationMethod,
  images: readonly Float32Array[],
): Promise<Float32Array[]> {
  const maps: Float32Array[] = [];
  for (const image of images) {
    const x = inputTensor(context, image);
    const explanation = method.explain(context, x);
    try {
      maps.push(await finiteValues(explanation.map, `The map of ${method.title}`));
    } finally {
      disposeExplanation(explanation);
      x.dispose();
    }
  }
  return maps;
}

/** Similarity of each map with those of the next few other images, averaged. */
export function otherImageSimilarity(maps: readonly Float32Array[], size: number): MapSimilarity[] {
  const partners = Math.min(3, maps.length - 1);
  return maps.map((map, i) => {
    const found = Array.from({ length: partners }, (_, k) =>
      mapSimilarity(map, maps[(i + k + 1) % maps.length], size),
    );
    const mean = (pick: (s: MapSimilarity) => number): number =>
      found.reduce((sum, s) => sum + pick(s), 0) / found.length;
    return { rank: mean(s => s.rank), ssim: mean(s => s.ssim) };
  });
}
