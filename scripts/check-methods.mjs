// Compares every explanation method and the metrics of maps with values computed independently by PyTorch, SciPy and NumPy,
// and prints how far they are apart: `node scripts/check-methods.mjs`. Needs Debian's python3-torch and python3-scipy.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
// Inside the repository, so that packages are found.
const bundle = path.join(root, '.cache', `check-methods-${process.pid}.cjs`);
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/checks/main.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    logLevel: 'warning',
  });
  const { status } = spawnSync(process.execPath, [bundle], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(bundle, { force: true });
}
