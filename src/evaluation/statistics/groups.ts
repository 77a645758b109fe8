import { decidedOf, hasSides, type DecidedBy } from '../answers';
import type { CaseRecord, Reader } from '../records';

/** A subgroup of images: what it is called, and which images belong to it. */
export interface Subgroup {
  /** E.g. `view AP`. */
  name: string;
  belongs: (record: CaseRecord) => boolean;
}

/** Lower ends of the age bands, years. */
const ageBands = [0, 40, 60];

/** Labels of both kinds apart: text-mined ones are wrong in about one of ten, which caps every figure on them. */
const readerNames: Record<Reader, string> = {
  radiologist: 'read by radiologists',
  text: 'text labels',
  '': 'reader unknown',
};

/** Subgroups by who says what the label is; none where no record knows. */
export function readerGroups(records: readonly CaseRecord[]): Subgroup[] {
  const readers = (['radiologist', 'text', ''] as const).filter(reader =>
    records.some(record => record.reader === reader),
  );
  if (readers.every(reader => reader === '')) return [];
  return readers.map(reader => ({
    name: readerNames[reader],
    belongs: record => record.reader === reader,
  }));
}

/** Whether a subgroup is one of `readerGroups`. */
export function isReaderGroup(name: string): boolean {
  return Object.values(readerNames).includes(name);
}

/** Names of `decisionGroups`, by what is decided. */
const decisionNames = ['called negative', 'called positive'];

/** Subgroups by the classifier's own decision: where it misses a finding, a map explains why it saw none. None of several classes. */
export function decisionGroups(by: DecidedBy): Subgroup[] {
  if (!hasSides(by)) return [];
  return [1, 0].map(decided => ({
    name: decisionNames[decided],
    belongs: record => decidedOf(record, by) === decided,
  }));
}

/** Whether a subgroup is one of `decisionGroups`. */
export function isDecisionGroup(name: string): boolean {
  return decisionNames.includes(name);
}

/** Subgroups of images by reader, view, collection, sex and age, as far as the records tell them apart. */
export function subgroups(records: readonly CaseRecord[]): Subgroup[] {
  const keys: [what: string, key: (record: CaseRecord) => string][] = [
    ['view', record => record.view || 'unknown'],
    ['collection', record => record.collection || 'unknown'],
    ['sex', record => record.sex || 'unknown'],
    ['age', record => ageBand(record.ageYears)],
  ];
  const others = keys.flatMap(([what, key]) => {
    const values = [...new Set(records.map(key))].sort(byName);
    if (values.length === 1 && values[0] === 'unknown') return [];
    return values.map(value => ({
      name: `${what} ${value}`,
      belongs: (record: CaseRecord) => key(record) === value,
    }));
  });
  return [...readerGroups(records), ...others];
}

/** Alphabetical, but "under 40" before the other age bands and "unknown" last. */
function byName(a: string, b: string): number {
  const rank = (name: string): number => (name === 'unknown' ? 1 : name.startsWith('under') ? -1 : 0);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function ageBand(years: number | undefined): string {
  if (years === undefined || Number.isNaN(years)) return 'unknown';
  const band = ageBands.filter(from => years >= from).length - 1;
  const next = ageBands[band + 1];
  if (next === undefined) return `${ageBands[band]} and over`;
  return band === 0 ? `under ${next}` : `${ageBands[band]} to ${next - 1}`;
}
