import { holm, pairedPermutation, patientDraws, patientMeans } from '../../metrics';
import { meanEstimate, type Estimate } from './estimate';
import type { MapSummary } from './map-summary';
import type { EvaluationResults } from '../results';

/** One row of `maps.csv`, as far as a comparison needs it. */
export interface MapRow {
  image: string;
  patient: string;
  map: string;
  iou90: number;
}

/** A report read back. */
export interface LoadedReport {
  results: EvaluationResults;
  rows: readonly MapRow[];
}

/** One map of two models. Either summary is absent where that model has no such map. */
export interface ModelComparisonRow {
  key: string;
  title: string;
  a?: MapSummary;
  b?: MapSummary;
  /** IoU@90 of a − b on the images of both; absent where the data differ. */
  paired?: { images: number; patients: number; difference: Estimate; p: number; adjusted: number };
}

/**
 * Two models map by map. Differences are tested, paired by image and averaged within patients, where both reports hold
 * the same images; Holm's correction over all maps.
 */
export function compareReports(a: LoadedReport, b: LoadedReport): ModelComparisonRow[] {
  const { resamples, seed } = a.results.provenance.options;
  const options = { resamples: Number(resamples), seed: Number(seed) };
  const ids = [...new Set([...a.results.maps, ...b.results.maps].map(identity))];
  const find = ({ results }: LoadedReport, id: string): MapSummary | undefined =>
    results.maps.find(map => identity(map) === id);
  const rows = ids.map(id => {
    const [ofA, ofB] = [find(a, id), find(b, id)];
    const { key, title } = (ofA ?? ofB) as MapSummary;
    const paired =
      ofA && ofB && sameData(a, b) ? pairedDifference(a, ofA.key, b, ofB.key, options) : undefined;
    return { key, title, a: ofA, b: ofB, paired };
  });
  const tested = rows.flatMap(({ paired }) => (paired ? [paired] : []));
  const adjusted = holm(tested.map(({ p }) => p));
  const adjustedOf = new Map(tested.map((paired, i) => [paired, adjusted[i]]));
  return rows.map(({ paired, ...row }) => ({
    ...row,
    paired: paired && { ...paired, adjusted: adjustedOf.get(paired) as number },
  }));
}

/** Method, generator and form of a map: its key names the generator only where a model has several that fit. */
function identity({ key, generator }: MapSummary): string {
  return `${key.replace(/:[^+]+/, '')} ${generator ?? ''}`;
}

/** Whether both reports are of the same images, or sample of them, with the same labels and the same kind of truth. */
export function sameData(a: LoadedReport, b: LoadedReport): boolean {
  const [ofA, ofB] = [a.results.provenance.data, b.results.provenance.data];
  const kinds = [ofA.truth, ofB.truth].filter(kind => kind !== undefined);
  return ofA.sha256 === ofB.sha256 && ofA.images === ofB.images && new Set(kinds).size <= 1;
}

function pairedDifference(
  a: LoadedReport,
  keyA: string,
  b: LoadedReport,
  keyB: string,
  options: { resamples: number; seed: number },
): Omit<NonNullable<ModelComparisonRow['paired']>, 'adjusted'> | undefined {
  const ofB = new Map(b.rows.filter(({ map }) => map === keyB).map(({ image, iou90 }) => [image, iou90]));
  const both = a.rows.filter(({ map, image }) => map === keyA && ofB.has(image));
  if (both.length === 0) return undefined;
  const patients = both.map(({ patient }) => patient);
  const differences = both.map(({ image, iou90 }) => iou90 - (ofB.get(image) as number));
  const means = patientMeans(patients, differences);
  const { p } = pairedPermutation([...means.values()], { permutations: 99_999, seed: options.seed });
  const difference = meanEstimate(differences, patientDraws(patients, options)) as Estimate;
  return { images: both.length, patients: means.size, difference, p };
}
