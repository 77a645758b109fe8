import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The folder of this package: the nearest one above this file that holds a package.json. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`No package.json above ${__dirname}.`);
    folder = parent;
  }
  return folder;
}

/** The shipped model packages: those that the build puts beside the extension. */
export function shippedModels(): string {
  return path.join(packageRoot(), 'dist', 'extension', 'models');
}

/**
 * Where downloads and stored results may be kept: `EXPLAIN_CACHE`, else `.cache` in a checkout, else the user's own
 * cache folder, since an installed package may not be written to.
 */
export function cacheFolder(): string {
  if (process.env.EXPLAIN_CACHE) return path.resolve(process.env.EXPLAIN_CACHE);
  const root = packageRoot();
  if (!root.split(path.sep).includes('node_modules')) return path.join(root, '.cache');
  const base = process.env.XDG_CACHE_HOME ?? process.env.LOCALAPPDATA ?? path.join(homedir(), '.cache');
  return path.join(base, 'ohif-extension-explain');
}
