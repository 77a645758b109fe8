import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { registerTrust } from '../../src/cli/trust';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'explain-trust-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('refuses to write over the outcome of earlier checks, before it computes anything', async () => {
  const file = path.join(folder, 'trust.json');
  writeFileSync(file, 'earlier');
  const program = new Command();
  registerTrust(program);
  // The model is not looked at: it is not there.
  await expect(
    program.parseAsync(['trust', '--model', 'nowhere', '--phantoms', '5', '--out', folder], { from: 'user' }),
  ).rejects.toThrow(/trust\.json is there already, and is not written over: give another --out/);
  expect(readFileSync(file, 'utf8')).toBe('earlier');
});
