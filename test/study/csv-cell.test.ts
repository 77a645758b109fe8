import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { csvCell } from '../../src/study/csv-cell';

it('is read back as it was written, whatever it holds', () => {
  const cells = ['plain', 'a,b', 'say "no"', 'two\nlines', 'carriage\rreturn', '', 'ä'];
  expect(parse(`${cells.map(csvCell).join(',')}\n`)).toEqual([cells]);
  expect([csvCell(-0.5), csvCell(undefined), csvCell(null)]).toEqual(['-0.5', '', '']);
});

it('is no formula to a spreadsheet; numbers as text stay what they are', () => {
  const formulas = ['=1+1', '+1+1', '-2+3', '@SUM(1)', '\t=1', '=HYPERLINK("http://a.example")'];
  for (const text of formulas) expect(parse(csvCell(text))).toEqual([[`'${text}`]]);
  expect(['-1', '+2.5', '-x1'].map(csvCell)).toEqual(['-1', '+2.5', "'-x1"]);
});
