import { isNegative, pointOf, soughtClass, type Decision } from './decision';
import type { ExplanationFigures } from './explanation';

/**
 * What is said of an explanation in words, in English: in DICOM objects and by the command. The viewer says the same in its own
 * language (`extension/i18n/words.ts`). Every sentence
 * depends on what was found: on the method's map, and on whether x_s keeps and x_a changes the decision.
 */

/**
 * What a large value of a map says of its place, and no more than the method computes: `difference`: x_a differs there;
 * `evidence`: on the way to x_a the classifier's evidence changes there; `evidence-and-difference`: both, evidence and a different x_a, are
 * there; `sensitivity`: the score is steepest there; `importance`: the method counts the place for much.
 */
type MapMeaning = 'difference' | 'evidence' | 'evidence-and-difference' | 'sensitivity' | 'importance';

/** What the values of a method's map are, as far as words depend on it. */
export interface MapKind {
  /** `pair`: |x_s − x_a|, `single`: |x − x_a|, both in equalised grey levels [0, 1]; `other`: attribution of no unit. */
  unit: 'pair' | 'single' | 'other';
  /** What its large values say of their places. */
  shows: MapMeaning;
  /** Named by a code of its own in DICOM objects; absent: saliency. */
  quantity?: 'gradient-weighted-class-activation';
}

/**
 * What a decision says, in words of the classifier's own classes. The negative class of two is named by what was not found:
 * a classifier of one finding says nothing of a patient's health.
 *
 * @param classes their names
 */
export function verdictText(classes: readonly string[], decision: Decision): string {
  if (decision.kind === 'classes') return `Likeliest of ${classes.length} classes: ${classes[decision.decided]}`;
  const name = classes[soughtClass(decision)];
  return isNegative(decision) ? `No ${name} found by this classifier` : `Found by this classifier: ${name}`;
}

/** The number of a decision with its name and, where it was made by one, the operating point; three decimals. */
export function scoreText(decision: Decision): string {
  const score = decision.score.toFixed(3);
  const point = pointOf(decision);
  return point === undefined ? `probability ${score}` : `score ${score} (operating point ${point.toFixed(3)})`;
}

/** What the colours of a map mean, or why that is not told. */
type Colours = MapMeaning | 'not-flipped' | 'nothing';

/** What of an explanation settles what is said of its colours: a map whose top colour stands for 0 marks nothing. */
export type Coloured = Pick<ExplanationFigures, 'flip'> & { top?: number };

/**
 * What the colours of a map mean. Where its method looks at the way to x_a and x_a keeps the decision, they show nothing that
 * would change it.
 *
 * @param map absent for a method of another release, of which this one cannot say more than that it is a method
 */
export function coloursOf({ flip, top }: Coloured, map?: MapKind): Colours {
  if (top === 0) return 'nothing';
  return flip === false && (!map || showsOpposite(map)) ? 'not-flipped' : (map?.shows ?? 'importance');
}

/** Whether a map speaks of the way to x_a. */
export function showsOpposite({ shows }: Pick<MapKind, 'shows'>): boolean {
  return shows === 'difference' || shows === 'evidence' || shows === 'evidence-and-difference';
}

const meanings: Record<MapMeaning, string> = {
  difference: 'where the opposite image (x_a) differs',
  evidence: 'where the evidence of the classifier changes on the way to the opposite image (x_a)',
  'evidence-and-difference': 'where the evidence of the classifier lies and the opposite image (x_a) differs',
  sensitivity: 'where a small change of the image would change the score most',
  importance: 'where the method places what counts for the answer',
};

/**
 * Where the large values of a map lie; undefined where it marks nothing, or x_a kept the answer, so that they do not show what would
 * change it.
 */
export function placeText(figures: Coloured, map: MapKind | undefined): string | undefined {
  const shown = coloursOf(figures, map);
  return shown === 'not-flipped' || shown === 'nothing' ? undefined : meanings[shown];
}

/** What the colours of a map mean, without a full stop: the place of its large values, and no promise of what follows there. */
export function coloursText(figures: Coloured, map: MapKind | undefined): string {
  if (figures.top === 0)
    return 'The map marks nothing, so nothing is coloured: no value lies above the floor of the method, or all are the same';
  const place = placeText(figures, map);
  return place === undefined
    ? 'x_a did NOT change the answer: the colours do not show what would'
    : `Coloured: ${place}`;
}

/** The warnings that belong on every picture of an explanation whose x_s or x_a does not do what it is for. */
export function doubtsOf({ hold, flip }: Pick<ExplanationFigures, 'hold' | 'flip'>): string[] {
  return [
    ...(hold === false ? ['x_s does NOT keep the decision: do not rely on this explanation'] : []),
    ...(flip === false ? ['x_a does NOT flip the decision: the map may miss what decided'] : []),
  ];
}

/**
 * What a map cannot tell where nothing was found: it has a highest place on every film.
 *
 * @returns undefined where something was found, or one of several classes decided
 */
export function negativeText(decision: Decision, map: MapKind | undefined): string | undefined {
  if (!isNegative(decision)) return undefined;
  const nothing = 
    'The map marks no finding. Findings that this classifier does not know were not looked for.';
  if (!map || !showsOpposite(map)) return nothing;
  return `${nothing} The opposite images (x_a) of such films tend to change at the same places: the place says little about this film.`;
}
