import { methods } from '../../explain';
import { ModelPackageError } from '../../models/card';
import { readModelCard, type PackageReader } from '../../models/package';
import { fetchReader } from '../../models/readers';
import type { MethodListing, ModelListing } from './protocol';

/** Reads the files of a model package beside the extension. */
export function modelReader(baseUrl: string, id: string): PackageReader {
  return fetchReader(`${baseUrl}models/${encodeURIComponent(id)}/`);
}

/**
 * The models beside the extension; one whose card is refused has the reason.
 *
 * @param ids default: those that `models/index.json` names
 * @throws ModelPackageError `format` when that file is no list
 */
export async function listModels(baseUrl: string, ids?: readonly string[]): Promise<ModelListing[]> {
  return Promise.all((ids ?? (await readIndex(baseUrl))).map(id => listModel(baseUrl, id)));
}

async function listModel(baseUrl: string, id: string): Promise<ModelListing> {
  try {
    return { id, card: await readModelCard(modelReader(baseUrl, id)) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

async function readIndex(baseUrl: string): Promise<string[]> {
  const bytes = await fetchReader(`${baseUrl}models/`)('index.json');
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (Array.isArray(parsed) && parsed.every(id => typeof id === 'string')) return parsed;
  throw new ModelPackageError('format', `${baseUrl}models/index.json must be a list of model ids.`);
}

/** The methods that a viewer offers. */
export function listMethods(): MethodListing[] {
  return methods
    .filter(method => method.oneShot)
    .map(({ id, title, citation, needs, map }) => ({
      id,
      title,
      citation,
      generators: needs.generator,
      gradients: needs.gradients ?? false,
      map,
    }));
}
