import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { realFileBelow } from '../io/below';

/** Ids of the model packages that are there: the folders that hold a model card, and no link leads out to. */
export async function listModels(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const cards = await Promise.all(
    names.map(name =>
      realFileBelow(folder, path.join(name, 'model-card.json'))
        .then(stat)
        .catch(() => undefined),
    ),
  );
  return names.filter((_, i) => cards[i]?.isFile()).sort();
}
