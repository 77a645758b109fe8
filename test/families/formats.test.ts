import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetFormats } from '../../src/datasets/formats';
import { memberFiles, namedElsewhere } from '../support/family';

const names = datasetFormats.map(({ name }) => name);

describe('formats of data folders', () => {
  it('are one a file of that name, all of them listed and described', () => {
    expect([...names].sort()).toEqual(memberFiles('datasets/formats'));
    for (const { description } of datasetFormats) expect(description.length).toBeGreaterThan(20);
  });

  it('stand in docs/data.md', () => {
    const guide = readFileSync(path.resolve(__dirname, '../../docs/data.md'), 'utf8');
    for (const name of names) expect(guide).toContain(`\`${name}\``);
  });

  it('are named by no other file', () => {
    expect(namedElsewhere('datasets/formats', names)).toEqual([
      // The kind of a source of samples: prepared images of any format, not phantoms.
      "cli/run-training.ts 'cxr'",
      // Groups that the drawing of films is balanced over.
      "datasets/cxr-tables.ts 'nih'",
      "datasets/cxr-tables.ts 'rsna'",
      "training/protocol.ts 'cxr'",
      "training/worker.ts 'cxr'",
    ]);
  });
});
