/** Scores of one image and of its two generated images, all calibrated. */
export interface GeneratedScores {
  score: number;
  similar?: number;
  adversarial?: number;
}

/** Rates in [0, 1]; absent where no image has such a score. */
export interface HoldFlip {
  /** Share of images whose x_s keeps the decision. */
  hold?: number;
  /** Share of images whose x_a changes the decision. */
  flip?: number;
}

/**
 * How often x_s keeps and x_a changes the classifier's decision.
 * Charachon et al., ICPR 2020, arXiv 2012.07332, section III-A: f(x_s) ≈ f(x), f(x_a) ≈ 1 − f(x).
 *
 * @param operatingPoint class 1 iff score > operatingPoint
 */
export function holdFlip(images: readonly GeneratedScores[], operatingPoint: number): HoldFlip {
  const decided = (score: number): boolean => score > operatingPoint;
  const similar = images.filter(image => image.similar !== undefined);
  const adversarial = images.filter(image => image.adversarial !== undefined);
  return {
    hold: share(similar, image => decided(image.similar!) === decided(image.score)),
    flip: share(adversarial, image => decided(image.adversarial!) !== decided(image.score)),
  };
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number | undefined {
  return items.length === 0 ? undefined : items.filter(holds).length / items.length;
}
