import { namedClass } from '../../models/decision';
import { heatAlpha, usualColours, type ChosenColours, type ColourMapId } from '../../models/colour-map';
import { t } from '../i18n';
import { spoken } from '../i18n/spoken';
import type { ExplainReply } from '../worker/protocol';

/** What is chosen of a heat map's colours: by how much, by which way the evidence goes from x_s to x_a, or as the decision has it. */
export type HeatColours = ChosenColours | 'direction' | 'usual';

/** Orange and sky blue of Okabe and Ito's palette for colour-blind readers; both bright on a film. */
const colours = { down: [230, 159, 0], up: [86, 180, 233] } as const;

/** Whether this map can be drawn by its direction: one read from the archive has lost it. */
export function hasDirection({ signed }: Pick<ExplainReply, 'signed'>): boolean {
  return signed !== undefined;
}

/** The colours that are drawn: of a map without direction, the usual ones of its decision. */
export function drawnColours(
  reply: Pick<ExplainReply, 'signed' | 'decision'>,
  chosen: HeatColours,
): ColourMapId | 'direction' {
  if (chosen === 'direction' && hasDirection(reply)) return chosen;
  return chosen === 'direction' || chosen === 'usual' ? usualColours(reply.decision) : chosen;
}

/**
 * Paints values by their direction as RGBA: orange where x_s speaks more for the class in question than x_a (its evidence goes down on the way
 * to x_a), blue where less. Opacity as of a heat map, by the magnitude: of an averaged map, fainter where its transforms disagree.
 *
 * @param signed `Explanation.signed`
 * @param maximum value of full strength
 */
export function paintDirection(signed: Float32Array, maximum: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(signed.length * 4);
  for (let i = 0; i < signed.length; i++) {
    const alpha = maximum > 0 ? 255 * heatAlpha(Math.abs(signed[i]) / maximum) : 0;
    pixels.set([...(signed[i] > 0 ? colours.down : colours.up), alpha], i * 4);
  }
  return pixels;
}

/** Colour and opacity at a place of the bar, from −1, the evidence goes down, to 1, it goes up. */
export function directionColour(
  place: number,
): readonly [red: number, green: number, blue: number, alpha: number] {
  return [...(place < 0 ? colours.down : colours.up), heatAlpha(Math.abs(place))];
}

/** CSS gradient of the bar, from down to up. */
export function directionGradient(steps = 24): string {
  const stops = Array.from({ length: steps + 1 }, (_, i) => {
    const [r, g, b, alpha] = directionColour((2 * i) / steps - 1);
    return `rgba(${r}, ${g}, ${b}, ${alpha.toFixed(3)}) ${((100 * i) / steps).toFixed(1)}%`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** What orange and blue stand for, by the class that the evidence is of. */
export function directionLegend({
  decision,
  model,
}: Pick<ExplainReply, 'decision' | 'model'>): [down: string, up: string] {
  // Of two classes it is the positive one's evidence, whatever was decided.
  const index = decision.kind === 'operating-point' ? 1 : namedClass(decision);
  const name = spoken(model.classes[index]);
  return [t('evidenceDown', { name }), t('evidenceUp')];
}
