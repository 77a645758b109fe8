import path from 'node:path';
import { explainImage, type ExplainContext } from '../../explain';
import { inputGeometry } from '../../models/preparation';
import { networkPanels, writePng } from '../picture';
import type { MapRequest } from './map-sources';
import { casePixels, truthMask, type EvaluationSet } from './set';

/**
 * Writes x, x_s, x_a and map of some cases side by side, the truth outlined, to look at.
 *
 * @returns the files written
 */
export async function writeCasePictures(
  context: ExplainContext,
  set: EvaluationSet,
  indices: readonly number[],
  request: MapRequest,
  folder: string,
): Promise<string[]> {
  const { size } = set;
  const files: string[] = [];
  for (const index of indices) {
    const { id, truth, label } = set.cases[index];
    const prepared = {
      input: casePixels(set, index),
      valid: new Uint8Array(size * size).fill(1),
      geometry: inputGeometry(size, size, size, 'stretch'),
      equalisation: { values: Float32Array.of(0, 1), ranks: Float32Array.of(0, 1) },
    };
    const { methodId, generator, augment } = request;
    const explained = await explainImage(context, prepared, { methodId, augment, method: { generator } });
    const images = {
      ...explained,
      input: prepared.input,
      truth: truth === undefined ? undefined : truthMask(set, truth),
    };
    const name = `label${label}-score${explained.score.toFixed(2)}-${id.replaceAll(/[^\w.-]+/g, '_')}.png`;
    files.push(path.join(folder, name));
    await writePng(path.join(folder, name), networkPanels(images, size), 2);
  }
  return files;
}
