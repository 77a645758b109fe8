import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerImport } from '../../src/cli/import';
import { synthesise } from '../../src/cli/synth';
import { parseModelCard } from '../../src/models/card';
import { python, whyNoPython } from '../support/python';

const missing = whyNoPython(['torch', 'torchvision', 'pydicom', 'PIL']);
if (missing) {
  console.warn(
    `Skipped: scripts/torch-densenet.py needs /usr/bin/python3 with torch, torchvision, pydicom and Pillow (Debian: python3-torchvision python3-pydicom python3-pil). ${missing}`,
  );
}

describe.skipIf(missing)('the rehearsal of an import from PyTorch', () => {
  let root: string;
  beforeAll(() => (root = mkdtempSync(path.join(tmpdir(), 'rehearsal-'))));
  afterAll(() => rmSync(root, { recursive: true }));

  it(
    'trains on phantoms of several findings, and exports what imports with PyTorch’s own answers',
    { timeout: 300_000 },
    async () => {
      const films = path.join(root, 'films');
      await synthesise({
        out: films,
        count: 16,
        seed: 'rehearsal',
        size: { rows: 64, columns: 64 },
        positives: 'findings',
        photometric: 'MONOCHROME2',
        modality: 'both',
        compression: 'none',
      });
      const made = path.join(root, 'made');
      const written = execFileSync(
        python,
        [
          'scripts/torch-densenet.py',
          ...['--train', films, '--validation', films, '--out', made],
          ...['--stages', '32:8', '64:8', '--batch', '4'],
        ],
        { encoding: 'utf8' },
      );
      const taught = ['Effusion', 'Cardiomegaly', 'Nodule', 'Lung Opacity'];
      for (const name of taught)
        expect(written).toMatch(new RegExp(`^${name}: AUC [01]\\.\\d+ on 16 films`, 'm'));

      const said: string[] = [];
      vi.spyOn(process.stderr, 'write').mockImplementation(text => said.push(String(text)) > 0);
      const program = new Command().exitOverride();
      registerImport(program);
      const out = path.join(root, 'package');
      await program.parseAsync(
        [
          ...['import', 'classifier', path.join(made, 'model.onnx'), '--like', 'torchxrayvision'],
          ...['--about', path.join(made, 'about.json'), '--expect', path.join(made, 'predictions.json')],
          ...['--label', taught.join(','), '--out', out],
        ],
        { from: 'user' },
      );
      vi.restoreAllMocks();
      expect(said.join('')).toMatch(/answers to 4 pictures differ from those expected by \de-\d/);
      const card = parseModelCard(readFileSync(path.join(out, 'model-card.json'), 'utf8'));
      expect(card.classes.map(({ name }) => name)).toEqual(taught);
      // Chosen on the films, and so hardly the point of a finding that was not taught.
      for (const { operatingPoint } of card.classes) expect(operatingPoint).not.toBe(0.5);
      expect(card.notStated).toBeUndefined();
    },
  );
});
