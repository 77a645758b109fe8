import { beforeAll, describe, expect, it } from 'vitest';
import { methods } from '../../src/explain';
import { checkMethods, type Comparison } from './check-methods';
import { whyNoReference } from './python';

const missing = whyNoReference();
if (missing) console.warn(`Skipped: the comparison of all methods with PyTorch. ${missing}`);

describe.skipIf(missing)('every explanation method beside PyTorch, SciPy and NumPy', () => {
  let found: Awaited<ReturnType<typeof checkMethods>>;

  beforeAll(async () => {
    found = await checkMethods();
  }, 300_000);

  // One test each, so that what disagrees is named.
  it.each(methods.map(({ title }) => title))('%s agrees within its bounds', title => {
    const compared = found.comparisons.filter(({ name }) => name.startsWith(title));
    expect(compared).not.toEqual([]);
    expect(compared.filter(beyondBound)).toEqual([]);
  });

  it('images of generators, completeness gaps and metrics agree within their bounds', () => {
    expect(found.comparisons.filter(beyondBound)).toEqual([]);
  });

  it('names what Perceptual Perturbation misses in a graph model', () => {
    expect(found.refusal).toMatch(/"graph" is a TensorFlow graph, whose inner activations cannot be reached/);
  });
});

function beyondBound({ error, bound }: Comparison): boolean {
  return !(error <= bound);
}
