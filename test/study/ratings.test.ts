import { describe, expect, it } from 'vitest';
import { parseStudyTable } from '../../src/cli/study/table';
import { readRatings, type StudyOptions } from '../../src/study/ratings';
import { vanDykeTable } from './van-dyke';

const read = (text: string, options?: StudyOptions) =>
  readRatings(parseStudyTable(text, 'study.csv'), options);
const header = 'reader,arm,case,truth,rating\n';
/** Two readers, two arms, four cases. */
const rows = ['r', 's'].flatMap(reader =>
  ['before', 'after'].flatMap(arm =>
    [0, 0, 1, 1].map((truth, c) => `${reader},${arm},c${c},${truth},${c + (arm === 'after' ? 2 : 1)}`),
  ),
);
const whole = header + rows.join('\n');

describe('the table of ratings', () => {
  it('is read into arms, readers and cases, the reference first', () => {
    const data = read(whole, { reference: 'after' });
    expect(data.arms).toEqual(['after', 'before']);
    expect(data.readers).toEqual(['r', 's']);
    expect(data.cases).toEqual([0, 0, 1, 1].map((truth, c) => ({ id: `c${c}`, truth, model: undefined })));
    expect([...data.ratings[0][1]]).toEqual([2, 3, 4, 5]);
    expect([...data.ratings[1][1]]).toEqual([1, 2, 3, 4]);
    expect(data.seconds).toBeUndefined();
  });

  it('is Van Dyke’s whole study', () => {
    const data = readRatings(vanDykeTable());
    expect([data.arms.length, data.readers.length, data.cases.length]).toEqual([2, 5, 114]);
    expect(data.cases.filter(({ truth }) => truth === 1)).toHaveLength(45);
  });

  it('may lie in any order of rows, with blanks and a byte order mark', () => {
    const turned = `\ufeff${header.replace('arm', ' treatment ')}${[...rows].reverse().join(' \n')}`;
    const data = read(turned, { reference: 'before' });
    expect([...data.ratings[0][0]]).toEqual([4, 3, 2, 1]);
  });

  it('leaves practice cases out, and says so', () => {
    const practised = rows.map(row => `${row},0`).concat('r,before,p1,1,5,1');
    const data = read(`reader,arm,case,truth,rating,practice\n${practised.join('\n')}`);
    expect(data.cases).toHaveLength(4);
    expect(data.leftOut).toEqual(['p1']);
    expect(data.notes).toEqual(['1 rows of practice cases were left out.']);
  });

  it('has time and confidence where every cell is there', () => {
    const timed = (last: string): string =>
      `reader,arm,case,truth,rating,time,confidence\n${rows.map((row, i) => `${row},${i === 15 ? last : 7},${i}`).join('\n')}`;
    expect(read(timed('9')).seconds![1][1][3]).toBe(9);
    expect(read(timed('9')).confidence![1][1][3]).toBe(15);
    const gap = read(timed(''));
    expect(gap.seconds).toBeUndefined();
    expect(gap.notes).toEqual(['The column time has empty cells: it was not analysed.']);
  });
});

describe('a table that cannot be analysed', () => {
  const change = (line: number, row: string): string =>
    header + rows.map((each, i) => (i + 2 === line ? row : each)).join('\n');

  it.each([
    ['truth', change(3, 'r,before,c1,2,3'), 'line 3: truth is "2"; it must be 0 or 1'],
    ['rating', change(3, 'r,before,c1,0,high'), 'line 3: rating is "high"; it must be a number'],
    ['empty rating', change(3, 'r,before,c1,0,'), 'line 3: rating is ""'],
    ['hexadecimal', change(3, 'r,before,c1,0,0x10'), 'line 3: rating is "0x10"; it must be a number'],
    ['not finite', change(3, 'r,before,c1,0,Infinity'), 'line 3: rating is "Infinity"'],
    ['name', change(3, ',before,c1,0,3'), 'line 3: reader, arm or case is empty'],
    ['another truth', change(8, 'r,after,c2,0,3'), 'line 8: case c2 has truth 0, but 1 before'],
    [
      'twice',
      change(3, 'r,before,c0,0,3'),
      'line 3: reader r, arm before, case c0 was given in line 2 already',
    ],
    ['missing', header + rows.slice(1).join('\n'), 'reader r, arm before, case c0 has no row'],
    ['no column', whole.replace('rating', 'score'), 'it lacks the column rating'],
    [
      'two of one',
      whole.replace(header, 'reader,arm,case,treatment,rating\n'),
      'the columns arm and treatment say the same',
    ],
    ['no rows', header, 'it has no row'],
    ['one class', header + 'r,a,c1,0,1\nr,a,c2,0,2\nr,a,c3,1,2', '1 cases of truth 1 and 2 of truth 0'],
    [
      'a column twice',
      header.replace('rating', 'rating,rating') + 'r,a,c1,0,1,2',
      'the column rating is there twice',
    ],
    ['ragged', `${whole}\nr,s`, 'it is not a table'],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('lists what is wrong, ten lines at the most', () => {
    const wrong = header + rows.map(row => row.replace(/,\d$/, ',?')).join('\n');
    expect(() => read(wrong)).toThrow(/study\.csv cannot be analysed:\n(line \d+: .*\n){10}and 6 more$/);
  });

  it('has a reference arm that is not there', () => {
    expect(() => read(whole, { reference: 'aided' })).toThrow(
      'it has no arm "aided"; its arms are before, after',
    );
  });

  it('lacks a cell: the case is left out when asked, and named', () => {
    const six = ['r', 's'].flatMap(reader =>
      [0, 0, 0, 1, 1].map((truth, c) => `${reader},a,c${c},${truth},${c}`),
    );
    const data = read(header + six.slice(1).join('\n'), { dropIncomplete: true });
    expect(data.cases.map(({ id }) => id).sort()).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(data.leftOut).toEqual(['c0']);
    expect(data.notes).toEqual(['1 cases were left out, which lack 1 cells: c0.']);
  });
});
