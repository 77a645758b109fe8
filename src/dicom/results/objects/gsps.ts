import type { ResultDefinition } from '../definition';
import { presentationState } from '../presentation-state';
import { GRAYSCALE_PRESENTATION_STATE } from '../sop-classes';

/** Presentation State that draws the outlines and the notice over the film itself. */
export const gsps = {
  id: 'gsps',
  title: 'DICOM presentation state',
  noun: 'presentation state',
  label: 'Outline over the film (GSPS)',
  modality: 'PR',
  series: { place: 5, description: 'AI outline' },
  needsLaterality: true,
  needsMarks: true,
  onRequest: true,
  identify: ({ percentiles }) => ({
    sopClassUid: GRAYSCALE_PRESENTATION_STATE,
    variant: [...percentiles].sort((a, b) => a - b),
  }),
  compose: presentationState,
} as const satisfies ResultDefinition;
