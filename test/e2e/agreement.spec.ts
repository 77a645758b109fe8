import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DicomImageError, readDicomImage } from '../../src/dicom';
import { parseModelCard } from '../../src/models/card';
import { prepareImage } from '../../src/models/preparation';
import { startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, modelsFolder, realFolder } from './support/paths';
import { expect, test } from './support/test';
import { ViewerPage } from './support/viewer-page';

const modelId = 'cxr-pneumonia';
/** The frame of a multi-frame file that is compared, from 1; the viewer opens it at its first. */
const frame = 50;

/** What a file gives in Node: the networks' input, or why there is none. */
async function inNode(file: string): Promise<Float32Array | string> {
  const { input } = parseModelCard(readFileSync(path.join(modelsFolder, modelId, 'model-card.json'), 'utf8'));
  const read = (chosen?: number) => readDicomImage(readFileSync(file), { frame: chosen });
  try {
    const image = await read().catch((error: DicomImageError) => {
      if (error.code === 'multi-frame') return read(frame);
      throw error;
    });
    return prepareImage(image.image, input).input;
  } catch (error) {
    if (error instanceof DicomImageError) return error.code;
    throw error;
  }
}

test.describe('the networks’ input of every real file', () => {
  test.skip(!existsSync(realFolder), 'no real DICOM files on this machine (../shared/data/dicom)');
  test.skip(!hasModel(modelId), `models/${modelId} is not there`);

  let server: ViewerProcess;
  test.beforeAll(async () => {
    server = await startViewer(['--data', realFolder]);
  });
  test.afterAll(async () => {
    await server?.interrupt();
  });

  test('is the same in the viewer and in Node', async ({ page }) => {
    test.setTimeout(patience(420_000));
    const names = readdirSync(realFolder)
      .filter(name => name.endsWith('.dcm'))
      .sort();
    // The cut file is refused before the viewer has a series of it.
    const files = names.filter(name => !name.includes('truncated')).map(name => path.join(realFolder, name));
    const uids = new Map(files.map(file => [file, uidsOf(file)]));
    const viewer = new ViewerPage(page, server.address);
    const studies = [...new Set([...uids.values()].map(({ study }) => study))];
    await viewer.open(studies.join(','), { image: false });

    const outcomes: Record<string, number | string> = {};
    for (const file of files) {
      const name = path.basename(file, '.dcm');
      const node = await inNode(file);
      const shown = await viewer.modelInput(
        uids.get(file)!.instance,
        name.includes('multiframe') ? frame : 1,
      );
      if (typeof node !== 'string' && typeof shown !== 'string') {
        outcomes[name] = node.reduce((worst, v, i) => Math.max(worst, Math.abs(v - shown[i])), 0);
      } else {
        const say = (one: Float32Array | string) => (typeof one === 'string' ? one : 'opened');
        outcomes[name] = `Node: ${say(node)}, viewer: ${say(shown)}`;
      }
    }
    console.table(outcomes);
    const compared = Object.entries(outcomes).filter(([, value]) => typeof value === 'number');
    expect(compared.filter(([, value]) => (value as number) > 1e-3)).toEqual([]);
    // Neither opens what the other refuses, but that the viewer needs a place to draw: this one's pixel spacing is 0.
    expect(
      Object.fromEntries(Object.entries(outcomes).filter(([, value]) => typeof value === 'string')),
    ).toEqual({
      'chest-cr-mono1-15bit-jpeg2000-lossy': 'Node: opened, viewer: not-drawn',
      'chest-derived-no-pixel-data': 'Node: no-pixels, viewer: no-pixels',
      'echo-us-rgb-colour': 'Node: colour, viewer: colour',
      'sr-basic-text-no-image': 'Node: no-pixels, viewer: no-pixels',
    });
    expect(compared).toHaveLength(files.length - 4);
  });
});
