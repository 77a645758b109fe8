import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import { readOptionFile } from '../../src/cli/option-file';
import { pacsOptions } from '../../src/cli/pacs-options';
import { readHeaders, readSecret } from '../../src/io/secret';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-options-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = path.join(folder, 'pacs.json');
function read(content: unknown): Record<string, unknown> {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readOptionFile(file, pacsOptions, { url: z.string() });
}

test('options of a file are read as those of the command line, and as JSON has them', () => {
  expect(
    read({
      url: 'http://127.0.0.1:8042/dicom-web',
      model: 'models/phantom',
      modality: ['CR', 'DX'],
      percentiles: '90,95',
      watch: 300,
      listen: '0.0.0.0:8044',
      logLevel: 'info',
      dryRun: true,
      header: ['X-Site: 3', 'X-Room: 4'],
      audit: 'tls://log.example',
    }),
  ).toMatchObject({
    modality: ['CR', 'DX'],
    percentiles: [90, 95],
    watch: 300,
    listen: { host: '0.0.0.0', port: 8044 },
    logLevel: 'info',
    dryRun: true,
    header: [
      ['X-Site', '3'],
      ['X-Room', '4'],
    ],
    audit: { kind: 'tls', host: 'log.example', port: 6514 },
  });
  // What it does not name has no value, so that defaults stand.
  expect(read({})).toEqual({});
});

test.each<[unknown, RegExp]>([
  [{ wach: 300 }, /pacs\.json: "wach" is no option\. There are .*watch/],
  [{ watch: 'often' }, /pacs\.json: "watch" is "often": This is no number of seconds/],
  [{ logLevel: 'loud' }, /"logLevel" is "loud": .*info/],
  [{ dryRun: 'yes' }, /"dryRun" is "yes"/],
  [{ listen: '8044:x' }, /"listen" is "8044:x"/],
  [{ audit: 'http://x' }, /"audit" is "http:\/\/x": Audit messages go/],
  [{ token: 'abc' }, /"token" is no option/],
  [[1], /pacs\.json/],
  ['{', /pacs\.json is no JSON/],
])('%j is refused with file, key and value', (content, words) => {
  expect(() => read(content)).toThrow(words);
});

test('secrets do not stand in it, nor on the command line, and are not repeated', () => {
  const refusals = [
    () => read({ queue: 'redis://user:hunter2@host' }),
    () => read({ header: ['Authorization: Basic hunter2'] }),
  ];
  for (const refused of refusals) {
    expect(refused).toThrow(/EXPLAIN_REDIS_PASSWORD|header-file/);
    expect(refused).not.toThrow(/hunter2/);
  }
  expect(pacsOptions.shape.header.safeParse(['Cookie: a=b']).success).toBe(false);
});

test('a secret is read from a file, else from the environment, without white space around it', () => {
  writeFileSync(file, '  geheim\n');
  expect(readSecret(file, 'X', { X: 'other' })).toBe('geheim');
  expect(readSecret(undefined, 'X', { X: 'other\n' })).toBe('other');
  expect(readSecret(undefined, 'X', {})).toBeUndefined();
  expect(() => readSecret(path.join(folder, 'none'), 'X')).toThrow(/none does not exist/);
});

test('headers are read from a file; a line that is none is told by its number alone', () => {
  writeFileSync(file, '# of the gateway\nAuthorization: Basic abc=\n\nX-Site: 3\n');
  expect(readHeaders(file)).toEqual([
    ['Authorization', 'Basic abc='],
    ['X-Site', '3'],
  ]);
  writeFileSync(file, 'X: 1\nhunter2');
  expect(() => readHeaders(file)).toThrow(/line 2 has not the form/);
  expect(() => readHeaders(file)).not.toThrow(/hunter2/);
});
