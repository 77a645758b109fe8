import { methodById } from '../explain';
import type { GeneratorKind } from '../models/card';
import { loadModelPackage, readModelCard, type ModelPackage } from '../models/package';
import { folderReader } from '../training/files';

/** Loads the classifier and the generator that the method would use. */
export async function openModel(options: {
  model: string;
  method: string;
  generator?: GeneratorKind;
}): Promise<ModelPackage> {
  const read = folderReader(options.model);
  const card = await readModelCard(read);
  const useful = methodById(options.method).needs.generator ?? [];
  const present = useful.filter(kind => card.generators[kind]);
  const preferred =
    card.defaultGenerator && present.includes(card.defaultGenerator)
      ? [card.defaultGenerator]
      : present.slice(0, 1);
  return loadModelPackage(read, { generators: options.generator ? [options.generator] : preferred });
}
