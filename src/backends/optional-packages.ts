import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Backends that run from packages which the user installs beside this one. */
export type OptionalBackend = 'webgpu' | 'node' | 'node-gpu';

/** Packages of each backend, as `npm install` takes them. Together they are too large to be installed with every copy. */
const packages: Record<OptionalBackend, { name: string; version: string }[]> = {
  webgpu: [{ name: 'webgpu', version: '0.6.2' }],
  node: [{ name: '@tensorflow/tfjs-node', version: '4.22.0' }],
  'node-gpu': [{ name: '@tensorflow/tfjs-node-gpu', version: '4.22.0' }],
};

/** Whether a backend runs from packages that the user installs. */
export function isOptional(backend: string): backend is OptionalBackend {
  return backend in packages;
}

/** The command that installs what a backend needs. */
export function installCommand(backend: OptionalBackend): string {
  return `npm install --no-save ${packages[backend].map(({ name, version }) => `${name}@${version}`).join(' ')}`;
}

/** Whether the packages of a backend are there; nothing is loaded. */
export function isInstalled(backend: OptionalBackend): boolean {
  return packages[backend].every(({ name }) => isFound(name));
}

/** @throws Error naming the command that installs what a backend lacks */
export function requireInstalled(backend: OptionalBackend): void {
  const missing = packages[backend].filter(({ name }) => !isFound(name)).map(({ name }) => name);
  if (missing.length === 0) return;
  throw new Error(
    `The backend "${backend}" needs ${missing.join(' and ')}, which is not installed with this package. ` +
      `Install it with: ${installCommand(backend)}`,
  );
}

/** @throws Error saying why an installed package does not load */
export async function importPackage(name: string): Promise<unknown> {
  return import(name).catch((error: Error) => {
    throw new Error(`The package ${name} is installed but does not load: ${firstLine(error.message)}`);
  });
}

/** Looks the package up from here, without loading it. */
function isFound(name: string): boolean {
  const require = createRequire(__filename);
  return (require.resolve.paths(name) ?? []).some(folder =>
    existsSync(path.join(folder, name, 'package.json')),
  );
}

function firstLine(text: string): string {
  return text.split('\n')[0];
}
