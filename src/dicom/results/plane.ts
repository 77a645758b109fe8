import { uidFrom } from '../uid';
import { requiredUid } from './identifiers';
import type { Attributes } from './types';
import { decimalString, numbersOf, textOf } from './values';

/** Objects must state one (PS3.3 C.7.6.16.2.1), and a single image without a thickness has none to tell, mm. */
const nominalThickness = '1';

/** Where an image lies in its patient: functional groups, and the Frame of Reference module. */
export interface Plane {
  groups: Record<string, unknown>;
  module: Record<string, unknown>;
}

/**
 * The geometry of an image that has a Frame of Reference, position, orientation and spacing. A projection radiograph has
 * none: there, a result has the rows and columns of its source and refers to it by derivation (PS3.3 C.8.20.2, A.51).
 */
export function planeOf(source: Attributes): Plane | undefined {
  const uid = textOf(source, 'FrameOfReferenceUID');
  const orientation = numbersOf(source, 'ImageOrientationPatient', 6);
  const position = numbersOf(source, 'ImagePositionPatient', 3);
  const spacing = numbersOf(source, 'PixelSpacing', 2);
  if (!uid || !orientation || !position || !spacing) return undefined;
  const thickness = textOf(source, 'SliceThickness') || nominalThickness;
  return {
    groups: {
      PlaneOrientationSequence: [{ ImageOrientationPatient: orientation.map(decimalString) }],
      PlanePositionSequence: [{ ImagePositionPatient: position.map(decimalString) }],
      PixelMeasuresSequence: [{ PixelSpacing: spacing.map(decimalString), SliceThickness: thickness }],
    },
    module: {
      FrameOfReferenceUID: uid,
      PositionReferenceIndicator: textOf(source, 'PositionReferenceIndicator'),
    },
  };
}

/**
 * Geometry for objects that the standard gives no way to do without, as the parametric map (PS3.3 A.75; dciodvfy counts a missing
 * Plane Orientation, Plane Position or Frame of Reference as an error each): that of the image, or else a plane of its own, with a
 * frame of reference that no other image shares, so that nothing is registered to it by mistake. The orientation is that of the
 * image's own rows and columns even where Patient Orientation is stated: viewers take an image without a place as lying like that,
 * and lay the map over it.
 */
export function planeOrOwn(source: Attributes): Plane {
  const plane = planeOf(source);
  if (plane) return plane;
  return {
    groups: {
      ...inPlaneGroups(source),
      PlanePositionSequence: [{ ImagePositionPatient: ['0', '0', '0'] }],
    },
    module: {
      FrameOfReferenceUID: uidFrom('plane of the image', requiredUid(source, 'SOPInstanceUID')),
      PositionReferenceIndicator: '',
    },
  };
}

/**
 * Spacing and directions of an image without a place in its patient, within its own plane. OHIF 3.13 does not open a
 * segmentation that lacks them. The spacing is the image's, on the detector where need be, and 1 where it states none and no aspect ratio;
 * no Frame of Reference is named, so nothing is said of the patient.
 */
export function inPlaneGroups(source: Attributes): Record<string, unknown> {
  return {
    PlaneOrientationSequence: [{ ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'] }],
    PixelMeasuresSequence: [
      { PixelSpacing: spacingOf(source).map(decimalString), SliceThickness: nominalThickness },
    ],
  };
}

/**
 * Row and column spacing as the image states it, on the detector where need be. Where it states none, a column is 1 mm wide, and a
 * row as high as Pixel Aspect Ratio, vertical by horizontal, has it.
 */
function spacingOf(source: Attributes): number[] {
  for (const keyword of ['PixelSpacing', 'ImagerPixelSpacing', 'NominalScannedPixelSpacing']) {
    const spacing = numbersOf(source, keyword, 2);
    if (spacing?.every(value => value > 0)) return spacing;
  }
  const aspect = numbersOf(source, 'PixelAspectRatio', 2);
  return aspect?.every(value => value > 0) ? [aspect[0] / aspect[1], 1] : [1, 1];
}

/**
 * Area of one pixel in mm², where the image states Pixel Spacing; not by the spacing on the detector, which is that of a
 * magnified shadow.
 */
export function pixelArea(source: Attributes): number | undefined {
  const spacing = numbersOf(source, 'PixelSpacing', 2);
  return spacing?.every(value => value > 0) ? spacing[0] * spacing[1] : undefined;
}

/** Pixel Aspect Ratio, vertical and horizontal (PS3.3 C.7.6.3.1.7): the spacings as whole numbers of micrometres. */
export function pixelAspect(source: Attributes): [string, string] {
  const [row, column] = spacingOf(source).map(spacing => Math.max(1, Math.round(1000 * spacing)));
  return row === column ? ['1', '1'] : [String(row), String(column)];
}

/** Directions of rows and columns, which an image without position in the patient states (PS3.3 C.7.6.1.1.1). */
export function patientOrientation(source: Attributes): { PatientOrientation: string[] | '' } {
  const value: unknown = source.PatientOrientation;
  const parts = typeof value === 'string' ? value.split('\\') : value;
  const isPair = Array.isArray(parts) && parts.length === 2 && parts.every(part => typeof part === 'string');
  return { PatientOrientation: isPair ? (parts as string[]) : '' };
}
