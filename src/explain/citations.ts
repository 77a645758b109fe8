/** The paper that this project implements. */
export const paper =
  'Charachon et al., Combining Similarity and Adversarial Learning to Generate Visual Explanation, ICPR 2020, arXiv 2012.07332';
