import { describe, expect, it } from 'vitest';
import { parseStudyTable } from '../../src/cli/study/table';
import { afrocAreas, markCounts, readMarks, type HitRule } from '../../src/study/marks';
import { readRatings } from '../../src/study/ratings';
import { printed } from './printed';

const table = (text: string) => parseStudyTable(text.trim(), 'table.csv');

/** Eight cases of one reader: four without disease (n1 … n4), four with (d1 … d4). */
const ratings = readRatings(
  table(`reader,arm,case,truth,rating
r,a,n1,0,1
r,a,n2,0,1
r,a,n3,0,1
r,a,n4,0,1
r,a,d1,1,2
r,a,d2,1,2
r,a,d3,1,2
r,a,d4,1,2`),
);

describe('AFROC', () => {
  // Chakraborty, The RJafroc Froc Book (github.com/dpc10ster/RJafrocFrocBook), chapter "Meanings of FROC figures of
  // merit", numerical illustration: AFROC AUC = 0.7708333, wAFROC AUC = 0.7875.
  const lesions = table(`case,lesion,weight
d1,1,1
d2,1,1
d3,1,0.6
d3,2,0.4
d4,1,0.4
d4,2,0.6`);
  const marks = table(`reader,arm,case,lesion,confidence
r,a,n2,,0.4874291
r,a,n3,,0.7383247
r,a,n3,,0.5757814
r,a,n4,,-0.3053884
r,a,d1,,1.5117812
r,a,d1,1,0.8523430
r,a,d2,1,-0.2146999
r,a,d3,1,1.5884892
r,a,d4,1,2.9438362
r,a,d4,2,1.98381`);

  it('has the published areas, weighted and plain', () => {
    const judged = readMarks(ratings, marks, lesions, 'centre');
    printed(afrocAreas(judged, false)[0][0].value, '0.7708333');
    printed(afrocAreas(judged, true)[0][0].value, '0.7875');
  });

  it('without a case is what it is when that case was never read', () => {
    const judged = readMarks(ratings, marks, lesions, 'centre');
    for (const weighted of [false, true]) {
      const whole = afrocAreas(judged, weighted)[0][0];
      ratings.cases.forEach((_, left) => {
        const without = <T>(list: readonly T[]): T[] => list.filter((__, c) => c !== left);
        const part = {
          ...judged,
          lesions: without(judged.lesions),
          noise: [[Float64Array.from(without([...judged.noise[0][0]]))]],
          hits: [[without(judged.hits[0][0])]],
        };
        expect(whole.without[left]).toBeCloseTo(afrocAreas(part, weighted)[0][0].value, 12);
      });
    }
  });

  it('counts lesions and false marks', () => {
    const [[counts]] = markCounts(readMarks(ratings, marks, lesions, 'centre'));
    expect(counts.lesionsMarked).toBeCloseTo(5 / 6, 12);
    expect(counts.falseMarksPerHealthyCase).toBe(1);
  });

  it('of a reader who marks nothing is one half: all pairs are ties', () => {
    const none = readMarks(ratings, { ...marks, rows: [], lines: [] }, lesions, 'centre');
    expect(afrocAreas(none, true)[0][0].value).toBe(0.5);
  });
});

describe('marks by place', () => {
  const lesions = table(`case,lesion,x,y,width,height
d1,L,10,10,20,20
d2,L,10,10,20,20
d3,L,10,10,20,20
d4,L,10,10,20,20
d4,M,25,10,20,20`);
  const judge = (marks: string, rule: HitRule) => {
    const judged = readMarks(ratings, table(marks), lesions, rule);
    return ratings.cases.map((_, c) => ({ hits: [...judged.hits[0][0][c]], noise: judged.noise[0][0][c] }));
  };

  it('a mark hits the box that holds its centre, the nearest of two, and the surest mark counts', () => {
    const found = judge(
      `reader,arm,case,confidence,x,y
r,a,d1,3,20,20
r,a,d1,5,12,12
r,a,d1,4,31,20
r,a,d4,2,28,20
r,a,n1,1,20,20`,
      'centre',
    );
    expect(found[4]).toEqual({ hits: [5], noise: 4 });
    // 28 lies in both boxes, 8 from the centre of L at 20 and 7 from that of M at 35.
    expect(found[7]).toEqual({ hits: [-Infinity, 2], noise: -Infinity });
    expect(found[0]).toEqual({ hits: [], noise: 1 });
  });

  it('or the box that it overlaps', () => {
    const boxes = `reader,arm,case,confidence,x,y,width,height
r,a,d1,3,10,20,20,20
r,a,d2,3,10,10,20,10`;
    // Overlaps: 200 / 600 = 1/3, and 200 / 400 = 1/2.
    expect(judge(boxes, { iou: 0.5 })[4]).toEqual({ hits: [-Infinity], noise: 3 });
    expect(judge(boxes, { iou: 0.5 })[5]).toEqual({ hits: [3], noise: -Infinity });
    expect(judge(boxes, { iou: 0.33 })[4]).toEqual({ hits: [3], noise: -Infinity });
  });

  it('says what is wrong, and where', () => {
    const refused =
      (marks: string, rule: HitRule = 'centre') =>
      () =>
        judge(marks, rule);
    expect(refused('reader,arm,case,confidence,x,y\nq,a,d1,3,1,1\nr,a,z,3,1,1\nr,a,d1,sure,1,1')).toThrow(
      /line 2: reader "q" has no ratings\nline 3: case "z" has no ratings\nline 4: confidence is "sure"/,
    );
    expect(refused('reader,arm,case,confidence,x\nr,a,d1,3,1')).toThrow('lacks the column y');
    expect(refused('reader,arm,case,confidence,x,y\nr,a,d1,3,1,1', { iou: 0.5 })).toThrow('--hit centre');
    const marks = table('reader,arm,case,confidence,lesion\nr,a,d1,3,L');
    const wrong = (text: string) => () => readMarks(ratings, marks, table(text), 'centre');
    expect(wrong('case,lesion\nn1,L')).toThrow('case n1 has truth 0, and so no lesion');
    expect(wrong('case,lesion\nd1,L\nd1,L')).toThrow('case d1 has lesion L already');
    expect(wrong('case,lesion\nd1,L')).toThrow('case d2 has truth 1, but no lesion');
    expect(wrong('case,lesion,weight\nd1,L,0.5')).toThrow('the weights of case d1 sum to 0.5');
  });
});
