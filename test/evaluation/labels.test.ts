import { describe, expect, it } from 'vitest';
import { makePhantomSet } from '../../src/evaluation/set/phantom-set';
import { truthMask } from '../../src/evaluation/set/set';
import { mapSource } from '../../src/evaluation/measure/map-cache';
import { parseRequests } from '../../src/evaluation/plan/map-requests';
import { labelCard } from '../../src/models/label';
import { makeFindingsPhantom } from '../../src/phantom';
import { exampleCard } from '../models/card-fixture';

const input = {
  size: 64,
  channels: 1 as const,
  range: [0, 1] as [0, 1],
  fit: 'stretch' as const,
  equalise: true,
};

describe('an evaluation of one label', () => {
  it('takes phantoms of several findings, and of each the truth of that label', () => {
    const sets = ['nodule', 'effusion'].map(finding =>
      makePhantomSet(12, 3, input, () => undefined, finding),
    );
    for (const [k, finding] of ['nodule', 'effusion'].entries()) {
      const has = sets[k].cases.map(({ id }) =>
        makeFindingsPhantom(id, { size: 64 }).findings[finding] ? 1 : 0,
      );
      expect(sets[k].cases.map(({ label }) => label)).toEqual(has);
      for (const { label, truth } of sets[k].cases) expect(truth === undefined).toBe(label === 0);
      const [first] = sets[k].cases.flatMap(({ truth }) => (truth === undefined ? [] : [truth]));
      expect(truthMask(sets[k], first).includes(1)).toBe(true);
    }
    // The same films, of another finding: not the same set.
    expect(sets[0].cases.map(({ id }) => id)).toEqual(sets[1].cases.map(({ id }) => id));
    expect(sets[0].hash).not.toBe(sets[1].hash);
    expect(sets[0].description).toMatch(/\(nodule\)/);
    expect(() => makePhantomSet(1, 3, input, () => undefined, 'hernia')).toThrow(/have no finding "hernia"/);
  });

  it('keeps the maps of two labels apart, also where both are decided alike', () => {
    const classes = ['nodule', 'effusion'].map(name => ({ name, operatingPoint: 0.5 }));
    const card = exampleCard({
      classes,
      independent: true,
      operatingPoint: undefined,
      calibration: undefined,
    });
    const sources = [0, 1].map(label => {
      const own = labelCard(card, label);
      const [request] = parseRequests('gradient', own, { augment: 0, seed: 0 });
      return mapSource(own, request);
    });
    expect(sources[0]).not.toBe(sources[1]);
  });
});
