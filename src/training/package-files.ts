import { rm } from 'node:fs/promises';
import path from 'node:path';
import { realFileBelow } from '../io/below';
import type { ModelCard } from '../models/card';
import { folderOf } from '../models/package-path';

/** What a card says of its files. */
type Named = Pick<ModelCard, 'classifier' | 'generators' | 'files' | 'trainingData'>;

/**
 * A name for a new file of a package that its card does not use: the given one, or the same with a number. What a killed
 * process left under it was named by no card, and is written over.
 *
 * @param card the one that is there
 * @param file path inside the package
 */
export function freeName(card: Named | undefined, file: string): string {
  if (!card) return file;
  const taken = new Set(namedFiles(card));
  const { dir, name, ext } = path.posix.parse(file);
  let free = file;
  for (let number = 2; taken.has(free); number++) free = path.posix.join(dir, `${name}-${number}${ext}`);
  return free;
}

/**
 * The files of a card without those of networks that are replaced.
 *
 * @param networks their `model.json`
 */
export function filesWithout(card: Named, networks: readonly string[]): ModelCard['files'] {
  const others = [card.classifier, ...Object.values(card.generators)]
    .map(({ path: model }) => model)
    .filter(model => !networks.includes(model));
  // A folder that another network is in, too, tells nothing of whose its files are.
  const gone = networks.map(folderOf).filter(of => of !== '' && !others.some(other => other.startsWith(of)));
  return Object.fromEntries(
    Object.entries(card.files).filter(([file]) => !gone.some(of => file.startsWith(of))),
  );
}

/** Removes what an old card names and the new one does not. What a link leads to outside of the package stays. */
export async function removeUnnamed(folder: string, before: Named, now: Named): Promise<void> {
  const kept = new Set([...namedFiles(now), 'model-card.json']);
  for (const file of namedFiles(before)) {
    if (kept.has(file)) continue;
    const isThere = await realFileBelow(folder, file).catch(() => undefined);
    // A file that cannot be removed is in nobody's way.
    if (isThere !== undefined) await rm(path.join(folder, file), { force: true }).catch(() => undefined);
  }
}

/** Every file that a card names but itself. */
function namedFiles({ files, classifier, generators, trainingData: { splitManifest } }: Named): string[] {
  const models = [classifier, ...Object.values(generators)].map(({ path: model }) => model);
  return [...Object.keys(files), ...models, ...(splitManifest ? [splitManifest.path] : [])];
}
