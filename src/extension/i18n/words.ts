import type { OtherObject } from '../store/other-types';
import {
  distanceToPoint,
  isNearPoint,
  isNegative,
  namedClass,
  pointOf,
  soughtClass,
  type Decision,
} from '../../models/decision';
import { nearShare } from '../../models/graded';
import type { ExplanationFigures } from '../../models/explanation';
import { momentText as digitsOf } from '../../models/moment';
import { isCollimationNote } from '../../models/collimation-note';
import { coloursOf, showsOpposite, type Coloured, type MapKind } from '../../models/verdict';
import type { Result, ResultKind } from '../store/state';
import { percentText, plural, scoreText, t } from '.';
import { spoken } from './spoken';

/** What is said of an explanation, in the viewer's language; DICOM objects and command say it in English (`models/verdict.ts`). */

/** What a decision says, in words of the classifier's own classes. */
export function verdictText(classes: readonly string[], decision: Decision): string {
  if (decision.kind === 'classes')
    return t('likeliest', { count: classes.length, name: spoken(classes[decision.decided]) });
  // The negative class of two is named by what was not found: a classifier of one finding says nothing of a patient's health.
  const name = spoken(classes[soughtClass(decision)]);
  return t(isNegative(decision) ? 'notFound' : 'found', { name });
}

/** The number of a decision and on which side of the threshold it lies; of several classes, the decided one. */
export function sideText(classes: readonly string[], decision: Decision, short = false): string {
  const score = scoreText(decision.score);
  const name = spoken(classes[namedClass(decision)]);
  const at = pointOf(decision);
  if (at === undefined) return t('sideClass', { name, score });
  const point = scoreText(at);
  const length = short ? 'short' : 'side';
  const side = decision.decided === 1 ? 'Above' : 'NotAbove';
  return decision.kind === 'labels'
    ? t(`${length}${side}Of`, { name, score, point })
    : t(`${length}${side}`, { score, point });
}

/** What a reader says of an explanation. */
export const verdictKeys = {
  agree: 'answerAgree',
  disagree: 'answerDisagree',
  unsure: 'answerUnsure',
} as const;

const colourKeys = {
  difference: 'colouredDifference',
  evidence: 'colouredEvidence',
  'evidence-and-difference': 'colouredBoth',
  sensitivity: 'colouredSensitivity',
  importance: 'colouredImportance',
  'not-flipped': 'colouredNotFlipped',
  nothing: 'emptyMap',
} as const;

const shortColourKeys = {
  difference: 'shortDifference',
  evidence: 'shortEvidence',
  'evidence-and-difference': 'shortBoth',
  sensitivity: 'shortSensitivity',
  importance: 'shortImportance',
  'not-flipped': 'colouredNotFlipped',
  nothing: 'emptyMapShort',
} as const;

const methodKeys = {
  difference: 'methodDifference',
  evidence: 'methodEvidence',
  'evidence-and-difference': 'methodBoth',
  sensitivity: 'methodSensitivity',
  importance: 'methodImportance',
} as const;

/** What a method's maps show, in words that presuppose none of its own. */
export function methodHint({ shows }: Pick<MapKind, 'shows'>): string {
  return t(methodKeys[shows]);
}

/** What the colours of a map mean, without a full stop. */
export function coloursText(figures: Coloured, map: MapKind | undefined, short = false): string {
  return t((short ? shortColourKeys : colourKeys)[coloursOf(figures, map)]);
}

/**
 * What a map cannot tell where nothing was found: it has a highest place on every film.
 *
 * @param place what is said of the place where the map is of the way to the opposite image
 * @returns undefined where something was found, or one of several classes decided
 */
export function negativeText(
  { decision }: Pick<ExplanationFigures, 'decision'>,
  map: MapKind | undefined,
  short = false,
  place = t('negativePlace'),
): string | undefined {
  if (!isNegative(decision)) return undefined;
  if (short) return t('negativeShort');
  const nothing = `${t('negativeMap')} ${t('unasked')}`;
  return map && showsOpposite(map) ? `${nothing} ${place}` : nothing;
}

/**
 * What is said of an explained film, in the viewer's language: what tells against the explanation, and what is a fact of every such film.
 *
 * @param warnings as they were told, in English
 */
export function toldOf(warnings: readonly string[]): { cautions: string[]; remarks: string[] } {
  const [cautions, remarks] = [false, true].map(isRemark =>
    warnings.filter(sentence => isCollimationNote(sentence) === isRemark).map(spoken),
  );
  return { cautions, remarks };
}

