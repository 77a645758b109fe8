import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { researchNotice } from '../../src/report/sections/overview';

it('the report claims of a map what README claims, and no more', () => {
  const flat = (text: string): string => text.replaceAll(/[\s>]+/g, ' ').replaceAll('’', "'");
  const claim = /A map shows what its method computes[^;]*; it does not show disease\./.exec(
    flat(readFileSync('README.md', 'utf8')),
  );
  expect(claim).not.toBeNull();
  expect(flat(researchNotice().text)).toContain(claim![0]);
});
