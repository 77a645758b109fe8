import { expect, it } from 'vitest';
import { failureLine } from '../../src/viewer/failure-line';

it('tells the code of the system and the place once, and nothing of the message', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  full.stack = `Error: ${full.message}\n    at async write (node:internal/fs/promises:1:2)\n    at async x`;
  expect(failureLine(full)).toBe(
    'A request failed: Error ENOSPC at async write (node:internal/fs/promises:1:2)',
  );
  const named = new TypeError('No value\nof Doe^Jane');
  Object.assign(named, { code: 'Doe^Jane' });
  expect(failureLine(named)).toMatch(/^A request failed: TypeError at .*failure-line\.test\.ts:\d+:\d+\)?$/);
  named.stack = undefined;
  expect(failureLine(named)).toBe('A request failed: TypeError at ?');
});
