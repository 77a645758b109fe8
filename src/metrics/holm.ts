/**
 * p-values adjusted for the number of comparisons by Holm's step-down procedure (Holm, Scandinavian Journal of
 * Statistics 1979): the smallest is multiplied by m, the next by m − 1, and so on, never falling and never above 1.
 *
 * @returns adjusted values in the order given
 * @throws RangeError when a value lies outside [0, 1]
 */
export function holm(pValues: readonly number[]): number[] {
  const wrong = pValues.find(p => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new RangeError(`A p-value lies in [0, 1]; ${wrong} does not.`);
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted: number[] = Array.from({ length: pValues.length });
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[index]));
    adjusted[index] = largest;
  });
  return adjusted;
}
