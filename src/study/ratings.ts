/** Ratings of a factorial reader study: every reader rated every case in every arm. */
export interface StudyData {
  /** In the order of the file. */
  readers: readonly string[];
  /** The reference arm first, the others in the order of the file. */
  arms: readonly string[];
  cases: readonly StudyCase[];
  /** [arm][reader][case]; the higher, the surer of disease. */
  ratings: Cells;
  /** As `ratings`: how sure the reader was of the answer; absent where the table has no column for it. */
  confidence?: Cells;
  /** As `ratings`: seconds from display to answer, above 0. */
  seconds?: Cells;
  /** Ids of cases that were left out for want of a cell, or are practice cases alone. */
  leftOut: readonly string[];
  /** What was left out of the table, in words. */
  notes: readonly string[];
}

interface StudyCase {
  id: string;
  /** 1 diseased. */
  truth: 0 | 1;
  /** The classifier's answer, 1 positive; absent where the table does not give it. */
  model?: 0 | 1;
}

/** [arm][reader][case] */
export type Cells = readonly (readonly Float64Array[])[];

/** A table as read from a file: cells by column name, and each row's line in the file. */
export interface StudyTable {
  name: string;
  header: readonly string[];
  rows: readonly Readonly<Record<string, string>>[];
  lines: readonly number[];
}

export interface StudyOptions {
  /** Arm that the others are compared with; default: the first of the file. */
  reference?: string;
  /** Leave out cases that were not read by everybody in every arm, instead of refusing the table. */
  dropIncomplete?: boolean;
}

