import path from 'node:path';
import { colourTop, withFilm, type ExplainContext } from '../../explain';
import { usualColours } from '../../models/colour-map';
import { networkPanels, writePng } from '../../image/picture';
import { requestedSettings, type MapRequest } from '../plan/map-requests';
import { casePixels, truthMask, validArea, type EvaluationSet } from '../set/set';

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
    const film = { input: casePixels(set, index), valid: validArea(set, index) };
    const explained = await withFilm(context, film, session => session.explain(requestedSettings(request)));
    const images = {
      ...explained,
      input: film.input,
      top: colourTop(explained.map, request.methodId, film.valid),
      colours: usualColours(explained.decision),
      truth: truth === undefined ? undefined : truthMask(set, truth),
    };
    const name = `label${label}-score${explained.decision.score.toFixed(2)}-${id.replaceAll(/[^\w.-]+/g, '_')}.png`;
    files.push(path.join(folder, name));
    await writePng(path.join(folder, name), networkPanels(images, size), 2);
  }
  return files;
}
