import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { registerEvaluate } from '../../src/cli/evaluate';
import { buildResNet } from '../../src/models/networks/resnet';
import { exportNetwork } from '../../src/training/export-network';
import { readCard, writeCard, writeNetwork } from '../../src/training/write-package';
import { makePhantomSet } from '../../src/evaluation/set/phantom-set';
import { truthMask } from '../../src/evaluation/set/set';
import { mapSource } from '../../src/evaluation/measure/map-cache';
import { parseRequests } from '../../src/evaluation/plan/map-requests';
import { labelCard } from '../../src/models/label';
import { makeFindingsPhantom } from '../../src/phantom';
import { exampleCard } from '../models/card-fixture';

const input = {
  size: 64,
  channels: 1 as const,
  range: [0, 1] as [0, 1],
  fit: 'stretch' as const,
  equalise: true,
};

describe('an evaluation of one label', () => {
  it('takes phantoms of several findings, and of each the truth of that label', () => {
    const sets = ['nodule', 'effusion'].map(finding =>
      makePhantomSet(12, 3, input, () => undefined, finding),
    );
    for (const [k, finding] of ['nodule', 'effusion'].entries()) {
      const has = sets[k].cases.map(({ id }) =>
        makeFindingsPhantom(id, { size: 64 }).findings[finding] ? 1 : 0,
      );
      expect(sets[k].cases.map(({ label }) => label)).toEqual(has);
      for (const { label, truth } of sets[k].cases) expect(truth === undefined).toBe(label === 0);
      const [first] = sets[k].cases.flatMap(({ truth }) => (truth === undefined ? [] : [truth]));
      expect(truthMask(sets[k], first).includes(1)).toBe(true);
    }
    // The same films, of another finding: not the same set.
    expect(sets[0].cases.map(({ id }) => id)).toEqual(sets[1].cases.map(({ id }) => id));
    expect(sets[0].hash).not.toBe(sets[1].hash);
    expect(sets[0].description).toMatch(/\(nodule\)/);
    // The name that another library has for it: the same set.
    const named = makePhantomSet(12, 3, input, () => undefined, 'Pleural Effusion');
    expect(named).toEqual(sets[1]);
    expect(() => makePhantomSet(1, 3, input, () => undefined, 'hernia')).toThrow(/have no finding "hernia"/);
  });

  it(
    'writes its figures into the card of all labels, under the name of its own',
    { timeout: 120_000 },
    async () => {
      await prepareNodeBackend('wasm');
      const folder = await mkdtemp(path.join(tmpdir(), 'labels-'));
      const network = buildResNet({
        depth: 10,
        width: 4,
        size: 64,
        channels: 1,
        head: 'cells',
        labels: 2,
        seed: 1,
      });
      const { files } = await writeNetwork(folder, 'classifier', await exportNetwork(network.model));
      const classes = ['nodule', 'effusion'].map(name => ({ name, operatingPoint: 0.5 }));
      const {
        operatingPoint: _point,
        calibration: _calibration,
        ...card
      } = exampleCard({ input, classes, files });
      await writeCard(folder, { ...card, independent: true });
      const program = new Command().exitOverride();
      registerEvaluate(program);
      vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const of = (name: string, value: string): string[] => [`--${name}`, value];
      const out = path.join(folder, 'out');
      const asked = [
        ...of('model', folder),
        ...of('out', out),
        ...of('cache', out),
        ...of('label', 'effusion'),
      ];
      const few = [
        ...of('phantoms', '8'),
        ...of('methods', 'gradient'),
        ...of('workers', '1'),
        ...of('resamples', '20'),
      ];
      await program.parseAsync(['evaluate', ...asked, ...few, '--update-card'], { from: 'user' });
      vi.restoreAllMocks();
      const written = await readCard(folder);
      expect(written.classes).toEqual(classes);
      expect(written.independent).toBe(true);
      expect(Object.keys(written.classifier.figures!)).toEqual(['phantoms effusion']);
      await rm(folder, { recursive: true });
    },
  );

  it('keeps the maps of two labels apart, also where both are decided alike', () => {
    const classes = ['nodule', 'effusion'].map(name => ({ name, operatingPoint: 0.5 }));
    const card = exampleCard({
      classes,
      independent: true,
      operatingPoint: undefined,
      calibration: undefined,
    });
    const sources = [0, 1].map(label => {
      const own = labelCard(card, label);
      const [request] = parseRequests('gradient', own, { augment: 0, seed: 0 });
      return mapSource(own, request);
    });
    expect(sources[0]).not.toBe(sources[1]);
  });
});
