import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { readOptionFile } from '../../src/cli/option-file';
import { registerPacs } from '../../src/cli/pacs';
import { pacsOptions } from '../../src/cli/pacs-options';
import { withoutUser } from '../../src/io/without-user';

afterEach(() => vi.restoreAllMocks());

/** All that the command says of its arguments, as it ends. */
async function said(...args: string[]): Promise<string> {
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation(written => {
    text += String(written);
    return true;
  });
  const program = new Command();
  program.exitOverride();
  registerPacs(program);
  program.commands[0].exitOverride();
  const error: unknown = await program
    .parseAsync(['pacs', ...args], { from: 'user' })
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  return text + String(error);
}

it.each([
  ['htp://user:PW@h/dicom-web', 'htp://…@h/dicom-web is no address'],
  ['user:P@W/x@h', '…@h is no address'],
])('an address that is none is named without user and password: %s', async (address, message) => {
  const text = await said(address, '--model', 'models/phantom');
  expect(text).toContain(message);
  expect(text).not.toMatch(/user|PW|P@W/);
});

it.each([
  ['--worklist', 'htp://user:PW@h/x'],
  ['--audit', 'tcp://user:PW@h:601'],
  ['--queue', 'redis://user:PW@h'],
])('neither does an option repeat them: %s', async (flag, address) => {
  const text = await said('http://127.0.0.1:1', '--model', 'models/phantom', flag, address);
  expect(text).toContain(flag);
  expect(text).not.toMatch(/user|PW/);
});

it('nor a file of options', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'explain-address-'));
  try {
    const file = path.join(folder, 'pacs.json');
    writeFileSync(file, JSON.stringify({ worklist: 'htp://user:PW@h/x' }));
    expect(() => readOptionFile(file, pacsOptions)).toThrow(/"htp:\/\/…@h\/x"/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('an address without them stays as it is', () => {
  expect(withoutUser('http://127.0.0.1:8042/dicom-web')).toBe('http://127.0.0.1:8042/dicom-web');
});
