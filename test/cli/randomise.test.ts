import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { expect, it, vi } from 'vitest';
import { registerRandomise } from '../../src/cli/randomise';
import { loadModelPackage } from '../../src/models/package';
import { folderReader } from '../../src/io/folder-reader';

it('a package of shuffled weights opens again, and claims nothing that belonged to the old weights', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'randomise-'));
  const silent = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const program = new Command();
    registerRandomise(program);
    const out = path.join(folder, 'shuffled');
    const from = path.join(folder, 'original');
    await cp('models/phantom', from, { recursive: true });
    const card = JSON.parse(await readFile(path.join(from, 'model-card.json'), 'utf8'));
    await writeFile(
      path.join(from, 'model-card.json'),
      JSON.stringify({ ...card, defaultMethod: 'gradcam', defaultGenerator: 'single2' }),
    );
    await program.parseAsync(['randomise', '--model', from, '--out', out], { from: 'user' });
    await expect(
      program.parseAsync(['randomise', '--model', from, '--out', out], { from: 'user' }),
    ).rejects.toThrow(/is not empty/);
    const shuffled = await loadModelPackage(folderReader(out));
    const original = await loadModelPackage(folderReader(from));
    expect(original.outliers).toBeDefined();
    expect(shuffled.outliers).toBeUndefined();
    expect(Object.keys(shuffled.generators)).toEqual([]);
    expect(shuffled.card.classifier.figures).toBeUndefined();
    // What is used where nothing is asked for was chosen for the old weights.
    expect([shuffled.card.defaultMethod, shuffled.card.defaultGenerator]).toEqual([undefined, undefined]);
    const kernels = [original, shuffled].map(({ classifier }) =>
      classifier.layers
        .find(layer => layer.getClassName() === 'Conv2D')!
        .getWeights()[0]
        .dataSync(),
    );
    expect(Array.from(kernels[1])).not.toEqual(Array.from(kernels[0]));
    [shuffled, original].forEach(model => model.dispose());
  } finally {
    silent.mockRestore();
    await rm(folder, { recursive: true });
  }
});
