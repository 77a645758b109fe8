import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DicomImageError, readDicomImage } from '../../src/dicom';
import { sourceAttributes } from '../../src/dicom/results';
import { parseModelCard } from '../../src/models/card';
import { prepareImage } from '../../src/models/preparation';
import { startViewer, type ViewerProcess } from './support/command';
import { patience } from './support/patience';
import { hasModel, modelsFolder, root } from './support/paths';
import { expect, test } from './support/test';
import { ViewerPage } from './support/viewer-page';

const modelId = 'cxr-pneumonia';
const cases = path.join(root, 'test/fixtures/cases');

/** What a file gives in Node: the networks' input, or why there is none. */
async function inNode(bytes: Uint8Array): Promise<Float32Array | string> {
  const { input } = parseModelCard(readFileSync(path.join(modelsFolder, modelId, 'model-card.json'), 'utf8'));
  try {
    return prepareImage((await readDicomImage(bytes)).image, input).input;
  } catch (error) {
    if (error instanceof DicomImageError) return error.code;
    throw error;
  }
}

/** Several files are one image with one UID: here, each gets series and instance of its own, of the same length. */
function withOwnUids(bytes: Buffer, number: number): Buffer {
  const { SeriesInstanceUID: series, SOPInstanceUID: instance } = sourceAttributes(bytes);
  let text = bytes.toString('latin1');
  for (const uid of [String(series), String(instance)]) {
    text = text.replaceAll(uid, uid.slice(0, -3) + String(100 + number));
  }
  return Buffer.from(text, 'latin1');
}

test.describe('files that readers stumble over', () => {
  test.skip(!hasModel(modelId), `models/${modelId} is not there`);

  const folder = mkdtempSync(path.join(tmpdir(), 'explain-cases-'));
  let server: ViewerProcess;
  test.beforeAll(async () => {
    const files = readdirSync(cases, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.dcm'),
    );
    files.sort().forEach((name, number) => {
      const bytes = withOwnUids(readFileSync(path.join(cases, name)), number);
      writeFileSync(path.join(folder, name.replace('/', '--')), bytes);
    });
    server = await startViewer(['--data', folder]);
  });
  test.afterAll(async () => {
    await server?.interrupt();
    rmSync(folder, { recursive: true });
  });

  test('give the networks in the viewer what they give in Node', async ({ page }) => {
    test.setTimeout(patience(300_000));
    const files = readdirSync(folder).sort();
    const read = files.map(name => readFileSync(path.join(folder, name)));
    const sources = read.map(bytes => sourceAttributes(bytes));
    const viewer = new ViewerPage(page, server.address);
    const studies = [...new Set(sources.map(({ StudyInstanceUID }) => String(StudyInstanceUID)))];
    await viewer.open(studies.join(','), { image: false });

    const outcomes: Record<string, number | string> = {};
    for (const [i, name] of files.entries()) {
      const node = await inNode(read[i]);
      const shown = await viewer.modelInput(String(sources[i].SOPInstanceUID), 1);
      if (typeof node !== 'string' && typeof shown !== 'string') {
        outcomes[name] = node.reduce((worst, v, at) => Math.max(worst, Math.abs(v - shown[at])), 0);
      } else {
        const say = (one: Float32Array | string) => (typeof one === 'string' ? one : 'opened');
        outcomes[name] = `Node: ${say(node)}, viewer: ${say(shown)}`;
      }
    }
    console.table(outcomes);
    const differing = Object.entries(outcomes).filter(
      ([, value]) => typeof value === 'string' || value > 1e-3,
    );
    expect(Object.fromEntries(differing)).toEqual({
      'reduced-precision--in16-rle.dcm': expect.stringMatching(/^Node: damaged, viewer: (?!opened)/),
    });
  });
});