/** A table that cannot be analysed; `problems` has one line for each thing that is wrong. */
export class StudyDataError extends Error {
  override name = 'StudyDataError';
  constructor(
    file: string,
    readonly problems: readonly string[],
  ) {
    const shown = problems.slice(0, 10);
    const more = problems.length - shown.length;
    super([`${file} cannot be analysed:`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
  }
}

/** Other names that columns go by. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  reader: ['reader'],
  arm: ['arm', 'modality', 'treatment'],
  case: ['case'],
  truth: ['truth'],
  rating: ['rating'],
  seconds: ['seconds', 'time'],
  confidence: ['confidence'],
  model: ['model'],
  practice: ['practice'],
};

/**
 * Reads the table of ratings.
 *
 * Columns: `reader`, `arm` (or `modality`, `treatment`), `case`, `truth` (0 or 1), `rating` (a number); optional
 * `seconds` (or `time`), `confidence`, `model` (the classifier's answer, 0 or 1), `practice` (rows with 1 are left out).
 *
 * @throws StudyDataError naming every bad, missing and duplicated cell
 */
export function readRatings(table: StudyTable, options: StudyOptions = {}): StudyData {
  const column = findColumns(table);
  const problems: string[] = [];
  const readers = new Index();
  const arms = new Index();
  const cases = new Index();
  const facts: StudyCase[] = [];
  const cells = new Map<string, { line: number; values: (number | undefined)[] }>();
  const practised = new Set<string>();
  let practice = 0;
  table.rows.forEach((row, at) => {
    const line = table.lines[at];
    const cell = (name: string): string => (column[name] === undefined ? '' : (row[column[name]] ?? ''));
    const wrong = (text: string): void => void problems.push(`line ${line}: ${text}`);
    if (cell('practice') === '1') {
      practised.add(cell('case'));
      return void practice++;
    }
    const names = ['reader', 'arm', 'case'].map(cell);
    if (names.some(name => name === '')) return wrong('reader, arm or case is empty');
    const truth = binary(cell('truth'));
    if (truth === undefined) return wrong(`truth is "${cell('truth')}"; it must be 0 or 1`);
    const rating = number(cell('rating'));
    if (rating === undefined)
      return wrong(`rating is "${cell('rating')}"; it must be a number of at most 1e12`);
    const seconds = cell('seconds') === '' ? undefined : number(cell('seconds'));
    if (cell('seconds') !== '' && !(seconds! > 0)) {
      return wrong(`the time is "${cell('seconds')}"; it must be seconds above 0`);
    }
    const confidence = cell('confidence') === '' ? undefined : number(cell('confidence'));
    if (cell('confidence') !== '' && confidence === undefined) {
      return wrong(`confidence is "${cell('confidence')}"; it must be a number`);
    }
    const model = cell('model') === '' ? undefined : binary(cell('model'));
    if (cell('model') !== '' && model === undefined) {
      return wrong(`model is "${cell('model')}"; it must be 0 or 1`);
    }
    const [r, a, c] = [readers.of(names[0]), arms.of(names[1]), cases.of(names[2])];
    const known = facts[c];
    if (known === undefined) facts[c] = { id: names[2], truth, model };
    else if (known.truth !== truth)
      return wrong(`case ${names[2]} has truth ${truth}, but ${known.truth} before`);
    else if (known.model !== model)
      return wrong(`case ${names[2]} has another answer of the model than before`);
    const key = `${a}/${r}/${c}`;
    const before = cells.get(key);
    if (before) {
      return wrong(
        `reader ${names[0]}, arm ${names[1]}, case ${names[2]} was given in line ${before.line} already`,
      );
    }
    cells.set(key, { line, values: [rating, seconds, confidence] });
  });
  if (problems.length > 0) throw new StudyDataError(table.name, problems);
  const order = armOrder(arms.names, options.reference, table.name);
  const notes = practice > 0 ? [`${practice} rows of practice cases were left out.`] : [];

  const missing: string[] = [];
  const incomplete = new Set<number>();
  for (const a of order) {
    readers.names.forEach((reader, r) =>
      cases.names.forEach((id, c) => {
        if (cells.has(`${a}/${r}/${c}`)) return;
        incomplete.add(c);
        missing.push(`reader ${reader}, arm ${arms.names[a]}, case ${id} has no row`);
      }),
    );
  }
  if (incomplete.size > 0 && !options.dropIncomplete) {
    throw new StudyDataError(table.name, [
      ...missing.slice(0, 8),
      ...(missing.length > 8 ? [`and ${missing.length - 8} more missing cells`] : []),
      `every reader must have read every case in every arm; --drop-incomplete leaves out the ${incomplete.size} cases that lack a cell`,
    ]);
  }
  if (incomplete.size > 0) {
    const ids = [...incomplete].map(c => cases.names[c]).join(', ');
    notes.push(`${incomplete.size} cases were left out, which lack ${missing.length} cells: ${ids}.`);
  }
  const kept = facts.map((_, c) => c).filter(c => !incomplete.has(c));
  const classes = [0, 1].map(truth => kept.filter(c => facts[c].truth === truth).length);
  if (Math.min(...classes) < 2) {
    throw new StudyDataError(table.name, [
      `there are ${classes[1]} cases of truth 1 and ${classes[0]} of truth 0; two of each are the least`,
    ]);
  }
  const layer = (which: number): Cells | undefined => {
    const built = order.map(a =>
      readers.names.map((_, r) =>
        Float64Array.from(kept, c => cells.get(`${a}/${r}/${c}`)!.values[which] ?? NaN),
      ),
    );
    return built.some(arm => arm.some(values => values.some(Number.isNaN))) ? undefined : built;
  };
  const optional = (name: string, which: number): Cells | undefined => {
    if (column[name] === undefined) return undefined;
    const built = layer(which);
    if (!built) notes.push(`The column ${column[name]} has empty cells: it was not analysed.`);
    return built;
  };
  if (column.model !== undefined && kept.some(c => facts[c].model === undefined)) {
    notes.push('The column model has empty cells: those cases are in no group of the classifier’s answers.');
  }
  return {
    readers: readers.names,
    arms: order.map(a => arms.names[a]),
    cases: kept.map(c => facts[c]),
    leftOut: [
      ...[...incomplete].map(c => cases.names[c]),
      ...[...practised].filter(id => !cases.names.includes(id)),
    ],
    ratings: layer(0)!,
    seconds: optional('seconds', 1),
    confidence: optional('confidence', 2),
    notes,
  };
}

/** Names in the order of their first appearance. */
class Index {
  readonly names: string[] = [];
  private readonly at = new Map<string, number>();

  of(name: string): number {
    const known = this.at.get(name);
    if (known !== undefined) return known;
    this.at.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

function findColumns(table: StudyTable): Record<string, string | undefined> {
  const found = Object.entries(aliases).map(
    ([name, names]) => [name, names.filter(each => table.header.includes(each))] as const,
  );
  const problems = found.flatMap(([name, hits]) => {
    if (hits.length > 1) return [`the columns ${hits.join(' and ')} say the same; one of them must go`];
    const needed = ['reader', 'arm', 'case', 'truth', 'rating'].includes(name);
    return needed && hits.length === 0 ? [`it lacks the column ${aliases[name].join(', or ')}`] : [];
  });
  if (problems.length > 0) throw new StudyDataError(table.name, problems);
  if (table.rows.length === 0) throw new StudyDataError(table.name, ['it has no row']);
  return Object.fromEntries(found.map(([name, [hit]]) => [name, hit]));
}

/** Indices of the arms, the reference first. */
function armOrder(arms: readonly string[], reference: string | undefined, file: string): number[] {
  const first = reference === undefined ? 0 : arms.indexOf(reference);
  if (first < 0) {
    throw new StudyDataError(file, [`it has no arm "${reference}"; its arms are ${arms.join(', ')}`]);
  }
  return [first, ...arms.map((_, a) => a).filter(a => a !== first)];
}

/** What is rated, timed or measured is smaller; squares and sums of it stay finite and exact enough. */
const largest = 1e12;

/** A decimal number of at most {@link largest}; undefined for anything else, hexadecimal and the like included. */
export function number(text: string): number | undefined {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= largest ? value : undefined;
}

function binary(text: string): 0 | 1 | undefined {
  return text === '1' ? 1 : text === '0' ? 0 : undefined;
}
