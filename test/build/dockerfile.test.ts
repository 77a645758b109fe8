import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const lines = readFileSync(path.join(root, 'docs/service/Dockerfile'), 'utf8').split('\n');
const copied = (instructions: string[]): string[] =>
  instructions.flatMap(line => /^COPY (.*) \S+$/.exec(line)?.[1].split(' ') ?? []);

it('the Dockerfile copies what npm reads before it installs', () => {
  const install = lines.findIndex(line => line.startsWith('RUN npm ci'));
  const read = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc'];
  const there = read.filter(name => existsSync(path.join(root, name)));
  expect(there).toContain('package-lock.json');
  expect(copied(lines.slice(0, install)).sort()).toEqual(there.sort());
});

it('the Dockerfile copies what is there', () => {
  // What is built is not there before the build.
  const sources = copied(lines).filter(name => name !== 'dist');
  expect(sources.filter(name => !existsSync(path.join(root, name)))).toEqual([]);
});
