import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nextCommand } from '../../src/cli/next-command';

describe('a command that is told as the next one', () => {
  it.each([
    [path.resolve('bin/explain.js'), 'node bin/explain.js study plan'],
    [path.resolve('../with blanks/bin/explain.js'), 'node "../with blanks/bin/explain.js" study plan'],
    ['/usr/local/bin/explain', 'explain study plan'],
    ['/srv/app/node_modules/.bin/explain', 'explain study plan'],
    ['/srv/app/node_modules/ohif-extension-explain/bin/explain.js', 'explain study plan'],
  ])('can be typed where %s runs', (script, told) => {
    expect(nextCommand('study plan', script)).toBe(told);
  });
});
