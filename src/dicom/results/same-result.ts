import type { ResultKey } from './identifiers';
import { equipment } from './common';
import type { Attributes, Reference } from './types';
import { itemsOf, textOf } from './values';

/**
 * Whether an object that an archive holds under the identifier of a result is that result: of its class, by this software in
 * this version, of this model's files, and of this image. Identifiers can be foretold, so that of a foreign object may be the same.
 *
 * @param attributes naturalised attributes of the object
 */
export function isResultOf(attributes: Attributes, reference: Reference, key: ResultKey): boolean {
  const { SoftwareVersions, ...stated } = equipment(key);
  const texts = { SOPClassUID: reference.sopClassUid, SOPInstanceUID: reference.sopInstanceUid, ...stated };
  const versions = [attributes.SoftwareVersions].flat().flatMap(value => String(value).split('\\'));
  return (
    Object.entries(texts).every(([keyword, text]) => textOf(attributes, keyword) === text) &&
    (SoftwareVersions as string[]).every((version, i) => versions[i]?.trim() === version) &&
    refersTo(attributes, textOf(key.source, 'SOPInstanceUID'))
  );
}

/** Whether an object names another one, in any of its sequences. */
function refersTo(attributes: Attributes, uid: string): boolean {
  if (textOf(attributes, 'ReferencedSOPInstanceUID') === uid) return true;
  return Object.values(attributes).some(value => itemsOf(value).some(item => refersTo(item, uid)));
}
