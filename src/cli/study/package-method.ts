import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readDicomAttributes } from '../../dicom';
import { folderReader } from '../../io/folder-reader';
import { nearestModel } from '../../models/applicability';
import type { ModelCard } from '../../models/card';
import { defaultMethodOf } from '../../models/default-method';
import { readModelCard } from '../../models/package';
import { listModels } from '../../viewer/list-models';

/**
 * The method that the viewer would explain these films with: the default of the package that it chooses by their headers.
 *
 * @param models folder of model packages, as the viewer will serve it
 * @param films DICOM files
 * @throws Error where no package fits any of them, or the packages that do name different methods
 */
export async function packageMethod(models: string, films: readonly string[]): Promise<string> {
  const ids = await listModels(models);
  const cards = await Promise.all(ids.map(id => readModelCard(folderReader(path.join(models, id)))));
  const packages = new Map<string, Set<string>>();
  for (const film of films) {
    const card = await fittingCard(cards, film);
    if (!card) continue;
    const method = defaultMethodOf(card);
    packages.set(method, (packages.get(method) ?? new Set()).add(card.id));
  }
  const [[method] = []] = packages;
  if (method !== undefined && packages.size === 1) return method;
  const found =
    method === undefined
      ? `No model package of ${models} fits a film of these, so none names the method of the aided arm`
      : `The films are of several model packages, whose methods differ (${[...packages].map(([id, of]) => `${id} of ${[...of].join(', ')}`).join('; ')})`;
  throw new Error(`${found}. Give --method.`);
}

/** Undefined where every model refuses the film, as the viewer will. */
async function fittingCard(cards: readonly ModelCard[], film: string): Promise<ModelCard | undefined> {
  const attributes = await readFile(film).then(readDicomAttributes, () => undefined);
  const nearest = attributes && nearestModel(cards, attributes);
  return nearest?.applicability.refusals.length === 0 ? nearest.card : undefined;
}
