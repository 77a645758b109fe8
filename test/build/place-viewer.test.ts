import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const built = existsSync('dist/extension/index.js');

describe.skipIf(!built)('a viewer laid out for a web server (needs npm run build)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'explain-place-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const viewer = path.join(folder, 'viewer');
  mkdirSync(viewer);
  writeFileSync(path.join(viewer, 'index.html'), '<script src="/app.js"></script>');
  writeFileSync(path.join(viewer, 'app.js'), 'r.p="/";');
  const site = path.join(folder, 'site');
  const place = (...args: string[]): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['scripts/place-viewer.mjs', '--viewer', viewer, '--out', site, ...args],
      { encoding: 'utf8' },
    );
    return { status, said: stdout + stderr };
  };
  const text = (name: string): string => readFileSync(path.join(site, name), 'utf8');
  const passwordIn = (nginx: string): string =>
    Buffer.from(/Basic ([\w+/=]+)/.exec(nginx)![1], 'base64').toString();

  it('has the archive listen where nginx asks', () => {
    expect(place('--archive', 'http://127.0.0.1:8052')).toMatchObject({ status: 0 });
    expect(text('nginx.conf')).toContain('proxy_pass http://127.0.0.1:8052;');
    expect(JSON.parse(text('orthanc.json'))).toMatchObject({ HttpPort: 8052, RemoteAccessAllowed: false });
  });

  it('is put in place of an older one with --upgrade, beside the archive, its settings and its password', () => {
    const archived = path.join(site, 'archive', 'film');
    writeFileSync(archived, 'x');
    writeFileSync(path.join(site, 'www', 'old.js'), '');
    const settings = { ...JSON.parse(text('orthanc.json')), Name: 'Ours' };
    writeFileSync(path.join(site, 'orthanc.json'), JSON.stringify(settings));
    const before = passwordIn(text('nginx.conf'));
    expect(place('--archive', 'http://127.0.0.1:8052').said).toMatch(/is not empty.*--upgrade/);
    const { status, said } = place('--archive', 'http://127.0.0.1:8052', '--upgrade', '--token', 'new');
    expect(said).toContain('orthanc.json and archive are as they were');
    expect(status).toBe(0);
    expect(JSON.parse(text('orthanc.json'))).toEqual(settings);
    expect(passwordIn(text('nginx.conf'))).toBe(before);
    expect(before).toBe(`viewer:${settings.RegisteredUsers.viewer}`);
    expect(text('nginx.conf')).toContain('"~^Bearer new$" 1;');
    expect(existsSync(archived)).toBe(true);
    expect(existsSync(path.join(site, 'www', 'old.js'))).toBe(false);
    expect(existsSync(path.join(site, 'www', 'app.js'))).toBe(true);
    expect(existsSync(path.join(site, 'www-new'))).toBe(false);
  });

  it.each([
    ['ftp://127.0.0.1', /is no address/],
    ['http://127.0.0.1:8052/', /names host and port alone/],
    ['http://127.0.0.1:8052/dicom-web', /names host and port alone/],
  ])('refuses the archive %s', (archive, reason) => {
    expect(place('--upgrade', '--archive', archive).said).toMatch(reason);
  });
});
