import about from '../../../package.json';
import { plainName } from '../../dicom/results/common';
import { faultOfFigures, faultOfIdentifier } from '../../dicom/results/stored-fault';
import type { StoredMap } from '../../dicom/results/types';
import type { ModelCard } from '../../models/card';
import { methods } from '../../explain';
import { pointOf, scoreOfClass, type Decision } from '../../models/decision';
import { modelIdentity } from '../../models/explanation';
import { notOurs } from '../failure';

/**
 * How far a score may lie from what the same networks give again: backends and graphics cards differ by less than a
 * thousandth.
 */
const tolerance = 0.01;

/**
 * What a stored result says of itself must hold together.
 *
 * @throws Failure `not-ours`
 */
export function requireSound(stored: StoredMap): void {
  const fault = faultOfFigures(stored);
  if (fault !== undefined) throw notOurs(fault);
}

/**
 * The installed model of the very files that a stored result names.
 *
 * @returns undefined where there is none
 * @throws Failure `not-ours` where its identifier does not follow from what it says, or its classes are not those of the model
 */
export function installedCard(stored: StoredMap, cards: readonly ModelCard[]): ModelCard | undefined {
  const { model } = stored;
  const card = cards.find(
    one =>
      one.id === model.id &&
      one.version === model.version &&
      modelIdentity(one).weightsSha256 === model.weightsSha256,
  );
  const names = card?.classes.map(({ name }) => name);
  const fault = faultOfIdentifier(stored, names);
  if (fault !== undefined) throw notOurs(fault);
  if (!names) return undefined;
  // Of many classes not every name is stored.
  const isNamed = (name: string, k: number): boolean =>
    name === `class ${k}` || name === names[k] || name === plainName(names[k] ?? '');
  if (model.classes.length !== names.length || !model.classes.every(isNamed))
    throw notOurs(
      `The stored result names other classes (${model.classes.join(', ')}) than this model has (${names.join(', ')}).`,
    );
  return card;
}

/**
 * Holds a stored score against what the same networks give for the image now.
 *
 * @param given absent where the model is not installed
 * @returns what to be careful of. Another version of this software may find another field of the film, and with it another
 *   score: as long as the decision is the same, or was near, that is told and no more
 * @throws Failure `not-ours` where it is not what they give
 */
export function cautionsOfProof(stored: StoredMap, given: Decision | undefined): string[] {
  const { figures, model, software = '' } = stored;
  const { decision } = figures;
  if (!given)
    return [
      `This stored result could not be verified: ${model.id} ${model.version} with the files that it names is not installed here.`,
    ];
  const [point, own] = [pointOf(decision), pointOf(given)];
  if (decision.kind !== given.kind || point !== own)
    throw notOurs(`The stored operating point ${told(point)} is not that of this model, ${told(own)}.`);
  const again = decision.kind === 'classes' ? scoreOfClass(given, decision.decided) : given.score;
  if (Math.abs(again - decision.score) <= tolerance) return [];
  const isOtherVersion = software !== about.version;
  if (isOtherVersion && decision.decided === given.decided)
    return [
      `Version ${software} stored the score ${told(decision.score)}; this version gives ${told(again)} for this image.`,
    ];
  throw notOurs(
    `The stored score ${told(decision.score)} is not what this model gives for this image, ${told(again)}.`,
  );
}

/** The list comes from the archive's index, the map from its file: both must say the same. @throws Failure `not-ours` */
export function requireListed(found: StoredMap | undefined, listed: StoredMap): void {
  const said = (stored: StoredMap): string => {
    const { sopInstanceUid, sourceInstanceUid, frame, model, settings, figures, stability } = stored;
    return JSON.stringify([sopInstanceUid, sourceInstanceUid, frame, model, settings, figures, stability]);
  };
  if (!found || said(found) !== said(listed))
    throw notOurs('The archive sent another object than it listed.');
}

/** Maps are magnitudes; a difference of images in [0, 1] is at most 1. @throws Failure `not-ours` */
export function requireRange(map: Float32Array, methodId: string): void {
  const unit = methods.find(({ id }) => id === methodId)?.map.unit;
  const largest = unit === 'pair' || unit === 'single' ? 1.001 : Infinity;
  let [least, most] = [Infinity, -Infinity];
  for (const value of map) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least >= 0 && most <= largest) return;
  const [from, to] = [least, most].map(value => Number(value.toPrecision(3)));
  throw notOurs(`The stored map holds values from ${from} to ${to}, which ${methodId} does not make.`);
}

function told(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(3)));
}
