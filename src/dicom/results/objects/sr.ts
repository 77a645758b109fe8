import type { ResultDefinition } from '../definition';
import { planeOf } from '../plane';
import { report } from '../structured-report';
import { COMPREHENSIVE_3D_SR, COMPREHENSIVE_SR } from '../sop-classes';

/** Structured Report of the figures, which names the other objects. */
export const sr = {
  id: 'sr',
  title: 'DICOM SR',
  noun: 'report',
  label: 'Report (SR)',
  modality: 'SR',
  series: { place: 6, description: 'AI report' },
  needsLaterality: false,
  needsMarks: false,
  showsMarks: true,
  identify: ({ percentiles }, { made, unmarked }, { source }) => ({
    sopClassUid: planeOf(source) ? COMPREHENSIVE_3D_SR : COMPREHENSIVE_SR,
    variant: [
      ...[...percentiles].sort((a, b) => a - b),
      ...made
        .filter(({ definition }) => definition.inReport)
        .map(({ reference }) => reference.sopInstanceUid),
      ...(unmarked.length > 0 ? ['marks nothing'] : []),
      ...unmarked.map(({ reference }) => reference.sopInstanceUid),
    ],
  }),
  compose: report,
} as const satisfies ResultDefinition;
