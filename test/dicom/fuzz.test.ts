import { describe, expect, it } from 'vitest';
import { countingAllocations } from './allocations';
import { allocationLimit, fuzzCase, mutationNames } from './fuzz-cases';
import { runCase } from './fuzz-run';
import { smallSeeds } from './fuzz-seeds';

const cases = Number(process.env.FUZZ_CASES ?? 480);

describe('hostile files', () => {
  it('give an image or a DicomImageError, soon and within memory', async () => {
    const seeds = await smallSeeds();
    const outcomes: Record<string, number> = {};
    for (let index = 0; index < cases; index++) {
      const { name, outcome, fault } = await runCase(seeds, 'test', index);
      expect(fault, `${name}, case ${index}`).toBeUndefined();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    // The damage must neither be harmless nor stop everything at the door.
    expect(outcomes.image).toBeGreaterThan(0.1 * cases);
    expect(outcomes.image).toBeLessThan(0.8 * cases);
    expect(Object.keys(outcomes).length).toBeGreaterThanOrEqual(6);
  }, 600_000);
});

describe('the damage', () => {
  it('is the same for the same run and number, and of every kind', async () => {
    const seeds = await smallSeeds();
    const first = Array.from({ length: 200 }, (_, index) => fuzzCase(seeds, 1, index));
    expect(fuzzCase(seeds, 1, 7)).toEqual(first[7]);
    expect(fuzzCase(seeds, 2, 7)).not.toEqual(first[7]);
    for (const name of mutationNames) {
      expect(
        first.some(each => each.name.includes(name)),
        name,
      ).toBe(true);
    }
  });
});

describe('the count of allocations', () => {
  it('sees every typed array, and the limit would catch one that a header claims', async () => {
    const { allocations } = await countingAllocations(async () => {
      const copy = Uint8Array.from([1, 2, 3]);
      return [new Float64Array(1000), new Uint16Array(copy), new DataView(new ArrayBuffer(50))];
    });
    expect(allocations.bytes).toBeGreaterThanOrEqual(8000 + 3 + 6 + 50);
    const claimed = await countingAllocations(async () => new Uint8Array(2 ** 30));
    expect(claimed.allocations.bytes).toBeGreaterThan(allocationLimit(new Uint8Array(10_000)));
    expect(globalThis.Uint8Array).toBe(Object.getPrototypeOf(Buffer.prototype).constructor);
  });
});
