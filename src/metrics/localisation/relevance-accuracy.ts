import type { LocalisationMetric } from '../types';

const citation = 'Arras, Osman, Samek, CLEVR-XAI, Information Fusion 2022, arXiv 2003.07258, section 3.3';

/** Share of the map's total that lies in the truth. */
export const relevanceMass = {
  id: 'mass',
  column: 'mass',
  short: 'mass',
  title: 'Relevance mass accuracy',
  citation,
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  compute({ map, order, truth, constant }) {
    if (constant) return 0;
    let inside = 0;
    let total = 0;
    for (const pixel of order) {
      total += map[pixel];
      if (truth[pixel]) inside += map[pixel];
    }
    return inside / total;
  },
} as const satisfies LocalisationMetric;

/** Share of the |S| largest pixels that lie in the truth S. */
export const relevanceRank = {
  id: 'rank',
  column: 'rank',
  short: 'rank',
  title: 'Relevance rank accuracy',
  citation,
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  compute: ({ hits, truthCount, constant }) => (constant ? 0 : hits[truthCount] / truthCount),
} as const satisfies LocalisationMetric;
