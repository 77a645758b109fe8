import type { ModelCard } from './card';
import { isBeyondLimit, isOutlier, timesThreshold, type OutlierScore } from './distribution';

/** What is known of an image from its DICOM attributes; an unknown attribute is absent. */
export interface ImageAttributes {
  modality?: string;
  transferSyntaxUid?: string;
  sopClassUid?: string;
  /** Body Part Examined (0018,0015). */
  bodyPart?: string;
  /** Name of the code in Anatomic Region Sequence (0008,2218), where it is a known one. */
  codedRegion?: string;
  /** View Position (0018,5101). */
  viewPosition?: string;
  /** Name of the code in View Code Sequence (0054,0220), where it is a known one. */
  codedView?: string;
  /** What Series Description (0008,103E) or Protocol Name (0018,1030) calls the view, where it says lateral. */
  describedView?: 'lateral' | 'frontal and lateral';
  /** Whether Patient Orientation (0020,0020) has rows run from front to back, as on a lateral film. */
  isSagittal?: boolean;
  /** Main directions of rows and columns by Patient Orientation (0020,0020): "L\F" of an upright frontal film. */
  orientation?: string;
  photometric?: string;
  samplesPerPixel?: number;
  rows?: number;
  columns?: number;
  numberOfFrames?: number;
  patientAgeYears?: number;
  /** What is wrong with the stated age: it has no unit and was taken for years, or it is no age at all. */
  ageDoubt?: 'no-unit' | 'unreadable';
  /** Synthetic Data (0008,001C) = YES: a phantom. */
  isPhantom?: boolean;
  /** This software made it: a picture of an explanation, or an image that a generator made. */
  isOwnPicture?: boolean;
  /** Presentation Intent Type (0008,0068). */
  presentationIntent?: string;
  presentationLutShape?: string;
  /** What was odd about the file though it could be read; no header values. */
  fileCautions?: readonly string[];
}

export interface Applicability {
  /** Reasons why the model must not be used on this image. */
  refusals: string[];
  /** Reasons for caution: an attribute is missing or outside what the model was made for. */
  warnings: string[];
}

/** Said of a picture that this software made, whatever else speaks against it. */
export const ownPictureRefusal =
  'This picture was made by this extension out of a film, and is no radiograph: open the film itself.';

/**
 * Compares an image with what a model was made for: a contradicting attribute refuses, a missing one warns. What was read is said with
 * what the model takes.
 *
 * @param tellsAge whether an age that refuses is said: not in a log
 */
export function checkApplicability(
  card: ModelCard,
  attributes: ImageAttributes,
  { tellsAge = true }: { tellsAge?: boolean } = {},
): Applicability {
  if (attributes.isOwnPicture) return { refusals: [ownPictureRefusal], warnings: [] };
  const refusals: string[] = [];
  const warnings: string[] = [];
  const limits = card.applicability;
  const model = nameOf(card);

  if (attributes.samplesPerPixel !== undefined && attributes.samplesPerPixel !== 1) {
    refusals.push(
      `The image is in colour (${attributes.samplesPerPixel} samples per pixel); ${model} reads greyscale images.`,
    );
  }
  const listed = (name: string, value: string | undefined, allowed: readonly string[]): void => {
    if (allowed.length === 0) return;
    if (!value) warnings.push(`${name} is not stated; ${model} is made for ${allowed.join(', ')}.`);
    else if (!allowed.includes(value.trim().toUpperCase())) {
      refusals.push(`${name} is ${value}; ${model} is made for ${allowed.join(', ')}.`);
    }
  };
  listed('Modality', attributes.modality, limits.modalities);
  const coded = (name: string, value: CodedValue, allowed: readonly string[]): boolean => {
    const contradicts =
      value.name !== undefined &&
      allowed.length > 0 &&
      !allowed.some(term => term === value.term) &&
      !(value.stated !== undefined && value.isNear);
    if (contradicts) refusals.push(`${name} is ${value.name}; ${model} is made for ${allowed.join(', ')}.`);
    return contradicts;
  };
  const region = codedRegion(attributes);
  const isElsewhere = coded('Anatomic Region (0008,2218)', region, limits.bodyParts);
  if (!isElsewhere) listed('Body Part Examined', attributes.bodyPart ?? region.term, limits.bodyParts);
  const view = codedView(attributes);
  const isOtherView = coded(view.from, view, limits.views);
  if (limits.views.length > 0 && attributes.describedView === 'frontal and lateral' && view.stated === undefined) {
    warnings.push(
      'Series Description or Protocol Name speaks of a frontal and a lateral view; see which one this image is.',
    );
  }
  const known = refusals.length;
  if (!isOtherView) listed('View Position', attributes.viewPosition ?? view.term, limits.views);
  // A lateral is oriented otherwise than a frontal film because it is one, not because it was turned.
  const isFrontal = !isOtherView && refusals.length === known;
  if (isFrontal) checkOrientation(card, attributes, refusals, warnings);
  listed('Photometric Interpretation', attributes.photometric, limits.photometric);

  if ((attributes.numberOfFrames ?? 1) > 1) {
    warnings.push(`The image has ${attributes.numberOfFrames} frames; one is explained, without the others.`);
  }
  if (
    (attributes.rows !== undefined && attributes.rows < limits.minRows) ||
    (attributes.columns !== undefined && attributes.columns < limits.minColumns)
  ) {
    refusals.push(
      `The image has ${attributes.columns} × ${attributes.rows} pixels; ` +
        `${model} needs at least ${limits.minColumns} × ${limits.minRows}.`,
    );
  }
  warnings.push(...(attributes.fileCautions ?? []));
  warnings.push(...openFactsOf(card));
  warnings.push(...uncalibratedOf(card));
  checkAge(card, attributes, { refusals, warnings }, tellsAge);
  checkPresentation(card, attributes, refusals);
  if (limits.phantomOnly && !attributes.isPhantom) {
    refusals.push(
      `${model} is made for synthetic phantoms alone, and this image is not marked as one (Synthetic Data (0008,001C) is not YES).`,
    );
  }
  if (!limits.phantomOnly && attributes.isPhantom) {
    const isForPatients = !card.notStated?.includes('where it applies');
    warnings.push(`This image is a synthetic phantom${isForPatients ? `; ${model} is made for patients` : ''}.`);
  }
  return { refusals, warnings };
}

