// Answers and readings for scripts/check-results.mjs, which bundles this file: what the viewer makes of a click, made of a file.
import { readFileSync, writeFileSync } from 'node:fs';
import { sourceAttributes } from '../src/dicom/results';
import { answerReport } from '../src/dicom/results/answer-report';
import { readingReport } from '../src/dicom/results/reading-report';
import { describeStoredMap } from '../src/dicom/results/stored-map';
import { textOf } from '../src/dicom/results/values';

const outline = [
  [20, 30],
  [120.5, 30],
  [120.5, 200],
  [20, 200],
] as const;
const at = new Date(2026, 0, 31, 12, 0, 59);

/**
 * Writes a corrected, attested answer to the explanation that `explain run` kept beside it, and a reading of the same film.
 *
 * @param image DICOM file that was explained
 * @param start path of its result objects, without their endings
 * @param frame of an image of several
 */
function writeReaderReports(image: string, start: string, frame?: number): void {
  const source = sourceAttributes(readFileSync(image));
  const map = sourceAttributes(readFileSync(`${start}.pm.dcm`));
  const stored = describeStoredMap(map)!;
  const { bytes } = answerReport({
    context: {
      source,
      frame,
      model: { ...stored.model, title: stored.model.id },
      settings: { ...stored.settings, methodTitle: stored.settings.methodId },
      software: stored.software ?? '',
    },
    figures: stored.figures,
    map: {
      sopClassUid: textOf(map, 'SOPClassUID'),
      sopInstanceUid: stored.sopInstanceUid,
      seriesInstanceUid: textOf(map, 'SeriesInstanceUID'),
    },
    answer: {
      verdict: 'disagree',
      note: 'lower, behind the heart\nsecond line',
      reader: 'Doe^Jane',
      attestedFor: 'A hospital',
      at,
      percentile: 90,
      mark: { outline, agreement: { iou: 0.125, hit: false, distancePixels: 61.5, distanceMm: 12.25 } },
    },
  });
  writeFileSync(`${start}.answer.dcm`, bytes);
  // A study's films have one frame.
  if (frame !== undefined) return;
  const reading = readingReport(source, {
    study: 'maps-2026',
    reader: 'r1',
    key: 'aided/c7',
    case: 'c7',
    arm: 'aided',
    rating: 4,
    confidence: 70,
    seconds: 12.345,
    boxes: [{ x: 20, y: 30, width: 100.5, height: 170, confidence: 5 }],
    at,
    text: '{"key":"aided/c7","rating":4}',
    software: '0.0.0',
  });
  writeFileSync(`${start}.reading.dcm`, reading.bytes);
}

const [image, start, frame] = process.argv.slice(2);
writeReaderReports(image, start, frame === undefined ? undefined : Number(frame));
