import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const guide = readFileSync('docs/data.md', 'utf8');
const rows = readFileSync('models/cxr-pneumonia/split.csv', 'utf8').trim().split('\n').slice(1);
const films = rows.map(row => {
  const [image, label, quality, split] = row.split(',');
  return { patient: image.slice(0, 8), label, quality, split };
});
const text = (count: number): string => count.toLocaleString('en');
const patients = (of: typeof films): Set<string> => new Set(of.map(({ patient }) => patient));

/** Where the films of the second folder begin, as the guide says. */
const first = Number(/the first ([\d,]+) \|/.exec(guide)![1].replace(',', ''));
const [cxr, more] = [films.slice(0, first), films.slice(first)];

it('the guide to the data counts the films and patients of the shipped split', () => {
  expect(guide).toContain(`${text(films.length)} films of ${text(patients(films).size)} patients`);
  const inSplit = (split: string): string =>
    `\`${split}\` ${text(cxr.filter(each => each.split === split).length)}`;
  const splits = ['train', 'val', 'test'].map(inSplit).join(', ');
  expect(guide).toContain(`| ${text(cxr.length)} | ${text(patients(cxr).size)} | ${splits} |`);
  const both = [...patients(more)].filter(patient => patients(cxr).has(patient)).length;
  expect(guide).toContain(`| ${text(more.length)} | ${text(patients(more).size)}, of whom ${both} have`);
});

it('the films of the second folder are for training alone, and so are their patients', () => {
  expect(new Set(more.map(({ split }) => split))).toEqual(new Set(['train']));
  const held = patients(cxr.filter(({ split }) => split !== 'train'));
  expect([...patients(more)].filter(patient => held.has(patient))).toEqual([]);
});

it.each([
  ['`train`  ', cxr.filter(({ split }) => split === 'train')],
  ['`val`    ', cxr.filter(({ split }) => split === 'val')],
  ['`test`   ', cxr.filter(({ split }) => split === 'test')],
  ['`train` of `cxr-more`', more],
])('the table of labels has the films of %s', (name, of) => {
  const row = guide
    .split('\n')
    .find(line => line.startsWith(`| ${name.trimEnd()} `) && /\d \/ \d/.test(line))!;
  const [, , negatives, positives, read, , , doubtful, other] = row.split('|').map(cell => cell.trim());
  const count = (label: string, quality?: string): string =>
    text(of.filter(each => each.label === label && (quality ?? each.quality) === each.quality).length);
  expect([negatives, positives, read]).toEqual([
    count('0'),
    count('1'),
    `${count('0', 'radiologist')} / ${count('1', 'radiologist')}`,
  ]);
  expect([doubtful, other]).toEqual([count('1', 'doubtful'), count('')]);
});
