import { isNegative } from '../../../models/decision';
import type { PercentileMask, ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { markedBands } from '../marked-bands';
import { regionMeaning } from '../meaning';
import { segmentationImage, segmentItem } from '../segments';
import { SEGMENTATION, LABEL_MAP_SEGMENTATION } from '../sop-classes';

/** Segmentation of the pixels above one or several percentiles. */
export const seg = {
  id: 'seg',
  title: 'DICOM SEG',
  noun: 'segmentation',
  label: 'Mask (SEG)',
  modality: 'SEG',
  series: { place: 3, description: 'AI mask' },
  needsLaterality: false,
  needsMarks: true,
  inReport: 'segments',
  readBack: { of: 'percentile' },
  identify: ({ percentiles, encoding = 'binary' }) => ({
    sopClassUid: encoding === 'binary' ? SEGMENTATION : LABEL_MAP_SEGMENTATION,
    variant: [encoding, ...[...percentiles].sort((a, b) => a - b)],
  }),
  compose: segmentation,
} as const satisfies ResultDefinition;

/**
 * DICOM Segmentation (PS3.3 A.51) of the pixels above one or several percentiles. One percentile gives one segment; several
 * give disjoint bands, the lowest first: a pixel belongs to the band of the highest percentile that it lies above.
 *
 * @throws ResultError when no mask has a pixel, one is of another size than the image, or percentiles repeat
 */
function segmentation({ context, explanation, masks, form }: ResultRequest): ResultContent {
  const { rows, columns } = explanation.film;
  const isBinary = (form.encoding ?? 'binary') === 'binary';
  const marked = markedBands(masks, rows * columns, isNegative(explanation.figures.decision));
  const bands = marked.map(({ band }) => band);
  const percentiles = masks.map(({ percentile }) => percentile);
  const maskOf = (wanted: number): PercentileMask => masks.find(({ percentile }) => percentile === wanted)!;
  const dataset = {
    ...segmentationImage(context, explanation.film, {
      bits: isBinary ? 1 : 8,
      segments: marked.map(({ label, percentile }, i) =>
        segmentItem(
          context,
          explanation.figures.decision,
          i + 1,
          label,
          regionMeaning(context, explanation, [maskOf(percentile)]).join(' '),
        ),
      ),
      bySegment: isBinary,
    }),
    InstanceNumber: String(Math.round(10 * Math.min(...percentiles))),
    SegmentationType: isBinary ? 'BINARY' : 'LABELMAP',
    ...(isBinary ? {} : { PixelPaddingValue: 0 }),
    SegmentsOverlap: 'NO',
  };
  const pixels = isBinary ? packBits(bands, rows * columns) : labelMap(bands, rows * columns);
  return { dataset, pixels };
}

/** One bit a pixel, least significant first, frames joined without padding (PS3.5 8.1.1); even number of bytes. */
function packBits(bands: readonly Uint8Array[], pixels: number): Uint8Array {
  const bytes = Math.ceil((bands.length * pixels) / 8);
  const packed = new Uint8Array(bytes + (bytes % 2));
  bands.forEach((band, frame) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const bit = frame * pixels + pixel;
      if (band[pixel]) packed[bit >> 3] |= 1 << (bit & 7);
    }
  });
  return packed;
}

function labelMap(bands: readonly Uint8Array[], pixels: number): Uint8Array {
  const labels = new Uint8Array(pixels + (pixels % 2));
  bands.forEach((band, i) => {
    for (let pixel = 0; pixel < pixels; pixel++) if (band[pixel]) labels[pixel] = i + 1;
  });
  return labels;
}
