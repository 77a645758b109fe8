import { textOf, textsOf } from '../../dicom/attribute-values';
import { otherKindOf, referencedUids } from '../../dicom/others/kinds';
import type { Film } from '../../dicom/others/types';
import { words } from '../../dicom/others/words';
import { manufacturer } from '../../dicom/own-objects';
import type { Target } from '../host/host-image';
import type { Instance, Services } from '../host/ohif-types';
import type { OtherObject } from '../store/other-types';
import { listedInstances } from './stored-results';

/** References of objects; an object of many frames has thousands, and is asked about at every change of the viewports. */
const known = new WeakMap<Instance, ReadonlySet<string>>();

/** Objects of any other software in the study that show something over the image. */
export function findOthers(services: Services, { instance }: Target): OtherObject[] {
  const film = textOf(instance.SOPInstanceUID);
  return listedInstances(services).flatMap(({ instance: one }): OtherObject[] => {
    const kind = otherKindOf(textOf(one.SOPClassUID) ?? '');
    const uid = textOf(one.SOPInstanceUID);
    if (!kind || !uid || !film || textOf(one.Manufacturer) === manufacturer) return [];
    if (!referencesOf(one).has(film)) return [];
    const { Manufacturer, ManufacturerModelName, SoftwareVersions, SeriesDescription } = one;
    const origin = [Manufacturer, ManufacturerModelName, SoftwareVersions].map(value => words(textOf(value)));
    return [
      { uid, kind, origin: origin.filter(Boolean).join(' · '), series: words(textOf(SeriesDescription)) },
    ];
  });
}

/** What the reader of an object must know of the image. */
export function filmOfTarget({ instance, frame, attributes }: Target): Film {
  const numbers = (keyword: string, count: number): number[] | undefined => {
    const values = textsOf(instance[keyword]).map(Number);
    return values.length === count && values.every(Number.isFinite) ? values : undefined;
  };
  return {
    sopInstanceUid: textOf(instance.SOPInstanceUID) ?? '',
    ...((attributes.numberOfFrames ?? 1) > 1 && { frame }),
    rows: attributes.rows ?? 0,
    columns: attributes.columns ?? 0,
    position: numbers('ImagePositionPatient', 3),
    orientation: numbers('ImageOrientationPatient', 6),
  };
}

function referencesOf(instance: Instance): ReadonlySet<string> {
  let found = known.get(instance);
  if (!found) {
    found = referencedUids(instance);
    known.set(instance, found);
  }
  return found;
}
