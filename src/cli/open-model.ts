import { methodById, requireAvailable, usedGenerator } from '../explain';
import { loadModelPackage, readModelCard, type ModelPackage } from '../models/package';
import { folderReader } from '../training/files';

/**
 * Loads the classifier and the generator that the method uses.
 *
 * @throws MethodUnavailableError when the model cannot run the method, before any image is read
 */
export async function openModel(options: {
  model: string;
  method: string;
  generator?: string;
}): Promise<ModelPackage> {
  const read = folderReader(options.model);
  const generator = usedGenerator(await readModelCard(read), options.method, options.generator);
  const model = await loadModelPackage(read, { generators: generator === undefined ? [] : [generator] });
  try {
    requireAvailable(methodById(options.method), model);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
