import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const text = (file: string): string => readFileSync(file, 'utf8');

it('the guides count the phantoms of the sample study', () => {
  const words = 'none one two three four five six seven eight nine ten'.split(' ');
  const files = (folder: string): number => readdirSync(folder).filter(name => name.endsWith('.dcm')).length;
  const [plain, several] = [files('sample'), files('sample/several')];
  const all = words[plain + several];
  expect(text('README.md')).toContain(`${all} studies of synthetic chest phantoms`);
  const own = text('sample/README.md').toLowerCase();
  expect(own).toContain(`${all} computed chest phantoms`);
  expect(own).toContain(
    `${words[plain]} for the model \`phantom\`, ${words[several]} for \`phantom-findings\``,
  );
});

it('the README names the rival that its best map of the phantoms is not shown to be ahead of', () => {
  const results = text('docs/results.md');
  const table = results.slice(results.indexOf('Guided GradCAM + aug minus     IoU@90'));
  const rival = /^Input Gradient \+ aug +(\S+) +(\S+)/m.exec(table)!;
  const areas = results.slice(0, results.indexOf(table)).split('\n');
  const iou = (name: string): string =>
    areas
      .filter(line => line.startsWith(`${name} `))
      .at(-1)!
      .slice(name.length)
      .trim()
      .split(/ +/)[2];
  expect(text('README.md')).toContain(
    `(${iou('Guided GradCAM + aug')} against ${iou('Input Gradient + aug')}, both + aug; p ${rival[2]})`,
  );
});
