import { orderedPairs, type Jackknifed, type Signal } from './jackknife';
import { number, StudyDataError, type StudyData, type StudyTable } from './ratings';

/** The marks of a free-response study, judged against the lesions. */
export interface JudgedMarks {
  /** [case]: the lesions of a diseased case, none for others. */
  lesions: readonly (readonly Lesion[])[];
  /** [arm][reader][case]: the highest confidence of a mark that hits no lesion, −∞ where there is none. */
  noise: readonly (readonly Float64Array[])[];
  /** [arm][reader][case][lesion]: the highest confidence of a mark that hits it, −∞ where there is none. */
  hits: readonly (readonly (readonly Float64Array[])[])[];
  /** [arm][reader][case]: confidences of all marks that hit no lesion. */
  misses: readonly (readonly (readonly (readonly number[])[])[])[];
}

interface Lesion {
  id: string;
  /** Of a case's lesions, these sum to 1. */
  weight: number;
  box?: Box;
}

/** In any unit, the same for lesions and marks. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A mark hits the lesion whose box holds its centre, or whose box it overlaps by this intersection over union at least. */
export type HitRule = 'centre' | { iou: number };

/**
 * Reads lesions and marks.
 *
 * Lesions: columns `case`, `lesion` (a name within the case); `x`, `y`, `width`, `height` where marks are judged by place;
 * optional `weight` (sums to 1 in a case; default: all alike). Marks: `reader`, `arm` (or `modality`, `treatment`), `case`,
 * `confidence` (or `rating`), and either `lesion` (the lesion hit, empty for none) or `x`, `y` with or without `width` and
 * `height`. Several marks on one lesion count as the surest of them.
 *
 * @throws StudyDataError naming every row that is wrong
 */
export function readMarks(
  data: StudyData,
  marks: StudyTable,
  lesions: StudyTable,
  rule: HitRule,
): JudgedMarks {
  const byCase = readLesions(data, lesions);
  const column = (names: readonly string[], needed: boolean): string | undefined => {
    const found = names.find(name => marks.header.includes(name));
    if (needed && found === undefined)
      throw new StudyDataError(marks.name, [`it lacks the column ${names.join(', or ')}`]);
    return found;
  };
  const armColumn = column(['arm', 'modality', 'treatment'], true)!;
  const confidenceColumn = column(['confidence', 'rating'], true)!;
  column(['reader'], true);
  column(['case'], true);
  const judged = column(['lesion'], false) !== undefined;
  if (!judged) for (const name of ['x', 'y']) column([name], true);
  const sized = marks.header.includes('width') && marks.header.includes('height');
  if (!judged && rule !== 'centre' && !sized) {
    throw new StudyDataError(marks.name, [
      'overlap needs the columns width and height; --hit centre judges points',
    ]);
  }
  const placeless = byCase.flatMap((list, c) => (list.some(({ box }) => !box) ? [data.cases[c].id] : []));
  if (!judged && placeless.length > 0) {
    throw new StudyDataError(lesions.name, [
      'it lacks x, y, width and height, which marks without the column lesion need',
    ]);
  }
  const empty = <T>(make: (c: number) => T): T[][][] =>
    data.arms.map(() => data.readers.map(() => data.cases.map((_, c) => make(c))));
  const misses = empty((): number[] => []);
  const hits = empty(c => Float64Array.from(byCase[c], () => -Infinity));
  const problems: string[] = [];
  const leftOut = new Set(data.leftOut);
  const places = {
    reader: new Map(data.readers.map((name, i) => [name, i])),
    arm: new Map(data.arms.map((name, i) => [name, i])),
    case: new Map(data.cases.map(({ id }, i) => [id, i])),
  };
  marks.rows.forEach((row, at) => {
    const wrong = (text: string): void => void problems.push(`line ${marks.lines[at]}: ${text}`);
    if (leftOut.has(row.case)) return;
    const r = places.reader.get(row.reader);
    const a = places.arm.get(row[armColumn]);
    const c = places.case.get(row.case);
    if (r === undefined) return wrong(`reader "${row.reader}" has no ratings`);
    if (a === undefined) return wrong(`arm "${row[armColumn]}" has no ratings`);
    if (c === undefined) return wrong(`case "${row.case}" has no ratings`);
    const confidence = number(row[confidenceColumn]);
    if (confidence === undefined)
      return wrong(`${confidenceColumn} is "${row[confidenceColumn]}"; it must be a number`);
    let lesion: number;
    if (judged) {
      lesion = byCase[c].findIndex(({ id }) => id === row.lesion);
      if (row.lesion !== '' && lesion < 0) return wrong(`case ${row.case} has no lesion "${row.lesion}"`);
    } else {
      const box = readBox(row, sized);
      if (!box) return wrong('x, y, width and height must be numbers, the last two of 0 or more');
      lesion = lesionHit(box, byCase[c], rule);
    }
    if (lesion < 0) misses[a][r][c].push(confidence);
    else hits[a][r][c][lesion] = Math.max(hits[a][r][c][lesion], confidence);
  });
  if (problems.length > 0) throw new StudyDataError(marks.name, problems);
  const noise = misses.map(row =>
    row.map(cases => Float64Array.from(cases, list => Math.max(-Infinity, ...list))),
  );
  return { lesions: byCase, noise, hits, misses };
}

