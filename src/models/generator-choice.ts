/**
 * The generator that a method uses: the one asked for, the card's default, or the first that fits.
 *
 * @param needed generators that the method can work with, preferred first; undefined where it needs none
 * @param present generators of the model
 */
export function fittingGenerator<Kind extends string>(
  needed: readonly Kind[] | undefined,
  present: readonly string[],
  ...preferred: readonly (string | undefined)[]
): Kind | undefined {
  const fitting = (needed ?? []).filter(kind => present.includes(kind));
  const wanted = preferred.find(kind => fitting.some(candidate => candidate === kind));
  return fitting.find(kind => kind === wanted) ?? fitting[0];
}
