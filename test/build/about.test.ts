import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import lock from '../../package-lock.json';
import manifest from '../../package.json';

const text = (name: string): string => readFileSync(path.resolve(import.meta.dirname, '../..', name), 'utf8');

it('version and date agree in package, citation and changelog', () => {
  const [, date] =
    new RegExp(`^## \\[${manifest.version}\\] - (\\S+)$`, 'm').exec(text('CHANGELOG.md')) ?? [];
  expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  const citation = text('CITATION.cff');
  expect(/^version: (.+)$/m.exec(citation)?.[1]).toBe(manifest.version);
  expect(/^date-released: (.+)$/m.exec(citation)?.[1]).toBe(date);
  expect(/^license: (.+)$/m.exec(citation)?.[1]).toBe(manifest.license);
});

it('every package runs on the oldest Node.js that the manifest allows', () => {
  expect(manifest.engines.node).toBe('^20.19.0 || >=22.12.0');
  const engines = Object.entries(lock.packages as Record<string, { engines?: { node?: string } }>)
    .filter(([name]) => name !== '')
    .flatMap(([name, { engines: { node } = {} }]) => (node ? [{ name, node }] : []));
  expect(engines.length).toBeGreaterThan(100);
  const refused = engines.filter(({ node }) => !node.split('||').some(allows));
  expect(refused).toEqual([]);

  /** Whether a range without `||` takes 20.19.0; operators as npm's packages use them, in any number. */
  function allows(range: string): boolean {
    return [...range.trim().matchAll(/([<>=^~]*)\s*v?(\d+)(?:\.(\d+|x))?(?:\.(\d+|x))?/g)].every(
      ([, operator, major, minor = '0', patch = '0']) => {
        const wanted = [major, minor, patch].map(part => Number(part === 'x' ? 0 : part));
        const order = compare([20, 19, 0], wanted);
        if (operator === '>=') return order >= 0;
        if (operator === '>') return order > 0;
        if (operator === '<') return order < 0;
        if (operator === '<=') return order <= 0;
        if (operator === '~') return order >= 0 && wanted[0] === 20 && wanted[1] === 19;
        return order >= 0 && wanted[0] === 20;
      },
    );
  }

  function compare(a: readonly number[], b: readonly number[]): number {
    const at = a.findIndex((part, i) => part !== b[i]);
    return at < 0 ? 0 : a[at] - b[at];
  }
});

it('the workflow runs the test command of the README, on the oldest Node.js of each range', () => {
  const workflow = text('.github/workflows/ci.yml');
  expect(workflow).toMatch(/^ {6}- run: npm cit$/m);
  expect(text('README.md')).toMatch(/^npm cit$/m);
  const releases = /node: \[(.+)\]/.exec(workflow)?.[1].split(', ');
  const oldest = manifest.engines.node.split(' || ').map(range => range.replace(/^\D+/, ''));
  expect(releases).toEqual(expect.arrayContaining(oldest));
});
