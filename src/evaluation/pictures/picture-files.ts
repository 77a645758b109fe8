import path from 'node:path';
import {
  answeringCard,
  colourTop,
  methodById,
  settledSettings,
  withFilm,
  type ExplainContext,
} from '../../explain';
import { usualColours } from '../../models/colour-map';
import { writeAtomically } from '../../io/write-file';
import { networkPanels } from '../../image/panels';
import { encodePng } from '../../image/picture';
import { modelIdentity } from '../../models/explanation';
import { requestedSettings, type MapRequest } from '../plan/map-requests';
import { casePixels, truthMask, validArea, type EvaluationSet } from '../set/set';

/**
 * Writes x, x_s, x_a and map of some cases side by side, each named, the truth outlined, to look at.
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
    const settings = requestedSettings(request);
    const explained = await withFilm(context, film, session => session.explain(settings));
    const top = colourTop(explained.map, request.methodId, film.valid);
    const images = {
      ...explained,
      input: film.input,
      top,
      colours: usualColours(explained.decision),
      truth: truth === undefined ? undefined : truthMask(set, truth),
    };
    const made = {
      model: modelIdentity(answeringCard(context)),
      settings: settledSettings(context.card, settings),
    };
    const { map: mapKind } = methodById(request.methodId);
    const shown = { figures: explained, top, mapKind, cautions: [] };
    const name = `label${label}-score${explained.decision.score.toFixed(2)}-${id.replaceAll(/[^\w.-]+/g, '_')}.png`;
    files.push(path.join(folder, name));
    const picture = await networkPanels(images, size, made, shown);
    await writeAtomically(path.join(folder, name), await encodePng(picture));
  }
  return files;
}
