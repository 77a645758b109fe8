import { colourMapText, type ColourMapId } from '../models/colour-map';
import { pointOf, type Decision } from '../models/decision';
import type { ExplanationFigures, ExplanationSettings, ModelIdentity } from '../models/explanation';
import { momentText } from '../models/moment';
import { stabilityText, type Stability } from '../models/stability';
import { coloursText, doubtsOf, negativeText, verdictText, type MapKind } from '../models/verdict';
import { researchOnly, type PictureLabel } from './label';

/** Which networks made an explanation, and how. */
export interface MadeWith {
  model: Pick<ModelIdentity, 'id' | 'version' | 'classes'>;
  settings: ExplanationSettings;
  /** Absent where nobody need know. */
  created?: Date;
}

/** What of an explanation its label depends on. */
export interface LabelledExplanation {
  figures: ExplanationFigures;
  /** Value of the map's top colour; 0 where it marks nothing. */
  top: number;
  /** Absent for a method of another release. */
  mapKind?: MapKind;
  stability?: Stability;
  cautions: readonly string[];
}

/**
 * What is burned in below the pictures of an explanation: model, score, date and time, how it was made, what the colours mean, reasons
 * for caution.
 */
export function explanationLabel(
  { model, settings, created }: MadeWith,
  { figures, top, mapKind, cautions, stability }: LabelledExplanation,
  colours: ColourMapId,
): PictureLabel {
  const direction = coloursText({ ...figures, top }, mapKind);
  const negative = top > 0 ? negativeText(figures.decision, mapKind) : undefined;
  // The picture is the same whatever a viewer shows: in place of the hatching stands what it would show.
  const agreement = stability && stabilityText(stability);
  const differs = (stability?.differing ?? 0) > 0;
  return {
    title: researchOnly,
    lines: [
      [`Model ${model.id} ${model.version}`, ...(created ? [momentText(created)] : [])].join('   '),
      scoreLine(figures.decision),
      verdictText(model.classes, figures.decision),
      madeBy(settings),
      ...(top > 0 ? [colourMapText(colours)] : []),
      ...(figures.flip === false ? [] : [direction]),
      ...(agreement && !differs ? [agreement] : []),
    ],
    cautions: [
      ...doubtsOf(figures),
      ...(figures.flip === false ? [direction] : []),
      ...(agreement && differs ? [agreement] : []),
      ...(negative ? [negative] : []),
      ...cautions.map(caution => `Caution: ${caution}`),
    ],
  };
}

/** Method, generator, averaging and backend, in a line. */
export function madeBy({ methodTitle, generator, augment, backend }: ExplanationSettings): string {
  const made = generator === undefined ? methodTitle : `${methodTitle} (${generator})`;
  const averaged = augment > 0 ? `, mean of ${augment} transforms` : '';
  return `${made}${averaged}   backend ${backend}`;
}

function scoreLine(decision: Decision): string {
  const point = pointOf(decision);
  return point === undefined
    ? `Probability ${decision.score.toFixed(3)}`
    : `Score ${decision.score.toFixed(3)}   operating point ${point.toFixed(3)}`;
}
