import { folderReader } from '../io/folder-reader';
import type { ModelCard } from '../models/card';
import { labelCard, labelIndex } from '../models/label';
import { ofLabel } from '../models/label-package';
import { loadModelPackage, readModelCard, type ModelPackage } from '../models/package';

/** The card of a package as it is evaluated: of independent labels for the one named. @throws RangeError as `labelIndex` */
export async function readEvaluatedCard(folder: string, label: string | undefined): Promise<ModelCard> {
  const card = await readModelCard(folderReader(folder));
  const index = labelIndex(card, label);
  return index === undefined ? card : labelCard(card, index);
}

/**
 * A package as it is evaluated: of independent labels for the one named, with the generators that were trained for it.
 *
 * @param generators default: all
 */
export async function openEvaluated(
  folder: string,
  label: string | undefined,
  generators?: readonly string[],
): Promise<ModelPackage> {
  const read = folderReader(folder);
  const card = await readModelCard(read);
  const index = labelIndex(card, label);
  const own = index === undefined ? card : labelCard(card, index);
  const loaded = await loadModelPackage(read, { generators: generators ?? Object.keys(own.generators) });
  return index === undefined ? loaded : ofLabel(loaded, index);
}