/** Rows to the patient's left, columns to the feet. */
const upright = 'L\\F';

/** Of a frontal film rows run to the patient's left and columns to the feet, whether it was taken from the back or the front. */
function checkOrientation(
  card: ModelCard,
  { orientation }: ImageAttributes,
  refusals: string[],
  warnings: string[],
): void {
  const { views } = card.applicability;
  const isForFrontal = views.length > 0 && views.every(view => view === 'PA' || view === 'AP');
  if (!isForFrontal || orientation === undefined || orientation === upright) return;
  if (orientation === 'R\\F')
    warnings.push(
      `Patient Orientation (0020,0020) is ${orientation}: the film is mirrored, the patient's left on its left; ${nameOf(card)} is made for films that are not.`,
    );
  else
    refusals.push(
      `Patient Orientation (0020,0020) is ${orientation}: the film is turned; ${nameOf(card)} is made for frontal films that stand upright (${upright}).`,
    );
}

/**
 * Why an image is given no answer that its pixels show to be of another kind: one that lies farther from the training images than any
 * of those did, whatever its header says; or one that lies far from them and whose header does not say what it shows. Undefined where
 * neither holds. A picture without a header that is merely far is judged by its pixels, with a caution: whoever gives it to a model
 * has chosen it.
 *
 * @param score the image's distance from the training images
 */
export function refusalOfUnknownKind(
  card: ModelCard,
  { modality, bodyPart, codedRegion: region }: ImageAttributes,
  score: OutlierScore | undefined,
): string | undefined {
  if (score && isBeyondLimit(score))
    return (
      `The image is unlike those that ${nameOf(card)} was trained on (${timesThreshold(score)} times the distance that 95 % of its ` +
      'validation images keep to), more than any of those was: it is given no answer.'
    );
  const isStated = bodyPart !== undefined || region !== undefined || card.applicability.bodyParts.length === 0;
  const hasHeader = modality !== undefined;
  if (isStated || !hasHeader || !score || !isOutlier(score)) return undefined;
  return (
    `Body Part Examined is not stated, and the image is unlike those that ${nameOf(card)} was trained on ` +
    `(${timesThreshold(score)} times the distance that 95 % of its validation images keep to): it is given no answer.`
  );
}

/**
 * Why a model says nothing of one of its labels in an image that it fits otherwise: the label was not learnt, or asks for more than
 * the model.
 *
 * @returns undefined where it says something
 */
