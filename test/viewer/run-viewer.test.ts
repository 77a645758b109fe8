import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeFolder, runViewer } from '../../src/viewer/run-viewer';

const folder = mkdtempSync(path.join(tmpdir(), 'viewer-models-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('says at its start what lies in the folder', () => {
  const summary = { notDicom: 0, unreadable: [], damaged: [], repeated: [] };
  expect(describeFolder({ ...summary, studies: 9, instances: 12 }, {})).toEqual([
    '9 studies of 12 DICOM files (images, and whatever else is stored of them).',
  ]);
  expect(describeFolder({ ...summary, studies: 1, instances: 1 }, {})[0]).toMatch(
    /^1 study of 1 DICOM file \(/,
  );
});

describe('runViewer refuses at once a folder of models', () => {
  const start = (models: string) => runViewer({ models }, () => {});

  it('that is not there', async () => {
    await expect(start(path.join(folder, 'nope'))).rejects.toThrow(/nope is not a folder: --models takes/);
  });

  it('that holds none', async () => {
    mkdirSync(path.join(folder, 'empty/other'), { recursive: true });
    await expect(start(path.join(folder, 'empty'))).rejects.toThrow(/empty holds no model package/);
  });

  it('that is a package, and names the one above', async () => {
    const model = path.join(folder, 'above/model');
    mkdirSync(model, { recursive: true });
    writeFileSync(path.join(model, 'model-card.json'), '{}');
    await expect(start(model)).rejects.toThrow(`It is a package itself: give ${path.join(folder, 'above')}.`);
  });
});
