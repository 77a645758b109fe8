import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { methods } from '../../src/explain';
import { methodCategories } from '../../src/explain/types';
import { defaultMethodOf } from '../../src/models/default-method';
import { memberFiles, namedElsewhere } from '../support/family';

const ids = methods.map(({ id }) => id);

describe('explanation methods', () => {
  it('are one a file of that name, all of them listed', () => {
    expect([...ids].sort()).toEqual(memberFiles('explain/methods'));
  });

  it.each(methods)('$id has its facts', ({ title, citation, category, needs, map, options }) => {
    expect(title).not.toBe('');
    expect(citation).toMatch(/arXiv \d{4}\.\d{4,5}/);
    expect(Object.keys(methodCategories)).toContain(category);
    // What looks at generated images needs a generator, and only that.
    expect(needs.generator !== undefined).toBe(['pair', 'adversarial', 'mask'].includes(category));
    if (category === 'gradient') expect(needs.gradients).toBe(true);
    expect(map.floor).toBeGreaterThanOrEqual(0);
    for (const [name, schema] of Object.entries(options.shape as Record<string, z.ZodType>)) {
      expect(schema.description, name).toBeTruthy();
      // A method can run without being told anything.
      expect(schema.safeParse(undefined).success, name).toBe(true);
    }
  });

  it('stand in the table of docs/methods.md, each with its options and their defaults', () => {
    const guide = readFileSync(path.resolve(__dirname, '../../docs/methods.md'), 'utf8');
    const [, table] = /## The methods\n([^]*?)\n## /.exec(guide)!;
    const rows = new Map([...table.matchAll(/^\| `([\w-]+)` \|.*$/gm)].map(([row, id]) => [id, row]));
    for (const { id, options } of methods) {
      const row = rows.get(id);
      expect(row, id).toBeDefined();
      for (const [name, schema] of Object.entries(options.shape as Record<string, z.ZodType>)) {
        if (['generator', 'seed', 'target'].includes(name)) continue; // said once, above the table
        const standing: unknown = schema.parse(undefined);
        const value = typeof standing === 'string' ? `\`${standing}\`` : String(standing ?? '');
        expect(row, `${id}, ${name}`).toContain(
          `\`${name}\` ${id === 'rise' && name === 'samples' ? 'K ' : ''}(${value}`,
        );
      }
    }
  });

  it('are named by no other file, but for the words that mean something else as well', () => {
    const ambiguous = ['path', 'naive', 'gradient'];
    const words = ids.filter(id => !ambiguous.includes(id));
    expect(namedElsewhere('explain/methods', words)).toEqual([
      // Groups of maps in the results, one of which happens to have the method's name.
      "evaluation/map-titles.ts 'mask-generator'",
      "evaluation/records.ts 'mask-generator'",
      // The methods of a package whose card names none; that file may not import the methods.
      "models/default-method.ts 'gradcam'",
      `models/default-method.ts '${defaultMethodOf(undefined)}'`,
    ]);
  });
});