export function labelRefusal(
  { name, applicability: limits, uncalibrated }: ModelCard['classes'][number],
  attributes: Pick<ImageAttributes, 'viewPosition' | 'codedView' | 'patientAgeYears'>,
): string | undefined {
  if (uncalibrated === 'ranked-below') return unrankedText(name);
  if (!limits) return undefined;
  const view = viewOf(attributes);
  const views = limits.views?.join(', ');
  if (limits.views && view === undefined)
    return `The model says nothing of ${name} here: the view is not stated; it is made for ${views}.`;
  if (limits.views && view !== undefined && !limits.views.includes(view))
    return `The model says nothing of ${name} here: the view is ${view}; it is made for ${views}.`;
  const { minAgeYears = 0, maxAgeYears = 150 } = limits;
  const { patientAgeYears: age } = attributes;
  if (age !== undefined && (age < minAgeYears || age > maxAgeYears))
    return `The model says nothing of ${name} here: the patient's age, in years, is ${yearsText(age)}; it is made for ${minAgeYears} to ${maxAgeYears}.`;
  return undefined;
}

function unrankedText(name: string): string {
  return `The model says nothing of ${name}: on its validation images it scored those with the finding below those without.`;
}

/** Labels whose score stands beside the others' in results, though it means nothing or its operating point was not measured. */
function uncalibratedOf({ classes }: ModelCard): string[] {
  return classes.flatMap(({ name, uncalibrated }) =>
    uncalibrated === 'ranked-below'
      ? [unrankedText(name)]
      : uncalibrated
        ? [
            `The score of ${name} is not calibrated and its operating point not measured: the validation images all had the finding, or all lacked it.`,
          ]
        : [],
  );
}

/** The view of an image in terms of View Position: as stated, else as its code names it; undefined where neither says. */
export function viewOf({
  viewPosition,
  codedView: name,
}: Pick<ImageAttributes, 'viewPosition' | 'codedView'>): string | undefined {
  return viewPosition?.trim().toUpperCase() ?? viewTerms[name ?? ''];
}

/** What nobody said of an imported classifier and a reader must know of it, in one warning. */
function openFactsOf(card: ModelCard): string[] {
  const model = nameOf(card);
  const sentences = [
    card.notStated?.includes('intended use') && `The intended use of ${model} is not stated.`,
    card.notStated?.includes('where it applies') && `It is not stated for which images ${model} is made.`,
    card.notStated?.includes('training data') && `The training data of ${model} are not stated.`,
  ].filter(sentence => typeof sentence === 'string');
  return sentences.length > 0 ? [sentences.join(' ')] : [];
}

/** What a code says, beside the attribute that says the same in words. */
interface CodedValue {
  /** As the code calls it; absent where there is none, or none that says anything of the kind. */
  name?: string;
  /** As the attribute in words would state it, where that has a term for it. */
  term?: string;
  /** The attribute in words. */
  stated?: string;
  /** Whether the code is so close that beside a stated value it is no contradiction. */
  isNear: boolean;
}

/** Regions of a chest film: beside a Body Part Examined of CHEST they say what on it was of interest. */
const chestRegions = new Set([
  ...['chest', 'lung', 'apex of lung', 'heart', 'mediastinum', 'trachea', 'bronchus', 'esophagus'],
  ...['rib', 'sternum', 'clavicle', 'thoracic spine', 'thoraco-lumbar spine', 'chest and abdomen'],
  ...['neck and chest', 'chest, abdomen and pelvis', 'neck, chest and abdomen', 'entire body'],
  ...['neck, chest, abdomen and pelvis'],
]);

function codedRegion({ bodyPart, codedRegion: name }: ImageAttributes): CodedValue {
  const isChest = bodyPart?.toUpperCase() === 'CHEST';
  return {
    name,
    stated: bodyPart,
    term: name?.toUpperCase(),
    isNear: isChest && name !== undefined && chestRegions.has(name),
  };
}

/** Terms of View Position (PS3.3 C.8.11.5) for what codes name. */
const viewTerms: Readonly<Record<string, string>> = {
  'postero-anterior': 'PA',
  'antero-posterior': 'AP',
  lateral: 'LATERAL',
  'left lateral': 'LL',
  'right lateral': 'RL',
};

