import { isUid, uidFrom } from '../uid';
import { ResultError, type Attributes, type ResultContext } from './types';
import { textOf } from './values';

/**
 * What settles the identifiers of a result; the same again gives the same objects. The version of this software is part of
 * it: another one may find another field or map, and its result is another object beside the old one, not a second of its UID.
 */
export type ResultKey = Pick<ResultContext, 'source' | 'frame' | 'model' | 'settings' | 'software'>;

/** UID of the series that results of one kind of one explanation go to. */
export function seriesUid(kind: string, key: ResultKey): string {
  return uidFrom('explanation series', kind, ...partsOf(key));
}

/**
 * UID of one result object.
 *
 * @param variant what tells objects of one kind of one explanation apart: percentiles, referenced objects
 */
export function instanceUid(kind: string, key: ResultKey, ...variant: (string | number)[]): string {
  return uidFrom('explanation', kind, ...partsOf(key), ...variant);
}

/** A UID that belongs to an explanation as a whole, for example the one it is tracked by. */
export function explanationUid(name: string, key: ResultKey): string {
  return uidFrom('explanation', name, ...partsOf(key));
}

function partsOf({ source, frame, model, settings, software }: ResultKey): (string | number)[] {
  const { methodId, label, generator, augment, seed, backend } = settings;
  return [
    requiredUid(source, 'SOPInstanceUID'),
    frame ?? 1,
    model.id,
    model.version,
    model.weightsSha256,
    methodId,
    generator ?? '',
    augment,
    seed,
    backend,
    software,
    // Of explanations of one label, so that others keep their identifiers.
    ...(label === undefined ? [] : [`label ${label}`]),
  ];
}

/** @throws ResultError when the image lacks an identifier that results must refer to */
export function requiredUid(source: Attributes, keyword: string): string {
  const uid = textOf(source, keyword);
  if (isUid(uid)) return uid;
  throw new ResultError(
    `The image states no valid ${keyword}, so a result object could not refer to it. Correct the image in the archive first.`,
  );
}
