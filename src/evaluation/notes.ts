import { decidedOf, hasSides } from './answers';
import type { Evaluation } from './evaluation';
import { referenceNote } from './map-titles';
import { leftOutMethods } from './plan/map-requests';
import type { CaseRecord, Reader } from './records';
import type { GeneratorResults } from './results';
import type { MapSummary } from './statistics/map-summary';

/** Fewer images in the slow subset than this are pointed out in the report. */
const leastSubset = 40;

/** Of independent labels: what x_a does to those that it is not to change. */
function otherLabelsNote(records: readonly CaseRecord[], title: string, id: string): string[] {
  const found = records.flatMap(record => record.generators[id]?.othersKept ?? []);
  if (found.length === 0) return [];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const share = sum(found.map(({ kept }) => kept)) / sum(found.map(({ of }) => of));
  const whole = found.filter(({ kept, of }) => kept === of).length / found.length;
  return [
    `${title} (${id}): of all other labels' decisions x_a leaves ${(100 * share).toFixed(1)} % as they are, on ${found.length} images; ` +
      `every one of them on ${(100 * whole).toFixed(1)} % of the images.`,
  ];
}

/** What a reader of the figures has to know of them, in sentences. */
export function makeNotes(
  { options, card, set, plan, records, summary }: Evaluation,
  maps: readonly MapSummary[],
  generators: readonly GeneratorResults[],
): string[] {
  const positives = hasSides(summary.decidedBy) ? records.filter(record => record.label === 1) : [];
  const withTruth = records.filter(record => record.truthShare !== undefined);
  const missed = withTruth.filter(record => decidedOf(record, summary.decidedBy) !== record.label).length;
  const notes: string[] = [];
  notes.push(...(set.notes ?? []), ...readerNotes(records));
  const reference = referenceNote(plan.requests, options.reference, card);
  if (reference !== undefined) notes.push(reference);
  for (const { title, id, psnr } of generators.filter(each => each.similarIsOriginal)) {
    const decibels = psnr.originalSimilar?.mean;
    notes.push(
      `${title} (${id}): x_s is x (${decibels === undefined ? 'equal' : `PSNR ${decibels.toFixed(1)} dB`}), so that it keeps the ` +
        'decision says nothing, and |x_s − x_a| is |x − x_a|.',
    );
  }
  for (const { title, id } of generators) notes.push(...otherLabelsNote(records, title, id));
  if (withTruth.length === 0) {
    notes.push('No image has a box or mask, so nothing of localisation could be measured.');
  } else {
    const unplaced = positives.length - withTruth.length;
    notes.push(
      `The classifier misses ${missed} of the ${withTruth.length} images with truth; they count like the others.`,
      ...(unplaced > 0
        ? [`${unplaced} positive images have no box or mask and are in no localisation figure.`]
        : []),
    );
    if (plan.controls.every(list => list.length === 0)) {
      notes.push('There is no shuffled control: one patient has more than half of all truths.');
    }
    if (!set.averageTruth) {
      notes.push(
        'The average training truth is not among the rows, and no map is compared with it: ' +
          (options.split === 'all'
            ? 'with --split all every image is one to test on'
            : 'the data has no training image with a box or mask') +
          ', and --average-boxes names no table of them.',
      );
    }
  }
  if (plan.slowCases.length > 0 && plan.slowCases.length < leastSubset) {
    notes.push(
      `Slow methods ran on ${plan.slowCases.length} images only; at least ${leastSubset} are meant.`,
    );
  }
  if (records.length < set.cases.length)
    notes.push(`A seeded sample of ${records.length} of ${set.cases.length} images, not the whole split.`);
  for (const { title, failures, images } of maps) {
    for (const [reason, count] of Object.entries(failures)) {
      notes.push(`${title}: ${count} of ${images} maps are ${reason} and score 0 everywhere.`);
    }
  }
  for (const { title, medianConstantShare, family } of maps) {
    const isNotedAbove = medianConstantShare === 1; // most of them are constant, which is a failure
    if (medianConstantShare > 0.5 && !isNotedAbove && family !== 'trivial') {
      notes.push(
        `${title}: half of the maps have one value over ${(100 * medianConstantShare).toFixed(0)} % of the image or more; ` +
          'percentiles below that are drawn by lot.',
      );
    }
  }
  if (options.methods.split(',').includes('all')) {
    notes.push(...leftOutMethods(card).map(method => `Not run: ${method}.`));
  }
  return notes;
}

/** On whose word the figures rest. */
function readerNotes(records: readonly CaseRecord[]): string[] {
  const count = (label: number, reader: Reader): number =>
    records.filter(record => record.label === label && record.reader === reader).length;
  if (records.every(({ reader }) => reader === '')) return [];
  const [texts, truths] = [
    count(0, 'text') + count(1, 'text'),
    records.filter(r => r.truthShare !== undefined),
  ];
  const read = truths.filter(({ reader }) => reader === 'radiologist').length;
  return [
    `Labels: radiologists read ${count(1, 'radiologist')} positive and ${count(0, 'radiologist')} negative images; ` +
      `${count(1, 'text')} and ${count(0, 'text')} rest on report text alone` +
      `${texts > 0 ? ', which caps what a figure on them can reach' : ''}. ` +
      `Of the ${truths.length} images with truth radiologists read ${read}.`,
  ];
}
