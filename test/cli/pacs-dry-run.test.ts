import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { registerPacs } from '../../src/cli/pacs';
import { startFake } from '../pacs/fixtures';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

it(
  '--dry-run tries the configuration of a service: it looks once and ends',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'explain-dry-run-'));
    const asked: string[] = [];
    const archive = await startFake((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(204).end();
    });
    const heard = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      vi.spyOn(process[name], 'write').mockImplementation(text => {
        heard[name] += String(text);
        return true;
      });
    const config = path.join(folder, 'pacs.json');
    const service = { days: 3, watch: 300, listen: '127.0.0.1:0', queue: 'redis://127.0.0.1:1' };
    writeFileSync(config, JSON.stringify({ url: archive.url, model: 'models/phantom', ...service }));
    const run = (...more: string[]): Promise<unknown> => {
      const program = new Command();
      registerPacs(program);
      return program.parseAsync(['pacs', '--config', config, '--dry-run', ...more], { from: 'user' });
    };
    try {
      await run();
      expect(heard.stderr).toContain('A dry run looks once: --watch, --listen, --queue left aside.');
      expect(heard.stdout).toMatch(/"event":"end"/);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.every(line => line.startsWith('GET /dicom-web/studies?'))).toBe(true);
      await expect(run('--worklist', archive.url)).rejects.toThrow(/takes on no workitem/);
    } finally {
      archive.close();
      rmSync(folder, { recursive: true });
    }
  },
);