/** What no answer clears, whatever is drawn; undefined where one of several classes decided. */
export function unaskedText({ decision }: Pick<ExplanationFigures, 'decision'>): string | undefined {
  return decision.kind === 'classes' ? undefined : t('unasked');
}

/** That a score could as well have fallen on the other side of the threshold; undefined where it could not. */
export function nearText(decision: Decision, changes?: readonly number[]): string | undefined {
  const distance = distanceToPoint(decision);
  if (distance === undefined) return undefined;
  if (isNearPoint(decision))
    return t(isNegative(decision) ? 'nearNotAbove' : 'nearAbove', { distance: scoreText(distance) });
  const soon = changes?.find(change => change <= nearShare);
  return soon === undefined ? undefined : t('nearOnWay', { share: percentText(Math.round(100 * soon)) });
}

/** What the numbers of a map are. */
export function unitText(
  { similarIsOriginal }: Pick<ExplanationFigures, 'similarIsOriginal'>,
  map?: MapKind,
): string {
  if (!map) return t('unitUnknown');
  if (map.unit === 'pair') return t(similarIsOriginal ? 'unitPairIsFilm' : 'unitPair');
  if (map.unit === 'single') return t('unitSingle');
  if (!showsOpposite(map)) return t('unitOther');
  return t(similarIsOriginal ? 'unitBetweenIsFilm' : 'unitBetween');
}

/** Said where x_s is the film itself. */
export function similarIsOriginalText(map: MapKind | undefined): string {
  if (map?.unit === 'pair') return t('similarIsFilmPair');
  return t(map?.unit === 'other' && showsOpposite(map) ? 'similarIsFilmOther' : 'similarIsFilm');
}

/** The warnings that belong on every picture of an explanation whose x_s or x_a does not do what it is for. */
export function doubtsOf({ hold, flip }: Pick<ExplanationFigures, 'hold' | 'flip'>): string[] {
  return [...(hold === false ? [t('doubtHold')] : []), ...(flip === false ? [t('doubtFlip')] : [])];
}

/** How a map was made: explained label, method, generator, averaging. */
export function methodText({
  method,
  generator,
  label,
  augment,
}: Pick<Result, 'generator' | 'label'> & {
  method: Pick<Result['method'], 'title'>;
  augment?: Pick<NonNullable<Result['augment']>, 'count'>;
}): string {
  const by = generator === undefined ? method.title : `${method.title} (${generator})`;
  const made = label === undefined ? by : `${spoken(label)}: ${by}`;
  return augment ? plural('averagedOver', augment.count, { made }) : made;
}

/** That an explanation was read from the archive, and whether it could be verified; nothing of one that was made here. */
export function originOf({ restored, unverified }: Pick<Result, 'restored' | 'unverified'>): string[] {
  return [...(restored ? [t('fromArchive')] : []), ...(unverified ? [t('unverified')] : [])];
}

/** One of a film's explanations, told from the others. */
export function madeText(result: Result): string {
  const archived = originOf(result)
    .map(words => ` · ${words}`)
    .join('');
  return `${methodText(result)} · ${result.card.id} ${result.card.version}${archived}`;
}

/** When it was made, local time; the digits as in file names and reports. */
export function momentText(moment: Date): string {
  return Number.isNaN(moment.getTime()) ? t('timeNotStated') : digitsOf(moment);
}

/** Browser's backends by their own names; those of the command, such as `node`, as they are. */
export function backendName(name: string): string {
  if (name === '') return t('backendNotStated');
  return { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'JavaScript' }[name] ?? name;
}

/** Keys of the objects' names. */
const resultWords = {
  fseg: 'resultFseg',
  gsps: 'resultGsps',
  pm: 'resultPm',
  sbs: 'resultSbs',
  sc: 'resultSc',
  seg: 'resultSeg',
  sr: 'resultSr',
  way: 'resultWay',
  xa: 'resultXa',
} as const;

/** A DICOM object by its name in the panel; one without a text keeps the label of its definition. */
export function objectLabel(kind: ResultKind, label: string): string {
  const keys: Partial<Record<string, (typeof resultWords)[keyof typeof resultWords]>> = resultWords;
  const key = keys[kind];
  return key ? t(key) : label;
}

const otherTitles = {
  map: 'otherMap',
  segmentation: 'otherSegmentation',
  graphics: 'otherGraphics',
  report: 'otherReport',
} as const;

/** What kind of object another software left. */
export function otherTitle(kind: keyof typeof otherTitles): string {
  return t(otherTitles[kind]);
}

/** Whose it is: series and maker, as far as they are stated. */
export function otherOrigin({ kind, origin, series }: OtherObject): string {
  return [series || otherTitle(kind), origin || t('otherUnknown')].join(' · ');
}