function codedView(attributes: ImageAttributes): CodedValue & { from: string } {
  const { viewPosition, codedView: name, describedView, isSagittal } = attributes;
  const stated = viewPosition?.toUpperCase();
  if (name === undefined && stated === undefined && isSagittal) {
    return { name: 'that of a lateral film', isNear: false, from: 'Patient Orientation (0020,0020)' };
  }
  if (name === undefined && stated === undefined && describedView === 'lateral') {
    return { name: 'lateral', isNear: false, from: 'Series Description or Protocol Name' };
  }
  const from = 'View Code (0054,0220)';
  // "Frontal" alone does not say which of the two.
  if (name === 'frontal') return { isNear: true, from };
  const term = viewTerms[name ?? ''] as string | undefined;
  const isFrontal = (view: string | undefined): boolean => view === 'PA' || view === 'AP';
  return { name, stated, term, isNear: isFrontal(term) && isFrontal(stated), from };
}

/** A model, and what tells against it for an image. */
export interface JudgedModel {
  card: ModelCard;
  applicability: Applicability;
}

/**
 * The model that comes nearest to an image: one that fits before any that refuses it, then one of its kind (patient or
 * phantom), then by the number of refusals and of warnings; of equals the first. Where it refuses, no model fits.
 */
export function nearestModel(
  cards: readonly ModelCard[],
  attributes: ImageAttributes,
): JudgedModel | undefined {
  const distances = ({ card, applicability }: JudgedModel): number[] => [
    applicability.refusals.length === 0 ? 0 : 1,
    card.applicability.phantomOnly === (attributes.isPhantom ?? false) ? 0 : 1,
    applicability.refusals.length,
    applicability.warnings.length,
  ];
  return cards
    .map(card => ({ card, applicability: checkApplicability(card, attributes) }))
    .sort((a, b) => compareInTurn(distances(a), distances(b)))[0];
}

function compareInTurn(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}

/** A model's name as a sentence quotes it. */
function nameOf({ title }: ModelCard): string {
  return `"${title}"`;
}

/** SOP classes whose images are raw detector data by their name (PS3.4 B.5): DX, mammography, intra-oral. */
const forProcessingClasses = ['1', '2', '3'].map(kind => `1.2.840.10008.5.1.4.1.1.1.${kind}.1`);

/** Raw detector data, and a polarity of which the header says two things, cannot be brought to what a model knows. */
function checkPresentation(card: ModelCard, attributes: ImageAttributes, refusals: string[]): void {
  const { sopClassUid, presentationIntent, photometric, presentationLutShape } = attributes;
  const isRaw =
    presentationIntent?.toUpperCase() === 'FOR PROCESSING' ||
    (sopClassUid !== undefined && forProcessingClasses.includes(sopClassUid));
  if (isRaw) {
    refusals.push(
      `The image is raw detector data (FOR PROCESSING); ${nameOf(card)} is made for images FOR PRESENTATION. ` +
        'Choose the processed image of this exposure.',
    );
  }
  const shape = presentationLutShape?.toUpperCase();
  const fitting = { MONOCHROME1: 'INVERSE', MONOCHROME2: 'IDENTITY' }[photometric ?? ''];
  if (shape !== undefined && fitting !== undefined && shape !== fitting) {
    refusals.push(
      `The header contradicts itself on whether high values are bright or dark: ${photometric} with Presentation LUT ` +
        `Shape ${shape} (it must be ${fitting}).`,
    );
  }
}

/** An age as it is said, in years: full ones, of small children with a tenth. */
function yearsText(years: number): string {
  return String(years < 2 ? Math.floor(years * 10) / 10 : Math.floor(years));
}

function checkAge(
  card: ModelCard,
  attributes: ImageAttributes,
  { refusals, warnings }: Applicability,
  tellsAge: boolean,
): void {
  const { minAgeYears, maxAgeYears } = card.applicability;
  const age = attributes.patientAgeYears;
  const made = `${nameOf(card)} is made for ${minAgeYears} years and over.`;
  if (age === undefined) {
    const reason =
      attributes.ageDoubt === 'unreadable'
        ? "Patient's Age (0010,1010) holds something that is no age"
        : "The patient's age is not stated";
    if (minAgeYears > 0) warnings.push(`${reason}; ${made}`);
  } else if (age < minAgeYears || age > maxAgeYears) {
    refusals.push(
      tellsAge
        ? `The patient's age, in years, is ${yearsText(age)}; ${nameOf(card)} is made for ${minAgeYears} to ${maxAgeYears}.`
        : `The patient's age lies outside the ${minAgeYears} to ${maxAgeYears} years that ${nameOf(card)} is made for.`,
    );
  } else if (attributes.ageDoubt === 'no-unit' && minAgeYears > 0) {
    warnings.push(`Patient's Age (0010,1010) has no unit and is taken for years; ${made}`);
  }
}
