/** What an object of another software shows, by its SOP class (PS3.4 B.5). */
export type OtherKind = 'map' | 'segmentation' | 'graphics' | 'report';

const kinds: Readonly<Record<string, OtherKind>> = {
  '1.2.840.10008.5.1.4.1.1.30': 'map', // Parametric Map
  '1.2.840.10008.5.1.4.1.1.66.4': 'segmentation',
  '1.2.840.10008.5.1.4.1.1.66.7': 'segmentation', // Label Map
  '1.2.840.10008.5.1.4.1.1.11.1': 'graphics', // Grayscale Softcopy Presentation State
  '1.2.840.10008.5.1.4.1.1.11.2': 'graphics', // Color
  '1.2.840.10008.5.1.4.1.1.11.3': 'graphics', // Pseudo-Color
  '1.2.840.10008.5.1.4.1.1.88.22': 'report', // Enhanced SR
  '1.2.840.10008.5.1.4.1.1.88.33': 'report', // Comprehensive SR
  '1.2.840.10008.5.1.4.1.1.88.34': 'report', // Comprehensive 3D SR
  '1.2.840.10008.5.1.4.1.1.88.35': 'report', // Extensible SR
  '1.2.840.10008.5.1.4.1.1.88.50': 'report', // Mammography CAD SR
  '1.2.840.10008.5.1.4.1.1.88.65': 'report', // Chest CAD SR
};

/** @returns undefined for objects that show nothing over an image */
export function otherKindOf(sopClassUid: string): OtherKind | undefined {
  return Object.hasOwn(kinds, sopClassUid) ? kinds[sopClassUid] : undefined;
}

/** Objects and values that are looked through for references: more has none that is meant for people. */
const mostLookedAt = 200_000;

/**
 * SOP Instance UIDs that an object refers to, at any depth.
 *
 * @param attributes naturalised, as a viewer holds them; anything may be in them, also circles
 */
export function referencedUids(attributes: object): Set<string> {
  const found = new Set<string>();
  const waiting: object[] = [attributes];
  const seen = new Set<object>(waiting);
  for (let count = 0; waiting.length > 0 && count < mostLookedAt; count++) {
    for (const [key, value] of Object.entries(waiting.pop()!) as [string, unknown][]) {
      // Of a viewer, not of the object: the image that it belongs to, its loader.
      if (key.startsWith('_')) continue;
      if (key === 'ReferencedSOPInstanceUID' && typeof value === 'string') found.add(value.trim());
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value))
        continue;
      if (seen.size < mostLookedAt) {
        seen.add(value);
        waiting.push(value);
      }
    }
  }
  return found;
}
