import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * A script that `npm run build` bundles beside the command: worker threads and processes are started from it.
 *
 * @param name of the file in dist/node
 * @throws Error saying that the build is missing
 */
export function bundledFile(name: string): string {
  // Beside this code where it is bundled itself; in the working folder where it runs from source, as in tests.
  const candidates = [path.join(__dirname, name), path.resolve('dist/node', name)];
  const found = candidates.find(file => existsSync(file));
  if (!found) throw new Error(`dist/node/${name} is missing: run "npm run build" first.`);
  return found;
}
