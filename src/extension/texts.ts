export { momentText } from '../models/moment';
import type { Result } from './store/state';

/** Texts that the extension draws or stores outside the panel, in one place for translation. */
export const outputTexts = {
  generated: {
    adversarial: 'AI-GENERATED IMAGE · x_a: the film with the decision changed · not a radiograph',
    similar: 'AI-GENERATED IMAGE · x_s: the film with the decision kept · not a radiograph',
  },
  /** In a viewport that still shows the film, while the generated image is being made. */
  preparing: {
    adversarial: 'AI · preparing x_a · this is still the film',
    similar: 'AI · preparing x_s · this is still the film',
  },
  preparingShort: { adversarial: 'AI · preparing x_a', similar: 'AI · preparing x_s' },
  generatedShort: { adversarial: 'AI-GENERATED · x_a', similar: 'AI-GENERATED · x_s' },
  researchOnly: 'AI – research use only',
  tag: 'AI, research use only',
  shortTag: 'AI',
  shortRestored: 'archive',
  lost: { hold: 'x_s loses the decision', flip: 'x_a does NOT flip: no direction' },
  ownScale: 'colours up to the map’s own maximum',
  segmentLabel: (percentile: number): string => `AI explanation, top ${percentText(100 - percentile)}`,
  segmentationLabel: (modelId: string): string => `AI explanation (${modelId}, research use only)`,
  backend: (name: string): string => (name ? `backend ${name}` : 'backend not stated'),
  restored: 'read from the archive',
  saved: 'AI explanation saved',
  notSaved: 'AI explanation not saved',
};

/** How a map was made: method, generator, averaging. */
export function methodText({
  method,
  generator,
  augment,
}: Pick<Result, 'method' | 'generator' | 'augment'>): string {
  const made = generator === undefined ? method.title : `${method.title} (${generator})`;
  return augment ? `${made}, averaged over ${augment.count} transforms` : made;
}

/** 10 → "10 %", 0.5 → "0.5 %". */
export function percentText(percent: number): string {
  return `${Number(percent.toFixed(1))} %`;
}
