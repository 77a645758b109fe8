import type { ModelCard } from './card';

/** What is known of an image from its DICOM attributes; an unknown attribute is absent. */
export interface ImageAttributes {
  modality?: string;
  transferSyntaxUid?: string;
  sopClassUid?: string;
  bodyPart?: string;
  viewPosition?: string;
  photometric?: string;
  samplesPerPixel?: number;
  rows?: number;
  columns?: number;
  numberOfFrames?: number;
  patientAgeYears?: number;
  /** Synthetic Data (0008,001C) = YES: a phantom. */
  isPhantom?: boolean;
  /** Presentation Intent Type (0008,0068). */
  presentationIntent?: string;
  presentationLutShape?: string;
}

export interface Applicability {
  /** Reasons why the model must not be used on this image. */
  refusals: string[];
  /** Reasons for caution: an attribute is missing or outside what the model was made for. */
  warnings: string[];
}

/**
 * Compares an image with what a model was made for: a contradicting attribute refuses, a missing one warns.
 */
export function checkApplicability(card: ModelCard, attributes: ImageAttributes): Applicability {
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
  listed('Body Part Examined', attributes.bodyPart, limits.bodyParts);
  listed('View Position', attributes.viewPosition, limits.views);
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
  checkAge(card, attributes, refusals, warnings);
  checkPresentation(card, attributes, refusals);
  if (limits.phantomOnly && !attributes.isPhantom) {
    refusals.push(
      `${model} is made for synthetic phantoms alone, and this image is not marked as one (Synthetic Data (0008,001C) is not YES).`,
    );
  }
  if (!limits.phantomOnly && attributes.isPhantom) {
    warnings.push(`This image is a synthetic phantom; ${model} is made for patients.`);
  }
  return { refusals, warnings };
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

function checkAge(card: ModelCard, attributes: ImageAttributes, refusals: string[], warnings: string[]): void {
  const { minAgeYears, maxAgeYears } = card.applicability;
  const age = attributes.patientAgeYears;
  if (age === undefined) {
    if (minAgeYears > 0) warnings.push(`The patient's age is not stated; ${nameOf(card)} is made for ${minAgeYears} years and over.`);
  } else if (age < minAgeYears || age > maxAgeYears) {
    refusals.push(
      `The patient's age lies outside the ${minAgeYears} to ${maxAgeYears} years that ${nameOf(card)} was made for.`,
    );
  }
}
