import { describe, expect, it } from 'vitest';
import { controlTruths } from '../../src/evaluation/plan/controls';

describe('controlTruths', () => {
  const patients = ['a', 'a', 'a', 'b', 'c', 'c', 'd', 'e', 'f'];

  it('never pairs a map with a truth of the same patient, and uses every truth once a round', () => {
    const lists = controlTruths(patients, 12, 1);
    lists.forEach((list, index) => {
      expect(list.length).toBe(12);
      for (const other of list) expect(patients[other]).not.toBe(patients[index]);
    });
    for (let round = 0; round < 12; round++) {
      expect(lists.map(list => list[round]).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
    expect(controlTruths(patients, 12, 1)).toEqual(lists);
    expect(controlTruths(patients, 12, 2)).not.toEqual(lists);
  });

  it('is empty where it cannot be', () => {
    expect(controlTruths(['a', 'a', 'a', 'b'], 3, 1)).toEqual([[], [], [], []]);
  });
});
