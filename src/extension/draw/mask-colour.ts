import { isNegative, type Decision } from '../../models/decision';
import type { Look } from '../customization';

/** Of a finding, and of a film on which none was found: as the usual colours of its map, warm and cool. */
const usual = { warm: [255, 60, 0], cool: [0, 140, 255] } as const;

/** Colour of a mask: red, green, blue, 0 to 255. */
export function maskColourOf(
  { maskColour }: Pick<Look, 'maskColour'>,
  decision: Decision,
): readonly [number, number, number] {
  return maskColour ?? (isNegative(decision) ? usual.cool : usual.warm);
}
