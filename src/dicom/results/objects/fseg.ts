import { isNegative } from '../../../models/decision';
import type { ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { finiteLargest } from '../largest';
import { segmentSubject } from '../marked-bands';
import { segmentationImage, segmentItem } from '../segments';
import { SEGMENTATION } from '../sop-classes';

/** Segmentation that holds the whole map in 255 steps, for readers that know no parametric map. */
export const fseg = {
  id: 'fseg',
  title: 'DICOM SEG (fractional)',
  noun: 'fractional segmentation',
  label: 'Map in steps (fractional SEG)',
  modality: 'SEG',
  series: { place: 4, description: 'AI map in steps' },
  needsLaterality: false,
  needsMarks: false,
  onRequest: true,
  inReport: 'visual-explanation',
  identify: () => ({ sopClassUid: SEGMENTATION, variant: [] }),
  compose: fractionalSegmentation,
} as const satisfies ResultDefinition;

/** Maximum Fractional Value (0062,000E). */
const steps = 255;

/**
 * DICOM Segmentation of type FRACTIONAL (PS3.3 C.8.20.2.3): the map as a share of its largest value, in steps of 1/255. Of the
 * two types that the standard has, PROBABILITY comes nearer; the segment's description says that it is none.
 *
 * @throws ResultError when a value of the map is not finite
 */
function fractionalSegmentation({ context, explanation }: ResultRequest): ResultContent {
  const { film, map } = explanation;
  const largest = finiteLargest(map);
  const label = `${segmentSubject(isNegative(explanation.figures.decision))}, share of the largest value`;
  const description = `Map value as a share of the largest one, ${Number(largest.toPrecision(6))}; no probability, not a finding`;
  const dataset = {
    ...segmentationImage(context, film, {
      bits: 8,
      segments: [segmentItem(context, explanation.figures.decision, 1, label, description)],
      bySegment: true,
    }),
    InstanceNumber: '1',
    SegmentationType: 'FRACTIONAL',
    SegmentationFractionalType: 'PROBABILITY',
    MaximumFractionalValue: steps,
    SegmentsOverlap: 'NO',
  };
  const pixels = new Uint8Array(map.length + (map.length % 2));
  if (largest > 0) for (let i = 0; i < map.length; i++) pixels[i] = Math.round((steps * map[i]) / largest);
  return { dataset, pixels };
}
