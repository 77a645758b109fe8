import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { installCommand, isInstalled } from '../../src/backends/optional-packages';

// Inside the repository, so that the bundle finds its packages.
const program = path.resolve('dist', `webgpu-check-${process.pid}.cjs`);
afterAll(() => rm(program, { force: true }));

/** Debian's Chromium brings a Vulkan driver that needs no GPU. */
const software = '/usr/lib/chromium/vk_swiftshader_icd.json';

function driver(): NodeJS.ProcessEnv {
  if (process.env.VK_ICD_FILENAMES || !existsSync(software)) return process.env;
  const libraries = [path.dirname(software), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { ...process.env, VK_ICD_FILENAMES: software, LD_LIBRARY_PATH: libraries };
}

// Shaders of a software driver take their time to compile.
const patience = 600_000;

it(
  'webgpu: loss terms and gradients of every network agree with cpu',
  async context => {
    if (!isInstalled('webgpu')) context.skip(`WebGPU is not installed (${installCommand('webgpu')}).`);
    await build({
      entryPoints: ['test/backends/webgpu-check.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      outfile: program,
      logLevel: 'error',
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
      env: driver(),
      encoding: 'utf8',
      timeout: patience,
    });
    if (status === 3) context.skip('WebGPU finds no graphics adapter here.');
    expect(status, stderr).toBe(0);
    const { backend, errors } = JSON.parse(stdout) as { backend: string; errors: Record<string, number> };
    expect(backend).toBe('webgpu');
    expect(Object.keys(errors)).toHaveLength(6);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-3);
  },
  patience,
);
