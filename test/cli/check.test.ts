import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerCheck } from '../../src/cli/check';
import { severalFrames } from '../support/several-frames';
import { withText } from '../support/with-text';
import { untrainedPackage } from './untrained-package';

describe('explain check', () => {
  let folder: string;
  let model: string;

  beforeAll(async () => {
    model = await untrainedPackage();
    folder = await mkdtemp(path.join(tmpdir(), 'check-'));
  }, 120_000);
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    await rm(model, { recursive: true });
    await rm(folder, { recursive: true });
  });

  /** Rows of the table by file name. */
  async function check(): Promise<Record<string, string>> {
    let said = '';
    vi.spyOn(process.stdout, 'write').mockImplementation(text => {
      said += String(text);
      return true;
    });
    const program = new Command();
    registerCheck(program);
    await program.parseAsync(['check', folder, '--model', model], { from: 'user' });
    const rows = said.trim().split('\n').slice(2);
    return Object.fromEntries(rows.map(row => [row.split(' | ')[0].slice(2), row]));
  }

  it('gives every file its row, whatever is the matter with one', { timeout: 60_000 }, async () => {
    const film = (change: Record<string, unknown> = {}): Uint8Array =>
      severalFrames([1], { rows: 96, columns: 80 }, change);
    const files: Record<string, Uint8Array> = {
      'a-infinite-slope.dcm': withText(film(), 'RescaleSlope', '1e400'),
      'b-padding-everywhere.dcm': film({ PixelPaddingValue: 0, PixelPaddingRangeLimit: 4095 }),
      'c-window-of-width-0.dcm': film({ WindowCenter: '0', WindowWidth: '0' }),
      'd-no-dicom.dcm': Uint8Array.of(1, 2, 3),
      'e-empty.dcm': new Uint8Array(),
      'f-cut-off.dcm': film().subarray(0, 5000),
      'g-many-pixels.dcm': film({ Rows: 60_000, Columns: 60_000 }),
      'h-other-photometric.dcm': film({ PhotometricInterpretation: 'RGB' }),
      'z-good.dcm': film(),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(folder, name), bytes);
    const rows = await check();
    expect(Object.keys(rows)).toEqual(Object.keys(files));
    expect(rows['z-good.dcm']).toMatch(/80 × 96 .*explained.*score 0\.\d{3}/);
    const others = Object.keys(files).filter(name => !/^[cz]-/.test(name));
    for (const name of others) expect(rows[name], name).toMatch(/refused: /);
    expect(rows['b-padding-everywhere.dcm']).toMatch(/padding/i);
  });

  it('fails where nothing is DICOM', async () => {
    const other = await mkdtemp(path.join(tmpdir(), 'check-none-'));
    await writeFile(path.join(other, 'README'), '# Films');
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const program = new Command();
    registerCheck(program);
    await expect(program.parseAsync(['check', path.join(other, 'README')], { from: 'user' })).rejects.toThrow(
      /README: it is no DICOM file/,
    );
    await rm(other, { recursive: true });
  });

  it('gives a file that may not be read its row', async () => {
    const file = path.join(folder, 'unreadable.dcm');
    await copyFile(path.join(folder, 'z-good.dcm'), file);
    await chmod(file, 0);
    // Root may read it all the same.
    const expected = process.getuid?.() === 0 ? /explained/ : /cannot be read: EACCES.*refused: no pixels/;
    expect((await check())['unreadable.dcm']).toMatch(expected);
  });
});
