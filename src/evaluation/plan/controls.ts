import { seededRandom, shuffled } from '../../models/random';

/**
 * Shuffled controls: for each case with truth, other patients' truths. Each round is one seeded permutation of all truths
 * in which nobody keeps a truth of their own patient, so every truth is used as often as in the right pairing.
 *
 * @param patients patient of each truth
 * @returns one list a truth, `rounds` places long; empty lists when one patient has more than half of the truths
 */
export function controlTruths(patients: readonly string[], rounds: number, seed: number): number[][] {
  const lists: number[][] = patients.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const permutation = derangement(patients, seededRandom(`${seed}/control/${round}`));
    permutation?.forEach((other, index) => lists[index].push(other));
  }
  return lists;
}

function derangement(patients: readonly string[], random: () => number): number[] | undefined {
  const order = shuffled(
    patients.map((_, i) => i),
    random,
  );
  const clashes = (index: number, truth: number): boolean => patients[index] === patients[truth];
  for (let attempt = 0; attempt < 100; attempt++) {
    const wrong = order.flatMap((truth, index) => (clashes(index, truth) ? [index] : []));
    if (wrong.length === 0) return order;
    for (const index of wrong) {
      const other = Math.floor(random() * order.length);
      if (clashes(index, order[other]) || clashes(other, order[index])) continue;
      [order[index], order[other]] = [order[other], order[index]];
    }
  }
  return undefined;
}