function readLesions(data: StudyData, table: StudyTable): Lesion[][] {
  const lacking = ['case', 'lesion'].filter(name => !table.header.includes(name));
  if (lacking.length > 0)
    throw new StudyDataError(table.name, [`it lacks the column(s) ${lacking.join(', ')}`]);
  const placed = ['x', 'y', 'width', 'height'].every(name => table.header.includes(name));
  const weighted = table.header.includes('weight');
  const byCase: Lesion[][] = data.cases.map(() => []);
  const at = new Map(data.cases.map(({ id }, c) => [id, c]));
  const leftOut = new Set(data.leftOut);
  const problems: string[] = [];
  table.rows.forEach((row, i) => {
    const wrong = (text: string): void => void problems.push(`line ${table.lines[i]}: ${text}`);
    if (leftOut.has(row.case)) return;
    const c = at.get(row.case);
    if (c === undefined) return wrong(`case "${row.case}" has no ratings`);
    if (data.cases[c].truth === 0) return wrong(`case ${row.case} has truth 0, and so no lesion`);
    if (row.lesion === '') return wrong('lesion is empty');
    if (byCase[c].some(({ id }) => id === row.lesion))
      return wrong(`case ${row.case} has lesion ${row.lesion} already`);
    const weight = weighted ? number(row.weight) : 1;
    if (!(weight! > 0)) return wrong(`weight is "${row.weight}"; it must be a number above 0`);
    const box = placed ? readBox(row, true) : undefined;
    if (placed && !box) return wrong('x, y, width and height must be numbers, the last two of 0 or more');
    byCase[c].push({ id: row.lesion, weight: weight!, box });
  });
  data.cases.forEach(({ id, truth }, c) => {
    if (truth === 1 && byCase[c].length === 0) problems.push(`case ${id} has truth 1, but no lesion`);
    const sum = byCase[c].reduce((total, { weight }) => total + weight, 0);
    if (weighted && byCase[c].length > 0 && Math.abs(sum - 1) > 0.01) {
      problems.push(`the weights of case ${id} sum to ${sum}, not to 1`);
    }
  });
  if (problems.length > 0) throw new StudyDataError(table.name, problems);
  return byCase.map(list => {
    const sum = list.reduce((total, { weight }) => total + weight, 0);
    return list.map(lesion => ({ ...lesion, weight: lesion.weight / sum }));
  });
}

/** @param sized whether width and height are given; a point has none */
function readBox(row: Readonly<Record<string, string>>, sized: boolean): Box | undefined {
  const [x, y] = [number(row.x), number(row.y)];
  const [width, height] = sized ? [number(row.width), number(row.height)] : [0, 0];
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return width < 0 || height < 0 ? undefined : { x, y, width, height };
}

/** Index of the lesion that a mark hits, the nearest or the most overlapped of several; −1 for none. */
function lesionHit(mark: Box, lesions: readonly Lesion[], rule: HitRule): number {
  const scores = lesions.map(({ box }) => {
    if (rule !== 'centre') {
      const overlap = intersectionOverUnion(mark, box!);
      return overlap >= rule.iou ? overlap : -Infinity;
    }
    const [x, y] = [mark.x + mark.width / 2, mark.y + mark.height / 2];
    const inside = x >= box!.x && y >= box!.y && x <= box!.x + box!.width && y <= box!.y + box!.height;
    return inside ? -Math.hypot(x - box!.x - box!.width / 2, y - box!.y - box!.height / 2) : -Infinity;
  });
  const best = Math.max(-Infinity, ...scores);
  return best === -Infinity ? -1 : scores.indexOf(best);
}

function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}

/**
 * Area under the alternative free-response ROC curve (AFROC, the figure of merit of JAFROC; Chakraborty & Berbaum, Medical
 * Physics 2004), or under the weighted one, in which all diseased cases count alike: chance that a lesion is marked with
 * more confidence than any mark on a healthy case. In [0, 1]; 0.5 is not chance.
 */
export function afrocAreas(marks: JudgedMarks, weighted: boolean): Jackknifed[][] {
  return marks.noise.map((row, a) =>
    row.map((noise, r) =>
      orderedPairs(
        marks.lesions.map((lesions, c) => (lesions.length === 0 ? noise[c] : undefined)),
        marks.lesions.map((lesions, c) =>
          lesions.map(({ weight }, l): Signal => ({
            score: marks.hits[a][r][c][l],
            weight: weighted ? weight : 1,
          })),
        ),
      ),
    ),
  );
}

/** [arm][reader]: share of lesions marked, and marks on healthy cases by case. */
export function markCounts(
  marks: JudgedMarks,
): { lesionsMarked: number; falseMarksPerHealthyCase: number }[][] {
  const healthy = marks.lesions.flatMap((list, c) => (list.length === 0 ? [c] : []));
  const lesions = marks.lesions.reduce((sum, list) => sum + list.length, 0);
  return marks.hits.map((row, a) =>
    row.map((cases, r) => ({
      lesionsMarked:
        cases.reduce((sum, hit) => sum + hit.filter(each => each > -Infinity).length, 0) / lesions,
      falseMarksPerHealthyCase:
        healthy.reduce((sum, c) => sum + marks.misses[a][r][c].length, 0) / healthy.length,
    })),
  );
}
