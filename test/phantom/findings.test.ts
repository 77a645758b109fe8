import { describe, expect, it } from 'vitest';
import { findingNames, makeFindingsPhantom } from '../../src/phantom';
import { drawAnatomy } from '../../src/phantom/anatomy';
import { drawFrom } from '../../src/phantom/draw';
import { cardiothoracicRatio, withNormalHeart } from '../../src/phantom/findings/enlarged-heart';

const size = 96;
const count = (mask: Uint8Array | undefined): number => mask?.reduce((sum, value) => sum + value, 0) ?? 0;
const without = (name: string): string[] => findingNames.filter(other => other !== name);

describe('a phantom of several findings', () => {
  it('is the same for the same seed, with the findings asked for and no others', () => {
    const all = makeFindingsPhantom('a', { size, findings: findingNames });
    expect(makeFindingsPhantom('a', { size, findings: findingNames })).toEqual(all);
    expect(Object.keys(all.findings).sort()).toEqual([...findingNames].sort());
    expect(makeFindingsPhantom('a', { size, findings: [] }).findings).toEqual({});
    expect(makeFindingsPhantom('a', { size, findings: ['nodule'] }).findings.effusion).toBeUndefined();
  });

  it('draws lots for each finding independently of the others', () => {
    const films = Array.from({ length: 150 }, (_, seed) => makeFindingsPhantom(`lot/${seed}`, { size: 32 }));
    const shares = findingNames.map(
      name => films.filter(({ findings }) => findings[name]).length / films.length,
    );
    // Shares of 0.4 drawn 150 times: deviation 0.04.
    for (const share of shares) expect(Math.abs(share - 0.4)).toBeLessThan(0.16);
    const both = films.filter(({ findings }) => findings.effusion && findings.nodule).length / films.length;
    expect(Math.abs(both - shares[1] * shares[2])).toBeLessThan(0.12);
    expect(films.some(({ findings }) => Object.keys(findings).length > 2)).toBe(true);
  });

  it('adds a finding to the very same patient, brighter, and there where its mask says', () => {
    for (const name of findingNames) {
      let [inside, outside, pixels, brighter] = [0, 0, 0, 0];
      for (let seed = 0; seed < 6; seed++) {
        const [ill, well] = [[name], []].map(findings =>
          makeFindingsPhantom(`b/${seed}`, { size, findings }),
        );
        const { mask } = ill.findings[name]!;
        pixels += count(mask);
        ill.pixels.forEach((value, i) => {
          const difference = value - well.pixels[i];
          if (mask[i]) inside += Math.abs(difference);
          else outside += Math.abs(difference);
          if (mask[i] && difference > 0) brighter++;
        });
      }
      const area = 6 * size * size;
      expect(pixels, name).toBeGreaterThan(0.001 * area);
      expect(pixels, name).toBeLessThan(0.15 * area);
      expect(inside / pixels, name).toBeGreaterThan(8 * (outside / (area - pixels)));
      expect(brighter / pixels, name).toBeGreaterThan(0.95);
    }
  });

  it('adds one finding beside others, and leaves those where they are', () => {
    for (const name of ['nodule', 'opacity']) {
      const all = makeFindingsPhantom('c', { size, findings: findingNames });
      const fewer = makeFindingsPhantom('c', { size, findings: without(name) });
      expect(all.findings['enlarged heart']).toEqual(fewer.findings['enlarged heart']);
      expect(all.findings.effusion).toEqual(fewer.findings.effusion);
    }
  });

  it('draws hearts of less than half the thorax where none is enlarged, whatever the patient', () => {
    const ratios = Array.from({ length: 60 }, (_, seed) =>
      cardiothoracicRatio(withNormalHeart(drawAnatomy(drawFrom(`d/${seed}`, 'anatomy')))),
    );
    expect(Math.max(...ratios)).toBeLessThan(0.465);
    // Hearts wider than that are drawn without this cap, else it would say nothing.
    const free = Array.from({ length: 60 }, (_, seed) =>
      cardiothoracicRatio(drawAnatomy(drawFrom(`d/${seed}`, 'anatomy'))),
    );
    expect(Math.max(...free)).toBeGreaterThan(0.5);
  });
});
