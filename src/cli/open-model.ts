import { stat } from 'node:fs/promises';
import path from 'node:path';
import { carries, methodById, requireAvailable, usedGenerator } from '../explain';
import { defaultMethodOf } from '../models/default-method';
import { labelCard, labelIndex } from '../models/label';
import { ofLabel } from '../models/label-package';
import { loadModelPackage, readModelCard, type ModelPackage } from '../models/package';
import { folderReader } from '../io/folder-reader';
import { doesNotExist } from '../io/given-path';
import { nextCommand } from './next-command';

/** @throws Error when `--model` names nothing, or no folder with a model card */
export async function requirePackage(folder: string, option = '--model'): Promise<void> {
  const found = await stat(path.join(folder, 'model-card.json')).catch(() => undefined);
  if (found?.isFile()) return;
  const next =
    option === '--out'
      ? `Make one first: "${nextCommand('train classifier')}", or "${nextCommand('import classifier')}" for a network that you have.`
      : 'Name a folder such as models/cxr-pneumonia of this package.';
  const isThere = await stat(folder).catch(() => undefined);
  if (!isThere) throw new Error(`${option} ${doesNotExist(folder)} ${next}`);
  throw new Error(`${option} ${folder} is no model package: it has no model-card.json. ${next}`);
}

/**
 * Loads the classifier, of independent labels for the one asked for, and the generator that the method uses: the method asked for, else the package's own.
 *
 * @throws RangeError when there is no such method or label, or of several labels none is named
 * @throws MethodUnavailableError when the model cannot run the method, before any image is read
 */
export async function openModel(options: {
  model: string;
  method?: string;
  label?: string;
  generator?: string;
}): Promise<{ model: ModelPackage; method: string }> {
  await requirePackage(options.model);
  const read = folderReader(options.model);
  const all = await readModelCard(read);
  const label = labelIndex(all, options.label);
  const card = label === undefined ? all : labelCard(all, label);
  const method = options.method ?? defaultMethodOf(card, id => carries(card, id));
  const generator = usedGenerator(card, method, options.generator);
  const loaded = await loadModelPackage(read, { generators: generator === undefined ? [] : [generator] });
  const model = label === undefined ? loaded : ofLabel(loaded, label);
  try {
    requireAvailable(methodById(method), model);
    return { model, method };
  } catch (error) {
    model.dispose();
    throw error;
  }
}
